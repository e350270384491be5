"""Stage 2: how sure a rule is, as measured on annotated articles."""

from collections.abc import Mapping
from functools import cache

from kg.extract.tables import table
from kg.model import Kind, Relation
from kg.precision import ENOUGH, Record, record, said


@cache
def confidence_of(rule: str, kind: Kind | None, relation: Relation, *, guess: float | None = None) -> float:
    """Return how likely it is that an article says what a rule reads in it.

    The share of right ones where there were cases enough; a rule seldom met counts as all such rules of its
    language, kind of thing (None for the article) and relation together, unless its own few cases speak
    against that; what nobody annotated is guessed.
    """
    what = said(kind, relation) if kind else relation.value
    own = _measured().get((rule, what))
    if own is None:
        return guess or _guess(rule)
    together = _seldom().get((_language(rule), what))
    if own.of >= ENOUGH or together is None or own.speaks_against(together.share):
        return round(own.confidence, 3)
    return round(max(own.confidence, together.confidence), 3)


@cache
def _measured() -> Mapping[tuple[str, str], Record]:
    pairs = ((name.split(), record(text)) for name, text in table("measured").items())
    return {(rule, what): each for (rule, what), each in pairs}


@cache
def _seldom() -> Mapping[tuple[str, str], Record]:
    """Return by language and what is said the sum of the rules with too few cases of their own."""
    found: dict[tuple[str, str], Record] = {}
    for (rule, what), each in _measured().items():
        if each.of < ENOUGH:
            key = _language(rule), what
            found[key] = found.get(key, Record(0, 0)) + each
    return found


def _language(rule: str) -> str:
    return "zh" if rule.startswith("zh-") else "en"


def _guess(rule: str) -> float:
    known: Mapping[str, float] = table("confidence")
    return known.get(rule, known["date"] if rule.endswith("-date") else known["default"])
