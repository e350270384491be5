"""Stage 2, Chinese: persons called by family name and title (`云大使`), and names that the tagger parts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kg.extract.chinese_families import family_of, is_chinese_name, is_family
from kg.extract.chinese_marks import Piece, Sort
from kg.extract.chinese_names import ending_kind, is_title
from kg.extract.chinese_words import Word, is_verb, lexicon, listed

_FOREIGN = 5
"""Letters of a foreign name without a dot that the tagger parts."""
_LONGEST = 3
"""Letters of most Chinese names at most."""
_NO_NAME = frozenset({"w", "p", "c", "u", "d", "m", "q", "r", "f", "TIME", "PER", "LOC", "ORG"})
_EDGE = frozenset({"w", "p", "c", "v", "d", "vd", "ad", "u", "TIME"})


def called(text: str) -> str:
    """Return the family name of `云大使`, `云副校长`, `云总`, or nothing for another word."""
    family = family_of(text)
    title = text[len(family) :]
    known = is_title(title) or title in listed("after_names") or title in listed("called")
    return family if title and known and is_family(family) else ""


def families(people: Sequence[str]) -> dict[str, str]:
    """Return the persons by family name, those alone in it."""
    found: dict[str, list[str]] = {}
    for name in people:
        if is_chinese_name(name):
            found.setdefault(family_of(name), []).append(name)
    return {family: names[0] for family, names in found.items() if len(names) == 1}


def callings(words: Sequence[Word], known: Mapping[str, str]) -> Iterator[Piece]:
    """Yield the persons that a sentence only calls by family name and title."""
    for index, word in enumerate(words):
        after = words[index + 1].text if index + 1 < len(words) else ""
        alone = word.tag not in _NO_NAME and is_family(word.text)
        deputy = len(word.text) > 1 and word.text[-1] == "副" and is_family(word.text[:-1])
        text = word.text + after if alone or deputy else word.text
        if (family := called(text)) and (name := known.get(family)):
            yield Piece(Sort.PERSON, text, word.start, full=name)


def with_parted_names(words: Sequence[Word]) -> list[Word]:
    """Return the words with names joined that a title beside them gives away (`书记 成 宁夏 、`)."""
    done: list[Word] = []
    index = 0
    while index < len(words):
        if _is_parted(words, index, done[-1] if done else None):
            done.append(replace(words[index], text=words[index].text + words[index + 1].text, tag="PER"))
            index += 1
        else:
            done.append(words[index])
        index += 1
    return done


def _is_foreign(words: Sequence[Word], index: int) -> bool:
    """Return whether two words behind a title and before a list's mark are one foreign name."""
    first, second = words[index], words[index + 1]
    after = words[index + 2] if index + 2 < len(words) else None
    ends = after is not None and (after.text in ("、", "一行", "等", "，") or after.tag == "c")
    parts = {first.tag, second.tag}
    named = bool(parts & {"PER", "nz", "nw"}) and parts <= {
        "PER",
        "nz",
        "nw",
        "n",
        "f",
        "v",
        "vn",
        "a",
        "LOC",
    }
    plain = not any(is_verb(w.text) or is_title(w.text) or ending_kind(w.text) for w in (first, second))
    chinese = first.tag == "PER" and is_family(first.text[:1]) and len(first.text) > 1
    short = len(first.text + second.text) <= _FOREIGN
    return ends and named and plain and short and not chinese


def _is_parted(words: Sequence[Word], index: int, before: Word | None) -> bool:
    """Return whether a family name and what follows it are one person's name, by a title on one side."""
    if index + 1 >= len(words):
        return False
    family, given = words[index], words[index + 1]
    after = words[index + 2] if index + 2 < len(words) else None
    fits = (
        is_family(family.text)
        and family.tag not in _NO_NAME
        and family.text not in lexicon()["no_families"]
        and len(family.text + given.text) <= _LONGEST
        and given.tag not in _NO_NAME - {"LOC", "PER", "r", "d", "TIME"}
        and not is_verb(given.text)
        and not is_title(given.text)
        and not is_title(family.text + given.text)
        and not ending_kind(family.text + given.text)
        and not given.text.endswith(tuple(lexicon()["departments"]))
    )
    titled = before is not None and is_title(before.text) and (after is None or after.tag in _EDGE)
    if before is not None and is_title(before.text) and _is_foreign(words, index):
        return True
    edge = before is None or before.tag in _EDGE
    headed = edge and after is not None and after.text in listed("after_names")
    return fits and (titled or headed)
