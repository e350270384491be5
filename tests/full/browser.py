"""A real browser for tests: headless Chromium, driven by its DevTools protocol over a pair of pipes."""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

SECONDS = 60
PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--no-default-browser-check", "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip
# Chromium reads commands from handle 3 and answers on handle 4.
SHELL = ["sh", "-c", 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null', "sh"]


class Browser:
    """One tab; every request, console message and policy report since the start is kept."""

    def __init__(self, profile):
        command = [*SHELL, PROGRAM, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0
        )
        self._received = b""
        self._number = 0
        self.requests = []
        self.complaints = []
        self._loaded = 0
        tab = next(t for t in self._call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        attached = self._call("Target.attachToTarget", targetId=tab["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log", "Audits"):
            self.call(f"{domain}.enable")

    def close(self):
        self._process.stdin.close()  # it ends when nobody commands it
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def go(self, url):
        before = self._loaded
        told = self.call("Page.navigate", url=url)
        assert "errorText" not in told, told
        self._until(lambda: self._loaded > before, f"{url} to load")

    def do(self, script):
        """Run a script in the page and return its value."""
        told = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def click(self, selector):
        """Click in the middle of the first such element, as a person would, and wait for the next page."""
        quoted = json.dumps(selector)
        self.do(f"document.querySelector({quoted}).scrollIntoView({{block: 'center'}})")
        middle = "(r => [r.x + r.width / 2, r.y + r.height / 2])"
        x, y = self.do(f"{middle}(document.querySelector({quoted}).getClientRects()[0])")
        before = self._loaded
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self._until(lambda: self._loaded > before, f"the page behind {selector}")

    def type(self, text):
        self.call("Input.insertText", text=text)

    def size(self, width, height):
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def screenshot(self, path, width, height):
        self.size(width, height)
        png = self.call("Page.captureScreenshot", format="png")["data"]
        Path(path).write_bytes(base64.b64decode(png))

    def call(self, method, **parameters):
        return self._call(method, self._session, **parameters)

    def _call(self, method, session=None, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self._process.stdin.write(json.dumps(message).encode() + b"\0")
        self._process.stdin.flush()
        answers = []
        self._until(lambda: answers, method, wanted=self._number, into=answers)
        assert "error" not in answers[0], answers[0]
        return answers[0]["result"]

    def _until(self, reached, what, wanted=None, into=None):
        deadline = time.monotonic() + SECONDS
        while not reached():
            message = self._message(deadline, what)
            if wanted is not None and message.get("id") == wanted:
                into.append(message)
            elif "method" in message:
                self._note(message["method"], message["params"])

    def _message(self, deadline, what):
        while b"\0" not in self._received:
            ready, _, _ = select.select([self._process.stdout], [], [], max(deadline - time.monotonic(), 0))
            assert ready, f"waited {SECONDS} seconds for {what}"
            piece = os.read(self._process.stdout.fileno(), 1 << 16)
            assert piece, "the browser ended"
            self._received += piece
        message, _, self._received = self._received.partition(b"\0")
        return json.loads(message)

    def _note(self, method, told):
        if method == "Page.loadEventFired":
            self._loaded += 1
        elif method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif method == "Runtime.consoleAPICalled" and told["type"] in {"error", "warning", "assert"}:
            self.complaints.append(told["args"])
        elif method == "Log.entryAdded" and told["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(told["entry"]["text"])
        elif method in {"Runtime.exceptionThrown", "Audits.issueAdded", "Network.loadingFailed"}:
            self.complaints.append(told)


@contextmanager
def browsing(profile):
    browser = Browser(profile)
    try:
        yield browser
    finally:
        browser.close()
