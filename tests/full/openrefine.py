"""OpenRefine as a program: started without a browser, driven over its own HTTP commands."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass

PROGRAM = shutil.which("openrefine")
BOUNDARY = "----accord-test-boundary"
START_SECONDS, WORK_SECONDS = 180, 180


@dataclass(frozen=True)
class Refine:
    url: str

    def command(self, name, parameters=None, **form):
        """Send a command of OpenRefine's; what it answers must be no error."""
        query = "?" + urllib.parse.urlencode(parameters or {})
        body = urllib.parse.urlencode(form | {"csrf_token": self._token()}).encode() if form else None
        with urllib.request.urlopen(f"{self.url}/command/core/{name}{query}", body, timeout=120) as answer:
            told = json.loads(answer.read())
        assert told.get("code", "ok") in {"ok", "pending"}, told
        return told

    def _token(self):
        with urllib.request.urlopen(f"{self.url}/command/core/get-csrf-token", timeout=60) as answer:
            return json.loads(answer.read())["token"]

    def load(self, name, text):
        """Make a project of a CSV text; return its number."""
        options = json.dumps(
            {"separator": ",", "headerLines": 1, "encoding": "UTF-8", "guessCellValueTypes": False}
        )
        query = urllib.parse.urlencode({"csrf_token": self._token(), "options": options})
        parts = {"project-name": name, "format": "text/line-based/*sv"}
        body = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in parts.items()
        )
        body += (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="project-file"; filename="rows.csv"\r\n'
            f"Content-Type: text/csv; charset=utf-8\r\n\r\n{text}\r\n--{BOUNDARY}--\r\n"
        )
        request = urllib.request.Request(
            f"{self.url}/command/core/create-project-from-upload?{query}",
            body.encode(),
            {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return urllib.parse.parse_qs(urllib.parse.urlsplit(answer.url).query)["project"][0]

    def run(self, project, name, **form):
        """Send a command that works for a while, and wait until nothing is under way."""
        self.command(name, {"project": project}, engine='{"facets": [], "mode": "row-based"}', **form)
        deadline = time.monotonic() + WORK_SECONDS
        while self.command("get-processes", {"project": project})["processes"]:
            assert time.monotonic() < deadline, f"{name} does not end"
            time.sleep(0.2)

    def rows(self, project):
        """The rows: for each column its value, and what it was reconciled with."""
        columns = [
            c["name"] for c in self.command("get-models", {"project": project})["columnModel"]["columns"]
        ]
        places = {
            c["name"]: c["cellIndex"]
            for c in self.command("get-models", {"project": project})["columnModel"]["columns"]
        }
        told = self.command("get-rows", {"project": project, "start": 0, "limit": 10_000})
        recons = told["pool"]["recons"]
        found = []
        for row in told["rows"]:
            cells = dict(enumerate(row["cells"]))
            found.append({name: _cell(cells.get(places[name]), recons) for name in columns})
        return found


def _cell(cell, recons):
    if cell is None:
        return None, None
    recon = recons.get(str(cell.get("r")))
    return cell.get("v"), recon


@contextmanager
def refine(folder):
    """Start OpenRefine with a workspace of its own; stop it, and all that it started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM, "-p", str(port), "-i", "127.0.0.1", "-d", str(folder / "workspace"), "-m", "900M",
             "-x", "refine.headless=true"],
            stdout=log, stderr=log, start_new_session=True, env=os.environ | {"HOME": str(folder)},
        )  # fmt: skip
    try:
        _wait(process, f"http://127.0.0.1:{port}", folder / "log")
        yield Refine(f"http://127.0.0.1:{port}")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process, url, log):
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{url}/command/core/get-version", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            assert process.poll() is None, log.read_text(errors="replace")
            assert time.monotonic() < deadline, log.read_text(errors="replace")
            time.sleep(0.5)
