"""Stage 2: English articles, from text to findings."""

from collections import defaultdict

from kg.extract import agreements, annotate, counts, delegations, events, lines, state, topics, unite
from kg.extract.dating import Dateable, give_dates
from kg.extract.deals import Deal
from kg.extract.draft import Draft
from kg.extract.events import Happening
from kg.extract.lines import Marked
from kg.extract.marks import RoleMention, Sort, When
from kg.extract.resolve import Cast
from kg.extract.scene import Scene
from kg.model import Article, Basis, Evidence, Findings, Kind, Ref, Relation, Text, Value

VERSION = "0.1"


def extract(article: Article) -> Findings:
    """Return what the English rules find in an article."""
    draft = Draft(article)
    marked = lines.marked(article)
    cast = Cast(draft, list(lines.mentions_of(marked)))
    scene = Scene(draft, cast, list(annotate.parsed([m.line for m in marked])))
    _geography(scene, marked)
    roles = [(role, _body(scene, role)) for m in marked for role in m.roles]
    scene.employers.update(
        {p: body for role, body in roles if body is not None and (p := cast.of(role.person)) is not None}
    )
    delegations.find(scene)
    happenings, deals = events.find(scene), agreements.find(scene)
    told: defaultdict[int, list[Dateable]] = defaultdict(list)
    everything: list[Dateable] = [*happenings, *deals]
    for one in everything:
        told[one.sentence.number].append(one)
    for sentence in scene.sentences:
        give_dates(scene, sentence, told[sentence.number])
    _inherit_dates(happenings, deals)
    happenings = [h for h in happenings if not h.weak or h.when is not None]
    groups = [group for group in unite.events(happenings) if events.enough(scene, group)]
    happenings = [h for group in groups for h in group]
    for group in groups:
        state.event(scene, group)
    _sub_events(scene, happenings)
    united = [group for group in unite.agreements(deals) if agreements.enough(scene, group)]
    deals = [deal for group in united for deal in group]
    for bargain in united:
        state.agreement(scene, bargain, happenings)
    state.sets(scene, united, _dates_of(groups))
    _roles(scene, roles, happenings)
    counts.find(scene)
    topics.state(scene, [(m.line.start, m.line.end) for m in marked], deals)
    return draft.findings(f"rules-en {VERSION}; {annotate.model_name()}")


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


def _body(scene: Scene, role: RoleMention) -> str | None:
    """Return the institution in which a role is held."""
    if role.body is None or role.body.sort is not Sort.INSTITUTION:
        return None
    key = scene.cast.of(role.body)
    return key if key is not None and scene.draft.kind(key) is Kind.INSTITUTION else None


def _roles(scene: Scene, roles: list[tuple[RoleMention, str | None]], happenings: list[Happening]) -> None:
    known: dict[tuple[str, str | None, str], str] = {}
    for role, body in roles:
        person = scene.cast.of(role.person)
        if person is None:
            continue
        evidence = Evidence(role.start, role.end)
        same = (person, body, role.title.lower())
        if same not in known:
            label = f"{scene.draft.name(person)}, {role.title}" + (
                f", {scene.draft.name(body)}" if body else ""
            )
            known[same] = scene.draft.add(Kind.ROLE, label, [evidence], named=False)
        key = known[same]
        scene.draft.mention(key, evidence)
        title = Text(role.title, scene.draft.article.language)
        said: list[tuple[Relation, Value]] = [(Relation.HOLDER, Ref(person)), (Relation.TITLE, title)]
        for relation, value in [*said, (Relation.ROLE_IN, Ref(body))] if body else said:
            scene.draft.state(key, relation, value, evidence, rule=role.rule)
        _attested(scene, key, role, person, happenings)


def _attested(scene: Scene, key: str, role: RoleMention, person: str, happenings: list[Happening]) -> None:
    """State the day on which a role is attested: that of the event told with it, or that of the report."""
    if scene.draft.values(key, Relation.ATTESTED_ON):
        return
    evidence = Evidence(role.start, role.end)
    for one in happenings:
        told = one.sentence.start <= role.start <= one.sentence.end and person in {*one.who, *one.host}
        if told and one.when is not None and one.when.start == one.when.end and one.status == "happened":
            scene.draft.state(
                key, Relation.ATTESTED_ON, one.when.start, one.when_evidence or evidence,
                rule=role.rule, basis=one.when.basis,
            )  # fmt: skip
            return
    published = scene.draft.article.published
    if published is not None:
        scene.draft.state(
            key,
            Relation.ATTESTED_ON,
            published,
            evidence,
            rule=role.rule,
            basis=Basis.RESOLVED,
        )


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
