"""Stage 6, publish: where each address of the site is found among the files of a static one."""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import quote, unquote, urlsplit

from kg.errors import StoreError

NEEDS_SERVER = "/needs-server/"
_SERVER_ONLY = re.compile(
    r"/(sparql|graphs|reconcile|lookup|search|suggest|healthz|timemap|releases|review)(/|$)"
)
_PAGING = re.compile(r"start=\d+")
_THING = re.compile(r"/id/([^/]+/[^/]+)")
_GRAPH = re.compile(r"/graph/(?!.*\.(ttl|nt|jsonld|rdf|trig|nq)$)")
_LINKS = {"href", "src", "action"}
_EXTENSIONS = {
    "text/turtle": ".ttl",
    "application/n-triples": ".nt",
    "application/ld+json": ".jsonld",
    "application/rdf+xml": ".rdf",
    "application/atom+xml": ".atom",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/json": ".json",
    "text/csv": ".csv",
    "text/plain": ".txt",
}


def known_address(address: str) -> str:
    """Return the address under which a static site has what a link leads to, without a fragment.

    What only a server can answer leads to a page that says so; a name leads to the page of what is named; a
    graph leads to its Turtle.
    """
    parts = urlsplit(address)
    path = parts.path
    if _SERVER_ONLY.match(path) or (parts.query and not _PAGING.fullmatch(parts.query)):
        return NEEDS_SERVER
    if thing := _THING.fullmatch(path):
        return f"/page/{thing[1]}"
    if _GRAPH.match(path):
        return f"{path}.ttl"
    return f"{path}?{parts.query}" if parts.query else path


def file_of(address: str, media: str) -> str:
    """Return the file of an address whose answer has this media type; raises StoreError where none can be."""
    path, _, query = unquote(address).partition("?")
    names = [*path.strip("/").split("/"), *([query] if query else [])] if path.strip("/") or query else []
    if any(name in {"", ".", ".."} or "\0" in name for name in names):
        raise StoreError(f"{address} cannot be the name of a file")
    if media == "text/html" and not (names and names[-1].endswith(".html")):
        return "/".join([*names, "index.html"])
    if names and not posixpath.splitext(names[-1])[1] and names[0] != ".well-known":
        names[-1] += _EXTENSIONS.get(media, "")
    return "/".join(names)


@dataclass(frozen=True, slots=True)
class Linking:
    """How links are written: between the files, or as full addresses; and where a server can be asked."""

    root: str
    """Path of the site as the pages write it, without a slash at the end."""
    url: str = ""
    """Address at which the files will be, with a slash at the end; relative links when empty."""
    server: str = ""
    """Address of a server of the same release, which answers what files cannot."""

    def internal(self, link: str) -> str:
        """Return the address within the site that a link leads to; nothing for all others."""
        inside = link.startswith((f"{self.root}/", f"{self.root}?")) and not link.startswith("//")
        return link.removeprefix(self.root).partition("#")[0] if inside else ""

    def written(self, link: str, files: Callable[[str], str], *, within: str) -> str:
        """Return a link as the file `within` writes it; `files` tells the file of an address."""
        address = self.internal(link)
        if not address:
            return link
        fragment = link.partition("#")[2]
        known = known_address(address)
        if known == NEEDS_SERVER and self.server:
            return self.server.rstrip("/") + address + (f"#{fragment}" if fragment else "")
        return self.to_file(files(known), within=within) + (f"#{fragment}" if fragment else "")

    def to_file(self, file: str, *, within: str) -> str:
        """Return how a file is linked to: from a web server a folder means its index."""
        if self.url:
            return self.url + quote(file.removesuffix("index.html") if _is_index(file) else file)
        return quote(posixpath.relpath(file, posixpath.dirname(within) or "."))


def _is_index(file: str) -> bool:
    return posixpath.basename(file) == "index.html"


def links_of(html: str) -> list[str]:
    """Return what a page links to."""
    return [value for _, _, value in _Links(html).found]


def with_links(html: str, change: Callable[[str], str]) -> str:
    """Return the page with each of its links changed, and not a byte else."""
    parts: list[str] = []
    at = 0
    for start, end, value in _Links(html).found:
        new = change(value)
        parts += [html[at:start], escape(new) if new != value else html[start:end]]
        at = end
    return "".join([*parts, html[at:]])


class _Links(HTMLParser):
    """Finds the links of a page and where they stand: start and end of the attribute's value."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, int, str]] = []
        self._lines = [0]
        self._lines += [found.end() for found in re.finditer("\n", html)]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        text = self.get_starttag_text() or ""
        line, column = self.getpos()
        begin = self._lines[line - 1] + column
        for name, value in attrs:
            if name in _LINKS and value is not None:
                self._find(text, begin, name)

    def _find(self, text: str, begin: int, name: str) -> None:
        found = re.search(rf'\s{name}="([^"]*)"', text)
        if found is None:
            raise StoreError(f'a link is not written as {name}="...": {text[:200]}')
        self.found.append((begin + found.start(1), begin + found.end(1), unescape(found[1])))
