"""Stage 2, Chinese: names in a sentence, repaired from the model's tags by tables of endings."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from kg import gazetteer
from kg.extract.chinese_words import Word, acts, is_verb, lexicon, listed, longest_first

_NAMES = frozenset({"LOC", "ORG", "nz", "nw"})
_INNER = frozenset({"LOC", "ORG", "nz", "n", "vn", "an", "s", "j"})
_DOTTED = re.compile(r"[一-鿿]{1,8}(?:·[一-鿿]{1,8})+")
_FIELD = frozenset({"n", "vn", "an", "a", "nz", "s", "b"})
_REACH = 6
"""Most words that one institution's name is glued from."""
Span = tuple[int, int, str]
"""First word, word after the last, kind."""


def is_pair(name: str) -> bool:
    """Return whether a word only lists countries by one letter each (`伊美`)."""
    body = any(name in names for names in lexicon()["bodies"].values())
    return not body and 1 < len(name) <= 3 and all(letter in lexicon()["countries"] for letter in name)  # noqa: PLR2004  中吉乌


def is_title(word: str) -> bool:
    """Return whether a word is a title or ends with one (`副校长`)."""
    word = re.sub(r"(?<=[一-鿿])C[A-Z]O$", "", word)
    return word in listed("titles") or any(
        word.endswith(title) and word[: -len(title)] in listed("title_leads") for title in lexicon()["titles"]
    )


def ending_kind(name: str) -> str:
    """Return the kind of institution that the end of a name tells, or nothing."""
    for kind, names in lexicon()["bodies"].items():
        if name in names:
            return str(kind)
    return next((kind for end, kind in longest_first("institutions") if name.endswith(end)), "")


def is_institution(name: str) -> bool:
    """Return whether a name is that of an institution, not only its kind."""
    if any(name in names for names in lexicon()["bodies"].values()):
        return True
    if any(word in name for word in lexicon()["parties_together"]):
        return False
    if name in listed("not_institutions") or name.endswith(tuple(lexicon()["bad_ends"])):
        return False
    end = next((end for end, _ in longest_first("institutions") if name.endswith(end)), "")
    stem = name[: -len(end)] if end else ""
    place = gazetteer.lookup(stem)
    if place:
        named = place.kind == "city" and end not in listed("never_placed")
        own = named or (end in listed("place_named") and _is_no_state(place))
        return own or end not in listed("generic_ends")
    return len(stem) > 1 or (len(end) > 2 and bool(stem) and stem in lexicon()["countries"])  # noqa: PLR2004  尼众议院


def _is_no_state(place: gazetteer.PlaceRecord) -> bool:
    """Return whether a place gives its name to a body (`浙江大学`, `香港大学`), as no state does."""
    return place.kind != "country" or place.slug == "taiwan"


def has_own_name(name: str) -> bool:
    """Return whether the name of a body tells it apart without its country (`高丽大学`, not `国家医院`)."""
    stem = name[: -len(next((end for end, _ in longest_first("institutions") if name.endswith(end)), ""))]
    generic = name.startswith(tuple(lexicon()["fields"]))
    return (
        ending_kind(name) in lexicon()["own_names"] and len(stem) > 1 and not generic and is_institution(name)
    )


def is_bare(name: str) -> bool:
    """Return whether a body's name only says what kind of body it is (`林业局`, `国际合作部`)."""
    if any(name in names for names in lexicon()["bodies"].values()):
        return False
    end, kind = next(((e, k) for e, k in longest_first("institutions") if name.endswith(e)), ("", ""))
    return kind in lexicon()["bare_kinds"] and bool(_bare_stem().fullmatch(name[: -len(end)]))


@cache
def _bare_stem() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(map(re.escape, lexicon()['bare_words']))})*")


def country_at(name: str) -> int:
    """Return where the country ends that a name begins with, or 0."""
    for cut in range(min(len(name) - 2, 8), 1, -1):
        record = gazetteer.lookup(name[:cut])
        if record and record.kind == "country":
            return cut
    return 0


def department_at(name: str) -> int:
    """Return where a department's name begins behind that of its hospital, university or company, or 0."""
    if not name.endswith(tuple(lexicon()["departments"])):
        return 0
    for cut in range(len(name) - 1, 3, -1):
        if ending_kind(name[:cut]) in lexicon()["own_names"] and is_institution(name[:cut]):
            return cut
    return 0


def institutions(words: Sequence[Word]) -> Iterator[Span]:
    """Yield the institutions among the words, whole and without overlaps."""
    yield from (span for span in before_titles(words) if span[1] - span[0] > 1 or words[span[0]].tag == "vn")
    index = 0
    while index < len(words):
        stop = _reach(words, index) if words[index].tag in _NAMES else 0
        if stop > index + 1 and _is_country(words[index]) and _own(words[index + 1 : stop]):
            index += 1
        if stop:
            yield index, stop, ending_kind("".join(w.text for w in words[index:stop]))
        index = stop or index + 1


