"""Stage 2: unite what several clauses tell of one event or one agreement."""

from collections.abc import Iterable

from kg.extract.deals import Deal
from kg.extract.happenings import Happening
from kg.extract.marks import When
from kg.model import ZoneKind

_GROUPS = {"happened": "done", "ongoing": "done", "signed": "done", "in-force": "done", "planned": "open",
           "preliminary": "open", "denied": "not", "cancelled": "not"}  # fmt: skip


_GATHERINGS = ("conference", "training", "ceremony")
"""Kinds that many take part in: `the forum` is the same one, whoever is said to have come."""


def events(found: Iterable[Happening]) -> list[list[Happening]]:
    """Return the events, each as the clauses that tell it, the first of them leading."""
    groups: list[list[Happening]] = []
    for one in found:
        group = next((g for g in reversed(groups) if _same_event(g, one)), None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    return _given_up(groups)


def _given_up(groups: list[list[Happening]]) -> list[list[Happening]]:
    """Let what is told to be cancelled take in what tells of it as planned."""
    cancelled = [g for g in groups if g[0].status == "cancelled"]
    kept = []
    for group in groups:
        off = next((g for g in cancelled if group[0].status == "planned" and _one_plan(g, group)), None)
        if off is None:
            kept.append(group)
        else:
            off += group
    return kept


def _one_plan(off: list[Happening], plan: list[Happening]) -> bool:
    who = {k for h in plan for k in h.who}
    same_day = {h.when for h in off if h.when} & {h.when for h in plan if h.when}
    shared = {k for h in off for k in h.who} & who if who else same_day
    apart = any(clash(a.when, b.when) or _apart(a, b) for a in off for b in plan)
    return off[0].kind == plan[0].kind and bool(shared) and not apart


def _same_event(group: list[Happening], one: Happening) -> bool:  # noqa: PLR0911  one return a case, in order
    first = group[0]
    if first.kind != one.kind or _GROUPS[first.status] != _GROUPS[one.status]:
        return False
    if any(clash(h.when, one.when) or (_apart(h, one) and not _welcomed(one, h)) for h in group):
        return False
    if one.name or any(h.name for h in group):
        names = [h.name for h in group if h.name]
        if one.name:
            return any(_named_alike(name, one.name) for name in names)
        return one.definite and any(name.lower().split()[-1] == one.lemma for name in names)
    if first.kind == "statement":
        return False
    mine = {*one.who, *one.host, *one.sides}
    theirs = {key for h in group for key in (*h.who, *h.host, *h.sides)}
    headline = one.sentence.zone is ZoneKind.HEADLINE or all(
        h.sentence.zone is ZoneKind.HEADLINE for h in group
    )
    same_word = any(h.lemma == one.lemma for h in group)
    if (one.back and first.kind != "visit") or any(_welcomed(one, h) for h in group):
        return True
    if one.definite and (not mine or (same_word and first.kind in _GATHERINGS)):
        return True
    if first.kind in _GATHERINGS and ((one.definite and mine & theirs) or any(_there(h, one) for h in group)):
        return True
    if headline or (one.definite and same_word):
        return bool(mine & theirs) or not mine or not theirs
    same_day = one.when is not None and any(h.when == one.when for h in group)
    return bool(mine & theirs) and (same_word or same_day) and (mine <= theirs or theirs <= mine or same_day)


def _there(a: Happening, b: Happening) -> bool:
    """Tell whether two clauses tell with one word of something at one body: a lecture, twice announced."""
    return a.lemma == b.lemma and bool(set(a.host) & set(b.host))


def _welcomed(one: Happening, other: Happening) -> bool:
    """Tell whether a clause says who received the delegation of a visit already told."""
    return (
        one.lemma in ("welcome", "host")
        and not one.where
        and bool(one.who)
        and set(one.who) <= set(other.who)
    )


def _named_alike(a: str, b: str) -> bool:
    short, long = sorted((a.lower(), b.lower()), key=len)
    return long.endswith(short)


def _apart(a: Happening, b: Happening) -> bool:
    """Tell whether two clauses speak of different places or of different hosts."""
    places = bool(a.where) and bool(b.where) and not set(a.where) & set(b.where)
    told = bool(a.host or a.where) and bool(b.host or b.where)
    hosts = bool(a.host) != bool(b.host) and a.kind == "visit" and told
    return places or hosts or (bool(a.host) and bool(b.host) and not set(a.host) & set(b.host))


def clash(a: When | None, b: When | None) -> bool:
    """Tell whether two dates cannot both be of one thing."""
    return a is not None and b is not None and (a.end < b.start or b.end < a.start)


_NEAR = 4
"""Sentences within which `the agreement` means the last one."""


def agreements(found: Iterable[Deal]) -> list[list[Deal]]:
    """Return the agreements and sets, each as the clauses that tell it."""
    groups: list[list[Deal]] = []
    for one in found:
        group = next((g for g in reversed(groups) if _same_deal(g, one)), None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    return groups


def _same_deal(group: list[Deal], one: Deal) -> bool:  # noqa: PLR0911  one return a case, in order
    first = group[0]
    if one.within is not None or first.within is not None or one.earlier != first.earlier:
        return False
    numbers = (one.number and one.number.value, first.number and first.number.value)
    if numbers[0] != numbers[1] and one.rule != "signing-told":
        return False
    if _GROUPS[first.status] != _GROUPS[one.status] or any(clash(d.when, one.when) for d in group):
        return False
    if one.number is not None:
        return True
    mine = {*one.members, *one.signers}
    theirs = {key for d in group for key in (*d.members, *d.signers)}
    if not mine:
        return one.definite or one.sentence.zone is ZoneKind.HEADLINE
    near = one.sentence.number - group[-1].sentence.number <= _NEAR
    if one.definite and near and _called_alike(one, group):
        stated = set(one.members) - one.through
        others = {key for d in group for key in d.members}
        return not stated or not others or bool(stated & others) or bool(one.signers)
    if not theirs:
        return not one.apart
    if first.sentence is one.sentence or (one.apart and first.apart):
        return False
    return mine <= theirs or theirs <= mine or (len(mine & theirs) > 1)


_ANY = ("formal-agreement", "partnership")
"""What any agreement may be called the second time."""


def _called_alike(one: Deal, group: list[Deal]) -> bool:
    return one.kind in _ANY or any(d.kind == one.kind or d.kind in _ANY for d in group)
