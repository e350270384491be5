"""The built-in linker: a subject -> the item that it is, or none, with the evidence for each candidate."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kg.link.authority.folding import fold, has_han
from kg.link.authority.snapshot import Snapshot, open_snapshot
from kg.link.linker.doubles import doubled
from kg.link.linker.evidence import place_evidence, spoken
from kg.link.linker.finding import Found, find, parted
from kg.link.linker.persons import person_evidence
from kg.link.linker.surroundings import HOME, Reading, Spot, spots
from kg.link.linker.tiers import decide
from kg.link.linker.weighing import (
    Weighed,
    body_values,
    person_values,
    place_values,
    ranked,
    size_values,
    weigh,
)
from kg.proposals import Candidate, Linker, Proposal, Subject

METHOD = "kg names 1"
_SHOWN = 5
_TYPES = {
    "organization": frozenset(("organization",)),
    "person": frozenset(("person",)),
    "place": frozenset(("place",)),
    "concept": frozenset(("concept",)),
    "person-or-organization": frozenset(("person", "organization")),
}
_ANY = frozenset(("organization", "person", "place", "concept", "other"))


def open_linker(path: Path) -> Linker:
    """Return the built-in linker over the snapshot in that file."""
    return NameLinker(open_snapshot(path))


class NameLinker:
    """Links by names and what stands around them."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Keep the snapshot that is asked."""
        self._snapshot = snapshot

    def __call__(self, subjects: Iterable[Subject]) -> Iterator[Proposal]:
        """Yield a proposal for each subject, in their order."""
        for subject in subjects:
            yield self.propose(subject)

    def propose(self, subject: Subject) -> Proposal:
        """Return what the snapshot has for one subject."""
        weighed = self.weigh(subject)
        tier, scores, reason = decide(weighed)
        shown = [_candidate(one, score) for one, score in zip(weighed[:_SHOWN], scores, strict=False)]
        return Proposal(
            subject=subject.id,
            name=subject.name,
            tier=tier,
            candidates=tuple(shown),
            reason=reason,
            snapshot=self._snapshot.manifest.version,
            method=METHOD,
        )

    def weigh(self, subject: Subject) -> list[Weighed]:
        """Return every candidate with its points, the best first."""
        types = _TYPES.get(subject.kind, _ANY)
        forms = (subject.name, *subject.aliases)
        text = subject.context
        found = find(forms, types, text, self._snapshot, ids=subject.ids)
        if not found:
            return []
        mentions = _mentions(text, subject.name)
        head, tail = parted(subject.name)
        told = [*_told(subject, self._snapshot), *_beside(tail, self._snapshot)]
        seen = Seen(
            around=(*told, *spots(text, mentions, self._snapshot)),
            inside=tuple(spots(head, [], self._snapshot)),
            text=_without(text, mentions),
        )
        twice = doubled(found)
        return ranked(
            [weigh(one, {**_values(one, seen, subject), "doubled": one.number in twice}) for one in found]
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """What a subject's name and text say of places."""

    around: tuple[Spot, ...]
    inside: tuple[Spot, ...]
    """In the name itself."""
    text: str
    """Without the mentions."""


def _values(found: Found, seen: Seen, subject: Subject) -> dict[str, float]:
    record, around, text = found.record, seen.around, seen.text
    if record.type == "person":
        values = person_values(person_evidence(record, text))
        return values | {"support": place_evidence(record, around, text).support if record.region else 0.0}
    values = place_values(place_evidence(record, around, text))
    if record.type == "place":
        return values | size_values(record)
    if record.type != "organization":
        return values
    own = place_evidence(record, seen.inside, "").support
    body = body_values(found, fold(subject.name), values["support"])
    return values | body | {"place in name": own, "language": spoken(subject.language, record.country)}


def _mentions(text: str, name: str) -> list[tuple[int, int]]:
    if not name:
        return []
    pattern = re.escape(name) if has_han(name) else rf"(?<!\w){re.escape(name)}(?!\w)"
    return [match.span() for match in re.finditer(pattern, text)]


def _without(text: str, mentions: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(mentions):
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def _beside(tail: str, snapshot: Snapshot) -> list[Spot]:
    """`Orlan (France)`: what stands in brackets is where it is."""
    return [replace(spot, start=0, end=0, role=HOME) for spot in spots(tail, [], snapshot)] if tail else []


def _told(subject: Subject, snapshot: Snapshot) -> list[Spot]:
    """Return what the caller knows of the subject's place as places beside its name."""
    found: list[Spot] = []
    if subject.country:
        found.append(Spot(0, 0, "", HOME, (Reading(subject.country, "", "", 0),), sure=True))
    if subject.places:
        text = ", ".join(subject.places)
        found += [Spot(0, 0, s.key, HOME, s.readings, sure=s.sure) for s in spots(text, [(0, 0)], snapshot)]
    return found


def _candidate(weighed: Weighed, score: float) -> Candidate:
    record = weighed.found.record
    features = dict(sorted(weighed.features.items(), key=lambda f: (-abs(f[1]), f[0])))
    return Candidate(
        item=record.item,
        label=record.label,
        score=score,
        features=features,
        match=weighed.found.match,
        ids=record.ids,
        description=record.description,
    )
