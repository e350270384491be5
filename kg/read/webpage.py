"""Stage 1, read: the article in a web page, without the page around it."""

import logging
import re
import warnings
from typing import Any
from urllib.parse import urlsplit

from kg.errors import ArticleRefused, SourceError
from kg.read.metadata import Metadata, of_mapping

_DEEPEST = 250
"""libxml2 gives up at 256 open elements, and what it then returns is not the article."""
_MOST_TAGS = 100_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CLOSED_BY_AUTHORS = frozenset(
    "a article aside b blockquote center div dl em fieldset figure font footer form header i".split()  # noqa: SIM905  shorter
    + "main nav ol section small span strong sub sup table u ul".split()  # noqa: SIM905  shorter
)
_ALIKE_LENGTH = 40
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What trafilatura and the libraries under it let through when a page is odd; seen: AssertionError."""


def article_in(page: str, name: str) -> tuple[str, Metadata]:
    """Return the page's article, headline first and captions last, and what the page says of itself.

    Raises ArticleRefused when it holds no article, SourceError when it is built to break readers.
    """
    _check_shape(page, name)
    try:
        document = _extracted(page)
    except _FAULTS as error:
        raise SourceError(f"{name}: this page cannot be taken apart ({type(error).__name__})") from error
    if document is None or not (document.text or "").strip():
        raise ArticleRefused(f"{name}: no article text in this page")
    said = _said(document, page)
    paragraphs = [line.strip() for line in document.text.split("\n") if line.strip()]
    if said.title and said.title not in paragraphs[0]:
        paragraphs.insert(0, said.title)
    paragraphs += [words for words in _captions(page) if not any(words in line for line in paragraphs)]
    return "\n\n".join(paragraphs) + "\n", said


def _check_shape(page: str, name: str) -> None:
    depth = deepest = tags = 0
    for match in _TAG.finditer(page):
        tags += 1
        if match[2].lower() in _CLOSED_BY_AUTHORS:
            depth += -1 if match[1] else 1
            deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        raise SourceError(f"{name}: elements are nested {deepest} deep, more than {_DEEPEST}")
    if tags > _MOST_TAGS:
        raise SourceError(f"{name}: has {tags} tags, more than {_MOST_TAGS}")


def _extracted(page: str) -> Any:
    import trafilatura  # noqa: PLC0415  heavy, and only pages need it

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it says of a bad page, our error says
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a page's oddities are not the caller's fault
        return trafilatura.bare_extraction(
            page,
            with_metadata=True,
            include_comments=False,
            include_tables=True,
            deduplicate=False,
            date_extraction_params={
                "extensive_search": False,  # a date anywhere in the page is a guess
                "original_date": True,
                "outputformat": "%Y-%m-%d",
            },
        )


def _said(document: Any, page: str) -> Metadata:
    """Return the page's words about itself; what it gets wrong is dropped, since its author is not here."""
    values = {
        "title": document.title,
        "publisher": document.sitename,
        "date": document.date,
        "updated": _modified(page),
        "url": document.url,
        "language": document.language,
    }
    kept = {}
    for key, value in values.items():
        try:
            of_mapping({key: value}, str)
        except SourceError:
            continue
        kept[key] = value
    said = of_mapping(kept, str)
    return said if urlsplit(said.url).path.strip("/") else of_mapping(kept | {"url": None}, str)


def _modified(page: str) -> str | None:
    tree = _tree(page)
    if tree is None:
        return None
    found = tree.xpath("//meta[@property='article:modified_time']/@content")
    return str(found[0]).strip() if found else None


def _captions(page: str) -> list[str]:
    """Return the captions of pictures: trafilatura leaves them out, and they say what nothing else does."""
    tree = _tree(page)
    if tree is None:
        return []
    found = (" ".join(element.text_content().split()) for element in tree.iter("figcaption"))
    return list(dict.fromkeys(words for words in found if len(words) >= _ALIKE_LENGTH or _has_han(words)))


def _has_han(words: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]{8}", words) is not None


def _tree(page: str) -> Any:
    from lxml import etree, html  # type: ignore[import-untyped]  # noqa: PLC0415  no stubs; comes with trafilatura

    try:
        return html.document_fromstring(page.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
