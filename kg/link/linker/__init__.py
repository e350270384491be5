"""Linkers: entities of ours -> items of an authority, or none, with the evidence; found by entry point."""

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

from kg.errors import SettingsError
from kg.link.linker.linker import METHOD, NameLinker, open_linker
from kg.proposals import Linker

__all__ = ["METHOD", "NameLinker", "load_linker", "open_linker"]

GROUP = "kg.linkers"


def load_linker(name: str) -> Callable[[Path], Linker]:
    """Return the linker of that name: a function of a snapshot's path.

    Raises SettingsError that names the installed ones when there is none.
    """
    if name == "names":
        return open_linker
    found = {point.name: point for point in entry_points(group=GROUP)}
    if name not in found:
        raise SettingsError(f"no linker {name!r}; installed: {', '.join(sorted({'names', *found}))}")
    loaded: Callable[[Path], Linker] = found[name].load()
    return loaded
