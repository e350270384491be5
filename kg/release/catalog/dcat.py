"""Stage 7, the catalog of a release: catalog, series, data set, files and services (DCAT 3)."""

from urllib.parse import quote

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, RDF, RDFS, XSD
from rdflib.term import Node

from kg.release.catalog.citing import KEYWORDS
from kg.release.catalog.files import described
from kg.release.catalog.run import add_run
from kg.release.catalog.told import File, Told
from kg.vocabulary import ONTOLOGY

LICENSE = URIRef("https://creativecommons.org/licenses/by/4.0/")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
"""rdflib's own knows DCAT 2."""
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
FORMATS = Namespace("http://www.w3.org/ns/formats/")
_IANA = "https://www.iana.org/assignments/media-types/"
_LANGUAGE = "http://id.loc.gov/vocabulary/iso639-{set}/"
_THEME = URIRef("http://publications.europa.eu/resource/authority/data-theme/INTR")
"""International issues."""
_CITATION = DCTERMS.bibliographicCitation
_KEYWORDS_ZH = ("协议", "代表团", "机构", "事件", "知识图谱", "新闻")
_RIGHTS = "The facts are under CC BY 4.0. Quoted words of articles remain with those who wrote them."
_QUOTES = "May hold short quotations of articles: all rights in them remain with their outlets."
_SPARQL = URIRef("http://www.w3.org/TR/sparql11-protocol/")

Triple = tuple[Node, Node, Node]


def catalog_graph(told: Told) -> Graph:
    """Return the catalog of a release; web addresses are below the base, whoever serves them."""
    graph = Graph()
    catalog, series = told.names.of_path("catalog"), told.names.of_path("dataset")
    _add_catalog(graph, told, catalog, series)
    _add_series(graph, told, series)
    _add_release(graph, told, series)
    _add_coverage(graph, told)
    _add_agents(graph, told)
    for file in told.files:
        _add_file(graph, told, file)
    _add_services(graph, told, catalog)
    add_run(graph, told)
    return graph


def _say(graph: Graph, subject: Node, *pairs: tuple[Node, Node]) -> None:
    for predicate, value in pairs:
        graph.add((subject, predicate, value))


def _english(text: str) -> Literal:
    return Literal(text, lang="en")


def _day(told: Told) -> Literal:
    return Literal(told.issued.isoformat(), datatype=XSD.date)


def _add_catalog(graph: Graph, told: Told, catalog: URIRef, series: URIRef) -> None:
    _say(
        graph, catalog,
        (RDF.type, DCAT.Catalog),
        (DCTERMS.title, _english(f"Catalog of: {told.publication.title}")),
        (DCTERMS.description, _english("The releases of the publication, their files and its services.")),
        (DCTERMS.publisher, _publisher(told)),
        (DCTERMS.license, LICENSE),
        (DCTERMS.modified, _day(told)),
        (DCTERMS.language, language("en")),
        (FOAF.homepage, told.address("")),
        (DCAT.dataset, series),
        (DCAT.dataset, told.release),
    )  # fmt: skip


def _add_series(graph: Graph, told: Told, series: URIRef) -> None:
    _say(
        graph, series,
        (RDF.type, DCAT.DatasetSeries),
        (RDF.type, DCAT.Dataset),
        (DCTERMS.title, _english(told.publication.title)),
        (DCTERMS.description, _english("All releases; each is whole and never changes.")),
        (DCTERMS.publisher, _publisher(told)),
        (DCTERMS.license, LICENSE),
        (DCTERMS.modified, _day(told)),
        (DCAT.last, told.release),
        (DCAT.hasCurrentVersion, told.release),
    )  # fmt: skip


def _add_release(graph: Graph, told: Told, series: URIRef) -> None:
    release = told.release
    _say(
        graph, release,
        (RDF.type, DCAT.Dataset),
        (DCTERMS.title, _english(f"{told.publication.title}, release {told.id}")),
        (DCTERMS.description, _english(_in_words(told))),
        (DCTERMS.identifier, Literal(told.id)),
        (DCAT.version, Literal(told.id)),
        (DCAT.inSeries, series),
        (DCAT.isVersionOf, series),
        (DCTERMS.issued, _day(told)),
        (DCTERMS.publisher, _publisher(told)),
        (DCTERMS.creator, _publisher(told)),
        (DCTERMS.license, LICENSE),
        (DCTERMS.rights, _english(_RIGHTS)),
        (DCTERMS.conformsTo, ONTOLOGY),
        (_CITATION, Literal(told.cited.plain)),
        (DCAT.landingPage, told.address("")),
        (DCAT.theme, _THEME),
        (PROV.wasGeneratedBy, told.part("build")),
    )  # fmt: skip
    for tag, words in (("en", KEYWORDS), ("zh", _KEYWORDS_ZH)):
        _say(graph, release, *((DCAT.keyword, Literal(word, lang=tag)) for word in words))
    _add_contact(graph, told)


