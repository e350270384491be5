"""Stage 2: who else took part: lists that the parse cut short, `accompanied by`, `in the presence of`."""

from typing import TYPE_CHECKING

from kg.extract import lists
from kg.extract.marks import Sentence, Sort
from kg.extract.places import known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spacy.tokens import Token

_COMPANY = (
    ("accompanied", "by"), ("joined", "by"), ("flanked", "by"), ("attended", "by"), ("witnessed", "by"),
    ("presence", "of"), ("along", "with"), ("together", "with"), ("alongside",), ("including",),
    ("headed", "by"), ("led", "by"), ("hosted", "by"), ("organised", "by"), ("organized", "by"),
    ("collaboration", "with"), ("partnership", "with"), ("cooperation", "with"), ("conjunction", "with"),
    ("association", "with"), ("invitation", "of"), ("chaired", "by"), ("moderated", "by"),
    ("addressed", "by"), ("involving",),
)  # fmt: skip
_NEEDS_PERSONS = ("including",)
_PEOPLE = ("accompanied", "joined", "attended", "witnessed", "presence", "flanked", "addressed")
"""After these every person named up to the next verb was there."""
_FAR = 40
"""Words between an event and those who were there."""


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
    if verb.pos_ in ("VERB", "AUX"):
        out["subject"] = _subjects(sentence, verb, out.get("subject", []))
    return out


def _subjects(sentence: Sentence, verb: "Token", parsed: "list[Token]") -> "list[Token]":
    """Return who the parser says does it, and who is listed with them."""
    listed = lists.before(sentence, verb)
    if not parsed and _active(verb):  # `In China, Minister Ana Lopez met on Monday ...`
        parsed = [t for t in listed if person(sentence, t)][:1]
    if not set(listed) & set(parsed):
        return parsed
    return parsed + [t for t in listed if t not in parsed and not _town(sentence, t)]


def _active(verb: "Token") -> bool:
    finite = verb.dep_ == "ROOT" and verb.tag_ in ("VBD", "VBZ", "VBP")
    return finite and not any(c.lower_ == "by" or c.dep_ == "nsubjpass" for c in verb.children)


def _town(sentence: Sentence, token: "Token") -> bool:
    """Tell whether a listed name is that of a smaller place, which only says where the others are."""
    mention = sentence.mention(token)
    if mention is None or mention.sort is not Sort.PLACE:
        return False
    place = known(mention.name)
    return place is None or place.kind != "country"


def company(sentence: Sentence, token: "Token", *, alone: bool = False) -> "list[Token]":
    """Return who is said to have been there too, after the word that tells of the event or before it."""
    lower = [t.lower_ for t in sentence.tokens]
    out: list[Token] = []
    for i in range(len(lower)):
        phrase = next((p for p in _COMPANY if tuple(lower[i : i + len(p)]) == p), None)
        if (
            phrase is None
            or (alone and phrase[0] == "invitation")
            or abs(sentence.tokens[i].i - token.i) > _FAR
        ):
            continue
        last = sentence.tokens[i + len(phrase) - 1]
        names = [t for t in lists.after(sentence, last) if sentence.mention(t)]
        if phrase[0] in _PEOPLE:
            unnamed = _unnamed(sentence, last)
            names = [t for t in names if person(sentence, t) or not (unnamed or _sender(t))]
        if phrase[0] not in _NEEDS_PERSONS or all(person(sentence, t) for t in names):
            out += names
        if phrase[0] in _PEOPLE:
            out += persons_after(sentence, last)
    return list(dict.fromkeys(out))


def _unnamed(sentence: Sentence, token: "Token") -> bool:
    """Tell whether a list begins with unnamed people: `by officials from A, B and C`."""
    after = sentence.tokens[token.i + 1 - sentence.first :][:6]
    end = next((i for i, t in enumerate(after) if sentence.mention(t) is not None), len(after))
    return any(t.lower_ in ("from", "of") for t in after[:end])


def _sender(token: "Token") -> bool:
    """Tell whether a body only says whence unnamed people come: `officials from the bank`."""
    while token.dep_ == "conj":
        token = token.head
    return token.dep_ == "pobj" and token.head.lower_ in ("from", "of", "at")


def persons_after(sentence: Sentence, token: "Token") -> "list[Token]":
    """Return the persons named after a word, up to the next verb that says something of somebody."""
    found = []
    for other in sentence.tokens[token.i + 1 - sentence.first :]:
        if other.tag_ in ("VBD", "VBZ", "VBP", "MD") or other.lower_ in ("who", "which", "whom", "to"):
            break
        found += [other] if person(sentence, other) else []
    return found


_ENDS = frozenset(
    ("who", "which", "whom", "whose", "where", "when", "while", "to", "about", "over", "after", "following",
     "during", "before", "that", "because", "amid", "regarding", ";", ":", "(", "–", "—", "“", '"')
)  # fmt: skip


def met(sentence: Sentence, verb: "Token") -> "list[Token]":
    """Return the persons named behind a verb of meeting: long titles part them in the parse."""
    found: list[Token] = []
    for other in sentence.tokens[verb.i + 1 - sentence.first :]:
        if other.lower_ in _ENDS or other.tag_ in ("VBD", "VBZ", "VBP", "VBG", "MD"):
            break
        found += [other] if person(sentence, other) else []
    return found


def dated(sentence: Sentence) -> bool:
    """Tell whether a sentence has a date."""
    return any((m := sentence.mention(t)) is not None and m.sort is Sort.DATE for t in sentence.tokens)


def person(sentence: Sentence, token: "Token") -> bool:
    """Tell whether a word is a person's name."""
    mention = sentence.mention(token)
    return mention is not None and mention.sort is Sort.PERSON


_ROLL = frozenset(
    ("participating", "attending", "present", "attendees", "participants", "guests", "speakers",
     "panellists", "panelists", "dignitaries", "attendance", "presenters")
)  # fmt: skip
_OPENERS = ("also", "among", "the", "other", "in", "keynote", "distinguished", "notable")
_BEING = frozenset(("be", "include", "comprise", "come"))


def roll(sentence: Sentence) -> "Sequence[Token]":
    """Return who is listed in `Participating in the event were ...`, `Attendees included ...`."""
    first = [t.lower_ for t in sentence.tokens[:4]]
    if not _ROLL & set(first) or (first[0] not in _ROLL and first[0] not in _OPENERS):
        return []
    verb = next((t for t in sentence.tokens[:12] if t.lemma_ in _BEING and t.pos_ in ("VERB", "AUX")), None)
    start = verb if verb is not None else next((t for t in sentence.tokens[:4] if t.text == ":"), None)
    if start is None:
        return []
    return list(dict.fromkeys([*lists.after(sentence, start), *persons_after(sentence, start)]))
