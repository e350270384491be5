"""Names of persons made comparable, in Chinese characters and in Latin letters."""

import re
from functools import lru_cache

from kg.link.normalise import normalise, normalise_person
from kg.link.sounds import likeness, pinyin, syllables

_HAN = re.compile(r"[\u3400-\u9fff]")
_PARTS = re.compile(r"[·•‧・.\s]+")
_LONGEST_CHINESE = 4
_WORDS = 2


@lru_cache(maxsize=200_000)
def person_keys(name: str) -> frozenset[str]:
    """Return the keys of a name; two names that share one may be one person's.

    Given and family name may come in either order, initials in the middle may be there or not, and a Chinese
    name meets its pinyin.
    """
    plain = normalise_person(name)
    if _HAN.search(plain):
        sound = pinyin(plain) if is_chinese_name(name) else ""
        return frozenset({plain, sound} - {""})
    words = plain.split()
    full = [word for word in words if len(word) > 1]
    words = full if len(full) >= _WORDS else words
    turns = (words, words[1:] + words[:1], words[-1:] + words[:-1])
    return frozenset("".join(turn) for turn in turns)


def is_chinese_name(name: str) -> bool:
    """Tell whether a name in Chinese characters is a Chinese one, not the rendering of a foreign one."""
    plain = normalise(name)
    return len(plain) <= _LONGEST_CHINESE and not _PARTS.search(name.strip()) and bool(_HAN.search(plain))


@lru_cache(maxsize=500_000)
def person_likeness(one: str, other: str) -> float:
    """Return how far a name in Latin letters and one in Chinese characters may be one by sound, 0 to 1."""
    latin, chinese = (other, one) if _HAN.search(one) else (one, other)
    if not _HAN.search(chinese) or _HAN.search(latin):
        return 0.0
    letters = "".join(normalise_person(latin).split())
    if is_chinese_name(chinese) and syllables(letters) == len(normalise(chinese)):
        return 0.0
    last = _PARTS.split(chinese.strip())[-1]
    return max(
        likeness(letters, normalise(chinese)), 0.9 * likeness(normalise_person(latin).split()[-1], last)
    )
