"""Stage 6, publish: what the front page says of the release: coverage, citation, schema.org."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rdflib import DCAT, DCTERMS, FOAF, Graph, URIRef
from rdflib.namespace import RDFS
from rdflib.term import Node

from kg.errors import StoreError
from kg.publish.catalog import graph_in, has, hosted
from kg.publish.links import here, host_url
from kg.publish.site import Site
from kg.release.catalog import CATALOG, COVERAGE, SPDX, Cited, release_iri

_PLACES = 12
"""How many outlets the front page names; the file has all."""
_FORMATS = (("text/turtle", "ttl"), ("application/ld+json", "jsonld"))


@dataclass(frozen=True, slots=True)
class About:
    """What the front page says of the release."""

    cited: Cited
    coverage: Mapping[str, Any] = field(default_factory=dict)
    """Empty where the release has none."""
    dataset: Mapping[str, Any] = field(default_factory=dict)
    """The release in the words of schema.org, for search engines."""
    links: tuple[str, ...] = ()
    """For the header Link (RFC 8288)."""
    outlets: int = _PLACES


def about(site: Site) -> About:
    """Return what there is to say; of a release without a catalog only how to cite it."""
    edition, names = site.edition, site.names
    iri = release_iri(names, edition.id)
    if not has(site, CATALOG):
        who = site.title.partition(":")[0]
        return About(Cited(site.title, who, edition.id, edition.issued, str(iri)))
    graph = graph_in(site, CATALOG)
    publisher = graph.value(iri, DCTERMS.publisher)
    who = str(graph.value(publisher, FOAF.name))
    cited = Cited(site.title, who, edition.id, edition.issued, str(iri))
    return About(cited, _coverage(site), _dataset(site, graph, iri, cited), tuple(_links(iri)))


def _coverage(site: Site) -> Mapping[str, Any]:
    path = next((file.path for file in site.edition.dumps if file.path.name == COVERAGE), None)
    if path is None:
        return {}
    try:
        found: Mapping[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error
    return found


def _links(iri: URIRef) -> Iterator[str]:
    yield from (
        f'<{here(f"/catalog.{ending}")}>; rel="describedby"; type="{media}"' for media, ending in _FORMATS
    )
    yield f'<{iri}>; rel="cite-as"'
    yield '<https://schema.org/Dataset>; rel="type"'
    yield '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'


def _dataset(site: Site, graph: Graph, iri: URIRef, cited: Cited) -> dict[str, Any]:
    publisher = {"@type": "Organization", "name": cited.publisher}
    if home := graph.value(graph.value(iri, DCTERMS.publisher), FOAF.homepage):
        publisher["url"] = str(home)
    files = sorted(graph.objects(iri, DCAT.distribution), key=str)
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": str(iri),
        "name": site.title,
        "description": str(graph.value(iri, DCTERMS.description)),
        "url": host_url("/"),
        "identifier": site.edition.id,
        "version": site.edition.id,
        "datePublished": site.edition.issued.isoformat(),
        "license": str(graph.value(iri, DCTERMS.license)),
        "isAccessibleForFree": True,
        "creator": publisher,
        "publisher": publisher,
        "creditText": cited.plain,
        "keywords": sorted(str(word) for word in graph.objects(iri, DCAT.keyword)),
        "inLanguage": sorted(str(each).rsplit("/", 1)[-1] for each in graph.objects(iri, DCTERMS.language)),
        "spatialCoverage": [{"@type": "Place", "name": name} for name in _places(graph, iri)],
        "includedInDataCatalog": {"@type": "DataCatalog", "name": site.title, "url": host_url("/catalog")},
        "distribution": [_file(site, graph, file) for file in files],
    }
    period = graph.value(iri, DCTERMS.temporal)
    if period is not None:
        ends = (graph.value(period, DCAT.startDate), graph.value(period, DCAT.endDate))
        told["temporalCoverage"] = "/".join(map(str, ends))
    return told


def _places(graph: Graph, iri: URIRef) -> list[str]:
    names = (graph.value(place, RDFS.label) for place in graph.objects(iri, DCTERMS.spatial))
    return sorted(str(name) for name in names if name is not None)


def _file(site: Site, graph: Graph, file: Node) -> dict[str, Any]:
    def said(predicate: URIRef) -> Node:
        return graph.value(file, predicate) or URIRef("")

    media = str(
        said(DCAT.compressFormat) if (file, DCAT.compressFormat, None) in graph else said(DCAT.mediaType)
    )
    return {
        "@type": "DataDownload",
        "name": str(said(DCTERMS.title)),
        "contentUrl": str(hosted(said(DCAT.downloadURL), site)),
        "encodingFormat": "/".join(media.rsplit("/", 2)[-2:]),
        "contentSize": f"{said(DCAT.byteSize)} B",
        "sha256": str(graph.value(said(SPDX.checksum), SPDX.checksumValue)),
    }
