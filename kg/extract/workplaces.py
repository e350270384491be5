"""Stage 2: infer in which institution somebody works of whom only the title is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from kg.extract.homeland import SENTENCE_END
from kg.extract.scene import Scene
from kg.extract.tables import table, words
from kg.model import Concept, Kind, Relation

_NEAR = 400
"""Code points before a title within which the institution is named that it is held in."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """Titles, and the kinds of institutions that have them; no kind means any."""

    titles: frozenset[str]
    kinds: frozenset[str]


@cache
def _fits() -> tuple[_Fit, ...]:
    return tuple(_Fit(words(row["titles"]), words(row.get("kinds"))) for row in table("titles")["held_in"])


def workplace(scene: Scene, title: str, start: int) -> str | None:
    """Return the institution that a title without one is held in, where the article leaves no doubt.

    That is the only one of the article that has such titles, or the last one told in the sentence or the one
    before, where it alone has them there.
    """
    said = f" {title.lower()} "
    fit = next((f for f in _fits() if any(f" {word} " in said for word in f.titles)), None)
    if fit is None:
        return None
    named = [(at, key) for at, key in scene.cast.institutions() if _has(scene, key, fit)]
    whole = _wholes(scene, list(dict.fromkeys(key for _, key in named)))
    if len(whole) == 1:
        return whole[0]
    first = _sentence_start(scene, start)
    for begin, end in ((first, start), (_sentence_start(scene, first - 1), first)):
        told = list(dict.fromkeys(key for at, key in named if begin <= at < end))
        if told and start - begin < _NEAR:
            return told[0] if len(_wholes(scene, told)) == 1 else None
    return None


def _wholes(scene: Scene, keys: Sequence[str]) -> list[str]:
    """Return institutions without those whose name only says a part of another: Faculty of Law of X."""
    names = {key: scene.draft.name(key) for key in keys}
    return [k for k in keys if not any(names[o] in names[k] for o in keys if o != k)]


def _has(scene: Scene, key: str, fit: _Fit) -> bool:
    kinds = {value.name for value in scene.draft.values(key, Relation.KIND) if isinstance(value, Concept)}
    return scene.draft.kind(key) is Kind.INSTITUTION and (not fit.kinds or bool(kinds & fit.kinds))


def _sentence_start(scene: Scene, at: int) -> int:
    text = scene.draft.article.text
    ends = [m.start() + 1 for m in SENTENCE_END.finditer(text, max(0, at - 2 * _NEAR), max(0, at))]
    return ends[-1] if ends else 0


def seat(scene: Scene, start: int) -> str | None:
    """Return the town that a mayor is mayor of: the last one told before in the sentence, or the only one."""
    towns = scene.cast.towns()
    first = _sentence_start(scene, start)
    told = [key for at, key in towns if first <= at < start]
    alone = {key for _, key in towns}
    return told[-1] if told else next(iter(alone)) if len(alone) == 1 else None
