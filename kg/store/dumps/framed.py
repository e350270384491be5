"""Stage 6, the files for download that show a thing with the names of what it is joined with.

They are made of pieces. One is copied from the earlier release when neither its own statements nor what the
index tells of the things that it mentions is any other.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import cache, partial
from typing import BinaryIO

from kg.store.dumps.csvw import write_descriptions
from kg.store.dumps.documents import DOCUMENTS, Documents, context_url
from kg.store.dumps.folder import Folder, key_of
from kg.store.dumps.index import FILE, Index, Place, Touched, index_of
from kg.store.dumps.listed import TABLES
from kg.store.dumps.rdf import pieces_of
from kg.store.dumps.tables import header_of, lines_of_articles, rows_of, write_evidence
from kg.store.dumps.thing import Thing, things_of
from kg.store.jsonld import Context, compactor, json_of
from kg.store.parts import Part, PartsFile, packed
from kg.store.shelf import Shelf
from kg.vocabulary import FACTS, Names

_IRI = re.compile(rb"<([^<>]*)>")
_SUBJECT = re.compile(rb"^<([^<>]*)>", re.MULTILINE)

_Tells = Callable[[Thing], bytes]
_File = tuple[PartsFile, str, _Tells]
"""A file, how it is packed, and what it tells of a thing."""


def write_framed(
    shelf: Shelf, folder: Folder, earlier: Folder | None, names: Names, context: Context
) -> None:
    """Write tables and documents; an index of what the facts tell of is made first."""
    facts, short = str(names.graph(FACTS)), compactor(context)
    made = key_of("framed", context_url(names), json_of(context))
    place = Place(folder.records / FILE, made, earlier.records / FILE if earlier else None)
    with ExitStack() as stack:
        index, touched = stack.enter_context(index_of(shelf, facts, place, short))
        known = earlier if touched is not None else None
        files = list(_files(folder, known, index, Documents(index, short, names), stack))
        concerned = _concerned(touched)
        for lines in (shelf.lines(facts), lines_of_articles(shelf, names)):
            for piece in pieces_of(lines):
                _write(files, made, piece, concerned)
    write_evidence(shelf, folder, earlier, names)
    write_descriptions(folder)


def _files(
    folder: Folder, earlier: Folder | None, index: Index, documents: Documents, stack: ExitStack
) -> Iterator[_File]:
    """Begin every file, the tables with their headers."""
    yield stack.enter_context(folder.begin(DOCUMENTS, earlier)), ".gz", documents.of
    for table in TABLES:
        file, head = stack.enter_context(folder.begin(table.url, earlier)), header_of(table)
        file.add(Part(key_of("head", head), partial(_put, head)))
        yield file, "", partial(rows_of, table, index=index)


def _write(files: Iterable[_File], made: str, piece: list[bytes], concerned: Callable[[bytes], bool]) -> None:
    whole = b"".join(piece)
    key, anew = key_of(made, whole), concerned(whole)
    things = cache(lambda: list(things_of(piece)))
    for file, suffix, tells in files:
        file.add(Part(key, partial(_tell, things, tells, suffix), ready=True, anew=anew))


def _concerned(touched: Touched | None) -> Callable[[bytes], bool]:
    """Return what says whether a piece tells of something that changed elsewhere."""
    if touched is None:
        return lambda _: False
    anywhere, alone = ({iri.encode() for iri in some} for some in (touched.anywhere, touched.alone))
    return lambda piece: (
        not (anywhere.isdisjoint(_IRI.findall(piece)) and alone.isdisjoint(_SUBJECT.findall(piece)))
    )


def _tell(things: Callable[[], Iterable[Thing]], tells: _Tells, suffix: str, out: BinaryIO) -> None:
    """Write what a file tells of a piece; of nothing there is no gzip member."""
    if told := b"".join(map(tells, things())):
        with packed(out, suffix) as part:
            part.write(told)


def _put(data: bytes, out: BinaryIO) -> None:
    out.write(data)
