"""The values that flow down the river; none is changed once made.

Facts are generic, so that the ontology is not written a second time in Python: `Kind` and `Relation`
are its class and property names (a test holds them equal).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

ARTICLE_KEY = "article"
"""The subject key of a fact about the article itself (its topics)."""


class Kind(StrEnum):
    """Classes of `ontology/kg.ttl` that an extractor can find."""

    INSTITUTION = "Institution"
    PERSON = "Person"
    PLACE = "Place"
    DELEGATION = "Delegation"
    EVENT = "Event"
    AGREEMENT = "Agreement"
    AGREEMENT_SET = "AgreementSet"
    ROLE = "Role"
    FIGURE = "ReportedFigure"


class Relation(StrEnum):
    """Properties of `ontology/kg.ttl` that an extractor can state; see there for domain and range."""

    KIND = "kind"
    TOPIC = "topic"
    SUBJECT_MATTER = "subjectMatter"
    LOCATION = "location"
    WITHIN = "within"
    CAPITAL_OF = "capitalOf"
    UNIT_OF = "unitOf"
    ORIGIN = "origin"
    SENT_BY = "sentBy"
    MEMBER = "member"
    HEAD = "head"
    SUB_EVENT_OF = "subEventOf"
    PARTICIPANT = "participant"
    HOST = "host"
    START_DATE = "startDate"
    END_DATE = "endDate"
    DATE_PRECISION = "datePrecision"
    PARTY = "party"
    SIDE = "side"
    STATUS = "status"
    OUTCOME_OF = "outcomeOf"
    SIGNED_AT = "signedAt"
    IN_SET = "inSet"
    SUBSET_OF = "subsetOf"
    SIZE = "size"
    VALUE = "value"
    QUALIFIER = "qualifier"
    HOLDER = "holder"
    ROLE_IN = "roleIn"
    REPRESENTS = "represents"
    TITLE = "title"
    ATTESTED_ON = "attestedOn"


class ZoneKind(StrEnum):
    """What a stretch of an article's text is."""

    HEADLINE = "headline"
    DATELINE = "dateline"
    BODY = "body"
    CAPTION = "caption"
    BOILERPLATE = "boilerplate"


class Basis(StrEnum):
    """How a claim rests on its words (concepts of `kgv:claim-basis`)."""

    STATED = "stated"
    RESOLVED = "resolved"
    """A relative or incomplete date, worked out from the day of publication."""
    INFERRED = "inferred"
    """Follows from two statements of the article taken together."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One stretch `[start, end)` of the text, in code points; zones are in order and do not overlap."""

    kind: ZoneKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """One news item, cleaned once; every offset points into `.text` (NFC, LF line ends)."""

    id: str
    """Readable and stable, as it stands in IRIs: `[a-z0-9-]+`."""
    text: str
    sha256: str
    """Of the UTF-8 text, in hexadecimal."""
    language: str
    """A lower-case BCP 47 tag such as `en` or `zh`."""
    zones: tuple[Zone, ...]
    title: str
    publisher: str
    published: date | None
    url: str
    source: str
    """What was read: a path or URL, for messages."""
    rights: str = ""
    cites: tuple[str, ...] = ()
    """What the article itself says it rests on."""
    fictional: bool = False
    revised: str = ""
    """When this version was made, in ISO form, where the article says so."""
    supersedes: str = ""
    """The id of the article that this one corrects."""


DATE_LENGTHS = {"to-the-month": len("YYYY-MM"), "to-the-year": len("YYYY")}
"""How much of an ISO date counts, by the precisions that are coarser than a day."""


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """Why we believe it: the words `text[start:end]`, in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Ref:
    """A fact's value that is another entity of the same article."""

    key: str


@dataclass(frozen=True, slots=True)
class Concept:
    """A fact's value that is a concept of the controlled lists: the local name in `kgv:`."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """A fact's value in words."""

    value: str
    language: str


Value = Ref | Concept | Text | int | date


@dataclass(frozen=True, slots=True)
class Entity:
    """Something the article names or speaks of; `key` is unique in its article."""

    key: str
    kind: Kind
    name: str
    """The fullest form in the text, or a label in words where the thing has no name."""
    evidence: tuple[Evidence, ...]
    """Its mentions, in text order; the first is where it is introduced."""
    aliases: tuple[str, ...] = ()
    named: bool = True
    """False where `name` is a label of ours (most events and agreements)."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement of the article, and where it is made."""

    subject: str
    """An entity's key, or ARTICLE_KEY."""
    relation: Relation
    value: Value
    evidence: tuple[Evidence, ...]
    rule: str
    """Which rule or model read it, such as `sign-verb`."""
    confidence: float
    """0..1: how likely it is that the article says so (not that it is so)."""
    basis: Basis = Basis.STATED


@dataclass(frozen=True, slots=True)
class Findings:
    """All that an extractor found in one article."""

    article: Article
    entities: tuple[Entity, ...]
    facts: tuple[Fact, ...]
    extractor: str
    """Name, version and models, for provenance: `rules 0.1; en_core_web_sm 3.8.0 sha256:...`."""
    rejected: tuple[str, ...] = field(default=(), compare=False)
    """Candidates that were not asserted and why, one line each (`kg explain`)."""
    held: tuple[Fact, ...] = ()
    """Facts too unsure to be asserted, and what hangs on them: for review."""
    doubted: tuple[Entity, ...] = ()
    """Entities that only held facts speak of."""


Extractor = Callable[[Article], Findings]
"""What every extractor is; found by name in the entry-point group `kg.extractors`."""


@dataclass(frozen=True, slots=True)
class Links:
    """Who is who across articles; a path such as `institution/yale-school-of-medicine` is for ever."""

    paths: Mapping[tuple[str, str], str]
    """The path of each (article id, entity key)."""
    publishers: Mapping[str, str]
    """The path of the institution that published each article."""
    labels: Mapping[str, Mapping[str, str]]
    """The one name by language of each institution, person and place."""
    records: Mapping[str, str]
    """The slug in gazetteer or registry of each place and institution that stands there, by path."""
    same_as: Mapping[str, tuple[str, ...]]
    """Accepted IRIs of the same thing elsewhere, by path."""
    concepts: Mapping[str, tuple[str, ...]]
    """The same for concepts of the controlled lists, by local name."""
    merged: Mapping[str, str]
    """Paths given earlier to what proved to be one thing -> the path it has now."""
    new: tuple[tuple[str, str], ...]
    """Fingerprint and path of what the ledger does not hold yet, sorted."""
    likely: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """IRIs of what is probably the same thing elsewhere, which nobody has confirmed, by path."""
