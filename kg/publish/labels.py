"""Stage 6, publish: the words by which a page calls the things that it mentions."""

from collections.abc import Collection, Iterable, Mapping

from kg.publish.asking import Row, rows, values
from kg.publish.site import Site
from kg.publish.terms import Text
from kg.vocabulary import KG, KGV

_NAMED = """SELECT ?x ?label WHERE { %s
  { ?x rdfs:label ?label } UNION { ?x skos:prefLabel ?label }
  UNION { GRAPH <%s> { ?x dcterms:title ?label } } }"""
# A figure that another report contradicts stands in its article's graph only.
_FIGURES = """SELECT DISTINCT ?x ?value ?qualifier ?label WHERE { %s GRAPH ?g {
  ?x kg:value ?value . OPTIONAL { ?x kg:qualifier ?qualifier } OPTIONAL { ?x rdfs:label ?label } } }"""
_ROLES = """SELECT ?x ?title ?holder ?in WHERE { %s ?x kg:title ?title .
  OPTIONAL { ?x kg:roleIn/rdfs:label ?in } OPTIONAL { ?x kg:holder/rdfs:label ?holder } }"""
_EXACT = (str(KGV) + "exactly", str(KGV) + "to-the-day")
Labels = dict[str, tuple[Text, ...]]


def labels_of(site: Site, iris: Iterable[str]) -> Labels:
    """Return the labels of things by IRI, the English one first; what has none is left out."""
    wanted = set(iris)
    found: Labels = {iri: site.terms.labels(iri) for iri in wanted if site.terms.labels(iri)}
    rest = wanted - found.keys()
    if not rest:
        return found
    catalog = site.names.graph("catalog")
    for row in rows(site.runner, _NAMED % (values("x", rest), catalog)):
        text = (row["label"].text, row["label"].language)
        found[row["x"].text] = tuple(sorted({*found.get(row["x"].text, ()), text}, key=_english_first))
    base = f"{site.names.base}id/"
    found |= _figures(site, {iri for iri in rest if iri.startswith(base + "figure/")})
    found |= _roles(site, {iri for iri in rest if iri.startswith(base + "role/")})
    return found


def _english_first(text: Text) -> tuple[bool, str, str]:
    return (text[1] != "en", text[1], text[0])


def _figures(site: Site, iris: Collection[str]) -> Labels:
    if not iris:
        return {}
    found: Labels = {}
    for row in rows(site.runner, _FIGURES % values("x", iris)):
        found[row["x"].text] = ((_figure(site, row), "en"),)
    return found


def _figure(site: Site, row: Row) -> str:
    number = row["value"].text
    qualifier = row["qualifier"].text if "qualifier" in row else _EXACT[0]
    if qualifier not in _EXACT:
        number = f"{_english(site.terms.labels(qualifier))} {number}".strip()
    return f"{number} {row['label'].text}" if "label" in row else number


def _english(texts: tuple[Text, ...]) -> str:
    return texts[0][0] if texts else ""


def _roles(site: Site, iris: Collection[str]) -> Labels:
    if not iris:
        return {}
    found: dict[str, Text] = {}
    answers = rows(site.runner, _ROLES % values("x", iris))
    for row in sorted(answers, key=_english_row):
        words = ", ".join(row[name].text for name in ("holder", "title", "in") if name in row)
        found.setdefault(row["x"].text, (words, row["title"].language))
    return {iri: (text,) for iri, text in found.items()}


def _english_row(row: Row) -> list[tuple[bool, str]]:
    cells = (row.get(name) for name in ("title", "holder", "in"))
    return [(cell.language != "en", cell.text) if cell else (True, "") for cell in cells]


def name_of(iri: str, labels: Mapping[str, tuple[Text, ...]]) -> str:
    """Return the one name of a thing: its first label, or the end of its IRI."""
    return labels[iri][0][0] if labels.get(iri) else short(iri)


def short(iri: str) -> str:
    """Return an IRI as a person would write it where there is no label."""
    for namespace, prefix in ((str(KG), ""), (str(KGV), "")):
        if iri.startswith(namespace):
            return prefix + iri.removeprefix(namespace)
    return iri.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1] or iri
