"""How Chinese names sound in Latin letters, to compare them with names in other languages."""

import importlib
import logging
import re
import unicodedata
from functools import cache, lru_cache

_log = logging.getLogger(__name__)
_HAN = re.compile(r"[\u3400-\u9fff]")
_SYLLABLE = re.compile(
    r"(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?"
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ui|uo|ue|ve|er|a|e|i|o|u|v)"
)
_LATIN = (
    ("tsch", "s"), ("sch", "s"), ("tch", "s"), ("ch", "s"), ("sh", "s"), ("zh", "s"), ("th", "s"),
    ("ph", "f"), ("ck", "k"), ("qu", "kv"), ("x", "ks"), ("ge", "se"), ("gi", "si"), ("ce", "se"),
    ("ci", "si"),
    ("wh", "v"), ("gh", ""), ("kn", "n"), ("wr", "r"), ("ng", "n"),
)  # fmt: skip
_PINYIN = (
    ("zh", "s"), ("ch", "s"), ("sh", "s"), ("c", "s"), ("ng", "n"), ("x", "s"), ("q", "s"), ("j", "s"),
    ("hu", "v"),
)  # fmt: skip
_CLASSES = str.maketrans("bpdtgkcqjzsxfvwmnlrh", "bbddgggg" + "ssss" + "vvv" + "nn" + "ll" + "h")
"""Consonants that a rendering into Chinese does not keep apart, by one of them."""


@cache
def _pypinyin() -> object | None:
    try:
        return importlib.import_module("pypinyin")
    except ImportError:
        _log.warning(
            "pypinyin is not installed (extra zh): Chinese names do not meet their Latin forms by sound"
        )
        return None


@lru_cache(maxsize=100_000)
def pinyin(text: str) -> str:
    """Return Chinese characters in pinyin without tones and spaces; nothing without the extra `zh`."""
    module = _pypinyin()
    if module is None or not _HAN.search(text):
        return ""
    syllables: list[str] = module.lazy_pinyin(text, errors="ignore")  # type: ignore[attr-defined]  # loaded by name
    return "".join(syllables).replace("ü", "v")


def syllables(latin: str) -> int:
    """Return of how many pinyin syllables letters can be read as; 0 when they are no pinyin."""
    whole = re.fullmatch(f"(?:{_SYLLABLE.pattern})+", latin)
    return len(_SYLLABLE.findall(latin)) if whole else 0


def likeness(latin: str, chinese: str) -> float:
    """Return how far Chinese characters may be a rendering of a Latin name by sound, from 0 to 1."""
    one, other = _of_latin(latin), _of_chinese(chinese)
    if not one or not other:
        return 0.0
    return 1 - _distance(one, other) / _cost(max(one, other, key=_cost))


def near(one: str, other: str) -> bool:
    """Tell whether two different words are one letter apart, as Shanxi and Shaanxi are."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, tail = one[start:], other[start:]
    return rest[1:] == tail[1:] or rest[1:] == tail or rest == tail[1:]


def _plain(latin: str) -> str:
    text = unicodedata.normalize("NFKD", latin).casefold()
    return re.sub(r"[^a-z]", "", text)


@lru_cache(maxsize=100_000)
def _of_latin(name: str) -> str:
    return _skeleton(_plain(name), _LATIN)


@lru_cache(maxsize=100_000)
def _of_chinese(name: str) -> str:
    return _skeleton(pinyin(name), _PINYIN)


def _skeleton(word: str, rules: tuple[tuple[str, str], ...]) -> str:
    for old, new in rules:
        word = word.replace(old, new)
    consonants = re.sub(r"[aeiouy]", "", word[:1].replace("y", "") + word[1:]).translate(_CLASSES)
    return re.sub(r"(.)\1+", r"\1", consonants)


_WEAK = {"l": 0.5, "h": 0.4, "n": 0.8}
"""A closing r is often not rendered, an h often added."""


def _cost(skeleton: str) -> float:
    return sum(_WEAK.get(c, 1.0) for c in skeleton)


def _distance(one: str, other: str) -> float:
    row = [0.0]
    for c in other:
        row.append(row[-1] + _WEAK.get(c, 1.0))
    for a in one:
        previous, row[0] = row[0], row[0] + _WEAK.get(a, 1.0)
        for place, b in enumerate(other, start=1):
            swap = previous + (0.0 if a == b else 1.0)
            previous = row[place]
            row[place] = min(row[place] + _WEAK.get(a, 1.0), row[place - 1] + _WEAK.get(b, 1.0), swap)
    return row[-1]
