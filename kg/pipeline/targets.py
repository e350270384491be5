"""What a person names to be withdrawn: an article by id, IRI or web address, a statement by its claim."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from rdflib import Graph

from kg.errors import NotFoundError
from kg.map.terms import web_iri
from kg.pipeline import kept, verdicts
from kg.release import Release, releases
from kg.release.withdrawals import sha256
from kg.store import MANIFEST, NQUADS, open_read_only, read_graph, read_manifest, triple_of
from kg.vocabulary import CATALOG, KG, SCHEMA, Names

_CLAIM = re.compile(r"(?:claim/)?([0-9a-f]{16})")


@dataclass(frozen=True, slots=True)
class Target:
    """What is meant, and by what an article is known when it is read again."""

    target: str
    article: str = ""
    text: str = ""
    address: str = ""


def found_target(directory: Path, said: str, base: str) -> Target:
    """Return what is meant; raise NotFoundError when neither state nor any kept release has it."""
    kept_releases = list(reversed(releases(directory)))
    bases = dict.fromkeys((base, *(str(each.meta["base"]) for each in kept_releases)))
    name = said
    for prefix in bases:
        for part in ("id/", "page/"):
            name = name.removeprefix(prefix + part)
    if match := _CLAIM.fullmatch(name):
        for release in kept_releases:
            if article := _article_of(release, match[1]):
                return Target(f"claim/{match[1]}", article=article)
    name = name.removeprefix("article/").removesuffix("/") if not name.startswith("http") else name
    wanted = web_iri(unquote(name)) if name.startswith("http") else None
    for each in _articles(directory, kept_releases):
        if each.target == f"article/{name}" or (wanted and each.address in (sha256(name), sha256(wanted))):
            return each
    raise NotFoundError(f"{said} is no article and no statement of {directory}")


def _articles(directory: Path, kept_releases: list[Release]) -> Iterator[Target]:
    for path in sorted((directory / "state" / "articles").glob("*.json")):
        article = kept.from_json(path.read_text(encoding="utf-8"))
        address = sha256(article.url) if article.url else ""
        yield Target(f"article/{article.id}", text=article.sha256, address=address)
    for release in kept_releases:
        yield from _published(release)
        for name in verdicts.load(release.records / verdicts.FILE):
            yield Target(f"article/{name}")


def _published(release: Release) -> Iterator[Target]:
    names = Names(str(release.meta["base"]))
    entry = read_manifest(release.dumps / MANIFEST)[str(names.graph(CATALOG))]
    lines = b"".join(triple_of(line) for line in read_graph(release.dumps / NQUADS, entry))
    catalog = Graph().parse(data=lines, format="nt")
    for iri, text in catalog.subject_objects(KG.textHash):
        url = catalog.value(iri, SCHEMA.url)
        path = str(iri).removeprefix(str(names.of_path("")))
        yield Target(path, text=str(text), address=sha256(str(url)) if url else "")


def _article_of(release: Release, claim: str) -> str:
    names = Names(str(release.meta["base"]))
    store = open_read_only(release.store, prefixes=names.prefixes())
    reports = str(names.graph("article/"))
    for graph, _, _ in store.about(str(names.thing("claim", claim))):
        if graph.startswith(reports) and graph.endswith("/evidence"):
            return graph.removeprefix(reports).removesuffix("/evidence")
    return ""
