"""Stage 6, publish: candidates of a query with their scores, and the one that is surely meant."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kg.publish.reconcile.asked import Asked
from kg.publish.reconcile.evidence import AGREES, CONTRADICTS
from kg.search import Thing, likeness
from kg.search.fold import fold, tells_little

_PROPERTY = 0.4
"""What a property weighs where the name weighs 1."""
_UNKNOWN = 50.0
"""What a property counts of which nothing is known."""
_OTHER_CLASS = 0.5
_LIKE_ENOUGH = 50.0
"""How alike the name must be at least where an id says that it is the thing."""
Support = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that may be meant, before it is weighed."""

    thing: Thing
    name: str
    """The name of it that is the most like what was asked."""
    alike: float
    """How alike that is."""
    exact: bool
    called: bool = False
    """The query is its id."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score and what that is made of."""

    candidate: Candidate
    score: float
    wanted: bool
    """It is of a class that was asked for."""
    support: Support
    """How well each property that was given bears it out."""
    identified: bool
    """A property that was given is its id."""
    match: bool = False

    @property
    def agrees(self) -> bool:
        """Tell whether a property bears it out and none speaks against it."""
        return any(s is not None and s >= AGREES for s in self.support.values()) and not self.contradicted

    @property
    def contradicted(self) -> bool:
        """Tell whether a property speaks against it."""
        return any(s is not None and s < CONTRADICTS for s in self.support.values())


def candidates_of(
    asked: Asked,
    named: Iterable[tuple[Thing, str]],
    called: Iterable[Thing],
    weight: Callable[[str], float],
) -> list[Candidate]:
    """Return each thing once with the likeness of its best name, the likeliest first."""
    best: dict[str, Candidate] = {
        thing.path: Candidate(thing, thing.label, 100.0, exact=False, called=True) for thing in called
    }
    for thing, name in named:
        alike = likeness(asked.text, name, weight)
        if thing.path not in best or alike.score > best[thing.path].alike:
            best[thing.path] = Candidate(thing, name, alike.score, alike.exact)
    wanted = [each for each in best.values() if not asked.filter or each.thing.kind in asked.filter]
    return sorted(wanted, key=lambda each: (-each.alike, not each.called, each.thing.path))


def ranked(
    asked: Asked, found: Sequence[Candidate], support: Mapping[str, Support], schemes: frozenset[str]
) -> list[Ranked]:
    """Return the candidates by decreasing score, at most one of them as the match.

    `support` is by path and name of the property; `schemes` are the names of the properties that are ids.
    """
    weighed = [_weighed(asked, each, support.get(each.thing.path, {}), schemes) for each in found]
    sure = _sure(asked, weighed)
    weighed.sort(key=lambda each: (-each.score, each is not sure, each.candidate.thing.path))
    if sure is not None and weighed[0] is sure:
        weighed[0] = replace(sure, match=True)
    return weighed[: asked.limit]


def _weighed(asked: Asked, each: Candidate, support: Support, schemes: frozenset[str]) -> Ranked:
    wanted = not asked.kinds or each.thing.kind in asked.kinds
    identified = any(support.get(name) == 100.0 for name in schemes)  # noqa: PLR2004  the same id
    counted = [_UNKNOWN if s is None else s for s in support.values()]
    parts = [(1.0, each.alike)] if asked.text else []
    parts += [(_PROPERTY, s) for s in counted]
    score = sum(w * s for w, s in parts) / sum(w for w, _ in parts) if parts else 0.0
    if each.called or (identified and (not asked.text or each.alike >= _LIKE_ENOUGH)):
        score = 100.0
    return Ranked(each, round(score if wanted else score * _OTHER_CLASS, 1), wanted, support, identified)


def _sure(asked: Asked, weighed: Sequence[Ranked]) -> Ranked | None:
    """Return the one that is surely meant, if there is one."""
    wanted = [each for each in weighed if each.wanted]
    called = [each for each in wanted if each.candidate.called]
    if called:
        return called[0] if len(called) == 1 else None
    identified = [each for each in wanted if each.identified]
    if identified:
        alike = not asked.text or identified[0].candidate.alike >= _LIKE_ENOUGH
        return identified[0] if len(identified) == 1 and alike else None
    exact = [each for each in wanted if each.candidate.exact]
    agreeing = [each for each in exact if each.agrees]
    if len(exact) == 1:
        return exact[0] if agreeing or _says_enough(asked, exact[0]) else None
    others = [each for each in exact if each not in agreeing]
    return agreeing[0] if len(agreeing) == 1 and all(each.contradicted for each in others) else None


def _says_enough(asked: Asked, only: Ranked) -> bool:
    """Tell whether the name is enough: never for a person, an acronym or what many could be called."""
    kind = only.candidate.thing.kind
    if only.contradicted or kind == "Person":
        return False
    if kind == "Place" and kind in asked.kinds:
        return True  # `US` in a column of places is no riddle.
    # As it is written in the release: in a table, every name may be in capitals.
    return not tells_little(only.candidate.name, fold(only.candidate.name))
