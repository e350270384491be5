"""Stage 2, Chinese: names in a sentence, repaired from the model's tags by tables of endings."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from kg import gazetteer
from kg.extract.chinese_words import Sentence, Word, acts, is_verb, lexicon, listed, longest_first

_NAMES = frozenset({"LOC", "ORG", "nz", "nw"})
_INNER = frozenset({"LOC", "ORG", "nz", "n", "vn", "an", "s", "j"})
_DOTTED = re.compile(r"[一-鿿]{1,8}(?:·[一-鿿]{1,8})+")
_REACH = 6
"""Most words that one institution's name is glued from."""
Span = tuple[int, int, str]
"""First word, word after the last, kind."""


def known_people(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    """Return the names of persons that an article is sure of, the longest first."""
    seen: Counter[str] = Counter()
    for sentence in sentences:
        words = repaired(sentence.words, ())
        for index, word in enumerate(words):
            if word.tag == "PER":
                titled = index > 0 and is_title(words[index - 1].text)
                seen[word.text] += 3 if titled or len(word.text) > 2 else 1  # noqa: PLR2004  two characters may be a word
    return tuple(sorted((name for name, times in seen.items() if times > 1), key=lambda n: (-len(n), n)))


def repaired(words: Sequence[Word], people: Sequence[str]) -> list[Word]:
    """Return the words of a sentence with wrong borders and tags mended."""
    pieces = _joined([part for word in words for part in _split(word)])
    for name in people:
        pieces = _with_person(pieces, name)
    return list(_placed([_retagged(word) for word in pieces]))


def _placed(words: Sequence[Word]) -> Iterator[Word]:
    """Yield the words, those tagged as places that stand where a place must (`在万象`)."""
    before = ""
    for word in words:
        there = acts(before, "at") or acts(before, "visit")
        if there and word.tag in ("n", "nz", "nw", "PER") and gazetteer.lookup(word.text):
            yield replace(word, tag="LOC")
        else:
            yield word
        before = word.text


def _split(word: Word) -> Iterator[Word]:
    verb = next((v for v in lexicon()["words"]["sign"] if word.text.startswith(v) and len(v) > 1), "")
    if verb and any(word.text.endswith(end) for end, _ in longest_first("agreements")):
        yield from word.cut(len(verb), "v", "n")  # 达成协议
        return
    if len(word.text) == 4 and word.tag[0] == "v" and is_verb(word.text[:2]) and is_verb(word.text[2:]):  # noqa: PLR2004  two verbs of two characters
        yield from word.cut(2, "v", word.tag)  # 率团访问
        return
    if word.tag in ("ORG", "LOC", "PER") and len(word.text) > 3:  # noqa: PLR2004  同 + a name of two or more
        if word.text[0] in "同与和" and not word.text.startswith(tuple(lexicon()["kept_heads"])):
            left, word = word.cut(1, "p", word.tag)
            yield left
        if word.text[-1] in "愿将拟已还也":
            word, right = word.cut(len(word.text) - 1, word.tag, "d")
            yield from _cut_tail(word)
            yield right
            return
    yield from _cut_tail(word)


def _cut_tail(word: Word) -> Iterator[Word]:
    """Cut what an organisation's name has swallowed behind its ending (`亚洲开发银行执行董事`)."""
    together = next((w for w in lexicon()["parties_together"] if word.text.endswith(w)), "")
    if together and word.tag in ("ORG", "LOC") and word.text != together:
        yield from word.cut(len(word.text) - len(together), word.tag, "n")  # 挪威两国
        return
    if word.tag in ("ORG", "LOC") and not ending_kind(word.text) and not word.text.endswith("团"):
        ends = [
            word.text.rfind(end) + len(end) for end, _ in longest_first("institutions") if end in word.text
        ]
        cut = max((end for end in ends if end > 3), default=0)  # noqa: PLR2004  shorter is no name
        if 0 < len(word.text) - cut <= 4 and is_institution(word.text[:cut]) and cut:  # noqa: PLR2004  a title
            yield from word.cut(cut, "ORG", "n")
            return
    yield word


def _joined(words: list[Word]) -> list[Word]:
    """Join words that the model parts (`议定 书`, `赛 宋蓬`, `主席赛 宋蓬`)."""
    done: list[Word] = []
    for word in words:
        last = done[-1] if done else None
        if (
            last
            and len(last.text) == len(word.text) == 1
            and last.tag != "p"
            and _is_pair(last.text + word.text)
        ):
            done[-1] = replace(last, text=last.text + word.text, tag="n")  # 中挪
        elif last and last.text + word.text in listed("joined"):
            done[-1] = replace(last, text=last.text + word.text, tag="n")
        elif last and word.tag == "PER" and len(last.text) == 1 and last.tag in ("PER", "vn"):
            done[-1] = replace(last, text=last.text + word.text, tag="PER")
        elif last and word.tag == "PER" and last.text[:-1] in listed("titles") and not is_title(last.text):
            title, first = last.cut(len(last.text) - 1, "n", "PER")
            done[-1:] = [title, replace(first, text=first.text + word.text)]
        elif last and last.tag == "LOC" and last.text[-1] == "省" and word.text == "会":
            head, capital = last.cut(len(last.text) - 1, "LOC", "n")
            done[-1:] = [head, replace(capital, text=capital.text + word.text)]  # 山西省会, not 山西省 + 会
        else:
            done.append(word)
    return done


def _with_person(words: list[Word], name: str) -> list[Word]:
    """Return the words with every occurrence of a known name as a word of its own."""
    text, start = "".join(word.text for word in words), words[0].start if words else 0
    done = words
    for match in re.finditer(re.escape(name), text):
        done = _cut_out(done, start + match.start(), start + match.end())
    return done


def _cut_out(words: list[Word], start: int, end: int) -> list[Word]:
    if any(w.tag == "PER" and w.start <= start and end <= w.end and w.text != "" for w in words):
        return words
    inside = [w for w in words if w.start < end and start < w.end]
    first, last = inside[0], inside[-1]
    left = first.text[: start - first.start]
    right = last.text[end - last.start :]
    name = "".join(w.text for w in inside)[len(left) : len("".join(w.text for w in inside)) - len(right)]
    middle = [Word(left, "p" if left in "同与和" else first.tag, first.start)] if left else []
    middle.append(Word(name, "PER", start))
    if right:
        middle.append(Word(right, last.tag, end))
    index = words.index(first)
    return [*words[:index], *middle, *words[index + len(inside) :]]


def _retagged(word: Word) -> Word:
    if word.tag == "PER":
        return replace(word, tag=_tag_of_person(word.text))
    if word.tag == "ORG" and gazetteer.lookup(word.text):
        return replace(word, tag="LOC")
    if word.tag in ("LOC", "ORG") and _is_pair(word.text):
        return replace(word, tag="n")
    return word


def _tag_of_person(name: str) -> str:
    if gazetteer.lookup(name):
        return "LOC"
    short = len(name) < 2 or _is_pair(name)  # noqa: PLR2004  nobody is named with one character
    return "nz" if short or name[-1] in "方媒军部行" or name in listed("titles") else "PER"


def _is_pair(name: str) -> bool:
    body = any(name in names for names in lexicon()["bodies"].values())
    return not body and 1 < len(name) <= 3 and all(letter in lexicon()["countries"] for letter in name)  # noqa: PLR2004  中吉乌


def is_title(word: str) -> bool:
    """Return whether a word is a title or ends with one (`副校长`)."""
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
        return not (end in listed("generic_ends") and place.kind != "city")
    return len(stem) > 1 or (len(end) > 2 and bool(stem) and stem in lexicon()["countries"])  # noqa: PLR2004  尼众议院


def institutions(words: Sequence[Word]) -> Iterator[Span]:
    """Yield the institutions among the words, whole and without overlaps."""
    index = 0
    while index < len(words):
        stop = _reach(words, index) if words[index].tag in _NAMES else 0
        if stop:
            yield index, stop, ending_kind("".join(w.text for w in words[index:stop]))
        index = stop or index + 1


def _reach(words: Sequence[Word], start: int) -> int:
    """Return where the longest institution's name that starts here stops, or 0."""
    stop, since = 0, 0
    for end in range(start + 1, min(start + _REACH, len(words)) + 1):
        word = words[end - 1]
        if not _continues(words, start, end - 1) or since > 2:  # noqa: PLR2004  a new noun phrase by then
            break
        name = "".join(w.text for w in words[start:end])
        whole = end > start + 1 or word.tag == "ORG" or (word.tag == "LOC" and len(word.text) > 3)  # noqa: PLR2004  a short place may be part of a name
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
        if word.tag == "LOC" and not clock and (kind := place_kind(word.text)):
            yield index, kind


def place_kind(name: str) -> str:
    """Return the kind of a place, or nothing where the name is none that we trust."""
    if record := gazetteer.lookup(name):
        return record.kind
    if name in listed("regions") or _is_pair(name):
        return ""
    return "locality" if len(name) > 2 and name.endswith(tuple(lexicon()["place_ends"])) else ""  # noqa: PLR2004  a name and its ending


def dotted_parts(name: str) -> tuple[str, ...]:
    """Return the parts of a name such as 马克·沙利文."""
    return tuple(name.split("·")) if _DOTTED.fullmatch(name) else ()
