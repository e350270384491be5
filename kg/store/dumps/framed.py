"""Stage 6, the files for download that show a thing with the names of what it is joined with."""

from contextlib import ExitStack

from kg.store.dumps.csvw import write_descriptions
from kg.store.dumps.documents import DOCUMENTS, Documents
from kg.store.dumps.folder import Folder
from kg.store.dumps.index import index_of
from kg.store.dumps.tables import Tables, articles_of, write_evidence
from kg.store.dumps.thing import things_of
from kg.store.embedded import clear_errors
from kg.store.jsonld import Context, compactor
from kg.store.parts import packed
from kg.store.shelf import Shelf
from kg.vocabulary import FACTS, Names


def write_framed(
    shelf: Shelf, folder: Folder, earlier: Folder | None, names: Names, context: Context
) -> None:
    """Write tables and documents; the facts are read twice, first for an index of what they tell of."""
    facts, short = str(names.graph(FACTS)), compactor(context)
    path = folder.files / DOCUMENTS
    with ExitStack() as stack:
        index = stack.enter_context(index_of(things_of(shelf.lines(facts)), folder.records, short))
        stack.enter_context(clear_errors(str(path)))
        out = stack.enter_context(packed(stack.enter_context(path.open("wb")), path.suffix))
        documents = Documents(out, index, short, names)
        tables = Tables(folder, index, stack)
        for thing in things_of(shelf.lines(facts)):
            tables.take(thing)
            documents.take(thing)
        for article in articles_of(shelf, names):
            tables.take(article)
    write_evidence(shelf, folder, earlier, names)
    write_descriptions(folder)
