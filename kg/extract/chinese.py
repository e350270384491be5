"""Stage 2: the Chinese extractor; LAC tags, tables of endings, patterns over a sentence's letters."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from kg import gazetteer
from kg.extract import genre
from kg.extract.chinese_agreements import read_agreements, read_unnamed
from kg.extract.chinese_attendance import read_attendance
from kg.extract.chinese_bodies import institution, passing_units, place
from kg.extract.chinese_delegations import delegation, read_delegations
from kg.extract.chinese_events import read_events
from kg.extract.chinese_figures import read_figures
from kg.extract.chinese_forms import with_short_forms
from kg.extract.chinese_home import speaks_of_itself
from kg.extract.chinese_marks import Piece, Reading, Sort
from kg.extract.chinese_names import country_at
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_occasions import read_occasions
from kg.extract.chinese_offices import write_bare
from kg.extract.chinese_partners import note_acronyms, with_partners
from kg.extract.chinese_people import with_offices
from kg.extract.chinese_reading import read
from kg.extract.chinese_repair import known_people
from kg.extract.chinese_scene import scene_of, set_frame
from kg.extract.chinese_script import as_written, simplified
from kg.extract.chinese_sets import read_parts
from kg.extract.chinese_strangers import strangers
from kg.extract.chinese_topics import read_topics
from kg.extract.chinese_track import track
from kg.extract.chinese_words import Sentence, lexicon, model_version, sentences
from kg.model import Article, Findings, Kind, Ref, Relation, ZoneKind

VERSION = "0.2"
_ACTING = frozenset({Relation.PARTY, Relation.PARTICIPANT, Relation.HOST, Relation.SENT_BY})


def extract(article: Article) -> Findings:
    """Return what an article in Chinese says; nothing rather than something wrong."""
    return as_written(_extracted(simplified(article)), article)


def _extracted(article: Article) -> Findings:
    parts = list(sentences(article))
    people = known_people(parts)
    book = Notebook(
        article,
        met_alone=_met_alone(article.text, people),
        speaks_of_itself=speaks_of_itself(article.text),
    )
    readings = with_short_forms(_sure(list(_readings(parts, people, article.published))))
    opinion = _tells_no_facts(article)
    # The headline comes last: the body names things in full.
    for reading in sorted(readings, key=lambda r: r.sentence.zone is ZoneKind.HEADLINE):
        _read(reading, book, opinion=opinion)
    for way in book.ways:
        read_unnamed(way, book)
    for way in book.ways:
        read_attendance(way, book)
    write_bare(book)
    book.forget(passing_units(book))
    _countries(book)
    read_topics([reading.sentence for reading in readings], book)
    return book.findings(f"zh-rules {VERSION}; {model_version()}")


def _tells_no_facts(article: Article) -> bool:
    """Return whether an article is an opinion or a joke by its own marks."""
    words = "|".join(lexicon()["opinion"])
    jokes = "|".join(lexicon()["satire"])
    return bool(
        genre.of(article)
        or re.search(words, article.title)
        or re.search(jokes, f"{article.title} {article.publisher}")
        or "笔者" in article.text
    )


def _readings(parts: Sequence[Sentence], people: Sequence[str], published: date | None) -> Iterator[Reading]:
    told = None
    for sentence in parts:
        reading = read(sentence, people, published, told=told)
        days = [p.when.last for p in reading.pieces if p.when and p.when.precision == "to-the-day"]
        told = days[-1] if days else told
        yield reading


def _sure(readings: Sequence[Reading]) -> list[Reading]:
    """Return the sentences, a name that nothing shows to be a person's as a word."""
    doubtful = strangers(reading.pieces for reading in readings)
    return [
        replace(
            reading,
            pieces=tuple(
                replace(p, sort=Sort.WORD, tag="nz") if p.sort is Sort.PERSON and p.text in doubtful else p
                for p in reading.pieces
            ),
        )
        for reading in readings
    ]


def _met_alone(text: str, people: Sequence[str]) -> frozenset[str]:
    """Return the persons of `会见X时`, `与X、Y分别会谈时`: each was met apart."""
    phrases = re.findall(r"(?:会见|会晤|[与同和])([^，。]{2,30}?)(?:分别)?(?:会谈|会晤|会面)?时，", text)
    return frozenset(name for phrase in phrases for name in people if name in phrase)


