"""Stage 2: the Chinese extractor; LAC tags, tables of endings, and patterns over the letters of a sentence."""

import re

from kg.extract.chinese_agreements import read_agreements
from kg.extract.chinese_events import read_events
from kg.extract.chinese_figures import read_figures
from kg.extract.chinese_marks import Reading, Sort
from kg.extract.chinese_names import known_people
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_people import institution, place, read_delegations, with_offices
from kg.extract.chinese_reading import read
from kg.extract.chinese_track import track
from kg.extract.chinese_words import lexicon, model_version, sentences
from kg.model import Article, Findings, Kind, ZoneKind

VERSION = "0.1"


def extract(article: Article) -> Findings:
    """Return what an article in Chinese says; nothing rather than something wrong."""
    book = Notebook(article)
    parts = list(sentences(article))
    people = known_people(parts)
    readings = [read(sentence, people, article.published) for sentence in parts]
    opinion = bool(re.search("|".join(lexicon()["opinion"]), article.title))
    # The headline comes last: the body names things in full.
    for reading in sorted(readings, key=lambda r: r.sentence.zone is ZoneKind.HEADLINE):
        _read(reading, book, opinion=opinion)
    return book.findings(f"zh-rules {VERSION}; {model_version()}")


def _read(reading: Reading, book: Notebook, *, opinion: bool) -> None:
    _names(reading, book)
    plain = with_offices(reading, book)
    if opinion or reading.sentence.zone is ZoneKind.HEADLINE:
        return
    read_delegations(plain, book)
    way = track(plain)
    read_events(way, book)
    read_agreements(way, book)
    read_figures(plain, book)


def _names(reading: Reading, book: Notebook) -> None:
    """Write down everybody and everything that a sentence names."""
    for piece in reading.pieces:
        if piece.sort is Sort.PERSON:
            book.piece(Kind.PERSON, piece)
        elif piece.sort is Sort.INSTITUTION:
            institution(piece, book)
        elif piece.sort is Sort.PLACE:
            place(piece, book)
