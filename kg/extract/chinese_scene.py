"""Stage 2, Chinese: day and place of a sentence that takes them from the one before it."""

import re

from kg.extract.chinese_marks import Piece, Reading, Sort
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_track import Track
from kg.model import Evidence, Kind, Relation

_DURING = re.compile(
    r"(?:会后|会上|会议期间|会见后|会谈后|会见结束|其间|期间|访问期间|访.{1,3}期间|参会期间|论坛期间|大会期间|此间|随后|仪式上|仪式后|活动中)"
)
_APART = re.compile(r"此前|曾|去年|早在|原定|将|拟|计划|有望|明年|下月|下届")


def scene_of(reading: Reading, book: Notebook) -> tuple[Piece, ...]:
    """Return the day and place that hold for a sentence which names none.

    Either the line before it sets the scene, or the sentence says that it goes on with what was told of last.
    """
    text, start = reading.sentence.text, reading.sentence.start
    if book.scene:
        return book.scene
    if _APART.search(text):
        return ()
    near = "\n" not in book.article.text[book.framed : start] and book.framed <= start
    referring = any(piece.full and piece.sort is Sort.INSTITUTION for piece in reading.pieces)
    return book.frame if _DURING.match(text) or (near and referring) else ()


def set_frame(track: Track, book: Notebook) -> None:
    """Keep the day and place of what a sentence has told of, for those that follow."""
    sentence = track.reading.sentence
    told = [
        event.key
        for event in book.of_kind(Kind.EVENT)
        if any(sentence.start <= e.start and e.end <= sentence.end for e in event.evidence)
        and book.concept(event.key, Relation.STATUS) == "happened"
        and book.values(event.key, Relation.START_DATE)
    ]
    days = [c.piece for c in track.around if c.piece.when and c.piece.when.precision == "to-the-day"]
    if told and days:
        book.frame = (days[-1], *_places(told[-1], book))
        book.framed = sentence.end
    elif told and book.frame:
        book.framed = sentence.end


def _places(event: str, book: Notebook) -> list[Piece]:
    """Return where an event was, as the piece that named the place first."""
    found = []
    for key in sorted(book.refs(event, Relation.LOCATION)):
        entity = book.entities[key]
        words: Evidence = entity.evidence[0]
        text = book.article.text[words.start : words.end]
        kind = book.concept(key, Relation.KIND)
        found.append(Piece(Sort.PLACE, text, words.start, kind=kind, full=entity.name))
    return found
