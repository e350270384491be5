"""A small release of our own, and the site over it: real store, real worker processes."""

import hashlib
import json
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pyoxigraph

from kg.publish import Dump, Edition, Limits, create_app
from kg.search import FILE, open_names, write_names
from kg.store import described, open_pool, open_store
from kg.vocabulary import FACTS, HOME, KG, Names

DATA = Path(__file__).parent / "data/publish.trig"
TREE = Path(__file__).parent.parent
NAMES = Names()
DIGEST = hashlib.sha256(b"data").hexdigest()


def make_store(folder, names=NAMES):
    """Write the sample data into a store as a build does: each fact in the default graph too."""
    store = open_store(folder)
    store.load(nquads_of(names))
    store.copy_to_default(str(names.graph(FACTS)))
    store.close()


def nquads_of(names):
    text = DATA.read_text(encoding="utf-8")
    for part in ("id/", "graph/"):
        text = text.replace(HOME + part, names.base + part)
    quads = pyoxigraph.parse(text.encode(), pyoxigraph.RdfFormat.TRIG)
    return pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS)


def make_names(folder, names=NAMES):
    """Write the file of names as a build does: from sorted N-Quads."""
    folder.mkdir()
    here = f"<{names.graph(FACTS)}> .".encode()
    lines = sorted(
        line for line in nquads_of(names).splitlines(keepends=True) if line.rstrip().endswith(here)
    )
    facts = described(lines)
    write_names(folder / FILE, facts, base=names.base, ontology=str(KG))
    return folder / FILE


def make_edition(folder, **options):
    folder.mkdir()
    path = folder / "accord.nq.gz"
    path.write_bytes(b"0123456789" * 100)
    file = Dump(path, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
    return Edition("2026-11-24-0badcafe", date(2026, 11, 24), (file,), **options)


def make_release(directory, number=1, **extra):
    """Lay out a release as `kg build` does, and make it the current one."""
    name = f"2026-11-{number:02}-0badcafe"
    path = directory / "releases" / name
    (path / "dumps").mkdir(parents=True)
    make_store(path / "store")
    make_names(path / "search")
    (path / "dumps/accord.nt").write_text("data")
    (path / "dumps/SHA256SUMS").write_text(f"{DIGEST}  accord.nt\n")
    meta = extra | {"id": name, "as_of": date(2026, 11, number).isoformat(), "content": "0badcafe" * 8}
    (path / "meta.json").write_text(json.dumps(meta))
    link = directory / ".current-new"
    link.symlink_to(Path("releases") / name)
    link.rename(directory / "current")
    return name


@contextmanager
def open_site(
    folder, *, names=NAMES, limits=None, workers=1, index_at=None, door=lambda pool: pool, **options
):
    make_store(folder / "store", names)
    edition = make_edition(folder / "dumps", **options)
    index = index_at or make_names(folder / "search", names)
    with closing(open_names(index)) as found, open_pool(
        folder / "store", workers=workers, seconds=10, memory_mb=1024, result_bytes=10_000_000,
        base=names.base, prefixes=names.prefixes(),
    ) as pool:  # fmt: skip
        runner = door(pool)
        app = create_app(
            runner, edition, names=names, title="A made-up release", limits=limits or Limits(), index=found
        )
        app.config["door"] = runner
        app.testing = True
        yield app
