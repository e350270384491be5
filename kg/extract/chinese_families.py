"""Stage 2, Chinese: family names, and the names that begin with one."""

from kg.extract.chinese_words import lexicon, listed

_GIVEN = 2
"""Letters of the longest given name."""


def is_family(text: str) -> bool:
    """Return whether a word is a Chinese family name."""
    return (len(text) == 1 and text in lexicon()["surnames"]) or text in listed("surnames_of_two")


def family_of(name: str) -> str:
    """Return what is the family name of a person if the name is Chinese: the first letter, or two."""
    return name[:2] if name[:2] in listed("surnames_of_two") else name[:1]


def is_chinese_name(name: str) -> bool:
    """Return whether a name is a family name and a given name of one or two letters."""
    family = family_of(name)
    return "·" not in name and is_family(family) and len(family) < len(name) <= len(family) + _GIVEN
