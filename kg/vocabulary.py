"""Every IRI, and how graphs and things are named.

The ontology's namespaces are the project's own and fixed, since queries and shapes are shared by all who use
it; the base of the published things is the publisher's setting.
"""

from dataclasses import dataclass

from rdflib import Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, OWL, PROV, RDF, RDFS, SKOS, VOID, XSD

HOME = "https://w3id.org/accord-kg/"
KG = Namespace(HOME + "ns#")
KGV = Namespace(HOME + "vocab/")
KGS = Namespace(HOME + "shapes#")
SCHEMA = Namespace("https://schema.org/")
WD = Namespace("http://www.wikidata.org/entity/")
PUSH = Namespace(HOME + "push#")
"""What `kg push` records in a remote store (docs/push.md); no part of any release."""
ONTOLOGY = URIRef(HOME + "ns")

ID_KINDS = {
    "inst": "institution",
    "person": "person",
    "place": "place",
    "deleg": "delegation",
    "event": "event",
    "agr": "agreement",
    "agset": "agreement-set",
    "role": "role",
    "figure": "figure",
    "article": "article",
    "ev": "evidence",
    "claim": "claim",
    "run": "run",
}
"""Prefix -> path segment of each kind of thing; one prefix a kind, so that Turtle needs no escapes."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Another data set whose items our things are linked to."""

    name: str
    """In IRIs of ours."""
    title: str
    home: str
    """The IRI of the data set."""
    items: str
    """What the IRIs of its items begin with."""


AUTHORITIES = (
    Authority("wikidata", "Wikidata", "http://www.wikidata.org/", "http://www.wikidata.org/entity/"),
    Authority("ror", "ROR", "https://ror.org/", "https://ror.org/"),
    Authority("geonames", "GeoNames", "https://www.geonames.org/", "https://sws.geonames.org/"),
    Authority("isni", "ISNI", "https://isni.org/", "https://isni.org/isni/"),
)


@dataclass(frozen=True, slots=True)
class Names:
    """How the things of one publication are named; `base` ends with a slash."""

    base: str = HOME

    def thing(self, segment: str, name: str) -> URIRef:
        """Return the IRI of a thing, such as `BASE/id/institution/yale-school-of-medicine`."""
        return URIRef(f"{self.base}id/{segment}/{name}")

    def of_path(self, path: str) -> URIRef:
        """Return the IRI of a ledger path such as `institution/yale-school-of-medicine`."""
        return URIRef(f"{self.base}id/{path}")

    def graph(self, name: str) -> URIRef:
        """Return the IRI of a named graph, such as `catalog` or `article/ID`."""
        return URIRef(f"{self.base}graph/{name}")

    def prefixes(self) -> dict[str, str]:
        """Return every prefix that queries, Turtle and JSON-LD of this publication use."""
        ids = {prefix: f"{self.base}id/{segment}/" for prefix, segment in ID_KINDS.items()}
        return FIXED_PREFIXES | ids | {"g": f"{self.base}graph/"}


FIXED_PREFIXES: dict[str, str] = {
    "kg": str(KG),
    "kgv": str(KGV),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "owl": str(OWL),
    "xsd": str(XSD),
    "skos": str(SKOS),
    "dcterms": str(DCTERMS),
    "dcat": str(DCAT),
    "void": str(VOID),
    "prov": str(PROV),
    "foaf": str(FOAF),
    "schema": str(SCHEMA),
    "wd": str(WD),
}

CATALOG = "catalog"
RELEASE_RECORD = "release"
"""In a remote store only: which release it holds, and whether one is being brought."""
ENTITIES = "entities"
FACTS = "facts"
LIKELY_LINKS = "links/likely"
"""What a linker is sure enough of and nobody has looked at; not part of the consolidated view."""
ONTOLOGY_GRAPH = "ontology"


def article_graph(article: str) -> str:
    """Return the graph name of what one article reports."""
    return f"article/{article}"


def evidence_graph(article: str) -> str:
    """Return the graph name of one article's claims and passages."""
    return f"article/{article}/evidence"
