"""Stage 2: which date of a sentence dates which of the things that it tells."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from kg.extract.dates import ahead
from kg.extract.marks import Sentence, When
from kg.extract.scene import Scene
from kg.model import Evidence

if TYPE_CHECKING:
    from spacy.tokens import Token

_CLOSED = ("after", "before", "since", "following", "until", "ahead", "prior", "for", "till", "by", "than")
"""What follows these is not the day of what stands before them."""


_UNDATED = ("cancelled", "denied")
"""A date beside these is that of the cancelling, or says when something did not happen."""


class Dateable(Protocol):
    """What a clause tells and a date may date."""

    sentence: Sentence
    token: "Token"
    status: str
    when: When | None
    when_evidence: Evidence | None
    where: dict[str, Evidence]


def give_dates(scene: Scene, sentence: Sentence, told: Sequence[Dateable]) -> None:
    """Give each date of a sentence to what it dates: the last thing told before it, or else the first."""
    ordered = sorted(told, key=lambda one: one.token.i)
    for token in sentence.tokens:
        mention = sentence.mention(token)
        if mention is None or mention.when is None:
            continue
        target = _dated(token, ordered)
        off = target is not None and target.status in _UNDATED and not _of_the_plan(target, token)
        if target is not None and target.when is None and not off:
            planned = target.status in ("planned", "cancelled")
            target.when = ahead(mention.when, scene.draft.article.published) if planned else mention.when
            target.when_evidence = scene.evidence(sentence, [target.token, token])
            _place_beside(scene, sentence, target, token)


def _of_the_plan(target: Dateable, date: "Token") -> bool:
    """Tell whether a date says when what is given up was to be: `the visit set for 5 May is cancelled`."""
    return target.token.pos_ == "NOUN" and date in target.token.subtree


def _place_beside(scene: Scene, sentence: Sentence, target: Dateable, date: "Token") -> None:
    """Read `in Porto on 20 May` as one: that is where the dated thing was, whatever the parser says."""
    at = date.i - sentence.first
    before, after = sentence.tokens[max(0, at - 3) : at], sentence.tokens[at + 1 : at + 3]
    pairs = [before[:2]] if len(before) > 2 and before[2].lower_ == "on" else []  # noqa: PLR2004  in, place, on
    for pair in [*pairs, after]:
        place = scene.place(sentence, pair[1]) if len(pair) > 1 and pair[0].lower_ == "in" else None
        if place is not None and not target.where:
            target.where[place] = scene.evidence(sentence, [target.token, pair[1]])


_SAYING = ("say", "tell", "report", "state", "add", "confirm", "note", "write")


_HOLDING = frozenset(
    ("hold", "take", "schedule", "set", "plan", "organise", "organize", "begin", "start", "sign", "host",
     "open", "convene", "slate", "run", "last", "end", "date")
)  # fmt: skip
"""What is said of an occasion, whose date is then that of what was done there."""


_FOUNDING = frozenset(("launch", "found", "establish", "create", "initiate", "form"))
"""What is said of the beginning of what an occasion is one of."""


def _reported(told: "Token", saying: "Token") -> bool:
    """Tell whether a thing is told in what somebody says: the date is that of the saying."""
    clause = next((a for a in [told, *told.ancestors] if a.pos_ in ("VERB", "AUX")), None)
    return clause is not None and clause != saying and clause.dep_ in ("ccomp", "parataxis", "conj")


def _another_clause(told: "Token", date: "Token") -> bool:
    """Tell whether a date belongs to another verb: `signed, and follows last year's`, `said on Monday`."""
    verb = next((a for a in date.ancestors if a.pos_ in ("VERB", "AUX")), None)
    if verb is None or verb == told:
        return False
    if verb.lemma_ in _SAYING and _reported(told, verb):
        return True
    if verb.dep_ in ("acl", "relcl") and verb.lemma_ in _FOUNDING:  # `a summit launched in 2001`
        return told not in verb.subtree
    if verb.dep_ in ("acl", "relcl") and verb.lemma_ not in _HOLDING:  # `the forum, a summit founded in 2001`
        return told.i < verb.head.i and told != verb.head and told not in verb.subtree
    return verb.dep_ == "conj" and told.i < verb.i < date.i and told not in verb.subtree


def _dated(date: "Token", ordered: Sequence[Dateable]) -> Dateable | None:
    word = date.head.lower_ if date.dep_ == "pobj" else ""
    scheduled = word == "for" and date.head.head.lemma_ in ("schedule", "set", "plan", "slate")
    if word in _CLOSED and not scheduled:
        return None
    before = [one for one in ordered if one.token.i < date.i and not _another_clause(one.token, date)]
    if before:
        return before[-1]
    after = [one for one in ordered if one.token.i > date.i and not _another_clause(one.token, date)]
    return after[0] if after and word != "from" else None
