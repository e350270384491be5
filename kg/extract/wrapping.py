"""Stage 2: lines that a paragraph was broken into are one line again; places in the text do not move."""

import re
from collections.abc import Iterator

_BLOCK = 3
"""Lines from which a paragraph shows how wide it was set."""
_NARROW, _WIDE = 50, 100
"""Code points within which texts are set that break their lines."""
_OPEN = re.compile(r"(?:,|\b(?:the|an?|of|and|or|for|to|in|at|on|by|with|from|as|its|their))[ \t]*$")
"""The end of a line that cannot be the end of anything."""
_ENDED = re.compile(r"[.!?:;…][\"'”’)\]*_]*\s*$")
_LEAST = 30
"""Code points of a line that is no mere label."""


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Yield `[start, end)` of the lines of a text, those that one paragraph was broken into as one."""
    lines = _lines(text)
    for block in _blocks(text, lines):
        start = block[0][0]
        for (first, last), after in zip(block, [*block[1:], None], strict=True):
            if after is None or not _goes_on(text, (first, last), after, _width(block)):
                yield start, last
                start = after[0] if after else last


def _lines(text: str) -> list[tuple[int, int]]:
    lines, start = [], 0
    for raw in text.split("\n"):
        lines.append((start, start + len(raw)))
        start += len(raw) + 1
    return lines


def _blocks(text: str, lines: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Yield the lines that have no blank one between them."""
    block: list[tuple[int, int]] = []
    for start, end in lines:
        if text[start:end].strip():
            block.append((start, end))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _width(block: list[tuple[int, int]]) -> int:
    """Return how wide a paragraph was set, or nothing where that cannot be told."""
    widest = max(end - start for start, end in block)
    return widest if len(block) >= _BLOCK and _NARROW <= widest <= _WIDE else 0


def _goes_on(text: str, line: tuple[int, int], after: tuple[int, int], width: int) -> bool:
    this, that = text[line[0] : line[1]], text[after[0] : after[1]]
    word = that.split()[0]
    if not word[0].isalnum() and word[0] not in "(“\"'‘":
        return False  # a bullet begins something new
    if this.rstrip().endswith(":"):
        return False  # a list follows
    if width and len(this) + 1 + len(word) > width:
        return True  # the next word had no room
    if len(this.strip()) < _LEAST or _ENDED.search(this):
        return False
    return bool(_OPEN.search(this)) or that.lstrip()[0].islower()
