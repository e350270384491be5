"""Stage 2, Chinese: foreign persons, by the titles beside their names; without any, a name is left alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from kg import gazetteer
from kg.extract.chinese_families import is_chinese_name
from kg.extract.chinese_marks import Piece, Sort
from kg.extract.chinese_names import ending_kind, is_title
from kg.extract.chinese_words import Word, acts, lexicon, listed

_SHORTEST, _LONGEST = 2, 6
"""Letters of a foreign name without a dot."""
_LATIN = 0x250
"""Where the Latin letters end."""
_NO_NAME = frozenset({"w", "p", "c", "u", "m", "r", "TIME"})
_ENDS = ("、", "，", "。", "一行", "等", "及", "以及", "和", "与", "同")


def with_strangers(words: Sequence[Word]) -> list[Word]:
    """Return the words, foreign names beside a title as persons (`副议长 拉古什 、`, `校长 Tor Berg`)."""
    return list(_sounding(_latin(words)))


def _latin(words: Sequence[Word]) -> list[Word]:
    """Join the parts of a name in Latin letters that has a title before or behind it."""
    done: list[Word] = []
    index = 0
    while index < len(words):
        stop = _latin_stop(words, index)
        before = next((w.text for w in reversed(done) if w.text.strip()), "")
        after = words[stop].text if stop < len(words) else ""
        titled = is_title(before) or after in listed("after_names")
        if stop - index > 1 and titled:
            text = "".join(word.text for word in words[index:stop])
            done.append(replace(words[index], text=text.rstrip(), tag="PER"))
            index = stop
        else:
            done.append(words[index])
            index += 1
    return done


def _latin_stop(words: Sequence[Word], index: int) -> int:
    """Return where the capitalised Latin words end that begin here, with what stands between them."""
    stop = index
    while stop < len(words):
        text = words[stop].text.strip()
        joint = text in ("", ".", "-", "·") and stop > index
        plain = text.replace(".", "").replace("-", "")
        name = text[:1].isupper() and plain.isalpha() and all(ord(letter) < _LATIN for letter in plain)
        if not (joint or name):
            break
        stop += 1
    while stop > index and not words[stop - 1].text.strip(" .-·"):
        stop -= 1
    return stop


def _sounding(words: Sequence[Word]) -> Iterator[Word]:
    """Yield the words, one between a title and the end of its phrase as a name if all of it only sounds."""
    for index, word in enumerate(words):
        before = words[index - 1].text if index else ""
        after = words[index + 1].text if index + 1 < len(words) else "。"
        named = word.tag not in _NO_NAME and word.tag != "PER" and _is_sound(word.text)
        if named and is_title(before) and (after in _ENDS or acts(after, "say")):
            yield replace(word, tag="PER")
        else:
            yield word


def _is_sound(text: str) -> bool:
    """Return whether a word is made of the letters that foreign names are written in."""
    sounds = lexicon()["sounds"]
    return (
        _SHORTEST <= len(text) <= _LONGEST
        and all(letter in sounds for letter in text)
        and not ending_kind(text)
        and not is_title(text)
        and not gazetteer.lookup(text)
    )


def strangers(sentences: Iterable[Sequence[Piece]]) -> frozenset[str]:
    """Return the names tagged as persons that nothing in the article shows to be one (`哈马斯`)."""
    doubtful: set[str] = set()
    shown: set[str] = set()
    for pieces in sentences:
        for index, piece in enumerate(pieces):
            if piece.sort is Sort.PERSON:
                (shown if _is_shown(pieces, index) else doubtful).add(piece.text)
                shown.update(piece.text.split("·") if "·" in piece.text else ())
    return frozenset(name for name in doubtful - shown if "·" not in name and not is_chinese_name(name))


def _is_shown(pieces: Sequence[Piece], index: int) -> bool:
    """Return whether a title stands right before or behind a name, or only a title calls it."""
    before = next((p.text for p in reversed(pieces[:index]) if p.text.strip()), "")
    rest = [p.text for p in pieces[index + 1 : index + 3]]
    if rest and rest[0] in listed("title_leads"):
        rest = rest[1:]  # 斯克利亚尔第一副总理
    behind = bool(rest) and (rest[0] in listed("after_names") or is_title(rest[0]))
    return is_title(before) or behind or bool(pieces[index].full)
