"""Stage 2: whether enough is known of an agreement to state it: two parties, or one and an act."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kg.extract.deals import Deal
from kg.extract.marks import Sentence
from kg.extract.scene import Scene

if TYPE_CHECKING:
    from spacy.tokens import Token

_PAIR = 2


def told(scene: Scene, groups: Sequence[list[Deal]]) -> list[list[Deal]]:
    """Return the agreements whose parties are known: two at least, or one where a number is told.

    One is also enough where a verb says of an agreement that was not signed what becomes of it, and no other
    agreement of the article has that party; a country that is only an adjective is not one.
    """
    known = {id(group): len(_members(group)) >= _PAIR or _counted(group) for group in groups}
    others = {key for group in groups if known[id(group)] for key in _members(group)}
    out = []
    for group in groups:
        members = _members(group)
        one = members and not members & others and any(_alone(deal) for deal in group)
        if known[id(group)] or one:
            out.append(group)
        else:
            scene.draft.rejected.append(
                f"agreement without parties: {words_around(scene, group[0].sentence, group[0].noun)}"
            )
    return out


def words_around(scene: Scene, sentence: Sentence, token: "Token") -> str:
    """Return the words around an agreement, for the list of what was rejected."""
    piece = sentence.piece(token)
    return " ".join(scene.draft.article.text[max(sentence.start, piece.start - 40) : piece.end + 30].split())


def _members(group: Sequence[Deal]) -> set[str]:
    members = {key for deal in group for key in deal.members}
    return members | {key for deal in group for key in deal.alone if members}


def _counted(group: Sequence[Deal]) -> bool:
    """Tell whether several are counted: of such a set its members need not be known."""
    return any(deal.number is not None and deal.number.value >= _PAIR for deal in group)


def _alone(deal: Deal) -> bool:
    """Tell whether a clause tells of an agreement even where one party is named; a headline is told again."""
    whole = deal.sentence.tokens[-1].is_punct
    unsure = deal.status not in ("signed", "in-force")
    return unsure and whole and deal.rule == "agreement-verb" and bool(set(deal.members) - deal.adjectives)
