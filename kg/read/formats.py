"""Stage 1, read: each format's way from bytes to articles."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from kg.errors import ArticleRefused, SourceError
from kg.model import Article
from kg.read import metadata
from kg.read.article import article_of
from kg.read.decode import cleaned, decoded
from kg.read.fetch import fetch
from kg.read.metadata import Metadata
from kg.read.sources import Source, SourceKind, format_of
from kg.read.webpage import article_in

Outcome = Article | SourceError
_CHUNK = 1_048_576


def outcomes(source: Source, *, limit: int) -> Iterator[Outcome]:
    """Yield what each article in the source came to: the article, or the error that keeps it out.

    `limit` is the largest size of one article in bytes, as it is stored or sent.
    """
    try:
        yield from _outcomes(source, limit)
    except SourceError as error:
        yield error


def read(source: Source, *, limit: int) -> list[Article]:
    """Return the articles in the source.

    Raises SourceError or ArticleRefused for the first that cannot be read; `outcomes` goes on after it.
    """
    articles = []
    for outcome in outcomes(source, limit=limit):
        if isinstance(outcome, SourceError):
            raise outcome
        articles.append(outcome)
    return articles


def _outcomes(source: Source, limit: int) -> Iterator[Outcome]:
    match source.kind:
        case SourceKind.MISSING:
            yield SourceError(f"{source.name}: {source.problem}")
        case SourceKind.URL:
            yield from _of_url(source.name, limit)
        case SourceKind.STREAM:
            yield from _of_stream(source, limit)
        case SourceKind.FILE:
            yield from _of_file(Path(source.name), limit)


def _of_file(path: Path, limit: int) -> Iterator[Outcome]:
    form = format_of(path.name)
    try:
        if form == "jsonl":
            with path.open("rb") as stream:
                yield from _of_lines(stream, str(path), limit)
            return
        if path.stat().st_size > limit:
            raise ArticleRefused(f"{path}: larger than {limit} bytes ({path.stat().st_size})")
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    said = _side_file(path, limit) if form in {"text", "html"} else Metadata()
    yield _article(data, form, str(path), said)


def _side_file(path: Path, limit: int) -> Metadata:
    """Return what NAME.json beside NAME.txt says, where there is one."""
    side = path.with_suffix(".json")
    try:
        if not side.is_file():
            return Metadata()
        if side.stat().st_size > limit:
            raise ArticleRefused(f"{side}: larger than {limit} bytes ({side.stat().st_size})")
        data = side.read_bytes()
    except OSError as error:
        raise SourceError(f"{side}: cannot be read: {error.strerror}") from error
    return metadata.of_json(decoded(data, str(side)), str(side))


def _of_url(url: str, limit: int) -> Iterator[Outcome]:
    page = fetch(url, limit=limit)
    form = format_of(page.url.partition("?")[0]) if page.form in {"", "text"} else page.form
    form = form or page.form or _looks_like(page.data)
    if form == "jsonl":
        for number, line in enumerate(page.data.split(b"\n"), 1):
            if line.strip():
                yield _of_line(line, url, number)
        return
    yield _article(page.data, form, url, Metadata(), at=page.url, charset=page.charset)


def _of_stream(source: Source, limit: int) -> Iterator[Outcome]:
    stream = source.stream
    if stream is None:
        raise SourceError(f"{source.name}: standard input is not available here")
    try:
        data = stream.read(limit + 1)
        form = _looks_like(data)
        if form == "jsonl":
            yield from _of_lines(stream, source.name, limit, begun=data)
            return
    except (OSError, ValueError) as error:
        raise SourceError(f"{source.name}: cannot be read: {error}") from error
    if len(data) > limit:
        raise ArticleRefused(f"{source.name}: larger than {limit} bytes")
    yield _article(data, form, source.name, Metadata())


def _looks_like(data: bytes) -> str:
    """Return the format of bytes that come without a name."""
    start = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        return "jsonl"
    if start.startswith(b"---"):
        return "markdown"
    if start[:15].lower().startswith((b"<!doctype html", b"<html", b"<?xml")):
        return "html"
    return "text"


def _article(
    data: bytes, form: str, name: str, said: Metadata, *, at: str = "", charset: str = ""
) -> Article:
    """Return the one article in the bytes; `at` is the address they came from."""
    if not data.strip():
        raise ArticleRefused(f"{name}: is empty")
    text = decoded(data, name, charset=charset, html=form == "html")
    if form == "html":
        words, found = article_in(cleaned(text, name), name)
        return article_of(cleaned(words, name), said.or_else(found).or_else(Metadata(url=at)), name)
    text = cleaned(text, name)
    if form == "markdown":
        said, text = metadata.front_matter(text, name)
    return article_of(text, said.or_else(Metadata(url=at)), name)


def _of_lines(stream: BinaryIO, name: str, limit: int, *, begun: bytes = b"") -> Iterator[Outcome]:
    """Yield one outcome a line; a line longer than the limit is passed over without being kept in memory."""
    for number, (line, whole) in enumerate(_lines(stream, limit, begun), 1):
        if not whole:
            yield ArticleRefused(f"{name}:{number}: larger than {limit} bytes")
        elif line.strip():
            yield _of_line(line, name, number)


def _lines(stream: BinaryIO, limit: int, begun: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yield each line and whether it is whole: of one that is too long, nothing is kept."""
    rest, too_long = b"", False
    chunk = begun or stream.read(_CHUNK)
    while chunk:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line, not too_long and len(line) <= limit
            too_long = False
        too_long = too_long or len(rest) > limit
        rest = b"" if too_long else rest
        chunk = stream.read(_CHUNK)
    if rest or too_long:
        yield rest, not too_long


def _of_line(line: bytes, name: str, number: int) -> Outcome:
    """Return the article in one line of JSON, or the error that names the line."""
    where = f"{name}:{number}"
    try:
        values = metadata.json_object(decoded(line, where), name, line=number)
        text = cleaned(_text_of(values, where), where)
        return article_of(text, metadata.of_mapping(values, lambda _: where), where)
    except SourceError as error:
        return error


def _text_of(values: dict[str, Any], where: str) -> str:
    text = values.get("text")
    if not isinstance(text, str):
        raise SourceError(f"{where}: has no `text` in words")
    return text
