"""Stage 2: find entities and facts in an article, each with the words that say it."""

from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from kg.errors import ExtractError
from kg.extract.references import referring
from kg.extract.review import reviewed
from kg.extract.rules import extract
from kg.model import Extractor

if TYPE_CHECKING:
    from kg.settings import Options

__all__ = ["extract", "load_extractor", "referring", "reviewed"]

_GROUP = "kg.extractors"


@cache
def load_extractor(name: str, options: "Options" = ()) -> Extractor:
    """Return the extractor that is registered under this name in the entry-point group `kg.extractors`.

    An entry point that is a class is made with the options: its instances are extractors that need settings.
    """
    known = entry_points(group=_GROUP)
    found = sorted(known.select(name=name), key=lambda point: point.value)
    if not found:
        names = ", ".join(sorted({point.name for point in known})) or "none"
        raise ExtractError(f"there is no extractor {name!r}; installed: {names}")
    try:
        extractor = found[0].load()
    except (ImportError, AttributeError) as error:
        raise ExtractError(f"extractor {name!r} ({found[0].value}) cannot be loaded: {error}") from error
    if isinstance(extractor, type):
        extractor = _made(extractor, name, options)
    if not callable(extractor):
        raise ExtractError(f"extractor {name!r} ({found[0].value}) is not callable")
    return extractor  # type: ignore[no-any-return]  # its type is the entry point's promise


def _made(extractor: type, name: str, options: "Options") -> object:
    try:
        return extractor(**dict(options))
    except TypeError as error:
        raise ExtractError(
            f"extractor {name!r} does not take the settings named after it: {error}"
        ) from error
