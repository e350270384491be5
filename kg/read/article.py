"""Stage 1, read: a text and what is known about it become an Article."""

import hashlib
import re
from datetime import date

from kg.errors import ArticleRefused
from kg.model import Article, Zone, ZoneKind
from kg.read import dates
from kg.read.fetch import host_of
from kg.read.identity import identify
from kg.read.language import language_of
from kg.read.metadata import Metadata
from kg.read.zones import zones_of

_SAYING = {ZoneKind.HEADLINE, ZoneKind.BODY, ZoneKind.CAPTION}
_OWNER = re.compile(
    r"(?:©|\(c\)|copyright|版权所有)(?:\s|©|\(c\)|by\b|\d{4}\s*[-–—]?\s*|[,:：])*"
    r"(?P<name>[^\W\d_][\w&'’ -]{1,60}?)\s*(?:[.,;|。，]|all rights|版权所有|$)",
    re.IGNORECASE,
)
_ORIGIN = (
    re.compile(r"press release\s*:\s*\[?(?P<name>[^\]()*\n]{2,80})", re.IGNORECASE),
    re.compile(r"(?:来源|稿源)\s*[:：]\s*(?P<name>\S{2,20})"),
    re.compile(r"\bsource\s*:\s*(?P<name>[\w.'’& ]{2,40}?)\s*$", re.IGNORECASE),
    re.compile(r"\(\s*(?P<name>[\w-]+(?:\.[\w-]+)+)\s*\)"),
)
_TITLE_LENGTH = 110
_MOST_LINES = 50_000


def article_of(text: str, said: Metadata, name: str) -> Article:
    """Return the article; what `said` lacks is read from the text itself.

    Raises ArticleRefused when there is nothing to read in it.
    """
    if not text.strip():
        raise ArticleRefused(f"{name}: is empty")
    if text.count("\n") > _MOST_LINES:
        raise ArticleRefused(
            f"{name}: has more than {_MOST_LINES} lines; give each article a file of its own"
        )
    zones = zones_of(text, title=said.title)
    if not any(zone.kind in _SAYING for zone in zones):
        raise ArticleRefused(f"{name}: holds no sentence of an article")
    title = said.title or _title(text, zones)
    publisher = said.publisher or _publisher(text, zones) or host_of(said.url)
    published, revised = _when(text, zones, said)
    return Article(
        id=said.id or identify(publisher=publisher, published=published, title=title, url=said.url),
        text=text,
        sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        language=said.language or language_of(_said_in(text, zones)),
        zones=zones,
        title=title,
        publisher=publisher,
        published=published,
        url=said.url,
        source=name,
        rights=said.rights,
        cites=said.cites,
        fictional=said.fictional,
        revised=revised,
        supersedes=said.supersedes,
    )


def require_date(article: Article) -> Article:
    """Return the article. Raises ArticleRefused when nothing says when it was published."""
    if article.published is None:
        raise ArticleRefused(
            f"{article.source}: has no date of publication;"
            " add `date: YYYY-MM-DD` to its front matter or side file"
        )
    return article


def _words(text: str, zone: Zone) -> str:
    return text[zone.start : zone.end]


def _said_in(text: str, zones: tuple[Zone, ...]) -> str:
    return "\n".join(_words(text, zone) for zone in zones if zone.kind in _SAYING)


def _title(text: str, zones: tuple[Zone, ...]) -> str:
    """Return the headline, or else how the article begins."""
    for kind in (ZoneKind.HEADLINE, ZoneKind.BODY, ZoneKind.CAPTION):
        for zone in zones:
            if zone.kind is kind:
                return _shortened(" ".join(_words(text, zone).split()))
    raise AssertionError("article_of has seen to it that there is one")


def _shortened(words: str) -> str:
    first = re.split(r"(?<=[.。!?！？])(?:\s|(?<=[。！？]))", words, maxsplit=1)[0]
    if len(first) <= _TITLE_LENGTH * 2:
        return first
    return first[:_TITLE_LENGTH].rpartition(" ")[0] or first[:_TITLE_LENGTH]


def _publisher(text: str, zones: tuple[Zone, ...]) -> str:
    for zone in zones:
        if zone.kind is ZoneKind.BOILERPLATE and (match := _OWNER.search(_words(text, zone))):
            return match["name"].strip()
    for pattern in _ORIGIN:
        for zone in zones:
            if zone.kind is ZoneKind.DATELINE and (match := pattern.search(_words(text, zone))):
                return match["name"].strip()
    return ""


def _when(text: str, zones: tuple[Zone, ...], said: Metadata) -> tuple[date | None, str]:
    """Return the day of publication and, where a later change is dated, when that was."""
    lines = [_words(text, zone) for zone in zones if zone.kind is ZoneKind.DATELINE]
    changed = next(
        (day for line in lines if dates.UPDATED.search(line) and (day := dates.first_date(line))), None
    )
    first = next(
        (day for line in lines if not dates.UPDATED.search(line) and (day := dates.first_date(line))), None
    )
    published = said.published or first or changed
    later = changed.isoformat() if changed and published and changed > published else ""
    return published, said.revised or later
