"""Stage 2: a name that a text has more than once is the same name each time, wherever the model saw it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg.extract.marks import Mention, Sort
from kg.extract.words import Word, is_office, small

_OFTEN = 2
"""Times that the model must see a word alone as a name before it is believed elsewhere."""


@dataclass(frozen=True, slots=True)
class Named:
    """The words of a line and the names in them."""

    words: tuple[Word, ...]
    names: tuple[Mention, ...]


def repeated(lines: Sequence[Named]) -> list[tuple[Mention, ...]]:
    """Return the names of each line, with those that only other lines tell."""
    told = _told(lines)
    return [_again(line, told) for line in lines]


def _told(lines: Sequence[Named]) -> dict[str, Mention]:
    """Return the names that may be looked for elsewhere, with what they are."""
    seen: defaultdict[str, list[Mention]] = defaultdict(list)
    for line in lines:
        for mention in line.names:
            if mention.sort in (Sort.INSTITUTION, Sort.PERSON, Sort.PLACE):
                seen[mention.name].append(mention)
    return {name: best for name, found in seen.items() if (best := _best(found)) is not None}


def _best(found: Sequence[Mention]) -> Mention | None:
    """Return what a name is: an institution that its words tell, or else what most mentions say."""
    kinds = [m for m in found if m.sort is Sort.INSTITUTION and m.kind]
    most = Counter(m.sort for m in found).most_common(1)[0][0]
    best = kinds[0] if kinds else max((m for m in found if m.sort is most), key=lambda m: m.trusted)
    sure = len(best.name.split()) > 1 or best.trusted or len(found) >= _OFTEN
    return best if sure and best.name[:1].isupper() else None


def _again(line: Named, told: dict[str, Mention]) -> tuple[Mention, ...]:
    names = [_same(m, told.get(m.name)) for m in line.names]
    taken = {i for m in names for i, word in enumerate(line.words) if m.start <= word.start < m.end}
    spelled = {word.text for word in line.words}
    here = [item for item in told.items() if item[0].split()[0] in spelled]
    for name, mention in sorted(here, key=lambda item: (-len(item[0]), item[0])):
        parts = name.split()
        for i, word in enumerate(line.words):
            if word.text != parts[0] or i in taken:
                continue
            last = _end(line.words, i, name)
            if last and not taken & set(range(i, last)) and _alone(line.words, i, last):
                end = line.words[last - 1].end
                names.append(replace(mention, start=word.start, end=end))
                taken |= set(range(i, last))
    return tuple(sorted(names, key=lambda m: m.start))


def _same(mention: Mention, told: Mention | None) -> Mention:
    """Return a mention of a person as the institution that its name is elsewhere."""
    turned = told is not None and told.sort is Sort.INSTITUTION and told.kind and mention.sort is Sort.PERSON
    return replace(told, start=mention.start, end=mention.end) if told is not None and turned else mention


def _end(words: Sequence[Word], first: int, name: str) -> int:
    """Return where the words end that spell a name from here on, or 0."""
    spelled = ""
    for at in range(first, len(words)):
        gap = " " if spelled and words[at].start > words[at - 1].end else ""
        spelled += gap + words[at].text
        if spelled == name:
            return at + 1
        if not name.startswith(spelled):
            return 0
    return 0


def _alone(words: Sequence[Word], first: int, last: int) -> bool:
    """Tell whether no other name goes on before or after these words."""
    before = words[first - 1] if first else None
    after = words[last] if last < len(words) else None
    free = before is None or not before.capital or before.lower in small("first") or is_office(before.text)
    return free and (after is None or not after.capital or is_office(after.text))
