"""How many requests a second `kg serve` answers, beside `oxigraph serve` and rdflib-endpoint on the same data.

    python bench/generated.py SOURCES 1000 && PYTHONPATH=bench kg build SOURCES --into DIR --extractor generated
    python -m venv PEERS && PEERS/bin/pip install oxigraph 'rdflib-endpoint[web,cli]'
    python bench/serving.py DIR --peers PEERS                               # needs wrk; ten minutes

All servers run at once and are asked in turn, in several rounds, so that what else the machine does falls on
all alike; the best round of each counts. Read the ratios only. rdflib-endpoint gets the facts alone, since it
would need gigabytes for the rest.
"""

import argparse
import contextlib
import gzip
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

JSON = "application/sparql-results+json"
PREFIXES = (
    "PREFIX kg: <https://w3id.org/accord-kg/ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
)
STAR = (
    PREFIXES + "SELECT ?x ?label ?status ?topic WHERE "
    "{ ?x a kg:Agreement ; kg:party <%s> ; rdfs:label ?label ; kg:status ?status ; kg:topic ?topic }"
)
GROUP = (
    PREFIXES + "SELECT ?status ?topic (COUNT(?x) AS ?n) WHERE "
    "{ ?x a kg:Agreement ; kg:status ?status ; kg:topic ?topic } GROUP BY ?status ?topic ORDER BY DESC(?n)"
)
LARGE = PREFIXES + "SELECT ?x ?label ?p ?v WHERE { ?x a ?class ; rdfs:label ?label ; ?p ?v } LIMIT 3700"
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A server under test, and the best of what it did."""

    name: str
    endpoint: str
    pid: int
    best: dict[str, tuple[float, float, str]] = field(default_factory=dict)
    """Load -> requests a second, milliseconds of its CPU a request, the 99th percentile."""
    faults: int = 0

    def tree(self) -> list[int]:
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                told = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
                parents[int(stat.parent.name)] = int(told[1])
        found = [self.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def cpu(self) -> float:
        """Seconds of CPU that its processes used so far."""
        told = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.tree()]
        return sum(int(each[11]) + int(each[12]) for each in told) / _TICK

    def memory(self) -> float:
        """MiB of memory, what is shared between processes counted once."""
        told = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in self.tree())
        return sum(int(re.search(r"Pss:\s+(\d+)", each)[1]) for each in told) / 1024


def ask(endpoint: str, query: str, accept: str = JSON) -> bytes:
    address = f"{endpoint}?{urllib.parse.urlencode({'query': query})}"
    with urllib.request.urlopen(  # noqa: S310  our own servers
        urllib.request.Request(address, headers={"Accept": accept}), timeout=120
    ) as answer:
        return answer.read()


def found(endpoint: str, query: str) -> list[str]:
    rows = json.loads(ask(endpoint, query))["results"]["bindings"]
    return sorted(row["x"]["value"] for row in rows)


def loads(endpoint: str) -> dict[str, list[str]]:
    """The queries of each load, made from what the data has."""
    dice = random.Random(7)
    things = found(
        endpoint, PREFIXES + "SELECT ?x WHERE { VALUES ?c { kg:Event kg:Person kg:Institution } ?x a ?c }"
    )
    parties = found(endpoint, PREFIXES + "SELECT DISTINCT ?x WHERE { ?a a kg:Agreement ; kg:party ?x }")
    one = [f"SELECT ?p ?v WHERE {{ <{x}> ?p ?v }}" for x in dice.sample(things, 500)]
    stars = [STAR % x for x in dice.choices(parties, k=250)]
    mix = [*one[:225], *stars, *(f"{GROUP} LIMIT {100 + n}" for n in range(25))]
    dice.shuffle(mix)
    return {"look-ups": one, "mix": mix, "large": [LARGE]}


def script(folder: Path, name: str, endpoint: str, queries: list[str]) -> Path:
    path = urllib.parse.urlsplit(endpoint).path
    lines = ",\n".join(json.dumps(f"{path}?{urllib.parse.urlencode({'query': q})}") for q in queries)
    file = folder / f"{name}.lua"
    file.write_text(
        f"local paths = {{{lines}}}\nlocal at = 0\n"
        "request = function() at = at % #paths + 1; return wrk.format('GET', paths[at]) end\n"
    )
    return file


def measure(server: Server, load: str, lua: Path, seconds: int) -> None:
    before = server.cpu()
    command = ["wrk", "-t1", "-c8", f"-d{seconds}", "--timeout", "60", "--latency", "-H", f"Accept: {JSON}"]
    told = subprocess.run(
        [*command, "-s", lua, server.endpoint], capture_output=True, text=True, check=True
    ).stdout
    used = server.cpu() - before
    count = int(re.search(r"(\d+) requests in", told)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])
    faults = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", told))
    if errors := re.search(r"Socket errors: (.*)", told):
        faults += sum(int(n) for n in re.findall(r"\d+", errors[1]))
    server.faults += faults
    slow = re.search(r"99%\s+(\S+)", told)[1]
    if rate > server.best.get(load, (0.0,))[0]:
        server.best[load] = (rate, 1000 * used / max(count, 1), slow)
    print(f"  {server.name:16} {load:9} {rate:9.0f}/s  p99 {slow}{f'  {faults} FAULTS' * bool(faults)}", flush=True)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextlib.contextmanager
def running(name: str, command: list[object], endpoint: str, log: Path) -> Iterator[Server]:
    with log.open("wb") as out:
        process = subprocess.Popen(list(map(str, command)), stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + 600
        while True:
            try:
                ask(endpoint, "SELECT ?x WHERE { ?x ?p ?v } LIMIT 1")
                break
            except OSError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{name} does not answer: {error}\n{log.read_text()}") from error
                time.sleep(0.3)
        yield Server(name, endpoint, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def unpacked(release: Path, ending: str, folder: Path) -> Path:
    file = folder / f"accord.{ending}"
    with gzip.open(release / f"dumps/accord.{ending}.gz") as packed, file.open("wb") as out:
        shutil.copyfileobj(packed, out)
    return file


def kg(directory: Path, name: str, folder: Path, *options: str) -> "contextlib.AbstractContextManager[Server]":
    port = free_port()
    command = [sys.executable, "-m", "kg", "serve", directory, "--port", port]
    environment = [f"{each}" for each in options]
    return running(
        name, ["env", *environment, *command], f"http://127.0.0.1:{port}/sparql", folder / f"{name}.log"
    )


def oxigraph(release: Path, peers: Path, folder: Path) -> "contextlib.AbstractContextManager[Server]":
    program, store = peers / "bin/oxigraph", folder / "oxigraph"
    if not store.exists():
        for ending in ("nq", "ttl"):  # the facts once more, as the default graph
            load = [program, "load", "--location", store, "--file", unpacked(release, ending, folder)]
            subprocess.run(load, check=True, capture_output=True)
        subprocess.run([program, "optimize", "--location", store], check=True, capture_output=True)
    port = free_port()
    command = [program, "serve-read-only", "--location", store, "--bind", f"127.0.0.1:{port}"]
    return running("oxigraph", command, f"http://127.0.0.1:{port}/query", folder / "oxigraph.log")


def rdflib(release: Path, peers: Path, folder: Path) -> "contextlib.AbstractContextManager[Server]":
    facts, port = unpacked(release, "ttl", folder), free_port()
    command = [peers / "bin/rdflib-endpoint", "serve", "--host", "127.0.0.1", "--port", port, facts]
    return running("rdflib-endpoint", command, f"http://127.0.0.1:{port}", folder / "rdflib.log")


def table(ours: list[Server], peers: list[Server]) -> None:
    bars = {("cached", "look-ups"): 1.0, ("cached", "mix"): 3, ("cached", "large"): 20,
            ("uncached", "mix"): 0.9, ("uncached", "look-ups"): 0.4}  # fmt: skip
    for server in [*ours, *peers]:
        for load, (rate, cost, slow) in server.best.items():
            print(f"{server.name:16} {load:9} {rate:9.0f}/s {cost:9.3f} ms CPU  p99 {slow}")
        print(f"{server.name:16} {server.memory():.0f} MiB, {server.faults} faults")
    for server in ours:
        for load, (rate, _, _) in server.best.items():
            told = [f"{rate / peer.best[load][0]:.2f} x {peer.name}" for peer in peers if load in peer.best]
            bar = bars.get((server.name, load))
            print(f"{server.name} {load}: {', '.join(told)}{f' (bar {bar})' if bar else ''}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure kg serve beside its peers.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--peers", type=Path, required=True, help="environment with oxigraph, rdflib-endpoint")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="kept, so that the next run need not load again")
    parser.add_argument("--without-rdflib", action="store_true")
    parser.add_argument("--only", choices=["look-ups", "mix", "large"])
    asked = parser.parse_args()
    release = (asked.directory / "current").resolve()
    with contextlib.ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        cached = stack.enter_context(kg(asked.directory, "cached", folder))
        uncached = stack.enter_context(
            kg(asked.directory, "uncached", folder, *([] if os.environ.get("NOCACHE") else ["KG_CACHE_BYTES=0"]))
        )
        peers = [stack.enter_context(oxigraph(release, asked.peers, folder))]
        if not asked.without_rdflib:
            peers.append(stack.enter_context(rdflib(release, asked.peers, folder)))
        for load, queries in loads(cached.endpoint).items():
            if asked.only not in {None, load}:
                continue
            print(f"{load}: {len(queries)} queries", *(len(ask(s.endpoint, queries[0])) for s in [cached, *peers]))
            for query in queries:
                ask(cached.endpoint, query)
            for _ in range(asked.rounds):
                for server in [cached, uncached, *peers]:
                    lua = script(folder, f"{server.name}-{load}", server.endpoint, queries)
                    measure(server, load, lua, asked.seconds)
        table([cached, uncached], peers)


if __name__ == "__main__":
    main()
