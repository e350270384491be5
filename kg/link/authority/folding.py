"""Names made comparable for look-up: one key for every spelling that differs only in dress."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from kg.resources import resource

_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_JOINED_STOP = re.compile(r"(\w{3})\.(?=\w{2})")
_ACRONYM = re.compile(r"[^\W\d_a-zà-ÿ][^\W_]{0,9}")
_ALPHABETS_WITH_MARKS = 0x0530
_LONGEST_SHORT = 14


class _Table(dict[int, str]):
    """What each character becomes, worked out when first met."""

    def __missing__(self, code: int) -> str:
        plain = self[code] = _plain(chr(code))
        return plain


def _plain(character: str) -> str:
    plain = _step(character)
    return plain if plain == character else "".join(map(_plain, plain))


def _step(character: str) -> str:
    if character in "'’‘ʻʼ`´.·‧\u200b\u200c\u200d\u2060\ufeff":
        return ""
    if character in _SPECIAL:
        return _SPECIAL[character]
    low = unicodedata.normalize("NFKC", character.casefold())
    if ord(character) < _ALPHABETS_WITH_MARKS or 0x1E00 <= ord(character) <= 0x1FFF:  # noqa: PLR2004  Latin and Greek with marks
        low = "".join(c for c in unicodedata.normalize("NFD", low) if not unicodedata.combining(c))
    if len(low) == 1 and unicodedata.category(low)[0] not in "LNM":
        return " "
    return _han().get(low, low)


_SPECIAL = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
    "ё": "е",
    "й": "и",
}
_SPECIAL |= {"&": " and ", " ": " "}


@cache
def _table() -> _Table:
    return _Table()


def fold(name: str) -> str:
    """Return the key of a name: no case, marks, punctuation or leading article; Han in one spelling."""
    text = name if name.isascii() else unicodedata.normalize("NFKC", name)
    if "." in text:
        text = _JOINED_STOP.sub(r"\1 ", text)
    plain = text.translate(_table())
    if _HAN.search(plain):
        return "".join(plain.split())
    words = plain.split()
    while len(words) > 1 and words[0] == "the":
        del words[0]
    return " ".join(words)


def has_han(text: str) -> bool:
    """Tell whether a text has Chinese or Japanese characters."""
    return _HAN.search(text) is not None


def is_short_form(name: str) -> bool:
    """Tell whether a name as written is an acronym or other short form: one word, several capitals."""
    if len(name) > _LONGEST_SHORT or " " in name:
        return False
    word = name.replace(".", "").replace("-", "")
    capitals = sum(c.isupper() for c in word)
    return _ACRONYM.fullmatch(word) is not None and capitals > 1 and capitals * 2 >= len(word)


def content(key: str) -> tuple[str, ...]:
    """Return the weighty words of a key, each in its general form (`univ`, `universidad`: `university`)."""
    general, passing = _general(), _passing()
    return tuple(general.get(w, w) for w in key.split() if w not in passing)


def bag(key: str) -> str:
    """Return a key that does not depend on the order, the small words or the language of general words."""
    return " ".join(sorted(content(key)))


def expanded(key: str) -> str:
    """Return a key with its abbreviations written out."""
    short = _short()
    return " ".join(short.get(word, word) for word in key.split())


def is_general(word: str) -> bool:
    """Tell whether a word, in its general form, says what a thing is and not which."""
    return word in _kinds()


@cache
def _passing() -> frozenset[str]:
    return words_of("small") | words_of("legal")


@cache
def words_of(group: str) -> frozenset[str]:
    """Return the words of a group of `linking/words.txt`."""
    lines = resource("linking/words.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.partition(": ") for line in lines if not line.startswith("#"))
    return frozenset(word for name, _, words in rows if name == group for word in words.split())


def general_forms(first: str) -> tuple[tuple[str, str], ...]:
    """Return the forms of general words that begin with that letter, each with its general form."""
    return tuple((form, word) for form, word in _general().items() if form.startswith(first)) + tuple(
        (word, word) for word in _kinds() if word.startswith(first)
    )


def without_legal(key: str) -> str:
    """Return a key without the words for a company's legal form."""
    words = [word for word in key.split() if word not in words_of("legal")]
    return " ".join(words) or key


@cache
def _general() -> dict[str, str]:
    return {form: row[0] for row in _rows() for form in row[1:]}


@cache
def _short() -> dict[str, str]:
    """English abbreviations only: what is written out must be a word of the name's own language."""
    return {form: row[0] for row in _rows() for form in row[1:] if _abbreviates(form, row[0])}


def _abbreviates(form: str, word: str) -> bool:
    return len(form) < len(word) and word.startswith(form) and len(form) <= 5  # noqa: PLR2004  `techn`


@cache
def _kinds() -> frozenset[str]:
    return frozenset(row[0] for row in _rows())


@cache
def _rows() -> tuple[tuple[str, ...], ...]:
    lines = resource("linking/general_words.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return tuple((row[0], *dict.fromkeys(_folded(row[1:]))) for row in rows)


def _folded(words: Iterable[str]) -> list[str]:
    return [fold(word) for word in words]


@cache
def _han() -> dict[str, str]:
    """Traditional characters (and some Japanese ones) that names of bodies and places use -> simplified."""
    lines = resource("linking/han.txt").read_text(encoding="utf-8").splitlines()
    pairs = "".join(line for line in lines if not line.startswith("#")).split()
    return {pair[0]: pair[1] for pair in pairs}
