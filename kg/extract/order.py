"""Stage 2: which verb an agreement belongs to by the order of the words, where the parse lost it."""

from typing import TYPE_CHECKING

from kg.extract import frames
from kg.extract.acts import SIGNING
from kg.extract.marks import Sentence
from kg.extract.tables import bargains

if TYPE_CHECKING:
    from spacy.tokens import Token

_SETTLING = frozenset(("signed", "reached"))
_BEING = frozenset(("is", "are", "was", "were", "be", "been", "to", "will", "has", "have", "had", "being"))
_INNER = ("DET", "ADJ", "NUM", "NOUN", "PROPN", "PRON", "ADV", "PUNCT", "PART", "SYM")
_LONGEST = 8
"""Words between a verb and the noun of its object."""


def verb(sentence: Sentence, noun: "Token") -> "Token | None":
    """Return the verb of signing or reaching before a noun's words, or after it in the passive."""
    at = noun.i - sentence.first
    for token in reversed(sentence.tokens[max(0, at - _LONGEST) : at]):
        if token.pos_ == "VERB" and _settles(token) and token.tag_ != "VBG":
            return token
        if token.pos_ not in _INNER or token.text in (",", ";", ":"):
            break
    helped = False
    for token in sentence.tokens[at + 1 : at + _LONGEST]:
        if token.tag_ == "VBN" and _settles(token):
            return token if helped else None
        if token.lower_ not in _BEING:
            break
        helped = True
    return None


def hyphened(noun: "Token") -> str:
    """Return a word with what a hyphen ties to it: `cease-fire`."""
    tied = noun.i - 1 > noun.sent.start and noun.nbor(-1).text == "-"
    return f"{noun.nbor(-2).lower_}-{noun.lower_}" if tied else noun.lower_


def _settles(token: "Token") -> bool:
    lemma = token.lemma_.lower()
    return bargains().verbs.get(lemma) in _SETTLING and lemma not in bargains().with_particle


def under_hand(noun: "Token") -> bool:
    """Tell whether a paper is one that somebody signs: `signed a declaration`."""
    over = frames.support(noun)
    return over is not None and over.lemma_.lower() in SIGNING and noun.dep_ in ("dobj", "nsubjpass")
