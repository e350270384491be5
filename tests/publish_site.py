"""A small release of our own, and the site over it: real store, real worker processes."""

import hashlib
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyoxigraph

from kg.publish import Dump, Edition, Limits, create_app
from kg.store import open_pool, open_store
from kg.vocabulary import FACTS, HOME, Names

DATA = Path(__file__).parent / "data/publish.trig"
TREE = Path(__file__).parent.parent
NAMES = Names()


def make_store(folder, names=NAMES):
    """Write the sample data into a store as a build does: each fact in the default graph too."""
    text = DATA.read_text(encoding="utf-8")
    for part in ("id/", "graph/"):
        text = text.replace(HOME + part, names.base + part)
    quads = pyoxigraph.parse(text.encode(), pyoxigraph.RdfFormat.TRIG)
    store = open_store(folder)
    store.load(pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS))
    store.copy_to_default(str(names.graph(FACTS)))
    store.close()


def make_edition(folder, **options):
    folder.mkdir()
    path = folder / "accord.nq.gz"
    path.write_bytes(b"0123456789" * 100)
    file = Dump(path, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
    return Edition("2026-11-24-0badcafe", date(2026, 11, 24), (file,), **options)


@contextmanager
def open_site(folder, *, names=NAMES, limits=None, workers=1, **options):
    make_store(folder / "store", names)
    edition = make_edition(folder / "dumps", **options)
    with open_pool(
        folder / "store", workers=workers, seconds=10, memory_mb=1024, result_bytes=10_000_000,
        base=names.base, prefixes=names.prefixes(),
    ) as pool:  # fmt: skip
        app = create_app(pool, edition, names=names, title="A made-up release", limits=limits or Limits())
        app.testing = True
        yield app
