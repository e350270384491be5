"""Stage 1, read: which stretches of a text are headline, dateline, body, caption or furniture."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.model import Zone, ZoneKind
from kg.read import furniture
from kg.read.dates import leading_date

_HEADLINE_LENGTH = 200
_ALIKE = 0.8
_NEAR = 200
_SOURCE_AND_TIME = re.compile(r"(?:By [\w.'’ -]{3,60}?\s+)?\([^()\n]{2,40}\)\s*(?:\d{1,2}:\d{2},?\s*)?")
_UNDERLINE = re.compile(r"^\s*(?:=+|-{3,})\s*$")


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    words: str
    """Without white space and Markdown at its ends."""
    heading: bool


def zones_of(text: str, *, title: str = "") -> tuple[Zone, ...]:
    """Return the text's zones, in order; a line of which no rule is sure belongs to the body.

    `title` is what is known about the headline from elsewhere.
    """
    return tuple(_Reading(text, title).zones())


def plain(words: str) -> str:
    """Return what two headlines must have in common to be the same."""
    return re.sub(r"[\W_]+", " ", words).strip().casefold()


class _Reading:
    """One pass over the paragraphs of a text; what is known so far decides the next."""

    def __init__(self, text: str, title: str) -> None:
        self.text = text
        self.headline = plain(title)
        self.seen_headline = False
        self.seen_body = False
        self.in_list = False

    def zones(self) -> Iterator[Zone]:
        blocks = _blocks(self.text)
        for number, block in enumerate(blocks):
            kinds = self._kinds(block, last=number == len(blocks) - 1)
            self.seen_body = self.seen_body or ZoneKind.BODY in kinds
            yield from self._joined(block, kinds)

    def _kinds(self, block: list[_Line], *, last: bool) -> list[ZoneKind | None]:
        kinds = [self._kind(line, alone=_alone(block), last=last) for line in block]
        if ZoneKind.BODY in kinds:
            self.in_list = False
        return kinds

    def _kind(self, line: _Line, *, alone: bool, last: bool) -> ZoneKind | None:
        words = line.words
        if _UNDERLINE.match(words):
            return None
        if self._is_furniture(words, alone=alone):
            return ZoneKind.BOILERPLATE
        if furniture.is_dateline(words):
            return ZoneKind.DATELINE
        if furniture.is_caption(words):
            return ZoneKind.CAPTION
        if furniture.IMAGE.match(words) or (self.in_list and furniture.is_listed(words)):
            return ZoneKind.BOILERPLATE
        return self._headline_or_body(line, alone=alone, last=last)

    def _is_furniture(self, words: str, *, alone: bool) -> bool:
        if alone and furniture.opens_list(words):
            self.in_list = True
            return True
        return furniture.is_furniture(words) or (alone and furniture.may_be_furniture(words))

    def _headline_or_body(self, line: _Line, *, alone: bool, last: bool) -> ZoneKind:
        same = bool(self.headline) and plain(line.words) == self.headline
        if same and self.seen_headline:
            return ZoneKind.BOILERPLATE  # printed again, over the text or over a picture: it says nothing new
        shape = line.heading or (alone and _looks_like_headline(line.words) and not last)
        first = not self.seen_headline and not self.seen_body and shape
        near = not self.seen_body and shape and _alike(plain(line.words), self.headline)
        if not (same or first or near):
            return ZoneKind.BODY
        self.seen_headline = True
        self.headline = self.headline or plain(line.words)
        return ZoneKind.HEADLINE

    def _joined(self, block: list[_Line], kinds: list[ZoneKind | None]) -> Iterator[Zone]:
        """Yield the block's zones: neighbouring body lines are one, all others one each."""
        body: list[_Line] = []
        for line, kind in zip(block, kinds, strict=True):
            if kind is ZoneKind.BODY:
                body.append(line)
                continue
            yield from self._body(body)
            body = []
            yield from self._single(line, kind)
        yield from self._body(body)

    def _single(self, line: _Line, kind: ZoneKind | None) -> Iterator[Zone]:
        if kind is ZoneKind.CAPTION:
            yield from self._caption(line)
        elif kind is ZoneKind.HEADLINE:
            start = self.text.index(line.words, line.start)
            yield Zone(kind, start, start + len(line.words))
        elif kind is not None:
            yield Zone(kind, line.start, line.end)

    def _caption(self, line: _Line) -> Iterator[Zone]:
        """Yield a caption without its label, and its credit apart: only the words in between report."""
        start, end = line.start, line.end
        image = furniture.IMAGE.match(line.words)
        if image:
            start = self.text.index(image[1], line.start)
            yield Zone(ZoneKind.CAPTION, start, start + len(image[1]))
            return
        label = furniture.CAPTION_LABEL.match(self.text[start:end])
        start += label.end() if label else 0
        credit = furniture.CREDIT.search(self.text[start:end])
        words_end = start + credit.start() if credit else end
        if start < words_end:
            yield Zone(ZoneKind.CAPTION, start, words_end)
        if credit:
            gap = len(credit[0]) - len(credit[0].lstrip())
            yield Zone(ZoneKind.BOILERPLATE, words_end + gap, end)

    def _body(self, lines: list[_Line]) -> Iterator[Zone]:
        if not lines:
            return
        start, end = lines[0].start, lines[-1].end
        for head in self._before_body(start, end):
            yield head
            start = head.end
        start = _skip_space(self.text, start)
        if start < end:
            yield Zone(ZoneKind.BODY, start, end)

    def _before_body(self, start: int, end: int) -> Iterator[Zone]:
        """Yield headline and datelines that stand before the first sentence in the same paragraph."""
        place = start
        while (kind_end := self._leading(place, end)) is not None:
            kind, stop = kind_end
            yield Zone(kind, place, place + len(self.text[place:stop].rstrip()))
            place = _skip_space(self.text, stop)

    def _leading(self, start: int, end: int) -> tuple[ZoneKind, int] | None:
        title = self._leading_title(start, end)
        if title > start:
            self.seen_headline = True
            return ZoneKind.HEADLINE, title
        for stop in (
            _leading_source(self.text, start, end),
            furniture.inline_dateline(self.text, start, end),
        ):
            if start < stop < end:
                return ZoneKind.DATELINE, stop
        return None

    def _leading_title(self, start: int, end: int) -> int:
        if self.seen_headline or not self.headline:
            return start
        pattern = r"[\W_]+".join(map(re.escape, self.headline.split()))
        match = re.compile(rf"{pattern}(?!\w)[.。]?\s+", re.IGNORECASE).match(self.text, start, end)
        return match.end() if match and match.end() < end else start


