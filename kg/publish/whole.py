"""Stage 6, publish: a layer just around Flask, which gives answers that are finished as such.

werkzeug hands every answer over as something that is read piece by piece and closed at the end; who sees a
list knows that nothing more is to be waited for.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_EMPTY: Final = ("1", "204", "304")


class Whole:
    """Returns answers of known length as a list; files and streams pass. All get the headers of all."""

    def __init__(self, inner: "WSGIApplication", always: Mapping[str, str]) -> None:
        self._inner = inner
        self._always = [(name, value, name.lower()) for name, value in always.items()]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Let the application answer."""
        finished = environ["REQUEST_METHOD"] == "HEAD"

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            nonlocal finished
            names = {name.lower() for name, _ in headers}
            finished |= status.startswith(_EMPTY) or "content-length" in names
            more = [(name, value) for name, value, lowered in self._always if lowered not in names]
            return start_response(status, headers + more, *error)

        body = self._inner(environ, start)
        if not finished or not isinstance(body, ClosingIterator):
            return body
        try:
            return list(body)
        finally:
            body.close()
