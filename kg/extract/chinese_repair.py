"""Stage 2, Chinese: the tagger's words with wrong borders and tags mended."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from kg import gazetteer
from kg.extract.chinese_callings import called, with_parted_names
from kg.extract.chinese_cuts import act_behind, cut_up
from kg.extract.chinese_families import family_of, is_family
from kg.extract.chinese_names import (
    ending_kind,
    is_institution,
    is_pair,
    is_title,
)
from kg.extract.chinese_strangers import with_strangers
from kg.extract.chinese_words import Sentence, Word, acts, is_verb, lexicon, listed

_GIVEN = frozenset({"n", "nz", "nr", "v", "a", "PER", "nw", "vn", "an"})
_FAMILY, _NAME = 2, 3
"""Letters of the longest family name, and of most Chinese names."""


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
    pieces = _joined(list(_parts(_dotted(words))))
    for name in people:
        pieces = _with_person(pieces, name)
    words = list(_placed([_retagged(word) for word in _gazetteered(with_strangers(pieces))]))
    return with_parted_names(list(_surnamed(words)))


def _parts(words: Sequence[Word]) -> Iterator[Word]:
    """Yield the words, each cut where it holds several; a name behind a title stays whole (`院长马里奥`)."""
    before = ""
    for word in words:
        whole = word.tag == "PER" and is_title(before) and len(word.text) > 1 and not act_behind(word)
        parts = [word] if whole else cut_up(word)
        yield from parts
        before = word.text


def _dotted(words: Sequence[Word]) -> list[Word]:
    """Join what stands around the dot of a foreign name (`拉图 · 维塔利`)."""
    done: list[Word] = []
    for word in words:
        last = done[-1] if done else None
        opened = last is not None and last.text.endswith(("·", "-")) and len(last.text) > 1
        if last and word.text == "-" and last.tag == "PER" and "·" in last.text:
            done[-1] = replace(last, text=last.text + word.text)  # 阿隆·本-戴维
            continue
        if last and (opened or word.text[0] == "·") and not _breaks(last if word.text[0] == "·" else word):
            done[-1] = replace(last, text=last.text + word.text, tag="PER")
        else:
            done.append(word)
    return done


def _breaks(word: Word) -> bool:
    return word.tag in ("w", "p", "c", "u", "m", "TIME") and word.text != "·"


def _gazetteered(words: Sequence[Word]) -> list[Word]:
    """Join words that together are a place that the gazetteer knows (`波哥 大`, `首都亚 的 斯亚贝巴`)."""
    done = list(words)
    index = 0
    while index < len(done):
        found = _place_from(done, index)
        if found:
            done[index : found[0]] = found[1]
        index += 1
    return done


def _place_from(words: Sequence[Word], index: int) -> tuple[int, list[Word]] | None:
    first = words[index]
    skip = next((len(c) for c in lexicon()["capital"] if first.text.startswith(c) and first.text != c), 0)
    if first.tag == "w" or (first.tag in ("ORG", "nw") and not skip):
        return None
    unknown = first.tag in ("PER", "nz", "LOC") and not gazetteer.lookup(first.text)
    if unknown and index + 1 < len(words) and len(words[index + 1].text) > 1:
        name = first.text + words[index + 1].text[0]  # 吉布 提派
        if len(name) > 2 and gazetteer.lookup(name):  # noqa: PLR2004  two letters may be any two words
            _, rest = words[index + 1].cut(1, "LOC", words[index + 1].tag)
            return index + 2, [Word(name, "LOC", first.start), rest]
    for stop in range(min(index + 4, len(words)), index + 1 - bool(skip), -1):
        name = "".join(word.text for word in words[index:stop])[skip:]
        if len(name) > 2 and gazetteer.lookup(name):  # noqa: PLR2004  two letters may be any two words
            place = Word(name, "LOC", first.start + skip)
            return stop, [*([first.cut(skip, "n", "LOC")[0]] if skip else []), place]
    return None


def _surnamed(words: Sequence[Word]) -> Iterator[Word]:
    """Yield the words, a proper name between a title and a verb as a person (`主任 阎知行 率团`)."""
    for index, word in enumerate(words):
        before = words[index - 1].text if index else ""
        after = words[index + 1] if index + 1 < len(words) else None
        mistaken = word.tag in ("v", "n", "vn") and len(word.text) == _NAME
        proper = word.tag in ("nz", "nw", "LOC", "ORG") or mistaken
        proper = proper or _is_plain_name(word, after)
        named = proper and 1 < len(word.text) <= _NAME + 1 and not is_title(word.text)
        family = is_family(family_of(word.text))
        follows = (
            after is None
            or after.tag in ("v", "d", "p", "c", "w", "vd", "ad", "m", "TIME")
            or is_verb(after.text)
        )
        if named and family and follows and is_title(before) and not ending_kind(word.text):
            yield replace(word, tag="PER")
        else:
            yield word


def _is_plain_name(word: Word, after: Word | None) -> bool:
    """Return whether a plain word of two letters can be a name, where its phrase ends (`总经理 高明 ，`)."""
    short = len(word.text) == _FAMILY and word.tag in ("a", "an", "n", "v", "vn", "ad", "d")
    ends = after is None or after.text in ("，", "、", "。", "等") or after.tag == "c"
    return short and ends and word.text[0] not in lexicon()["no_families"] and not is_verb(word.text)


def _placed(words: Sequence[Word]) -> Iterator[Word]:
    """Yield the words, those tagged as places that stand where a place must (`在万象`)."""
    before = ""
    for index, word in enumerate(words):
        there = acts(before, "at") or acts(before, "visit")
        after = words[index + 1].text if index + 1 < len(words) else ""
        held = word.tag == "PER" and acts(before, "at") and (acts(after, "hold") or acts(after, "say"))
        if there and word.tag in ("n", "nz", "nw", "PER") and (held or gazetteer.lookup(word.text)):
            yield replace(word, tag="LOC")
        else:
            yield word
        before = word.text


def _joined(words: list[Word]) -> list[Word]:
    """Join words that the model parts (`议定 书`, `赛 宋蓬`, `主席赛 宋蓬`)."""
    done: list[Word] = []
    for word in words:
        last = done[-1] if done else None
        if last is None:
            done.append(word)
            continue
        moved = _title_apart(last, word)
        tag = "" if moved else _one_word(last, word, done[-2].text if len(done) > 1 else "")
        done[-1:] = moved or ([replace(last, text=last.text + word.text, tag=tag)] if tag else [last, word])
    return done


def _one_word(last: Word, word: Word, before: str) -> str:
    """Return the tag of the one word that two are, or nothing where they are two."""
    single, whole = len(last.text) == 1, last.text + word.text
    letters = single and len(word.text) == 1
    if letters and last.text in "来访赴抵" and word.text in lexicon()["provinces_short"]:
        return "v"  # 来 + 湘
    headed = whole in listed("titles") and (word.text == "长" or last.text in ("总", "副总", "首席"))
    if (acts(whole, "hold") or acts(whole, "visit")) and whole in listed("joined"):
        return "v"  # 拉开 + 帷幕
    if whole in listed("joined") or headed or (letters and last.tag != "p" and is_pair(whole)):
        return "n"  # 理事 + 长, 总 + 会计师, 中挪
    named = (single and last.tag in ("PER", "vn")) or (_is_family_name(last) and is_title(before))
    if word.tag == "PER" and named:
        return "PER"  # 理事长 都 钟赫
    if word.tag == "ORG" and last.tag == "PER" and "·" not in last.text and gazetteer.lookup(last.text[:2]):
        return "ORG"  # 高雄荣 + 民总医院
    there = last.tag in ("PER", "LOC", "nz") and word.text in lexicon()["features"]
    return "LOC" if there else ""  # 伊尔克什坦 + 口岸


def _title_apart(last: Word, word: Word) -> list[Word]:
    """Return two words with the title cut where it ends, or nothing where it is."""
    if word.tag == "PER" and last.text[:-1] in listed("titles") and not is_title(last.text):
        title, first = last.cut(len(last.text) - 1, "n", "PER")
        return [title, replace(first, text=first.text + word.text)]
    whole = last.text + word.text[:1]
    if word.tag == "PER" and len(word.text) > _FAMILY and is_title(whole) and not is_title(last.text):
        chief, person = word.cut(1, "n", "PER")
        return [replace(last, text=last.text + chief.text, tag="n"), person]  # 审判 + 长瞿正言
    family = is_family(last.text[-1:]) and len(word.text) <= _FAMILY
    if family and is_title(last.text[:-1]) and not is_title(last.text) and word.tag in _GIVEN:
        title, first = last.cut(len(last.text) - 1, "n", "PER")
        return [title, replace(first, text=first.text + word.text)]  # 副校长方 + 知行
    doubled = word.text == "长" and len(last.text) > _NAME and last.text[-1] == last.text[-2]
    seat = word.text == "会" and last.tag == "LOC" and last.text[-1] == "省"
    if doubled or seat:  # 发展署署 + 长, 山西省 + 会
        body, rest = last.cut(len(last.text) - 1, last.tag, "n")
        return [body, replace(rest, text=rest.text + word.text)]
    return []


def _is_family_name(word: Word) -> bool:
    return len(word.text) == 1 and word.tag not in ("p", "c", "w") and is_family(word.text)


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
    if word.tag in ("LOC", "ORG") and is_pair(word.text):
        return replace(word, tag="n")
    return word


def _tag_of_person(name: str) -> str:
    if gazetteer.lookup(name) or (len(name) > 2 and name[-1] in "市州省县镇" and "·" not in name):  # noqa: PLR2004  a name and its ending
        return "LOC"
    if len(name) > 3 and ending_kind(name) and is_institution(name):  # noqa: PLR2004  longer than a surname and a name
        return "ORG"
    if called(name) or (len(name) == 2 and (acts(name[1], "say") or name[1] == "副")):  # noqa: PLR2004  a family name, and what it does
        return "nz"
    short = len(name) < 2 or is_pair(name)  # noqa: PLR2004  nobody is named with one character
    part = name.endswith(tuple(lexicon()["bad_ends"]))
    own = len(name) == 3 and is_family(name[0]) and not part  # noqa: PLR2004  as most Chinese names are
    other = (
        (name[-1] in "方媒军部行·" and not own)
        or is_title(name)
        or name in listed("not_people")
        or (name[:1] < "\u0250" and " " not in name)
    )
    return "nz" if short or other else "PER"