def _in_words(told: Told) -> str:
    facts, covered = told.survey.facts, told.survey.coverage
    return (
        f"Who visited, met and agreed with whom, as {covered.articles:,} articles report it: "
        f"{facts.triples:,} consolidated facts about {facts.entities:,} things, and "
        f"{told.survey.quads:,} statements in all, with the words that say so."
    )


def _add_coverage(graph: Graph, told: Told) -> None:
    covered = told.survey.coverage
    for tag in sorted({each.split("-")[0] for each in covered.languages} - {"und"}):
        graph.add((told.release, DCTERMS.language, language(tag)))
    for iri, (name, _) in covered.countries.items():
        graph.add((told.release, DCTERMS.spatial, URIRef(iri)))
        _say(graph, URIRef(iri), (RDF.type, DCTERMS.Location), *_names(name))
    if covered.first_day and covered.last_day:
        period = told.part("temporal")
        graph.add((told.release, DCTERMS.temporal, period))
        _say(
            graph, period,
            (RDF.type, DCTERMS.PeriodOfTime),
            (DCAT.startDate, Literal(covered.first_day.isoformat(), datatype=XSD.date)),
            (DCAT.endDate, Literal(covered.last_day.isoformat(), datatype=XSD.date)),
        )  # fmt: skip


def _names(name: str) -> list[tuple[Node, Node]]:
    return [(RDFS.label, Literal(name))] if name else []


def language(tag: str) -> URIRef:
    """Return the IRI of a language, given its shortest tag."""
    return URIRef(_LANGUAGE.format(set=1 if len(tag) == len("en") else 2) + tag)


def _publisher(told: Told) -> URIRef:
    return told.names.of_path("catalog#publisher")


def _add_agents(graph: Graph, told: Told) -> None:
    publisher, publication = _publisher(told), told.publication
    _say(graph, publisher, (RDF.type, FOAF.Agent), (FOAF.name, Literal(publication.publisher)))
    if publication.publisher_url:
        graph.add((publisher, FOAF.homepage, _web(publication.publisher_url)))


def _add_contact(graph: Graph, told: Told) -> None:
    contact = told.publication.contact
    if not contact:
        return
    point = told.names.of_path("catalog#contact")
    web = contact.startswith(("http://", "https://"))
    address = _web(contact) if web else URIRef("mailto:" + quote(contact.removeprefix("mailto:"), safe="@+"))
    graph.add((told.release, DCAT.contactPoint, point))
    _say(
        graph, point,
        (RDF.type, VCARD.Kind),
        (VCARD.fn, Literal(told.publication.publisher)),
        (VCARD.hasURL if web else VCARD.hasEmail, address),
    )  # fmt: skip


def _web(address: str) -> URIRef:
    return URIRef(quote(address, safe="/:?#[]@!$&'()*+,;=%~-._"))


def _add_file(graph: Graph, told: Told, file: File) -> None:
    what, iri, checksum = described(file.name), told.part(f"file-{file.name}"), told.part(f"sum-{file.name}")
    graph.add((told.release, DCAT.distribution, iri))
    _say(
        graph, iri,
        (RDF.type, DCAT.Distribution),
        (DCTERMS.title, _english(f"{what.title} ({file.name})")),
        (DCAT.downloadURL, told.download(file.name)),
        (DCAT.accessURL, told.address("")),
        (DCAT.mediaType, URIRef(_IANA + what.media_type)),
        (DCAT.byteSize, Literal(file.size, datatype=XSD.nonNegativeInteger)),
        (DCTERMS.issued, _day(told)),
        (DCTERMS.license, LICENSE),
        (SPDX.checksum, checksum),
    )  # fmt: skip
    _say(
        graph, checksum,
        (RDF.type, SPDX.Checksum),
        (SPDX.algorithm, SPDX.checksumAlgorithm_sha256),
        (SPDX.checksumValue, Literal(file.sha256, datatype=XSD.hexBinary)),
    )  # fmt: skip
    if what.description:
        graph.add((iri, DCTERMS.description, _english(what.description)))
    if what.packed_as:
        graph.add((iri, DCAT.compressFormat, URIRef(_IANA + what.packed_as)))
    if what.w3c_format:
        graph.add((iri, DCTERMS["format"], FORMATS[what.w3c_format]))
    if what.conforms_to:
        graph.add((iri, DCTERMS.conformsTo, URIRef(what.conforms_to)))
    if what.quotes:
        graph.add((iri, DCTERMS.rights, _english(_QUOTES)))


def _add_services(graph: Graph, told: Told, catalog: URIRef) -> None:
    service, endpoint = told.names.of_path("catalog#sparql"), told.address("sparql")
    graph.add((catalog, DCAT.service, service))
    _say(
        graph, service,
        (RDF.type, DCAT.DataService),
        (DCTERMS.title, _english("SPARQL endpoint")),
        (DCTERMS.conformsTo, _SPARQL),
        (DCTERMS.publisher, _publisher(told)),
        (DCTERMS.license, LICENSE),
        (DCAT.endpointURL, endpoint),
        (DCAT.endpointDescription, endpoint),
        (DCAT.servesDataset, told.release),
    )  # fmt: skip
