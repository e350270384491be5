"""Stage 2, model by HTTP: keep only what fits together, so that one wrong fact does not cost the article."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from kg.extract.llm_check import Claim, Reject, Thing
from kg.extract.llm_ontology import grammar
from kg.extract.llm_values import told_apart
from kg.model import Article, Concept, Kind, Ref, Relation, Value

_SIGNED = frozenset(("signed", "in-force", "ended"))
_TOOK_PLACE = frozenset(("happened", "ongoing"))
_WITHOUT_RINGS = (Relation.WITHIN, Relation.UNIT_OF, Relation.SUB_EVENT_OF, Relation.SUBSET_OF)
_DATES = (Relation.START_DATE, Relation.END_DATE)
_INSIDE = {Relation.CAPITAL_OF: Relation.WITHIN}
"""Relations that say another one too."""


class Whole:
    """The claims about one article, which lose what contradicts or lacks something."""

    def __init__(
        self, article: Article, things: Mapping[str, Thing], claims: Iterable[Claim], reject: Reject
    ) -> None:
        self.article = article
        self.things = {thing.id: thing for thing in things.values()}
        self.claims = list(dict.fromkeys(claims))
        self._reject = reject

    def fit(self) -> None:
        """Drop what cannot stand, until nothing more has to go."""
        size = -1
        while size != len(self.claims) + len(self.things):
            size = len(self.claims) + len(self.things)
            self._drop_rivals()
            self._drop(self._misdated)
            self._drop(self._unsigned)
            self._drop_rings()
            self._drop_incomplete()

    def concept(self, key: str, relation: Relation) -> str:
        """Return the concept that a thing has by a relation, or nothing."""
        return next((v.name for v in self.values(key, relation) if isinstance(v, Concept)), "")

    def values(self, key: str, relation: Relation) -> list[Value]:
        """Return what is claimed of a thing, each once."""
        return list(dict.fromkeys(c.value for c in self.claims if (c.subject, c.relation) == (key, relation)))

    def _drop(self, fault_of: Callable[[Claim], str]) -> None:
        kept = []
        for claim in self.claims:
            fault = fault_of(claim)
            if fault:
                self._tell(claim, fault)
            else:
                kept.append(claim)
        self.claims = kept

    def _tell(self, claim: Claim, why: str) -> None:
        value = self._called(claim.value.key) if isinstance(claim.value, Ref) else _plain(claim.value)
        self._reject(f"{self._called(claim.subject)} {claim.relation} {value}: {why}")

    def _called(self, key: str) -> str:
        return f"“{self.things[key].name}”" if key in self.things else key

    def _drop_rivals(self) -> None:
        """Drop all values of what may have one only: which of them is right, nobody knows."""
        counted: defaultdict[tuple[str, Relation], set[Value]] = defaultdict(set)
        for claim in self.claims:
            counted[claim.subject, claim.relation].add(claim.value)
        single = grammar().single

        def fault(claim: Claim) -> str:
            kind = self.things[claim.subject].kind if claim.subject in self.things else claim.subject
            alone = (kind, claim.relation) in single or claim.relation is Relation.SIGNED_AT
            many = len(counted[claim.subject, claim.relation]) > 1
            return "there is another value, and only one can be" if alone and many else ""

        self._drop(fault)

    def _misdated(self, claim: Claim) -> str:
        if claim.when is None:
            return ""
        status = self.concept(claim.subject, Relation.STATUS)
        if status in ("cancelled", "denied"):
            return "what did not take place has no date"
        days = [v for r in _DATES for v in self.values(claim.subject, r) if isinstance(v, date)]
        if len(days) > 1 and days[0] > days[1]:
            return "it would end before it starts"
        marks = {c.when.precision for c in self.claims if c.subject == claim.subject and c.when is not None}
        if len(marks) > 1:
            return "its first and last day are not given with the same precision"
        return told_apart(claim.when, self.article.published, status=status)

    def _unsigned(self, claim: Claim) -> str:
        if not isinstance(claim.value, Ref):
            return ""
        status, other = (self.concept(key, Relation.STATUS) for key in (claim.subject, claim.value.key))
        if claim.relation is Relation.SIGNED_AT and status not in _SIGNED:
            return "it is not said to be signed"
        if claim.relation is Relation.SIGNED_AT and other not in _TOOK_PLACE:
            return "the event is not said to have taken place"
        if claim.relation is Relation.IN_SET and other in _SIGNED and status not in _SIGNED:
            return "those of the set are signed, and it is not"
        return ""

    def _drop_rings(self) -> None:
        """Drop each claim that would put a thing inside itself."""
        above: defaultdict[tuple[Relation, str], set[str]] = defaultdict(set)

        def fault(claim: Claim) -> str:
            relation = _INSIDE.get(claim.relation, claim.relation)
            if relation not in _WITHOUT_RINGS or not isinstance(claim.value, Ref):
                return ""
            if claim.subject in _reached(above, relation, claim.value.key):
                return "it would be a part of itself"
            above[relation, claim.subject].add(claim.value.key)
            return ""

        self._drop(fault)

    def _drop_incomplete(self) -> None:
        """Drop things without what the shapes ask for, and all that is said of them."""
        said = {(claim.subject, claim.relation) for claim in self.claims}
        for key, thing in list(self.things.items()):
            lacks = sorted(r for k, r in grammar().required if k == thing.kind and (key, r) not in said)
            if lacks:
                del self.things[key]
                self._reject(
                    f"{thing.kind} “{thing.name}”: nothing that is believed gives its {', '.join(lacks)}"
                )

        def fault(claim: Claim) -> str:
            keys = [claim.subject, *([claim.value.key] if isinstance(claim.value, Ref) else [])]
            gone = any(key not in self.things and key != "article" for key in keys)
            return "it speaks of what is not believed" if gone else ""

        self._drop(fault)


def _reached(above: Mapping[tuple[Relation, str], set[str]], relation: Relation, start: str) -> set[str]:
    seen, ahead = set(), [start]
    while ahead:
        key = ahead.pop()
        if key not in seen:
            seen.add(key)
            ahead += above.get((relation, key), ())
    return seen


def intervals(claims: Sequence[Claim], things: Mapping[str, Thing]) -> Iterator[tuple[Claim, Relation, date]]:
    """Yield first and last days with the claim behind each; an event with one date told has both of it."""
    for claim in claims:
        if claim.when is None:
            continue
        told = {c.relation for c in claims if c.subject == claim.subject and c.when is not None}
        whole = told == {Relation.START_DATE} and things[claim.subject].kind is Kind.EVENT
        for relation, day in zip(_DATES, (claim.when.start, claim.when.end), strict=True):
            if relation is claim.relation or whole:
                yield claim, relation, day


def _plain(value: Value) -> str:
    return value.name if isinstance(value, Concept) else str(getattr(value, "value", value))
