"""Stage 7, all that the catalog of a release is made from, and how the things in it are named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from rdflib import URIRef

from kg.counts import Survey
from kg.release.catalog.citing import Cited
from kg.vocabulary import Names

CATALOG = "catalog"
"""Name without ending of the catalog's files."""
VOID = "void"
COVERAGE = "coverage.json"
ONTOLOGY = "ontology.ttl"
SHAPES = "shapes.ttl"


@dataclass(frozen=True, slots=True)
class File:
    """One file for download."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Publication:
    """Who publishes what, as the publisher's settings have it."""

    title: str
    publisher: str
    publisher_url: str = ""
    contact: str = ""
    """A mail or web address."""


@dataclass(frozen=True, slots=True)
class Made:
    """How a release was made."""

    software: tuple[str, ...]
    """Name and version of each program and model that took part."""
    settings: Mapping[str, str]
    inputs: Mapping[str, str]
    """What else it rests on, such as the ontology -> its SHA-256 or version."""
    kept_out: tuple[str, ...]
    """One line for each article that was read and not published."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the catalog tells of a release."""

    names: Names
    id: str
    content: str
    """SHA-256 of what it holds."""
    issued: date
    publication: Publication
    survey: Survey
    made: Made
    files: tuple[File, ...] = ()

    @property
    def release(self) -> URIRef:
        """Return the IRI of the release as a data set."""
        return release_iri(self.names, self.id)

    def part(self, name: str) -> URIRef:
        """Return the IRI of something that belongs to the release, such as one of its files."""
        return URIRef(f"{self.release}#{quote(name, safe='-._~')}")

    def address(self, path: str) -> URIRef:
        """Return an address below the base, which a server gives as its own."""
        return URIRef(self.names.base + path)

    def download(self, name: str) -> URIRef:
        """Return the address of a file, which stays that of this release."""
        return self.address(f"releases/{self.id}/dumps/{quote(name)}")

    @property
    def cited(self) -> Cited:
        """Return what a citation of the release says."""
        return Cited(
            title=self.publication.title,
            publisher=self.publication.publisher,
            release=self.id,
            issued=self.issued,
            url=str(self.release),
            website=self.publication.publisher_url,
            content=self.content,
        )


def release_iri(names: Names, release: str) -> URIRef:
    """Return the IRI of a release as a data set."""
    return names.of_path(f"dataset/{release}")
