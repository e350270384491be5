"""How long work shows how far it is, without knowing to whom."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

_Item = TypeVar("_Item")


class Track(Protocol):
    """Passes items on, one after another, and shows how many of `length` have passed."""

    def __call__(self, items: Iterable[_Item], label: str, length: int, /) -> Iterable[_Item]:
        """Return the same items."""


def untracked(items: Iterable[_Item], _label: str, _length: int, /) -> Iterable[_Item]:
    """Return the items and show nothing."""
    return items
