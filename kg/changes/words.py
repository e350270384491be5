"""Stage 7, changes: one thing's change in words, such as `is now signed (was planned)`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg.changes.labels import ALSO, LABEL, TITLE, Labels
from kg.changes.things import Thing, Value
from kg.vocabulary import KG

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SAME_AS = "https://schema.org/sameAs"
_STATUS = str(KG.status)
_HASH = str(KG.textHash)
_DISPUTED = str(KG.disputed)
_LENGTH = str(KG.textLength)
_SILENT = {_LENGTH}
"""What only says again what another property says."""
_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_FIRST = (_STATUS, LABEL, TITLE, ALSO, TYPE, SAME_AS)


@dataclass(frozen=True, slots=True)
class Altered:
    """A property whose values are not the same, each value as a person reads it."""

    property: str
    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def altered(thing: Thing, labels: Labels) -> tuple[Altered, ...]:
    """Return what changed, property by property; values that both have are left out."""
    pairs = thing.before ^ thing.after
    found = (_altered(thing, predicate, labels) for predicate in sorted({p for p, _ in pairs}))
    return tuple(sorted(found, key=lambda each: (_rank(each.property), each.label, each.property)))


def mentioned(thing: Thing) -> set[str]:
    """Return the IRIs whose names the words need."""
    pairs = thing.before ^ thing.after
    return {p for p, _ in pairs} | {value.text for _, value in pairs if value.is_iri}


def phrases(thing: Thing, changes: Sequence[Altered], counted: tuple[int, int]) -> Iterator[str]:
    """Yield the change of a thing in words; `counted` is how many sentences came and went."""
    if thing.change == "changed":
        for each in changes:
            if each.property not in _SILENT:
                yield _phrase(thing, each)
    added, removed = counted
    if thing.change == "new":
        yield f"new, told by {number(added)} {_sentences(added)}" if added else "new"
    elif added or removed:
        parts = [
            f"{number(n)} {_sentences(n)} {what}"
            for n, what in ((added, "added"), (removed, "taken out"))
            if n
        ]
        yield ", ".join(parts)


def number(count: int) -> str:
    """Return a number as it stands in a sentence."""
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def _altered(thing: Thing, predicate: str, labels: Labels) -> Altered:
    old, new = (thing.values(predicate, new=side) for side in (False, True))
    return Altered(
        predicate, labels.property(predicate), _texts(old - new, labels), _texts(new - old, labels)
    )


def _texts(values: Iterable[Value], labels: Labels) -> tuple[str, ...]:
    return tuple(sorted(labels.of(value) for value in values))


def _phrase(thing: Thing, each: Altered) -> str:
    was, now = _listed(each.before), _listed(each.after)
    if each.property == _HASH:
        return "its text was corrected"
    if each.property == _DISPUTED:
        return _disputed(each)
    only = not (thing.values(each.property, new=False) & thing.values(each.property, new=True))
    verbs = {
        _STATUS: ("is now", "is no longer"),
        TYPE: ("is now of the class", "is no longer of the class"),
        SAME_AS: ("is linked to", "is no longer linked to"),
        LABEL: ("is called", "is no longer called"),
        TITLE: ("is called", "is no longer called"),
        ALSO: ("is also called", "is no longer called"),
    }.get(each.property)
    if verbs is None:
        return _plain(each.label, was, now, only=only)
    if now and was:
        verb = (
            "is now linked to" if each.property == SAME_AS else verbs[0].replace("is called", "is now called")
        )
        return _said(f"{verb} {now} (was {was})")
    return _said(f"{verbs[0]} {now}") if now else f"{verbs[1]} {was}"


def _said(phrase: str) -> str:
    # Of an event it is told that it happened; all other statuses are what a thing is.
    return phrase.replace("is now happened", "has now happened").replace("was happened", "had happened")


def _disputed(each: Altered) -> str:
    told = [(each.after, "now disputed"), (each.before, "no longer disputed")]
    return "; ".join(f"{_listed(names)} {_is(names)} {how}" for names, how in told if names)


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _plain(label: str, was: str, now: str, *, only: bool) -> str:
    if now and was:
        return f"{label}: {now} (was {was})" if only else f"{label}: {now} added, {was} taken out"
    if now:
        return f"{label}: {now}" if only else f"{label}: {now} added"
    return f"{label}: no longer {was}" if only else f"{label}: {was} taken out"


def _listed(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else ", ".join(texts[:-1]) + " and " + texts[-1] if texts else ""


def _sentences(count: int) -> str:
    return "sentence" if count == 1 else "sentences"


def _rank(predicate: str) -> int:
    return _FIRST.index(predicate) if predicate in _FIRST else len(_FIRST)
