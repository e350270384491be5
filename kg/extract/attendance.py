"""Stage 2: who else took part: lists that the parse cut short, `accompanied by`, `in the presence of`."""

from typing import TYPE_CHECKING

from kg.extract import lists
from kg.extract.marks import Sentence, Sort

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spacy.tokens import Token

_COMPANY = (
    ("accompanied", "by"), ("joined", "by"), ("flanked", "by"), ("attended", "by"), ("witnessed", "by"),
    ("presence", "of"), ("along", "with"), ("together", "with"), ("alongside",), ("including",),
    ("headed", "by"), ("led", "by"), ("hosted", "by"), ("organised", "by"), ("organized", "by"),
)  # fmt: skip
_NEEDS_PERSONS = ("including",)


def widened(
    sentence: Sentence, around: "Mapping[str, list[Token]]", verb: "Token"
) -> "dict[str, list[Token]]":
    """Return the neighbours of a word with the names listed beside them that the parse does not reach."""
    out = {name: list(tokens) for name, tokens in around.items()}
    for name, tokens in out.items():
        for token in list(tokens):
            head = token.head
            if head.pos_ == "ADP" and head.lower_ == name and sentence.mention(token) is not None:
                listed = lists.after(sentence, head)
                out[name] += [t for t in listed if t not in out[name]] if token in listed else []
    subjects = out.get("subject", [])
    if verb.pos_ in ("VERB", "AUX") and subjects:
        listed = lists.before(sentence, verb)
        out["subject"] = (
            subjects + [t for t in listed if t not in subjects] if set(listed) & set(subjects) else subjects
        )
    return out


def company(sentence: Sentence, token: "Token") -> "list[Token]":
    """Return who is said to have been there too, after the word that tells of the event or before it."""
    words = [t.lower_ for t in sentence.tokens]
    out: list[Token] = []
    for i in range(len(words)):
        phrase = next((p for p in _COMPANY if tuple(words[i : i + len(p)]) == p), None)
        if phrase is None or abs(sentence.tokens[i].i - token.i) > _FAR:
            continue
        names = [
            t for t in lists.after(sentence, sentence.tokens[i + len(phrase) - 1]) if sentence.mention(t)
        ]
        if phrase[0] not in _NEEDS_PERSONS or all(_person(sentence, t) for t in names):
            out += names
    return out


_FAR = 40
"""Words between an event and those who were there."""


def _person(sentence: Sentence, token: "Token") -> bool:
    mention = sentence.mention(token)
    return mention is not None and mention.sort is Sort.PERSON


_ROLL = frozenset(
    ("participating", "attending", "present", "attendees", "participants", "guests", "speakers")
)
_BEING = frozenset(("be", "include", "comprise", "come"))


def roll(sentence: Sentence) -> "list[Token]":
    """Return who is listed in `Participating in the event were ...`, `Attendees included ...`."""
    words = [t.lower_ for t in sentence.tokens[:4]]
    if not _ROLL & set(words) or (
        words[0] not in _ROLL and words[0] not in ("also", "among", "the", "other")
    ):
        return []
    verb = next((t for t in sentence.tokens[:12] if t.lemma_ in _BEING and t.pos_ in ("VERB", "AUX")), None)
    start = verb if verb is not None else next((t for t in sentence.tokens[:4] if t.text == ":"), None)
    return lists.after(sentence, start) if start is not None else []
