"""Stage 2: state the facts of united events and agreements."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kg.extract import labels
from kg.extract.acts import SIGNING
from kg.extract.deals import Deal
from kg.extract.draft import LONGEST
from kg.extract.figures import Number
from kg.extract.happenings import Happening
from kg.extract.marks import When
from kg.extract.scene import Scene
from kg.model import Basis, Concept, Evidence, Kind, Ref, Relation, Text

if TYPE_CHECKING:
    from spacy.tokens import Token

_TELLING = ("memorandum", "contract")
"""Kinds that say more than `agreement` or `partnership` do."""
_COUNTED = {Kind.AGREEMENT_SET: "agreements", Kind.DELEGATION: "members", Kind.EVENT: "participants"}
_SETTLED = ("signed", "in-force")


def event(scene: Scene, group: Sequence[Happening]) -> str:
    """State one event and return its key."""
    first = next((h for h in group if h.name), group[0])
    dated = next((h for h in group if h.when is not None and h.when.precision == "to-the-day"), None)
    dated = dated or next((h for h in group if h.when is not None), None)
    name = first.name or labels.of_event(scene, first, dated.when if dated is not None else None)
    key = scene.draft.add(Kind.EVENT, name, [_clause(h) for h in group], named=bool(first.name))
    for one in group:
        one.key = key
        clause = _clause(one)
        _say(scene, key, Relation.KIND, Concept(one.kind), clause, one)
        if one.status == group[0].status:
            _say(scene, key, Relation.STATUS, Concept(one.status), clause, one)
        for relation, slots in (
            (Relation.PARTICIPANT, one.who), (Relation.HOST, one.host),
            (Relation.LOCATION, one.where), (Relation.SIDE, one.sides),
        ):  # fmt: skip
            for value, evidence in slots.items():
                _say(scene, key, relation, Ref(value), _within(clause, evidence), one)
    for number in [n for one in group for n in one.sizes]:
        size(scene, key, number, [number])
    if dated is not None and dated.when is not None and dated.when_evidence is not None:
        date(scene, key, dated.when, dated.when_evidence, dated.rule)
    return key


def _say(  # noqa: PLR0917  each is needed by name
    scene: Scene, key: str, relation: Relation, value: Concept | Ref, evidence: Evidence, one: Happening
) -> None:
    scene.draft.state(key, relation, value, evidence, rule=one.rule)


def _clause(one: Happening) -> Evidence:
    """Return the stretch of the sentence from the first to the last word that tells of the event."""
    piece = one.sentence.piece(one.token)
    spans = [Evidence(piece.start, piece.end)]
    for slot in (one.who, one.host, one.where, one.sides):
        spans += slot.values()
    spans += [one.when_evidence] if one.when_evidence else []
    return _hull(spans)


def _hull(spans: Iterable[Evidence]) -> Evidence:
    spans = list(spans)
    whole = Evidence(min(s.start for s in spans), max(s.end for s in spans))
    return whole if whole.end - whole.start <= LONGEST else spans[0]


def _within(clause: Evidence, evidence: Evidence) -> Evidence:
    """Return the clause where it holds the evidence, so that a clause's facts share one passage."""
    return clause if clause.start <= evidence.start and evidence.end <= clause.end else evidence


def date(scene: Scene, key: str, when: When, evidence: Evidence, rule: str) -> None:
    """State the interval of an event."""
    for relation, value in (
        (Relation.START_DATE, when.start), (Relation.END_DATE, when.end),
        (Relation.DATE_PRECISION, Concept(when.precision)),
    ):  # fmt: skip
        scene.draft.state(key, relation, value, evidence, rule=f"{rule}-date", basis=when.basis)


# Agreements --------------------------------------------------------------------------------------


def agreement(scene: Scene, group: Sequence[Deal], happenings: Sequence[Happening]) -> None:
    """State one agreement or set of agreements."""
    named = [d for d in group if d.rule != "signing-told"] or group
    first = next((d for d in named if d.parties), named[0])
    number = next((d.number for d in group if d.number is not None), None)
    kind = Kind.AGREEMENT if number is None else Kind.AGREEMENT_SET
    key = scene.draft.add(
        kind, labels.of_agreement(scene, first), [_deal_clause(d) for d in group], named=False
    )
    kind_of_all = min(
        (d.kind for d in group), key=lambda k: (k not in _TELLING, [d.kind for d in group].index(k))
    )
    stated = {value for one in group for value in one.members if value not in one.through}
    for one in group:
        one.key = key
        if len(stated) > 1 and not set(one.members) - one.through:  # whoever signed, signed for these
            one.parties = {k: v for k, v in one.parties.items() if k in stated or k not in one.through}
            one.sides = {k: v for k, v in one.sides.items() if k in stated or k not in one.through}
        clause = _deal_clause(one)
        put = _Put(scene, key, one)
        if one.kind == kind_of_all:
            put(Relation.KIND, Concept(one.kind), clause)
        if one.status == group[0].status:
            put(Relation.STATUS, Concept(one.status), clause)
        for relation, slots in ((Relation.PARTY, one.parties), (Relation.SIDE, one.sides)):
            for value, evidence in slots.items():
                basis = Basis.INFERRED if value in one.through else Basis.STATED
                put(relation, Ref(value), _within(clause, evidence), basis=basis)
        matter = labels.subject_matter(scene, one)
        if matter is not None:
            put(Relation.SUBJECT_MATTER, Text(matter[0], scene.draft.article.language), matter[1])
    if number is not None:
        size(scene, key, number, [d.number for d in group if d.number is not None])
    _occasion(scene, key, group, happenings)


