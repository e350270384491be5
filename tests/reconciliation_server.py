"""A small server on loopback: the Reconciliation API 0.2, items as Wikidata gives them, and mishaps.

`mishaps` is what it does before it behaves: a status, headers, or a body of its own, one for each request.
"""

import json
import threading
import time
import urllib.parse
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MANIFEST = {
    "versions": ["0.1", "0.2"],
    "name": "Names of a small world",
    "identifierSpace": "http://www.wikidata.org/entity/",
    "schemaSpace": "http://www.wikidata.org/prop/direct/",
}


@dataclass(frozen=True)
class Mishap:
    status: int = 200
    headers: dict = field(default_factory=dict)
    body: bytes | None = None
    """None: the right answer after all."""
    hang_up: bool = False
    pause: float = 0.0


@dataclass
class World:
    url: str
    manifest: dict = field(default_factory=lambda: dict(MANIFEST))
    names: dict = field(default_factory=dict)
    """Name -> list of results."""
    items: dict = field(default_factory=dict)
    """Id asked for -> id of the item that is answered; None: deleted."""
    mishaps: list = field(default_factory=list)
    left_out: set = field(default_factory=set)
    """Names of which the answer says nothing."""
    most: int = 1000
    """Queries at once; more are refused with 413."""
    asked: list = field(default_factory=list)
    """Every batch of queries, or the path that was asked for."""
    agents: set = field(default_factory=set)


@contextmanager
def world():
    """Run a server; yields its world, which a test may change."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.world = World(f"http://127.0.0.1:{server.server_port}/api")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        self._answer("")

    def do_POST(self):
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, body):
        here = self.server.world
        here.agents.add(self.headers["User-Agent"])
        if self.path == "/api" and not body:
            self._send(200, json.dumps(here.manifest).encode())
            return
        queries = json.loads(urllib.parse.parse_qs(body)["queries"][0]) if body else None
        here.asked.append(queries or self.path)
        mishap = here.mishaps.pop(0) if here.mishaps else Mishap()
        time.sleep(mishap.pause)
        if mishap.hang_up:
            self.close_connection = True
            return
        if mishap.status != 200 or mishap.body is not None:
            self._send(mishap.status, mishap.body or b"", mishap.headers)
        elif queries is None:
            self._item(here)
        elif len(queries) > here.most:
            self._send(413, b"")
        else:
            self._send(200, json.dumps(self._results(here, queries)).encode())

    def _results(self, here, queries):
        return {
            key: {"result": here.names.get(query["query"], [])}
            for key, query in queries.items()
            if query["query"] not in here.left_out
        }

    def _item(self, here):
        asked = self.path.rpartition("/")[2].removesuffix(".json")
        now = here.items.get(asked, asked)
        if now is None:
            self._send(404, b"")
        else:
            self._send(200, json.dumps({"entities": {now: {"type": "item", "id": now}}}).encode())

    def _send(self, status, body, headers=None):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(ConnectionError):  # who did not wait for us has gone
            self.wfile.write(body)
