"""What builds of many seeded articles take: all, nothing new, one more, one corrected; and what dumps take.

    python bench/releases.py 1000
    python bench/releases.py 3000 --folder BIG --workers 2 --profile stages.txt

Each build runs in a process of its own, so that its time and its memory are its own. What was built in a
`--folder` stays there, and a full build that is there already is not made again.
"""

import argparse
import cProfile
import gzip
import io
import os
import pstats
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from generated import write_sources
from pyoxigraph import RdfFormat, Store, parse, serialize

from kg.pipeline import build
from kg.resources import resource
from kg.settings import load
from kg.store import MANIFEST, NQUADS, Shelf, context_of, read_graph, read_manifest
from kg.store.dumps import Folder, write_dumps
from kg.vocabulary import Names

SEED = 7
AS_OF = date(2026, 11, 24)
SMALLER = 4
"""Dumps are also written of a release of this part of the articles, to see whether memory grows."""


@dataclass(frozen=True, slots=True)
class Run:
    """One process: seconds on the clock and of the processor, its largest memory in MB, and what it said."""

    wall: float
    cpu: float
    memory: float
    said: str


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", type=int, nargs="?", default=1000)
    parser.add_argument("--folder", type=Path, help="where to build; a temporary folder when not given")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--profile", type=Path, help="file for the profile of one more article")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        measure_builds(folder / str(asked.articles), asked.articles, asked.workers, asked.profile)
        measure_dumps(folder, asked.articles, asked.workers)
        measure_nquads(folder / str(asked.articles))