class _Put:
    """State facts of one agreement as one clause gives them."""

    def __init__(self, scene: Scene, key: str, deal: Deal) -> None:
        self._scene, self._key, self._deal = scene, key, deal

    def __call__(
        self,
        relation: Relation,
        value: Concept | Ref | Text,
        evidence: Evidence,
        *,
        basis: Basis = Basis.STATED,
    ) -> None:
        self._scene.draft.state(
            self._key,
            relation,
            value,
            evidence,
            rule=self._deal.rule,
            basis=basis,
        )


def _deal_clause(deal: Deal) -> Evidence:
    spans = [deal.sentence.span([deal.token, deal.noun])]
    for slot in (deal.parties, deal.sides, deal.signers, deal.where):
        spans += slot.values()
    spans += [deal.when_evidence] if deal.when_evidence else []
    spans += [deal.number.evidence] if deal.number else []
    spans += [deal.tail] if deal.tail and len(deal.members) == 1 else []
    return _hull(spans)


def size(scene: Scene, key: str, number: Number, numbers: Sequence[Number]) -> None:
    """State how many a set, a delegation or an event is said to have."""
    label = number.label or _COUNTED[scene.draft.kind(key)]
    found = scene.draft.add(Kind.FIGURE, label, [n.evidence for n in numbers], named=False)
    for one in numbers:
        scene.draft.state(key, Relation.SIZE, Ref(found), one.evidence, rule="count")
        _valued(scene, found, number, one)


def figure(scene: Scene, number: Number) -> None:
    """State a figure that belongs to nothing told."""
    found = scene.draft.add(Kind.FIGURE, number.label, [number.evidence], named=False)
    _valued(scene, found, number, number)


def _valued(scene: Scene, key: str, number: Number, one: Number) -> None:
    scene.draft.state(key, Relation.VALUE, number.value, one.evidence, rule="count")
    if one.qualifier == number.qualifier:
        scene.draft.state(key, Relation.QUALIFIER, Concept(one.qualifier), one.evidence, rule="count")


def _occasion(scene: Scene, key: str, group: Sequence[Deal], happenings: Sequence[Happening]) -> None:
    """State where and when an agreement was signed, and of what it came."""
    for one in group:
        at, after = _event_of(happenings, one.occasion, one), _event_of(happenings, one.after, one)
        if at is not None and one.status in _SETTLED:
            evidence = one.sentence.span([one.token, one.occasion or one.token])
            _Put(scene, key, one)(Relation.SIGNED_AT, Ref(at.key), evidence)
        elif at is not None and one.status == "preliminary":
            _Put(scene, key, one)(
                Relation.OUTCOME_OF, Ref(at.key), one.sentence.span([one.token, one.occasion or one.token])
            )  # fmt: skip
        if after is not None and one.status in (*_SETTLED, "preliminary"):
            evidence = one.sentence.span([one.token, one.after or one.token])
            _Put(scene, key, one)(Relation.OUTCOME_OF, Ref(after.key), evidence, basis=Basis.INFERRED)
    if not scene.draft.values(key, Relation.SIGNED_AT) and group[0].within is None:
        _signing(scene, key, group)


def _event_of(happenings: Sequence[Happening], token: "Token | None", deal: Deal) -> Happening | None:
    """Return the event that a word means: the one told by it, or the last that `the meeting` can mean."""
    if token is None:
        return None
    same = next((h for h in happenings if h.token == token and h.key), None)
    if same is not None or not any(c.lower_ in ("the", "this") for c in token.children):
        return same
    lemma = token.lemma_.lower()
    before = [h for h in happenings if h.key and h.sentence.number < deal.sentence.number]
    return next((h for h in reversed(before) if lemma in (h.lemma, h.kind)), None)


