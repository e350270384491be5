"""Stage 2: labels in words for events and agreements that have no name."""

from calendar import month_name
from typing import TYPE_CHECKING

from kg.extract.deals import Deal
from kg.extract.happenings import Happening
from kg.extract.marks import Sentence, Sort, When
from kg.extract.scene import Scene
from kg.extract.tables import bargains
from kg.model import Evidence

if TYPE_CHECKING:
    from spacy.tokens import Token

ACTS = frozenset(
    (
        "sign",
        "ink",
        "conclude",
        "exchange",
        "seal",
        "formalise",
        "formalize",
        "initial",
        "renew",
        "extend",
        "countersign",
        "prolong",
        "adopt",
        "close",
        "agree",
    )
)
"""Verbs that tell of the act of signing."""
_LONGEST_LABEL = 140
_EMPTY = frozenset(("new", "formal", "historic", "signed", "first", "bilateral", "joint", "revised"))
"""Words that say nothing of what an agreement is about."""
_BEFORE = ("compound", "amod", "nmod", "nummod", "conj", "cc", "punct", "dep", "npadvmod")


def of_event(scene: Scene, one: Happening, when: When | None = None) -> str:
    """Return a label such as `Visit of Shanxi delegation to Boston, 12-13 December 2017`."""
    word = _phrase(one.sentence, one.token) if one.token.pos_ in ("NOUN", "PROPN") else one.kind
    who = [scene.draft.name(key) for key in [*one.who, *one.sides]]
    hosts = [scene.draft.name(key) for key in one.host]
    places = [scene.draft.name(key) for key in one.where if scene.draft.name(key) not in who]
    if one.kind == "meeting":
        who, hosts = [*who, *hosts], []
    of = f" of {_listed(who)}" if who else ""
    to = f" to {_listed(hosts)}" if hosts else ""
    at = (
        (f" to {_listed(places)}" if one.kind == "visit" and not to else f" in {_listed(places)}")
        if places
        else ""
    )
    day = f", {_day(when)}" if when is not None else ""
    return _short(_capital(word or one.kind), of + to + at, day)


def _day(when: When) -> str:
    """Return an interval as people write it: `12-13 December 2017`, `May 2024`."""
    first, last = when.start, when.end
    if when.precision == "to-the-year":
        return f"{first.year}"
    if when.precision == "to-the-month":
        return f"{month_name[first.month]} {first.year}"
    end = f"{last.day} {month_name[last.month]} {last.year}"
    if first == last:
        return end
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{first.day}-{end}" if same_month else f"{first.day} {month_name[first.month]} - {end}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _short(head: str, body: str, tail: str = "") -> str:
    """Return the parts of a label as one, its middle cut between words where it is too long."""
    room = _LONGEST_LABEL - len(head) - len(tail)
    if len(body) > room:
        body = body[: max(room - 2, 0)].rpartition(" ")[0].rstrip(" ,–") + " …"
    return " ".join((head + body + tail).split())


def _listed(names: list[str]) -> str:
    shown = names[:3]
    return ", ".join(shown) + (" and others" if len(names) > len(shown) else "")


def of_agreement(scene: Scene, one: Deal) -> str:
    """Return a label such as `Memorandum of understanding on nurse training: A – B`."""
    members = [scene.draft.name(key) for key in one.members]
    number = f"{one.number.value} " if one.number else ""
    named = one.noun.pos_ in ("NOUN", "PROPN")
    phrase = (one.number.label if one.number else "") or (_phrase(one.sentence, one.noun) if named else "")
    phrase = "agreements" if one.noun.pos_ == "NUM" else phrase or _KINDS[one.kind]
    matter = subject_matter(scene, one)
    about = f" on {matter[0]}" if matter is not None and one.number is None and _said_on(one) else ""
    head = _short(_capital(number + phrase), about)
    shown = " – ".join(members[:_MOST_NAMES]) + (" and others" if len(members) > _MOST_NAMES else "")
    return _short(head, f": {shown}") if members else head


_KINDS = {"memorandum": "memorandum", "formal-agreement": "agreement", "partnership": "partnership",
          "contract": "contract", "programme": "programme"}  # fmt: skip
