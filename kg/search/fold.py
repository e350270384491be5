"""Stage 6, search: a name without what people write in different ways, and the words that it is found by.

Raise `index.VERSION` with every change here: what was folded otherwise is not found again.
"""

import re
import unicodedata
from functools import cache, lru_cache

from kg.resources import resource

_LONGEST = 400
"""Characters of a name that are looked at."""
_MOST_WORDS = 32
_REMEMBERED = 10_000
"""Names of which the folded form is kept: a batch compares the same few with many."""
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})
_SPELLINGS = {
    "centre": "center", "centres": "centers", "organisation": "organization", "labour": "labor",
    "organisations": "organizations", "programme": "program", "univ": "university", "hosp": "hospital",
    "inst": "institute", "dept": "department", "intl": "international", "natl": "national",
    "paediatric": "pediatric", "paediatrics": "pediatrics", "defence": "defense", "govt": "government",
}  # fmt: skip
_SMALL = frozenset(
    [
        "of",
        "for",
        "and",
        "the",
        "in",
        "at",
        "on",
        "to",
        "a",
        "an",
        "with",
        "de",
        "la",
        "le",
        "du",
        "des",
        "und",
        "der",
        "die",
        "das",
    ]
)
_LEGAL = frozenset(
    [
        "inc",
        "incorporated",
        "ltd",
        "limited",
        "llc",
        "plc",
        "corp",
        "corporation",
        "co",
        "company",
        "gmbh",
        "ag",
        "sa",
        "spa",
        "srl",
        "bv",
        "nv",
        "ab",
        "oy",
        "as",
        "pty",
        "llp",
        "kg",
        "kgaa",
        "sas",
        "pte",
    ]
)
_LEGAL_HAN = re.compile(r"(?:股份|有限|责任|責任|公司)+$")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_PIECES = re.compile(rf"({_HAN.pattern})")
_ACRONYM = re.compile(r"[A-Z][A-Z&]{1,7}")


@lru_cache(maxsize=_REMEMBERED)
def fold(name: str) -> str:
    """Return a name without case, accents, punctuation, leading article and spelling variants."""
    return " ".join(_SPELLINGS.get(word, word) for word in _plain_words(name))


def fold_begun(name: str) -> str:
    """Return the beginning of a name folded; its last word may be only begun, and is then no abbreviation."""
    words = [_SPELLINGS.get(word, word) for word in _plain_words(name)]
    last = _plain_words(name)[-1:]
    return " ".join(words[:-1] + [w if s.startswith(w) else s for w, s in zip(last, words[-1:], strict=True)])


def _plain_words(name: str) -> list[str]:
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name[:_LONGEST])).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c)).replace("&", " and ").translate(_LETTERS)
    words = re.sub(r"[\W_]+", " ", re.sub(r"['’‘ʻʼ`.·•]", "", text)).split()
    while words[:1] == ["the"] and len(words) > 1:
        words = words[1:]
    return words[:_MOST_WORDS]


def key_of(folded: str) -> str:
    """Return what two spellings of one name share: its letters without spaces."""
    return folded.replace(" ", "")


def core_words(folded: str) -> tuple[str, ...]:
    """Return the words that tell, in their order: without legal forms and small words where it has others."""
    words = folded.split()
    telling = [word for word in words if word not in _SMALL]
    core = [shorter for word in telling if word not in _LEGAL and (shorter := _LEGAL_HAN.sub("", word))]
    return tuple(core or telling or words)


def core_of(folded: str) -> str:
    """Return a name's letters without legal forms and small words."""
    return "".join(core_words(folded))


def bag_of(folded: str) -> str:
    """Return a name's telling words in the order of the alphabet: the same for every order of words."""
    return " ".join(sorted(set(core_words(folded))))


@lru_cache(maxsize=_REMEMBERED)
def tokens(folded: str) -> tuple[str, ...]:
    """Return what a name is found by, each once: its telling words; of Chinese, pairs of characters."""
    found: dict[str, None] = {}
    for word in core_words(folded):
        for piece in _PIECES.split(word):
            if _HAN.fullmatch(piece):
                found |= dict.fromkeys(piece[i : i + 2] for i in range(max(len(piece) - 1, 1)))
            elif piece:
                found[piece] = None
    return tuple(found)


def is_han(text: str) -> bool:
    """Tell whether a text has Chinese characters."""
    return _HAN.search(text) is not None


def tells_little(name: str, folded: str) -> bool:
    """Tell whether a name could be that of many things: an acronym, or made of words that many share."""
    if _ACRONYM.fullmatch(name.replace(".", "")) or len(key_of(folded)) < 2:  # noqa: PLR2004  one letter
        return True
    words, parts = _generic()
    if is_han(folded):
        return not parts.sub("", key_of(folded))
    return all(word in words or word.isdigit() for word in core_words(folded))


@cache
def _generic() -> tuple[frozenset[str], re.Pattern[str]]:
    lines = resource("registry/generic_words.txt").read_text(encoding="utf-8").splitlines()
    words = [line for line in lines if line and not line.startswith("#")]
    han = sorted((word for word in words if is_han(word)), key=lambda word: (-len(word), word))
    return frozenset(words) - frozenset(han), re.compile("|".join(map(re.escape, han)))
