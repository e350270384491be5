"""A large result, from the engine alone and through the query workers, in one run.

    python bench/large_result.py [--rows 800000] [--folder F]

It makes a store of so many rows (once, where a folder is given), and prints for JSON and TSV the time to the
first byte and to the last, the engine's own, and the most memory that worker and front had; then after which
time a worker is free whose client reads nothing.
"""

import argparse
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from kg.store import QueryPool, open_pool, open_store

QUERY = "SELECT ?s ?p ?o { ?s ?p ?o }"
JSON_TYPE, TSV_TYPE = "application/sparql-results+json", "text/tab-separated-values"
BYTES = 1_000_000_000
ENGINE = """
import sys, time, pyoxigraph
class Out:
    size = 0
    def write(self, data):
        Out.size += len(data)
        return len(data)
    def flush(self): pass
store = pyoxigraph.Store.read_only(sys.argv[1])
began, cpu = time.monotonic(), time.process_time()
formats = {"application/sparql-results+json": pyoxigraph.QueryResultsFormat.JSON,
           "text/tab-separated-values": pyoxigraph.QueryResultsFormat.TSV}
store.query(sys.argv[2]).serialize(output=Out(), format=formats[sys.argv[3]])
print(time.monotonic() - began, time.process_time() - cpu, Out.size)
"""


def apart(path: Path, rows: int) -> None:
    """Make the store in a process of its own, whose memory is not counted."""
    with ProcessPoolExecutor(1) as one:
        one.submit(make_store, path, rows).result()


def make_store(path: Path, rows: int) -> None:
    """Write a store whose default graph has so many triples, one literal in ten in Chinese."""
    if path.exists():
        return
    store = open_store(path)
    with tempfile.NamedTemporaryFile("w", suffix=".nq", encoding="utf-8") as lines:
        for number in range(rows):
            name = "合作协议" if number % 10 == 0 else "An agreement on exchange"
            lines.write(
                f"<https://example.org/id/agreement/{number // 4}> "
                f"<https://example.org/ns#property{number % 4}> "
                f'"{name} {number}" <https://example.org/graph/facts> .\n'
            )
        lines.flush()
        store.load(Path(lines.name))
    store.copy_to_default("https://example.org/graph/facts")
    store.close()


def engine(path: Path, media: str) -> tuple[float, float, int]:
    """Return the seconds that the engine alone takes to write the result, those of a core, and the size."""
    run = subprocess.run(
        [sys.executable, "-c", ENGINE, str(path), QUERY, media], capture_output=True, text=True, check=True
    )
    seconds, cpu, size = run.stdout.split()
    return float(seconds), float(cpu), int(size)


@contextmanager
def opened(path: Path) -> Iterator[QueryPool]:
    """Give a pool as `kg serve` has it, with limits that let the result through."""
    with open_pool(
        path, workers=2, cheap_workers=1, spares=1, seconds=600, memory_mb=1024, result_bytes=BYTES
    ) as pool:
        yield pool


def read(pool: QueryPool, media: str) -> tuple[float, float, int]:
    """Return seconds to the first and to the last byte, and the size."""
    began = time.monotonic()
    first = size = 0.0
    with pool.stream(QUERY, media=media) as result:
        for piece in result:
            first = first or time.monotonic() - began
            size += len(piece)
    return first, time.monotonic() - began, int(size)


def peak(process: int) -> float:
    """Return the most memory that a process has had, in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


def cpu_of(pool: QueryPool) -> float:
    """Return the seconds of a core that the workers have had."""
    ticks = 0
    for process in pool.processes:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def compared(path: Path, media: str, rounds: int) -> str:
    """Return the best of some rounds, by turns with the engine alone: the machine may have other work."""
    alone = alone_cpu = first = total = cpu = math.inf
    with opened(path) as pool:
        for _ in range(rounds):
            seconds, seconds_cpu, size = engine(path, media)
            before = cpu_of(pool)
            begun, whole, got = read(pool, media)
            if got != size:
                sys.exit(f"{got} bytes instead of {size}")
            cpu = min(cpu, cpu_of(pool) - before)
            first, total = min(first, begun), min(total, whole)
            alone, alone_cpu = min(alone, seconds), min(alone_cpu, seconds_cpu)
        workers = max(map(peak, pool.processes))
    return (
        f"{media}: {size / 1e6:.0f} MB, first byte {first * 1000:.0f} ms, whole {total:.2f} s, "
        f"engine alone {alone:.2f} s (ratio {total / alone:.2f}); of a core {cpu:.2f} s, engine alone "
        f"{alone_cpu:.2f} s ({cpu / alone_cpu:.2f}); worker at most {workers:.0f} MB"
    )


def worker_free(path: Path) -> None:
    """Print after which time the only worker is free again, when its client has read the first piece only."""
    with open_pool(path, workers=1, seconds=600, memory_mb=1024, result_bytes=BYTES) as pool:
        began = time.monotonic()
        with pool.stream(QUERY, media=JSON_TYPE) as result:
            next(iter(result))
            pool.run("ASK {}")
            print(f"a client that reads one piece: its worker is free after {time.monotonic() - began:.2f} s")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=800_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        path = (given.folder or Path(temporary)) / f"rows-{given.rows}"
        apart(path, given.rows)
        for media in (JSON_TYPE, TSV_TYPE):
            print(compared(path, media, given.rounds))
        worker_free(path)
    print(f"front at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB")


if __name__ == "__main__":
    main()
