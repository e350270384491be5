"""Stage 2: infer in which institution somebody works of whom only the title is told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from kg.extract.homeland import SENTENCE_END
from kg.extract.marks import Mention, Sort
from kg.extract.places import known
from kg.extract.scene import Scene
from kg.extract.tables import table, words
from kg.model import Concept, Kind, Relation

_NEAR = 400
"""Code points before a title within which the institution is named that it is held in."""
_STATESMEN = ("President", "Vice President", "Secretary", "Chancellor", "Professor")
"""Titles before a name that are a country's as often as an institution's."""
_MEDIA = (
    "news",
    "daily",
    "online",
    "times",
    "agency",
    "post",
    "herald",
    "gazette",
    "tv",
    "radio",
    "media",
    "press",
)
"""Last words of the names of those who only report."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """Titles, and the kinds of institutions that have them; no kind means any."""

    titles: frozenset[str]
    kinds: frozenset[str]


@cache
def _fits() -> tuple[_Fit, ...]:
    return tuple(_Fit(words(row["titles"]), words(row.get("kinds"))) for row in table("titles")["held_in"])


def workplace(scene: Scene, title: str, start: int, taken: Collection[str] = ()) -> str | None:
    """Return the institution that a title without one is most likely held in.

    That is the only one of the article that has such titles, or else the first of the sentence, of the
    sentence before, or of the article. Where others are told to lead an institution, the title is not theirs.
    """
    said = f" {title.lower()} "
    fit = next((f for f in _fits() if any(f" {word} " in said for word in f.titles)), None)
    academic = title == "Chancellor" and "vice-chancellor" in scene.draft.article.text.lower()
    if fit is None or (title in _STATESMEN and not academic):
        return None
    sure = [(at, key) for at, key, m in scene.cast.named() if (m.trusted or m.kind) and key not in taken]
    named = [(at, key) for at, key in sure if _has(scene, key, fit)]
    whole = _wholes(scene, list(dict.fromkeys(key for _, key in named)))
    if len(whole) == 1:
        return whole[0]
    first = _sentence_start(scene, start)
    for begin, end in ((first, start), (_sentence_start(scene, first - 1), first)):
        told = [key for at, key in named if begin <= at < end]
        if told and start - begin < _NEAR:
            return told[0]
    return _publisher(scene, whole) or next(iter(whole), None)


def leads(title: str) -> bool:
    """Tell whether an institution has one holder of a title at a time."""
    return title.lower() in words(table("titles")["single"])


def _publisher(scene: Scene, keys: Sequence[str]) -> str | None:
    """Return the institution whose press release the article is."""
    publisher = scene.draft.article.publisher.lower()
    return next((key for key in keys if scene.draft.name(key).lower() in publisher), None)


def _wholes(scene: Scene, keys: Sequence[str]) -> list[str]:
    """Return institutions without those whose name only says a part of another: Faculty of Law of X."""
    names = {key: scene.draft.name(key) for key in keys}
    return [k for k in keys if not any(names[o] in names[k] for o in keys if o != k)]


def _has(scene: Scene, key: str, fit: _Fit) -> bool:
    kinds = {value.name for value in scene.draft.values(key, Relation.KIND) if isinstance(value, Concept)}
    reports = scene.draft.name(key).lower().split()[-1] in _MEDIA
    return (
        scene.draft.kind(key) is Kind.INSTITUTION
        and not reports
        and (not fit.kinds or bool(kinds & fit.kinds))
    )


def _sentence_start(scene: Scene, at: int) -> int:
    text = scene.draft.article.text
    ends = [m.start() + 1 for m in SENTENCE_END.finditer(text, max(0, at - 2 * _NEAR), max(0, at))]
    return ends[-1] if ends else 0


def seat(scene: Scene, start: int, *, province: bool = False) -> str | None:
    """Return the town of a mayor or the province of a governor: the last one told before, or the only one."""
    towns = [(at, key) for at, key, m in scene.cast.named() if _is_seat(scene, key, m, province=province)]
    first = _sentence_start(scene, start)
    told = [key for at, key in towns if first <= at < start]
    alone = {key for _, key in towns}
    return told[-1] if told else next(iter(alone)) if len(alone) == 1 else None


def _is_seat(scene: Scene, key: str, mention: Mention, *, province: bool) -> bool:
    place = known(mention.name)
    kind = place.kind if place is not None else ""
    fits = kind == "province" if province else kind not in ("country", "province")
    return mention.sort is Sort.PLACE and scene.draft.kind(key) is Kind.PLACE and fits
