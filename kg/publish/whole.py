"""Stage 6, publish: a layer just around Flask, which gives answers that are finished as such.

werkzeug hands every answer over as something that is read piece by piece and closed at the end; who sees a
list knows that nothing more is to be waited for.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_EMPTY: Final = ("1", "204", "304")


class Whole:
    """Returns answers of known length as a list; files and streams pass."""

    def __init__(self, inner: "WSGIApplication") -> None:
        self._inner = inner

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Let the application answer."""
        finished = environ["REQUEST_METHOD"] == "HEAD"

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            nonlocal finished
            finished |= status.startswith(_EMPTY) or any(n.lower() == "content-length" for n, _ in headers)
            return start_response(status, headers, *error)

        body = self._inner(environ, start)
        if not finished or not isinstance(body, ClosingIterator):
            return body
        try:
            return list(body)
        finally:
            body.close()
