"""Stage 2, Chinese: where an agreement stands: signed, tentative, talked of, planned or long past."""

from collections.abc import Sequence

from kg.extract.chinese_marks import Piece
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_words import lexicon, listed

_INSTRUMENT = "意向书"
"""A letter of intent: what is signed is signed, however little it binds."""


def is_remembered(before: Sequence[Piece], day: Piece | None) -> bool:
    """Return whether something is told as long past, without its day (`双方曾签署协议`)."""
    told = day is not None and day.when is not None and day.when.precision != "to-the-year"
    return not told and any(p.text in listed("long_ago") for p in before)


def status_of(words: Sequence[str], verb: str, day: Piece | None, book: Notebook) -> str:
    """Return the status of what is told without a mood: nothing of a later day is signed yet."""
    if is_tentative(words, verb):
        return "preliminary"
    published = book.article.published
    ahead = day and day.when and published and day.when.first > published
    return "planned" if ahead else "signed"


def is_tentative(words: Sequence[str], verb: str) -> bool:
    """Return whether the words tell of an agreement that is not signed yet."""
    return verb in listed("settled_verbs") or any(
        word.startswith(tuple(lexicon()["preliminary"])) and not word.endswith(_INSTRUMENT) for word in words
    )


def is_talked_of(pieces: Sequence[Piece], verb: int, last: int) -> bool:
    """Return whether something is only talked of (`就签署协议事宜磋商`, `签署协议的谈判`)."""
    before = [p.text for p in pieces[max(verb - 1, 0) : verb]]
    after = [p.text for p in pieces[last + 1 : last + 4]]
    after = after[: next((i for i, text in enumerate(after) if text in "，。；、"), len(after))]
    return any(word in listed("talked_about") for word in before) or any(
        word in listed("talked_of") for word in after
    )


def is_one(pieces: Sequence[Piece], what: Piece) -> bool:
    """Return whether an agreement is brought up as a new one (`一份关于…的议定书`)."""
    return any(p.text[:2] in ("一份", "一项") for p in pieces if p.start < what.start)


def is_several(piece: Piece) -> bool:
    """Return whether a number counts several agreements."""
    return int(piece.kind) > 1 and piece.text[-1] in "项份个"