def measure_builds(folder: Path, articles: int, workers: int, profile: Path | None) -> None:
    print(f"{'build':24} {'wall s':>8} {'cpu s':>8} {'of full':>8} {'peak MB':>8}")
    full = built(folder, articles, workers)
    report("full", full, full)
    report("no change", child("build", folder, workers), full)
    write_sources(folder / "articles", 1, SEED, first=articles)
    report("one more article", child("build", folder, workers), full)
    write_sources(folder / "articles", 1, SEED, first=articles // 2, version=1)
    report("one corrected article", child("build", folder, workers), full)
    (folder / "articles" / f"generated-{SEED}-{articles:06}.md").unlink()
    (folder / "out/state/articles" / f"generated-{SEED}-{articles:06}.json").unlink()
    write_sources(folder / "articles", 1, SEED, first=articles // 2)
    report("back to the first", child("build", folder, workers), full)
    if profile:
        write_sources(folder / "articles", 1, SEED, first=articles)
        report("one more, profiled", child("build", folder, workers, profile=profile), full)
    print(full.said)


def built(folder: Path, articles: int, workers: int) -> Run:
    """Build all of the articles, unless an earlier run did: then what it took is read again."""
    noted = folder / "full.txt"
    if noted.is_file():
        wall, cpu, memory, said = noted.read_text(encoding="utf-8").split("\t", 3)
        return Run(float(wall), float(cpu), float(memory), said)
    shutil.rmtree(folder, ignore_errors=True)
    write_sources(folder / "articles", articles, SEED)
    run = child("build", folder, workers)
    noted.write_text(f"{run.wall}\t{run.cpu}\t{run.memory}\t{run.said}", encoding="utf-8")
    return run


def measure_dumps(folder: Path, articles: int, workers: int) -> None:
    """Print what writing every file for download takes, of a small release and of a large one."""
    print(f"\n{'dumps alone':24} {'wall s':>8} {'cpu s':>8} {'quads':>10} {'peak MB':>8}")
    for count in (articles // SMALLER, articles):
        built(folder / str(count), count, workers)
        run = child("dumps", folder / str(count), workers)
        print(f"{count:>10} articles      {run.wall:8.1f} {run.cpu:8.1f} {run.said:>10} {run.memory:8.0f}")


def measure_nquads(folder: Path) -> None:
    """Print how fast the compressed N-Quads of a release are written, by us and by the engine."""
    release = folder / "out/current"
    entries = read_manifest(release / "dumps" / MANIFEST)
    ours = rate(ours_written, release, sum(entry.quads for entry in entries.values()))
    print(f"\nN-Quads with gzip: ours from the dump {ours:,.0f} quads/s")
    for name, write in (("store", engine_from_store), ("dump", engine_from_dump)):
        engine = rate(write, release, write(release))
        print(f"the engine from its {name}: {engine:,.0f} quads/s; ours / engine {ours / engine:.2f}")


def rate(write: Callable[[Path], object], release: Path, quads: int) -> float:
    """Return quads a second of processor time, the best of three."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        write(release)
        taken.append(time.process_time() - start)
    return quads / min(taken)


def ours_written(release: Path) -> None:
    """Put every graph of a release on a shelf and write it out; the lines come from its own dump."""
    source = release / "dumps" / NQUADS
    with tempfile.TemporaryDirectory() as folder, Shelf(Path(folder, "fresh")) as shelf:
        for graph, entry in read_manifest(release / "dumps" / MANIFEST).items():
            shelf.put(graph, read_graph(source, entry))
        shelf.write(Path(folder, "dumps"))


def engine_from_store(release: Path) -> int:
    """Let the engine write its store as compressed N-Quads: unsorted, with neither hash nor manifest."""
    store = Store.read_only(str(release / "store"))
    with _packed() as out:
        store.dump(out, format=RdfFormat.N_QUADS)
    return len(store)


def engine_from_dump(release: Path) -> int:
    """Let the engine read our dump and write it again."""
    with gzip.open(release / "dumps" / NQUADS) as source, _packed() as out:
        serialize(parse(source, RdfFormat.N_QUADS), out, RdfFormat.N_QUADS)
    return sum(entry.quads for entry in read_manifest(release / "dumps" / MANIFEST).values())


@contextmanager
def _packed() -> Iterator[BinaryIO]:
    with (
        tempfile.TemporaryFile() as file,
        gzip.GzipFile("", "wb", 6, file, mtime=0) as packed,
        io.BufferedWriter(packed) as buffered,
    ):
        yield buffered


def child(task: str, folder: Path, workers: int, *, profile: Path | None = None) -> Run:
    """Run a task of this file in a process of its own."""
    asked = [sys.executable, __file__, "--child", task, str(folder), str(workers), str(profile or "")]
    start = time.perf_counter()
    process = subprocess.Popen(asked, stdout=subprocess.PIPE, text=True)
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{task} in {folder} failed")
    wall, cpu = time.perf_counter() - start, used.ru_utime + used.ru_stime
    return Run(wall, cpu, used.ru_maxrss / 1024, said.strip())


def report(name: str, run: Run, full: Run) -> None:
    last = run.said.splitlines()[-1]
    share = 100 * run.wall / full.wall
    print(f"{name:24} {run.wall:8.1f} {run.cpu:8.1f} {share:7.1f}% {run.memory:8.0f}  {last}", flush=True)


# ------------------------------------------------------------ in the child
def build_here(folder: Path, workers: int, profile: str) -> None:
    settings = load(folder, {}, extractor="generated", authority="")
    stages = Stages()
    watched = cProfile.Profile()
    if profile:
        watched.enable()
    made = build(
        [str(folder / "articles")], folder / "out",
        settings=settings, as_of=AS_OF, workers=workers, strict=False, tell=stages,
    )  # fmt: skip
    if profile:
        watched.disable()
        with Path(profile).open("w", encoding="utf-8") as file:
            pstats.Stats(watched, stream=file).sort_stats("cumulative").print_stats(120)
    print("\n".join(stages.lines()))
    print(made.summary)


class Stages:
    """Notes when each stage begins, as the build tells it."""

    def __init__(self) -> None:
        self.told = [("starting", time.perf_counter())]

    def __call__(self, line: str) -> None:
        self.told.append((line, time.perf_counter()))

    def lines(self) -> Iterable[str]:
        ends = [*(at for _, at in self.told[1:]), time.perf_counter()]
        return [f"  {line}: {end - at:.1f} s" for (line, at), end in zip(self.told, ends, strict=True)]


def dumps_here(folder: Path, *_: object) -> None:
    names = Names()
    release, target = folder / "out/current", folder / "dumps"
    entries = read_manifest(release / "dumps" / MANIFEST)
    with Shelf(folder / "fresh", earlier=release / "dumps") as shelf:
        for graph in entries:
            shelf.keep(graph)
        context = context_of(resource("ontology/kg.ttl").read_bytes(), names.prefixes())
        write_dumps(shelf, Folder(target, folder / "records"), names=names, context=context)
    shutil.rmtree(target)
    print(sum(entry.quads for entry in entries.values()))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        task, where, workers, profile = sys.argv[2:]
        {"build": build_here, "dumps": dumps_here}[task](Path(where), int(workers), profile)
    else:
        main()