def before_titles(words: Sequence[Word]) -> Iterator[Span]:
    """Yield the bodies of plain nouns before the titles of their heads (`水、土地与灌溉事务部 部长`)."""
    for index in range(1, len(words)):
        end = words[index - 1].text
        kind = next((k for e, k in longest_first("institutions") if end.endswith(e)), "")
        headed = (
            kind == "government"
            and is_title(words[index].text)
            and (words[index].text[-2:-1] == end[-1] or words[index].text.endswith(("主任", "代表", "司长")))
        )
        headed = headed or (kind == "ngo" and is_title(words[index].text))
        start = _nouns_back(words, index) if headed else index
        name = "".join(word.text for word in words[start:index])
        if index - start > 1 or (headed and words[start].tag == "vn" and len(name) > 3):  # noqa: PLR2004  a field and its ending
            yield start, index, kind


def _nouns_back(words: Sequence[Word], stop: int) -> int:
    """Return where the nouns begin that end before a word, lists of them included."""
    start = stop - 1
    while start > 0:
        word = words[start - 1]
        listing = acts(word.text, "conj") and start > 1 and words[start - 2].tag in _FIELD
        if not listing and (word.tag not in _FIELD or is_title(word.text) or _counts(word)):
            break
        start -= 1
    while start < stop and acts(words[start].text, "conj"):
        start += 1  # 校长、国际合作部主任
    return start


def _is_country(word: Word) -> bool:
    record = gazetteer.lookup(word.text)
    return bool(record and record.kind == "country") and word.text != "中国"


def _own(words: Sequence[Word]) -> bool:
    return words[0].tag in _NAMES and has_own_name("".join(word.text for word in words))


def _reach(words: Sequence[Word], start: int) -> int:
    """Return where the longest institution's name that starts here stops, or 0."""
    stop, since = 0, 0
    for end in range(start + 1, min(start + _REACH, len(words)) + 1):
        word = words[end - 1]
        if not _continues(words, start, end - 1) or since > 2:  # noqa: PLR2004  a new noun phrase by then
            break
        name = "".join(w.text for w in words[start:end])
        whole = end > start + 1 or word.tag == "ORG" or (word.tag == "LOC" and len(word.text) > 3)  # noqa: PLR2004  a short place may be part of a name
        if stop and department_at(name):
            break
        if whole and is_institution(name) and not is_title(word.text):
            stop, since = end, 0
        elif stop:
            since += 1
    return stop


def _continues(words: Sequence[Word], start: int, index: int) -> bool:
    word = words[index]
    if index == start:
        return True
    if word.tag == "LOC" and words[index - 1].tag not in ("LOC", "ORG"):
        return False
    if acts(word.text, "conj"):
        after = words[index + 1 : index + 4]
        nouns = index > start + 1 or len(words[start].text) > 4  # noqa: PLR2004  X国际贸易与投资办公室
        return bool(nouns and word.text != "、" and after and all(w.tag in ("n", "vn") for w in after[:2]))
    inner = word.tag in _INNER or word.text in listed("inner_words")
    return inner and not is_title(word.text) and not acts(word.text, "visit")


def runs_back(words: Sequence[Word], head: int, *, allowed: frozenset[str], titles: bool = False) -> int:
    """Return where the noun phrase begins whose head is a word."""
    index = head
    while index > 0:
        word = words[index - 1]
        if word.text in "”》" and word.tag == "w":
            opening = "“" if word.text == "”" else "《"
            start = next((i for i in range(index - 2, -1, -1) if words[i].text == opening), -1)
            if start < 0:
                break
            index = start
        elif word.tag in ("v", "f") and word.tag in allowed:
            if is_verb(word.text) or index == head or acts(word.text, "by"):
                break
            if words[index - 2 : index - 1] and words[index - 2].tag not in allowed - {"v", "f"}:
                break
            index -= 1
        elif word.tag in allowed and (titles or not is_title(word.text)) and not _counts(word):
            index -= 1
        else:
            break
    return index


def _counts(word: Word) -> bool:
    """Return whether a word is a count (`多场`), not an ordinal or an edition (`第三届`)."""
    return word.tag == "m" and not word.text.startswith("第") and not word.text.endswith("届")


def places(words: Sequence[Word]) -> Iterator[tuple[int, str]]:
    """Yield (word, kind) of every place."""
    for index, word in enumerate(words):
        clock = index + 1 < len(words) and words[index + 1].text == "时间"
        kind = place_kind(word.text) if word.tag == "LOC" and not clock else ""
        if kind and (gazetteer.lookup(word.text) or _stands_as_place(words, index)):
            yield index, kind


def _stands_as_place(words: Sequence[Word], index: int) -> bool:
    """Return whether a name that no list has is a place by its ending or by where it stands."""
    if len(words[index].text) > 2 and words[index].text.endswith(tuple(lexicon()["place_ends"])):  # noqa: PLR2004  a name and its ending
        return True
    before = [word for word in words[max(index - 2, 0) : index] if word.tag != "u"]
    there = before and (
        acts(before[-1].text, "at") or acts(before[-1].text, "visit") or before[-1].tag == "LOC"
    )
    beside = len(before) > 1 and acts(before[-1].text, "conj") and before[-2].tag == "LOC"
    return bool(there or beside)


def place_kind(name: str) -> str:
    """Return the kind of a place, or nothing where the name is none that we trust."""
    if record := gazetteer.lookup(name):
        return record.kind
    if name in listed("regions") or is_pair(name) or name.endswith(tuple(lexicon()["no_places"])):
        return ""
    return "locality" if len(name) > 1 else ""


def dotted_parts(name: str) -> tuple[str, ...]:
    """Return the parts of a name such as 马克·沙利文."""
    return tuple(name.split("·")) if _DOTTED.fullmatch(name) else ()
