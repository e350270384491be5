"""Stage 6, publish: which release a request is about, and which there are; the server tells the pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_plus

from flask import request

from kg.release import Noted, Release

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PARAMETER: Final = "release"
_VIEW: Final = "accord.view"
_REFUSAL: Final = "accord.refusal"


@dataclass(frozen=True, slots=True)
class View:
    """The releases as one request sees them; it stays the same until the request is answered."""

    current: Release
    kept: tuple[Release, ...]
    """Oldest first."""
    gone: Mapping[str, Noted] = field(default_factory=dict)
    """Those that were taken away, by id."""
    changes: int = 0
    """Counts the changes of what is kept."""
    pinned: str = ""
    """The id of the release that the request names; empty when it names none."""
    changed: datetime | None = None
    """When what is published last changed, in whole seconds."""

    @property
    def release(self) -> Release:
        """The release that answers."""
        return next((each for each in self.kept if each.id == self.pinned), self.current)

    @property
    def is_old(self) -> bool:
        """Return whether another release than the current one answers."""
        return bool(self.pinned) and self.pinned != self.current.id

    @property
    def stamp(self) -> str:
        """All that an answer may tell of other releases: where this differs, it is not the same answer."""
        return f"{self.pinned} {self.current.id} {self.changes}" if self.pinned else ""

    def at(self, day: date) -> Release:
        """Return the release that was current on a day: the latest up to it, or else the first."""
        kept = self.kept or (self.current,)
        return next((each for each in reversed(kept) if each.as_of <= day), kept[0])


def give(environ: "WSGIEnvironment", view: View, refusal: Exception | None = None) -> None:
    """Tell the pages what the request sees; with a refusal, that is all they answer."""
    environ[_VIEW] = view
    if refusal is not None:
        environ[_REFUSAL] = refusal


def given(environ: Mapping[str, Any]) -> View | None:
    """Return what was told; None where no server stands around the pages."""
    found: View | None = environ.get(_VIEW)
    return found


def refusal_in(environ: Mapping[str, Any]) -> Exception | None:
    """Return what the pages must answer instead of a page."""
    found: Exception | None = environ.get(_REFUSAL)
    return found


def view() -> View | None:
    """Return what the request that is being answered sees."""
    return given(request.environ)


def pinned() -> str:
    """Return the id of the release that the request names; empty when it names none."""
    seen = view()
    return seen.pinned if seen else ""


def without_release(query: str) -> str:
    """Return a query string without the release, the rest as it was."""
    parts = [part for part in query.split("&") if unquote_plus(part.partition("=")[0]) != PARAMETER]
    return "&".join(part for part in parts if part)
