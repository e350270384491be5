"""Stage 2: English articles, from text to findings."""

from collections import defaultdict
from dataclasses import dataclass

from kg.extract import (
    agreements,
    annotate,
    arguments,
    counterparts,
    counts,
    delegations,
    enough,
    events,
    genre,
    lines,
    officers,
    offices,
    signings,
    speakers,
    state,
    topics,
    unite,
)
from kg.extract.dating import Dateable, give_dates
from kg.extract.deals import Deal
from kg.extract.draft import Draft
from kg.extract.gate import may_tell
from kg.extract.happenings import Happening
from kg.extract.lines import Marked
from kg.extract.marks import When
from kg.extract.offices import Office
from kg.extract.resolve import Cast
from kg.extract.scene import Scene
from kg.model import Article, Evidence, Findings, Kind, Ref, Relation

VERSION = "0.1"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules have read in an article, all of it stated."""

    scene: Scene
    events: list[list[Happening]]
    """Each with the clauses that tell it, as the agreements are."""
    agreements: list[list[Deal]]
    held: list[Office]


def extract(article: Article) -> Findings:
    """Return what the English rules, and the model trained after them, find in an article."""
    extractor = f"rules-en {VERSION}; {annotate.model_name()}"
    if not may_tell(article):
        return Findings(article, (), (), extractor, ("no word of an event, agreement, delegation or office",))
    reading = read(article)
    arguments.state(reading.scene, reading.events, reading.agreements, reading.held)
    return reading.scene.draft.findings(extractor)


def read(article: Article) -> Reading:
    """Read an article by the rules alone."""
    draft = Draft(article)
    marked = lines.marked(article)
    cast = Cast(draft, list(lines.mentions_of(marked)))
    scene = Scene(draft, cast, list(annotate.parsed([m.line for m in marked])))
    _geography(scene, marked)
    held = offices.offices(scene, [role for m in marked for role in m.roles])
    scene.titled.update(p for m in marked for role in m.roles if (p := cast.of(role.person)) is not None)
    scene.titles += officers.told(held)
    scene.lands.update({one.person: one.place for one in held if one.place is not None})
    if genre.of(article):  # what satire or opinion tells of did not happen, or is not what it tells
        happenings: list[Happening] = []
        deals: list[Deal] = []
    else:
        delegations.find(scene, held)
        offices.of_delegations(scene, held)
        happenings, deals = events.find(scene), agreements.find(scene)
    acts = [h for h in happenings if h.kind == signings.KIND]
    happenings = [h for h in happenings if h.kind != signings.KIND]
    _date(scene, [*happenings, *signings.undated(acts, deals), *deals])
    _inherit_dates(happenings, deals)
    counterparts.complete(scene, deals, happenings)
    united = enough.told(scene, unite.agreements(deals))
    happenings = [h for h in happenings if not h.weak or h.when is not None]
    happenings += signings.alone(acts, deals, united)
    groups = [group for group in unite.events(happenings) if events.enough(scene, group)]
    happenings = [h for group in groups for h in group]
    speakers.add(scene, groups)
    for group in groups:
        state.event(scene, group)
    _sub_events(scene, happenings)
    deals = [deal for group in united for deal in group]
    for bargain in united:
        state.agreement(scene, bargain, happenings)
    state.sets(scene, united, _dates_of(groups))
    offices.state(scene, held, happenings)
    counts.find(scene)
    topics.state(scene, [(m.line.start, m.line.end) for m in marked], deals)
    return Reading(scene, groups, united, held)


def _date(scene: Scene, everything: list[Dateable]) -> None:
    told: defaultdict[int, list[Dateable]] = defaultdict(list)
    for one in everything:
        told[one.sentence.number].append(one)
    for sentence in scene.sentences:
        give_dates(scene, sentence, told[sentence.number])


def _dates_of(groups: list[list[Happening]]) -> dict[str, When]:
    return {h.key: h.when for group in groups for h in group if h.when is not None}


def _inherit_dates(happenings: list[Happening], deals: list[Deal]) -> None:
    """Give the date of `signed at a conference on ...` to the conference: an agreement has no other."""
    for deal in deals:
        at = next((h for h in happenings if deal.occasion is not None and h.token == deal.occasion), None)
        if at is not None and at.when is None and deal.when is not None:
            at.when, at.when_evidence = deal.when, deal.when_evidence


def _geography(scene: Scene, marked: list[Marked]) -> None:
    for lies in (found for m in marked for found in m.geography.found):
        place, of = scene.cast.of(lies.place), scene.cast.of(lies.of)
        if place is None or of is None or place == of:
            continue
        if scene.draft.kind(place) is Kind.PLACE and scene.draft.kind(of) is Kind.PLACE:
            evidence = Evidence(lies.start, lies.end)
            scene.draft.state(place, lies.relation, Ref(of), evidence, rule=lies.rule)


def _sub_events(scene: Scene, happenings: list[Happening]) -> None:
    """Read `During the tour, ...`: what is told happened in the course of the visit told before."""
    for one in happenings:
        for token in one.sentence.tokens:
            if token.lower_ != "during" or token.head != one.token:
                continue
            whole = next((t for t in token.children if t.dep_ == "pobj"), None)
            outer = _outer(happenings, one, whole.lemma_.lower()) if whole is not None else None
            if whole is not None and outer is not None and outer.key != one.key:
                scene.draft.state(
                    one.key, Relation.SUB_EVENT_OF, Ref(outer.key), one.sentence.span([whole, one.token]),
                    rule="during",
                )  # fmt: skip


_JOURNEYS = ("visit", "tour", "trip", "stay", "journey")


def _outer(happenings: list[Happening], inner: Happening, word: str) -> Happening | None:
    kinds = ("visit",) if word in _JOURNEYS else (word,)
    before = [h for h in happenings if h.kind in kinds and h.sentence.start < inner.sentence.start and h.key]
    return before[0] if before else None