def _plain(reading: Reading, book: Notebook) -> Reading:
    """Return the sentence without what stands in brackets, and with `论坛` understood."""
    depth, kept = 0, []
    for piece in reading.pieces:
        depth += piece.text in ("（", "(")
        if not depth:
            kept.append(_understood(piece, book))
        depth -= piece.text in ("）", ")") and depth > 0
    return replace(reading, pieces=tuple(kept))


def _understood(piece: Piece, book: Notebook) -> Piece:
    """Return a bare `论坛` as the one occasion of that kind that the article has named, or as a word."""
    if piece.sort is not Sort.OCCASION or piece.kind != "bare":
        return piece
    known = [e for e in book.of_kind(Kind.EVENT) if e.named and e.name.endswith(piece.text)]
    if len(known) != 1:
        return replace(piece, sort=Sort.WORD, kind="")
    return replace(piece, full=known[0].name, kind=book.concept(known[0].key, Relation.KIND))


def _read(reading: Reading, book: Notebook, *, opinion: bool) -> None:
    _names(reading, book)
    _nested(reading, book)
    note_acronyms(reading, book)
    plain = with_partners(with_offices(_plain(reading, book), book), book)
    if opinion or reading.sentence.zone is ZoneKind.HEADLINE:
        return
    read_delegations(plain, book)
    way = track(plain, scene_of(plain, book))
    book.scene = plain.pieces if way.sets_scene else ()
    read_events(way, book)
    read_occasions(way, book)
    read_agreements(way, book)
    read_parts(way, book)
    read_figures(plain, book)
    set_frame(way, book)
    book.ways.append(way)


def _nested(reading: Reading, book: Notebook) -> None:
    """Write down what lies in which place, where they stand together (`山西省会太原`, `挪威海滨医院`)."""
    pieces = reading.pieces
    for index in range(1, len(pieces)):
        outer, inner = pieces[index - 1], pieces[index]
        if outer.sort is Sort.PLACE and inner.sort is Sort.INSTITUTION:
            value, words = Ref(place(outer, book)), reading.between(index - 1, index)
            body = institution(inner, book)
            book.state(body, Relation.LOCATION, value, words, rule="zh-nested", confidence=0.85)
        capital = pieces[index - 1].text in lexicon()["capital"]
        outer, inner = pieces[index - 1 - capital], pieces[index]
        record = gazetteer.lookup(inner.text)
        if index - 1 - capital < 0 or {outer.sort, inner.sort} != {Sort.PLACE} or record is None:
            continue
        larger = gazetteer.lookup(outer.text)
        if capital or (larger and larger in gazetteer.within_chain(record.slug)):
            relation = Relation.CAPITAL_OF if capital else Relation.WITHIN
            value, words = Ref(place(outer, book)), reading.between(index - 1 - capital, index)
            book.state(place(inner, book), relation, value, words, rule="zh-nested", confidence=0.95)


def _countries(book: Notebook) -> None:
    """Write down the country that the name begins with of a body that took part in something."""
    acting = {
        fact.value.key
        for fact in book.facts.values()
        if fact.relation in _ACTING and isinstance(fact.value, Ref)
    }
    for body in [e for e in book.of_kind(Kind.INSTITUTION) if e.key in acting]:
        cut, start = country_at(body.name), body.evidence[0].start
        if cut and body.name[:cut] != "中国" and book.article.text.startswith(body.name[:cut], start):
            land = Piece(Sort.PLACE, body.name[:cut], start, kind="country")
            value = Ref(place(land, book))
            book.state(
                body.key, Relation.LOCATION, value, body.evidence[0], rule="zh-nested", confidence=0.85
            )


def _names(reading: Reading, book: Notebook) -> None:
    """Write down everybody and everything that a sentence names."""
    for piece in reading.pieces:
        if piece.sort is Sort.PERSON:
            book.piece(Kind.PERSON, piece)
        elif piece.sort is Sort.INSTITUTION:
            institution(piece, book)
        elif piece.sort is Sort.PLACE:
            place(piece, book)
        elif piece.sort is Sort.DELEGATION and piece.kind != "bare":
            delegation(piece, book)
