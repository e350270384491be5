"""Stage 2: how many people, bodies, documents and how much money an article speaks of."""

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kg.extract import modality
from kg.extract.figures import Number, qualifier_before, value_of
from kg.extract.marks import Sentence
from kg.extract.scene import Scene
from kg.extract.state import figure
from kg.extract.tables import bargains, institution_heads, table, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.tokens import Token

_SCALE = {"m": "million", "mn": "million", "bn": "billion", "b": "billion", "k": "thousand", "tn": "trillion"}
_GLUED = re.compile(r"^([^\d\s]{0,3})(\d[\d,]*(?:\.\d+)?)(m|mn|bn|b|k|tn)?\+?$", re.IGNORECASE)
_SCALES = ("hundred", "dozen", "thousand", "million", "billion", "trillion")
_MOST_BETWEEN = 6
"""Words between a number and what it counts."""


@cache
def _row(name: str) -> frozenset[str]:
    return words(table("figures")[name])


def find(scene: Scene) -> None:
    """State the figures of an article that no set, delegation or event has taken."""
    last = _Last()
    for sentence in scene.sentences:
        for run in _runs(sentence):
            number = _figure(sentence, run, last)
            if number is not None and not scene.draft.counted(number.evidence, number.value, number.label):
                figure(scene, number)


@dataclass(slots=True)
class _Last:
    """What was counted last, which a bare number counts again: `38, 12 of them signed`."""

    label: str = ""
    currency: str = ""


def _runs(sentence: Sentence) -> "Iterator[list[Token]]":
    """Yield the words of each number, such as `1.4 million`, `twenty - five`."""
    run: list[Token] = []
    for token in sentence.tokens:
        if sentence.mention(token) is None and _numeral(token):
            run.append(token)
        elif run and token.text == "-" and _joins(sentence, token):
            continue
        elif run:
            yield run
            run = []
    if run:
        yield run


def _joins(sentence: Sentence, hyphen: "Token") -> bool:
    after = hyphen.i + 1 - sentence.first
    return after < len(sentence.tokens) and _numeral(sentence.tokens[after])


def _numeral(token: "Token") -> bool:
    word = token.lower_
    return word in _SCALES or bool(_GLUED.match(word)) or (word.isalpha() and (value_of(word) or 0) > 1)


def _figure(sentence: Sentence, run: "Sequence[Token]", last: _Last) -> Number | None:
    """Return a number with what it counts, where that is worth telling."""
    glued = _GLUED.match(run[0].lower_)
    texts = [t.lower_ for t in run]
    if glued:
        texts[0] = f"{glued[2]} {_SCALE.get((glued[3] or '').lower(), '')}".strip()
    value = value_of(" ".join(texts).replace("trillion", "thousand billion"))
    if value is None or value < 2:  # noqa: PLR2004  one is no number
        return None
    money = _money(sentence, run, glued[1].lower() if glued else "")
    if money is not None:
        first, end, last.currency = money
        return _number(sentence, run, value, first, end, last.currency)
    counted = _counted(sentence, run, value)
    if counted:
        last.label = _label(sentence, counted)
        return _number(sentence, run, value, run[0], counted[-1], last.label)
    label = _again(sentence, run, last)
    return _number(sentence, run, value, run[0], run[-1], label) if label else None


def _again(sentence: Sentence, run: "Sequence[Token]", last: _Last) -> str:
    """Return what a number without a noun counts: the same as the number before it."""
    after = sentence.tokens[run[-1].i + 1 - sentence.first :][:2]
    words_ = [t.lower_ for t in after]
    if run[-1].lower_ in ("million", "billion") and words_[:1] and after[0].pos_ != "NOUN":
        return last.currency
    if words_ in (["of", "them"], ["of", "these"], ["of", "ours"], ["of", "those"], ["of", "the"]):
        return last.label
    alone = run[-1].dep_ in ("dobj", "nsubj", "nsubjpass") or (
        run[-1].dep_ == "pobj" and run[-1].head.lower_ == "of"
    )
    ends = not after or after[0].pos_ in ("PUNCT", "VERB", "AUX") or words_[0] == "of"
    return last.label if alone and ends and run[-1].text != "2" else ""


