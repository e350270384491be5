"""Stage 2, Chinese: who else was there, by sentences that only say so (`副校长乙参加会见`, `甲陪同`)."""

from kg.extract.chinese_events import participants
from kg.extract.chinese_marks import Sort
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_track import Track
from kg.extract.chinese_words import acts, lexicon
from kg.model import Basis, Entity, Kind, Ref, Relation

_FAR = 260
"""Letters between an event and a sentence that only adds who was there."""


def read_attendance(track: Track, book: Notebook) -> None:
    """Add to the event told of last those of whom a sentence says that they attended it or came along."""
    pieces = track.reading.pieces
    for letter, index in enumerate(track.index):
        piece = pieces[index]
        kinds = _kinds(track, index) if piece.sort is Sort.WORD else ()
        who = track.gathered(letter) if kinds else []
        event = _last(kinds, piece.start, book) if who else None
        if piece.text == "见证" and pieces[index + 1 : index + 2] and pieces[index + 1].text == "下":
            event = _signing_in(track, book) if (who := track.gathered(letter)) else None
        first = next((i for i, p in enumerate(pieces) if p is (who[0] if who else None)), index)
        if event is None or track.mood(first, index) != "":
            continue
        evidence = track.reading.between(first, index)
        for person in participants(who, book):
            book.state(
                event.key, Relation.PARTICIPANT, Ref(person), evidence, rule="zh-attendance", confidence=0.8,
                basis=Basis.RESOLVED,
            )  # fmt: skip


def _kinds(track: Track, index: int) -> tuple[str, ...]:
    """Return the kinds of events that `参加会见`, `陪同考察` or `陪同` can mean."""
    pieces = track.reading.pieces
    word = pieces[index].text
    _, last = track.reading.clause(index)
    occasion = next(
        (p for p in pieces[index + 1 : min(index + 4, last + 1)] if p.sort is Sort.OCCASION), None
    )
    if acts(word, "attend") and occasion:
        opening = occasion.text in lexicon()["openings"]
        return (occasion.kind, "conference", "training") if opening else (occasion.kind,)
    nouns = _what(track, index, last)
    if not acts(word, "attend") and word not in lexicon()["company"]:
        return ()
    for kind, words in lexicon()["told_again"].items():
        if nouns and nouns[-1 if len(nouns) < 3 else 0] in words:  # noqa: PLR2004  the head of a short phrase
            return ("meeting", "visit", "signing", "ceremony") if kind == "any" else (str(kind),)
    if acts(word, "attend"):
        return ()  # 座谈会由甲主持
    return ("visit", "meeting", "signing", "ceremony") if not nouns else ()


def _what(track: Track, index: int, last: int) -> list[str]:
    """Return the words for what is attended: behind the verb, or before `由` (`座谈会由甲主持`)."""
    pieces = track.reading.pieces
    first, _ = track.reading.clause(index)
    led = [i for i in range(first + 1, index) if acts(pieces[i].text, "by")]
    if led and pieces[index].text == "主持":
        return [pieces[led[0] - 1].text]
    after = [p.text for p in pieces[index + 1 : min(index + 5, last + 1)]]
    return [text for text in after if text not in lexicon()["passed_over"] and not acts(text, "attend")]


def _signing_in(track: Track, book: Notebook) -> Entity | None:
    """Return the act of signing that the sentence itself tells of (`在甲见证下签署`)."""
    sentence = track.reading.sentence
    return next(
        (
            event
            for event in book.of_kind(Kind.EVENT)
            if book.concept(event.key, Relation.KIND) == "signing"
            and any(sentence.start <= e.start and e.end <= sentence.end for e in event.evidence)
        ),
        None,
    )


def _last(kinds: tuple[str, ...], start: int, book: Notebook) -> Entity | None:
    """Return the event of such a kind told of last, not far before."""
    near = [
        (evidence.end, event)
        for event in book.of_kind(Kind.EVENT)
        for evidence in event.evidence
        if book.concept(event.key, Relation.KIND) in kinds and start - _FAR < evidence.end <= start
    ]
    return max(near, key=lambda pair: (pair[0], pair[1].key))[1] if near else None
