"""Stage 2: tell whether an article states a clause, or only asks, supposes or hears it said."""

from functools import cache
from typing import TYPE_CHECKING

from kg.extract.tables import table, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Token

    from kg.extract.marks import Sentence
    from kg.extract.scene import Scene

STATED, UNSAID, DENIED = "stated", "unsaid", "denied"
_QUOTES = frozenset(("“", "”", '"', "‘", "’", "'", "``", "''"))
_CLAUSES = frozenset(("ccomp", "acl", "prep", "pobj", "conj", "xcomp", "dobj", "nsubj", "nsubjpass", "appos"))
_FARTHEST = 6
"""Sentences of one paragraph over which a supposition holds."""


@cache
def _row(name: str) -> frozenset[str]:
    return words(table("assertion")[name])


def of(scene: "Scene", sentence: "Sentence", tokens: "Sequence[Token]") -> str:
    """Return whether what these words say is stated, denied or left unsaid."""
    text = " ".join(t.lower_ for t in sentence.tokens)
    if any(phrase in text for phrase in _row("denying")):
        return DENIED
    if _asked(sentence) or _supposed(scene, sentence) or any(_in_quotes(sentence, t) for t in tokens):
        return UNSAID
    if any(t.lower_ in _row("hearsay_adverbs") and t.dep_ != "amod" for t in sentence.tokens):
        return UNSAID
    if "according" in text and _by_rumour(sentence):
        return UNSAID
    return _above(tokens[0])


def _asked(sentence: "Sentence") -> bool:
    last = next((t for t in reversed(sentence.tokens) if t.text not in _QUOTES), None)
    return last is not None and last.text == "?"


def _supposed(scene: "Scene", sentence: "Sentence") -> bool:
    """Tell whether a sentence, or one before it in its paragraph, begins with `Imagine` or `Suppose`."""
    text = scene.draft.article.text
    for other in reversed(scene.sentences[max(0, sentence.number - _FARTHEST) : sentence.number + 1]):
        if other is not sentence and "\n" in text[other.start : sentence.start]:
            return False
        first = [t.lower_ for t in other.tokens[:3] if t.text not in _QUOTES]
        if first and first[0] in _row("supposing") and other.tokens[0].tag_ in ("VB", "VBP", "NN", "UH"):
            return True
        if first[:2] == ["what", "if"]:
            return True
    return False


def _in_quotes(sentence: "Sentence", token: "Token") -> bool:
    """Tell whether a single word stands in quotation marks: it had "concluded" a deal."""
    at = token.i - sentence.first
    around = (*sentence.tokens[max(0, at - 1) : at], *sentence.tokens[at + 1 : at + 2])
    return len(around) > 1 and all(t.text in _QUOTES for t in around)


def _by_rumour(sentence: "Sentence") -> bool:
    return any(t.lemma_.lower() in _row("hearsay_nouns") and t.head.lower_ == "to" for t in sentence.tokens)


def _above(token: "Token") -> str:
    """Return what the words say on which a clause hangs: `rumours that`, `denied claims that`."""
    step = token
    while step.head != step and step.dep_ in _CLAUSES:
        over = step.head
        lemma = over.lemma_.lower()
        if over.pos_ in ("NOUN", "PROPN") and (
            lemma in _row("hearsay_nouns") or over.lower_ in _row("hearsay_plurals")
        ):
            return DENIED if over.head.lemma_.lower() in _row("denying_verbs") else UNSAID
        if over.pos_ == "VERB" and lemma in _row("hearsay_verbs") and step.dep_ in ("ccomp", "xcomp"):
            return UNSAID
        step = over
    return STATED