def _signing(scene: Scene, key: str, group: Sequence[Deal]) -> None:
    """State the act of signing as an event, where the article tells when, where or by whom it was done."""
    told = [d for d in group if d.token.lemma_.lower() in labels.ACTS and d.token.lemma_ != "agree"]
    acts = [d for d in told if d.status in ("signed", "planned")]
    if not any(d.when or d.where or d.signers or _signs(d) for d in acts):
        return
    dated = next((d for d in acts if d.when is not None), None)
    label = labels.of_signing(scene, key, dated.when if dated is not None else None)
    act = scene.draft.add(Kind.EVENT, label, [_deal_clause(d) for d in acts], named=False)
    for one in acts:
        clause = _deal_clause(one)
        put = _Put(scene, act, one)
        put(Relation.KIND, Concept("signing"), clause)
        put(Relation.STATUS, Concept("happened" if acts[0].status == "signed" else "planned"), clause)
        for relation, slots in (
            (Relation.PARTICIPANT, {**one.parties, **one.signers}), (Relation.SIDE, one.sides),
            (Relation.LOCATION, one.where),
        ):  # fmt: skip
            for value, evidence in slots.items():
                put(relation, Ref(value), _within(clause, evidence))
    _bound(scene, act, group, acts)
    if dated is not None and dated.when is not None and dated.when_evidence is not None:
        date(scene, act, dated.when, dated.when_evidence, "signing")
    if acts[0].status == "signed":
        _Put(scene, key, acts[0])(Relation.SIGNED_AT, Ref(act), _deal_clause(acts[0]))
    else:
        _Put(scene, key, acts[0])(Relation.OUTCOME_OF, Ref(act), _deal_clause(acts[0]))


def _bound(scene: Scene, act: str, group: Sequence[Deal], acts: Sequence[Deal]) -> None:
    """Infer that those who are bound took part in the act, where another clause tells who they are."""
    told = {key for one in acts for key in one.members}
    if told or acts[0].status != "signed":
        return
    for one in group:
        for relation, slots in ((Relation.PARTICIPANT, one.parties), (Relation.SIDE, one.sides)):
            for value, evidence in slots.items():
                _Put(scene, act, one)(relation, Ref(value), evidence, basis=Basis.INFERRED)


def _signs(deal: Deal) -> bool:
    """Tell whether it is told who put their names under it."""
    return deal.token.lemma_.lower() in SIGNING and bool(deal.members)


def sets(scene: Scene, groups: Sequence[Sequence[Deal]], dates: Mapping[str, When]) -> None:
    """State which agreements belong to which sets, and which events they make part of which."""
    by_size = {g[0].number.value: g[0].key for g in groups if g[0].number is not None}
    for deal in (d for g in groups for d in g):
        if deal.within is not None and deal.within.key:
            put, evidence = _Put(scene, deal.key, deal), _within_set(deal, deal.within)
            put(Relation.IN_SET, Ref(deal.within.key), evidence)
            for value in scene.draft.values(deal.within.key, Relation.SIGNED_AT):
                if isinstance(value, Ref):
                    put(Relation.SIGNED_AT, value, evidence, basis=Basis.INFERRED)
        whole = by_size.get(deal.among.value) if deal.among is not None else None
        if whole is None or deal.among is None or whole == deal.key:
            continue
        evidence = _hull([deal.among.evidence, deal.sentence.span([deal.noun, deal.token])])
        _Put(scene, deal.key, deal)(Relation.SUBSET_OF, Ref(whole), evidence)
        scene.draft.mention(whole, deal.among.evidence)
        _part_of(scene, deal, whole, evidence, dates)


def _within_set(deal: Deal, whole: Deal) -> Evidence:
    """Return the words for a part, with those for its set where one sentence holds both."""
    near = [whole.noun] if whole.sentence is deal.sentence else []
    return deal.sentence.span([*near, deal.noun]) if near else _deal_clause(deal)


def _part_of(scene: Scene, deal: Deal, whole: str, evidence: Evidence, dates: Mapping[str, When]) -> None:
    """Infer that the occasion of a part belongs to the visit that the whole came of, by their days."""
    for inner in scene.draft.values(deal.key, Relation.SIGNED_AT):
        for outer in scene.draft.values(whole, Relation.OUTCOME_OF):
            if not (isinstance(inner, Ref) and isinstance(outer, Ref)) or inner == outer:
                continue
            a, b = dates.get(inner.key), dates.get(outer.key)
            if a is not None and b is not None and b.start <= a.start and a.end <= b.end:
                scene.draft.state(
                    inner.key, Relation.SUB_EVENT_OF, outer, evidence,
                    rule="occasion-of-part", basis=Basis.INFERRED,
                )  # fmt: skip
