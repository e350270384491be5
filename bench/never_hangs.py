"""Many rounds of queries without end against a real server: who waits how long, and what is left behind.

    python bench/never_hangs.py DIR --rounds 500 --limit 0.5

Each round sends 20 cross joins at once, from five addresses of this machine, and meanwhile `ASK {}` and a
page from a sixth. Each join must end as 503 or 429 with a problem document within the limit and a second.
What the server holds is told as (processes, handles, MB of pages that are theirs alone).
"""

import argparse
import http.client
import json
import re
import subprocess
import sys
import threading
import time
import urllib.parse
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

CROSS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c != ?l) }"
CLIENTS, EACH = 5, 4
PAGE = "/page/place/china"


@dataclass(slots=True)
class Told:
    """What was seen in the rounds so far."""

    statuses: Counter[tuple[int, str]] = field(default_factory=Counter)
    slowest_join: float = 0.0
    waits: list[float] = field(default_factory=list)
    """Of `ASK {}` and the page."""
    faults: list[str] = field(default_factory=list)


def asked(address: str, path: str, source: str, seconds: float = 60) -> tuple[int, str, bytes, float]:
    """Return status, media type, body and seconds of one request that comes from an address."""
    began = time.monotonic()
    host = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(
        host.hostname or "", host.port, timeout=seconds, source_address=(source, 0)
    )
    try:
        connection.request("GET", path, headers={"Accept": "*/*"})
        answer = connection.getresponse()
        body = answer.read()
        return answer.status, answer.headers["Content-Type"] or "", body, time.monotonic() - began
    finally:
        connection.close()


def storm(address: str, limit: float, told: Told, page: str = PAGE) -> None:
    """Play one round, and write down what was seen."""
    cross = "/sparql?" + urllib.parse.urlencode({"query": CROSS})
    lock = threading.Lock()

    def join(client: int) -> None:
        status, media, body, seconds = asked(address, cross, f"127.0.0.{client + 2}")
        with lock:
            told.statuses[status, media] += 1
            told.slowest_join = max(told.slowest_join, seconds)
            if seconds > limit + 1:
                told.faults.append(f"a join took {seconds:.2f} s")
            if (
                status not in {503, 429}
                or media != "application/problem+json"
                or "title" not in json.loads(body)
            ):
                told.faults.append(f"a join was answered {status} {media}")

    threads = [threading.Thread(target=join, args=(number % CLIENTS,)) for number in range(CLIENTS * EACH)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        for path in ("/sparql?query=ASK%20%7B%7D", page):
            status, _, _, seconds = asked(address, path, "127.0.0.7")
            told.waits.append(seconds)
            if status != 200 or seconds > 1:
                told.faults.append(f"{path} from the sixth: {status} after {seconds:.2f} s")
        time.sleep(0.05)
    for thread in threads:
        thread.join()


def processes(pid: int) -> set[int]:
    """Return a process and all below it, zombies too."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found, level = {pid}, {pid}
    while level := {child for child, parent in parents.items() if parent in level}:
        found |= level
    return found


def held(pid: int) -> tuple[int, int, float]:
    """Return how many processes and handles a server has, and the MB of pages that are theirs alone."""
    handles, memory = 0, 0.0
    all_of_them = processes(pid)
    for each in all_of_them:
        try:
            handles += len(list(Path(f"/proc/{each}/fd").iterdir()))
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text()
            memory += sum(int(kb) for kb in re.findall(r"Private_(?:Clean|Dirty): +(\d+)", rollup)) / 1000
        except (FileNotFoundError, ProcessLookupError):
            continue
    return len(all_of_them), handles, memory


def at_rest(pid: int) -> tuple[int, int, float]:
    """Return what is held once nothing ends any more: the fewest processes and handles of a few seconds."""
    return min(held(pid) for _ in range(10) if not time.sleep(0.3))


def main() -> None:
    """Play the rounds, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory")
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--limit", type=float, default=0.5)
    given = parser.parse_args()
    server = subprocess.Popen(
        ["env", f"KG_QUERY_SECONDS={given.limit}", sys.executable, "-m", "kg", "serve", given.directory,
         "--port", "0"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        line = server.stdout.readline() if server.stdout else ""
        address, told = line.partition("http")[1] + line.partition("http")[2].strip(), Told()
        for _ in range(5):
            storm(address, given.limit, told)
        print(f"after 5 rounds: {at_rest(server.pid)}", flush=True)
        for number in range(given.rounds):
            storm(address, given.limit, told)
            if number % 50 == 49:
                print(
                    f"{number + 1} rounds: {dict(told.statuses)}, slowest join {told.slowest_join:.2f} s, "
                    f"slowest of the sixth {max(told.waits):.2f} s, {len(told.faults)} faults; "
                    f"{at_rest(server.pid)}",
                    flush=True,
                )
        print("\n".join(f"{count} x {fault}" for fault, count in Counter(told.faults).most_common(10)))
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
