"""Names made comparable: link joins two names when they are equal after this, never when they are near."""

import re
import unicodedata
from functools import cache, lru_cache

from kg.resources import resource

_SPELLINGS = {
    "centre": "center",
    "centres": "centers",
    "organisation": "organization",
    "organisations": "organizations",
    "programme": "program",
    "labour": "labor",
    "univ": "university",
    "hosp": "hospital",
    "inst": "institute",
    "dept": "department",
    "intl": "international",
    "natl": "national",
    "paediatric": "pediatric",
    "paediatrics": "pediatrics",
    "defence": "defense",
}
_HONORIFICS = frozenset(
    ("mr", "mrs", "ms", "miss", "dr", "prof", "professor", "sir", "dame", "hon", "rev", "he")
)
_SMALL = frozenset(("of", "for", "and", "the", "in", "at", "on", "to", "a", "an", "with"))
_SHORTEST_ZH = 5
_ACRONYM = re.compile(r"[A-Z][A-Z&]{1,7}")
_HAN = re.compile(r"[\u3400-\u9fff]")


@lru_cache(maxsize=200_000)
def normalise(name: str) -> str:
    """Return a name without case, accents, punctuation, leading article and spelling variants."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name)).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c)).replace("&", " and ")
    text = re.sub(r"['’‘ʻʼ`.]", "", text)
    words = re.sub(r"[^\w]+", " ", text).replace("_", " ").split()
    if words[:1] == ["the"] and len(words) > 1:
        words = words[1:]
    joined = " ".join(_SPELLINGS.get(word, word) for word in words)
    return joined.replace(" ", "") if _HAN.search(joined) else joined


def normalise_person(name: str) -> str:
    """Return a person's name without forms of address."""
    words = normalise(name).split()
    while len(words) > 1 and words[0] in _HONORIFICS:
        words = words[1:]
    return " ".join(words)


def is_generic(name: str) -> bool:
    """Tell whether a normalised name could be that of many bodies, such as `ministry of health`."""
    if _HAN.search(name):
        return not _generic()[1].sub("", name)
    return all(word in _generic()[0] or word.isdigit() for word in name.split())


def is_acronym(name: str) -> bool:
    """Tell whether a name as written is an acronym."""
    return _ACRONYM.fullmatch(name.replace(".", "")) is not None


def is_full_alias(name: str) -> bool:
    """Tell whether another form of a name is telling enough to be looked for in other articles.

    `Yale` for a school is not; `Yale Medical School` is: it has a word of its own and says what it is.
    """
    plain = normalise(name)
    if _HAN.search(plain):
        return len(plain) >= _SHORTEST_ZH and not is_generic(plain)
    words = plain.split()
    own = [word for word in words if word not in _generic()[0]]
    return len(words) > 1 and bool(own) and len(own) < len(words) and not is_acronym(name)


def acronym_of(name: str) -> str:
    """Return the initials of the weighty words of a name, in capitals."""
    return "".join(word[0] for word in normalise(name).split() if word not in _SMALL).upper()


@lru_cache(maxsize=200_000)
def words_of(text: str) -> frozenset[str]:
    """Return the comparable words of a text: its own words, or pairs of characters in Chinese."""
    plain = normalise(text)
    if _HAN.search(plain):
        return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))
    return frozenset(plain.split()) - _SMALL


@cache
def _generic() -> tuple[frozenset[str], re.Pattern[str]]:
    lines = resource("registry/generic_words.txt").read_text(encoding="utf-8").splitlines()
    words = [line for line in lines if line and not line.startswith("#")]
    han = [word for word in words if _HAN.search(word)]
    return frozenset(words) - frozenset(han), re.compile("|".join(map(re.escape, han)))
