"""Stage 6, publish: the answer to a query as a page, of which a large one shows the beginning."""

import json
from itertools import islice
from typing import Any

from flask import Response, render_template

from kg.publish.links import href
from kg.publish.negotiate import GRAPHS, SOLUTIONS
from kg.publish.site import Site
from kg.store import Streamed

_ROWS = 1000
_BYTES = 300_000
_BEGIN = '"bindings":['


def result_page(site: Site, sparql: str, result: Streamed, notices: list[str]) -> Response:
    """Return the page of a result that came as JSON, or as Turtle where it is a graph."""
    formats = GRAPHS if result.kind == "graph" else SOLUTIONS
    shown = {"sparql": sparql, "kind": result.kind, "formats": formats, "notices": notices}
    body, whole = _beginning(result)
    if result.kind == "graph":
        return _page(site, **shown, text=body, more=not whole)
    if result.kind == "boolean":
        return _page(site, **shown, truth=json.loads(body)["boolean"])
    columns, rows, count = _rows(body, whole=whole)
    return _page(
        site,
        **shown,
        columns=columns,
        rows=rows,
        count=count,
        more=count is None or count > len(rows),
        href=lambda iri: href(iri, site.names),
    )


def query_page(site: Site) -> Response:
    """Return the page with the form for a query."""
    return _page(site, sparql="")


def _page(site: Site, **given: object) -> Response:
    page = render_template("sparql.html", site=site, **given)
    return Response(page, content_type="text/html; charset=utf-8")


def _beginning(result: Streamed) -> tuple[str, bool]:
    """Return the text of a result up to some length, and whether that is all of it."""
    if result.body is not None and (result.kind != "graph" or len(result.body) <= _BYTES):
        return result.body.decode(), True
    held = bytearray()
    for piece in result:
        held += piece
        if len(held) > _BYTES:
            return held[:_BYTES].decode(errors="ignore"), False
    return held.decode(), True


def _rows(body: str, *, whole: bool) -> tuple[list[str], list[dict[str, Any]], int | None]:
    """Return columns, rows to show, and how many there are; None where that is not known."""
    if whole:
        found = json.loads(body)
        rows = found["results"]["bindings"]
        return found["head"]["vars"], rows[:_ROWS], len(rows)
    head, begin, rest = body.partition(_BEGIN)
    columns = json.loads(f"{head}{begin}]}}}}")["head"]["vars"]
    return columns, list(islice(_each(rest), _ROWS)), None


def _each(text: str) -> Any:
    """Yield the rows at the beginning of a JSON array that breaks off."""
    decoder = json.JSONDecoder()
    at = 0
    while True:
        try:
            row, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError:
            return
        yield row
        at = end + 1
