"""A chat endpoint on loopback that speaks the API and says what a test scripts, step by step.

    with chat_server(answer({...}), status(429, retry_after="0"), answer({...})) as server:
        Llm(server.url, ...)(article)
    server.asked     # the bodies of the requests
The last step is repeated for every further request.
"""

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def said(content, finish="stop"):
    """Return the step that answers with these words of the model."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content}}
    body = {"id": "c-1", "object": "chat.completion", "model": "tiny", "choices": [choice]}
    return 200, {}, json.dumps(body).encode()


def answer(entities=(), facts=()):
    """Return the step that answers with findings of the form that is asked for."""
    return said(json.dumps({"entities": list(entities), "facts": list(facts)}, ensure_ascii=False))


def status(code, message="no", **headers):
    """Return the step that answers with an error, as such servers word it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return code, named, json.dumps({"error": {"message": message, "type": "t"}}).encode()


def dripping():
    """Yield bytes for ever, slowly."""
    while True:
        yield b" "
        time.sleep(0.02)


def endless():
    """Yield bytes for ever, fast."""
    while True:
        yield b" " * 65_536


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with server.lock:
            server.paths.append(self.path)
            server.keys.append(self.headers.get("Authorization"))
            server.asked.append(json.loads(body))
            step = server.steps[min(len(server.asked), len(server.steps)) - 1]
        with contextlib.suppress(OSError):  # a reader may hang up, as it should
            self._send(*step)

    def _send(self, code, headers, body):
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            self.send_header(name, value)
        if isinstance(body, bytes):
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for piece in body():
            self.wfile.write(piece)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def chat_server(*steps):
    """Serve the steps while the block runs."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answering) as server:
        server.daemon_threads = True
        server.lock, server.steps = threading.Lock(), steps
        server.asked, server.paths, server.keys = [], [], []
        server.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