_MOST_NAMES = 4


def _said_on(one: Deal) -> bool:
    return any(c.dep_ == "prep" and c.lower_ == "on" for c in one.noun.children)


def of_signing(scene: Scene, key: str, when: When | None = None) -> str:
    """Return the label of an act of signing."""
    name = scene.draft.name(key)
    return _short("Signing of ", name[:1].lower() + name[1:], f", {_day(when)}" if when is not None else "")


def _phrase(sentence: Sentence, noun: "Token") -> str:
    """Return a noun with what stands before it, without article, number and names."""
    first = _first(noun)
    words = []
    for token in sentence.tokens[max(0, first - sentence.first) : noun.i - sentence.first + 1]:
        piece = sentence.piece(token)
        if piece.mention is None and token.dep_ not in ("det", "nummod", "poss", "case"):
            words += [piece.text, " " * piece.space]
    tail = _understanding(sentence, noun)
    return ("".join(words).strip(" -–,\"“”'’*") + tail).strip()


def _understanding(sentence: Sentence, noun: "Token") -> str:
    """Return `of understanding`, `of intent`, which belong to the name of the thing."""
    at = noun.i - sentence.first
    after = list(sentence.tokens[at + 1 : at + 3])
    if (
        len(after) == 2  # noqa: PLR2004  the number is plain here
        and after[0].lower_ == "of"
        and after[1].lower_ in ("understanding", "intent", "cooperation", "agreement")
    ):
        return f" of {sentence.piece(after[1]).text}"
    return ""


def _first(noun: "Token") -> int:
    return min(
        [noun.i, *(t.i for c in noun.children if c.dep_ in _BEFORE and c.i < noun.i for t in c.subtree)]
    )


def subject_matter(scene: Scene, one: Deal) -> tuple[str, Evidence] | None:
    """Return what an agreement is about: its `on ...`, or else what stands before the noun."""
    for child in one.noun.children:
        if child.dep_ == "prep" and child.lower_ in ("on", "for", "regarding", "concerning", "in"):
            inner = [t for c in child.children if c.dep_ in ("pobj", "pcomp") for t in c.subtree]
            words = _until(one.sentence, sorted(inner, key=lambda t: t.i))
            if (
                words
                and words[-1].lower_ not in ("principle", "place", "force")
                and not all(_is_name(one.sentence, t) for t in words)
            ):
                return _text(scene, one.sentence, words)
    if one.noun.pos_ == "NUM":
        return None
    start = _first(one.noun) - one.sentence.first
    tokens = one.sentence.tokens[start : one.noun.i - one.sentence.first]
    before = [t for t in tokens if one.sentence.mention(t) is None and _tells(t)]
    return _text(scene, one.sentence, before) if len(before) > 1 else None


def _tells(token: "Token") -> bool:
    plain = token.dep_ not in ("det", "nummod", "poss", "punct", "case")
    return plain and token.lower_ not in _EMPTY and token.lower_ not in bargains().preliminary


def _is_name(sentence: Sentence, token: "Token") -> bool:
    mention = sentence.mention(token)
    return token.pos_ in ("DET", "ADP", "PUNCT", "CCONJ") or (
        mention is not None and mention.sort is not Sort.OCCASION
    )


def _until(sentence: Sentence, tokens: "list[Token]") -> "list[Token]":
    """Return the words before `between`, a clause or a date."""
    out: list[Token] = []
    for token in tokens:
        mention = sentence.mention(token)
        if token.lower_ in ("between", "with", "which", "that", ";", "(", "–", "--") or (
            mention is not None and mention.when
        ):
            break
        if out and token.i != out[-1].i + 1:
            break
        out.append(token)
    while out and out[-1].pos_ in ("PUNCT", "CCONJ", "ADP"):
        out.pop()
    return out


def _text(scene: Scene, sentence: Sentence, tokens: "list[Token]") -> tuple[str, Evidence]:
    evidence = scene.draft.short(sentence.span(tokens))
    return " ".join(scene.draft.article.text[evidence.start : evidence.end].split()), evidence