def _number(  # noqa: PLR0917  each is needed by name
    sentence: Sentence, run: "Sequence[Token]", value: int, first: "Token", last: "Token", label: str
) -> Number:
    qualifier = qualifier_before(sentence, first.i)
    verb = next((a for a in run[0].ancestors if a.pos_ in ("VERB", "AUX")), None)
    if qualifier == "exactly" and verb is not None and modality.of_verb(verb) == modality.PLANNED:
        qualifier = "planned-figure"
    return Number(value, qualifier, sentence.span([first, last]), label)


def _money(sentence: Sentence, run: "Sequence[Token]", prefix: str) -> "tuple[Token, Token, str] | None":
    """Return the first and last word of a sum of money, and its currency."""
    at, after = run[0].i - sentence.first, run[-1].i + 1 - sentence.first
    before = sentence.tokens[at - 1] if at else None
    if before is not None:
        text = sentence.piece(before).text
        if text.lower() in _row("symbols") | _row("codes"):
            return before, run[-1], text
    if prefix in _row("symbols") or prefix in ("r", "rs", "k") or prefix in _row("codes"):
        return run[0], run[-1], prefix
    for token in sentence.tokens[after : after + 3]:
        if token.lemma_.lower().rstrip(".") in _row("currencies"):
            return run[0], token, token.lower_
        if token.pos_ not in ("PROPN", "ADJ", "PUNCT") and sentence.mention(token) is None:
            break
    return None


def _counted(sentence: Sentence, run: "Sequence[Token]", value: int) -> "list[Token]":
    """Return the words for what a number counts, from its description to its noun."""
    at, after = run[0].i - sentence.first, run[-1].i + 1 - sentence.first
    before = sentence.tokens[at - 1].lower_ if at else ""
    if before in _row("labels"):
        return []
    out: list[Token] = []
    for token in sentence.tokens[after : after + _MOST_BETWEEN]:
        if token.text == "-" and not out:
            return _members(sentence, after)
        out.append(token)
        if token.text == "-":
            continue
        if token.lower_ == "co":  # `co-founders` is three words to the parser
            continue
        if token.tag_ in ("NNS", "NNPS") or (
            token.lower_ in ("people", "staff") and sentence.mention(token) is None
        ):
            return out if _worth(token, before, value) else []
        describes = (
            token.pos_ in ("ADJ", "NOUN", "PROPN", "ADV", "VERB") or sentence.mention(token) is not None
        )
        if token.lemma_.lower() in _row("units") or not describes:
            break
    return []


def _members(sentence: Sentence, hyphen: int) -> "list[Token]":
    """Read `a 50 - member team`: what is counted stands for the members of the team."""
    after = list(sentence.tokens[hyphen + 1 : hyphen + 2])
    return after if after and after[0].lemma_.lower() in _row("members") else []


def _worth(noun: "Token", before: str, value: int) -> bool:
    lemma = noun.lemma_.lower()
    again = before in ("the", "both", "these", "all") and value < 4 and lemma in _row("pairs")  # noqa: PLR2004  two or three
    plain = value > 2 or lemma in _named_things()  # noqa: PLR2004  two of anything are often said in passing
    return plain and not again and lemma.isalpha() and lemma not in _row("units") | _row("abstract")


@cache
def _named_things() -> frozenset[str]:
    """Return the nouns for people, bodies and documents."""
    documents = frozenset().union(*(row.nouns for row in bargains().kinds))
    return (
        words(table("groups")["counted"]) | documents | institution_heads() | {"paper", "document", "office"}
    )


def _label(sentence: Sentence, counted: "Sequence[Token]") -> str:
    return " ".join(sentence.piece(t).text for t in counted if t.text != "-")
