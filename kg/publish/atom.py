"""Stage 6, publish: an Atom feed (RFC 4287), written by the library that knows XML."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.etree import ElementTree as ET

NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where something else is."""

    rel: str
    href: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Item:
    """One entry."""

    iri: str
    title: str
    day: date
    summary: str
    html: str
    links: tuple[Link, ...]


def feed_of(*, iri: str, title: str, author: str, links: Sequence[Link], items: Sequence[Item]) -> bytes:
    """Return a feed, the newest entry first; its day is that of the newest."""
    feed = ET.Element("feed", xmlns=NAMESPACE)
    _text(feed, "id", iri)
    _text(feed, "title", title)
    _text(feed, "updated", _moment(max((item.day for item in items), default=date.min)))
    _text(ET.SubElement(feed, "author"), "name", author)
    _text(feed, "generator", "accord-kg")
    _linked(feed, links)
    for item in items:
        _entry(feed, item)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(feed: ET.Element, item: Item) -> None:
    entry = ET.SubElement(feed, "entry")
    _text(entry, "id", item.iri)
    _text(entry, "title", item.title)
    _text(entry, "updated", _moment(item.day))
    _text(entry, "summary", item.summary)
    content = _text(entry, "content", item.html)
    content.set("type", "html")
    _linked(entry, item.links)


def _linked(parent: ET.Element, links: Sequence[Link]) -> None:
    for link in links:
        ET.SubElement(parent, "link", rel=link.rel, href=link.href, type=link.media_type)


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = _FORBIDDEN.sub("\ufffd", text)
    return element


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