def _leading_source(text: str, start: int, end: int) -> int:
    """Return where `( Agency ) 17:19, November 18, 2020` ends; a date alone counts at the very start only."""
    source = _SOURCE_AND_TIME.match(text, start, end)
    if source:
        stop = leading_date(text, source.end())
        return stop if stop > source.end() else start
    return leading_date(text, start) if start < _NEAR and not text[:start].strip() else start


def _blocks(text: str) -> list[list[_Line]]:
    blocks: list[list[_Line]] = [[]]
    place = 0
    for raw in text.split("\n"):
        stripped = raw.strip()
        if stripped:
            start = place + len(raw) - len(raw.lstrip())
            words = stripped.removesuffix("<br>").lstrip("#>*_ \t").rstrip("*_ \t")
            blocks[-1].append(
                _Line(start, start + len(stripped), words or stripped, stripped.startswith("# "))
            )
        elif blocks[-1]:
            blocks.append([])
        place += len(raw) + 1
    return [_with_underlines(block) for block in blocks if block]


def _with_underlines(block: list[_Line]) -> list[_Line]:
    """Return the block with a line over `=====` marked as a heading."""
    under = [_UNDERLINE.match(line.words) is not None for line in block[1:]] + [False]
    return [
        _Line(line.start, line.end, line.words, line.heading or mark)
        for line, mark in zip(block, under, strict=True)
    ]


def _alone(block: list[_Line]) -> bool:
    """Return whether no line of the block goes on from another, as sentences broken into lines do."""
    return not any(furniture.ends_sentence(line.words) or line.words[:1] in ",，.;)" for line in block[1:])


def _looks_like_headline(words: str) -> bool:
    return len(words) <= _HEADLINE_LENGTH and not re.search(r"[.。;；:：,，]\W*$", words)


def _alike(one: str, other: str) -> bool:
    left, right = set(one.split()), set(other.split())
    return bool(left and right) and len(left & right) / len(left | right) >= _ALIKE


def _skip_space(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place
