"""Stage 6, publish: /lookup, from an id of another data set (Wikidata, ROR, GeoNames, ISNI) to our thing."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from kg.errors import NotFoundError
from kg.publish.asking import is_name
from kg.publish.errors import ProblemError
from kg.publish.links import here
from kg.publish.negotiate import DOCUMENTS, HTML, PLAIN_JSON, Format, best
from kg.publish.reconcile import written
from kg.publish.reconcile.asked import clean, json_of
from kg.publish.reconcile.evidence import paths_called
from kg.publish.site import Site
from kg.search import NameIndex, Thing, foreign_id

MOST_IDS = 1000
_NO_ID = "That is no id: give a Wikidata item, a ROR, GeoNames or ISNI id, or one of ours"


def lookup_pages(site: Site, index: NameIndex) -> Blueprint:
    """Return the look-up."""
    pages = Blueprint("lookup", __name__)
    pages.add_url_rule("/lookup", "one", partial(one, site, index))
    pages.add_url_rule("/lookup", "several", partial(several, site, index), methods=["POST"])
    return pages


def one(site: Site, index: NameIndex) -> Response:
    """Send the client to the thing that has the id, or tell it as JSON which things have."""
    text = clean(request.args.get("id", "")).strip()
    if not text:
        raise ProblemError(400, "Please give an id, such as /lookup?id=Q148")
    found = _found(site, index, text)
    if found is None:
        raise ProblemError(400, _NO_ID, text[:200])
    if not found:
        raise NotFoundError(f"nothing of this release is accepted as {text[:200]}")
    # JSON-LD and JSON are told apart: who asks for plain JSON wants the ids.
    choice = best(request.headers.get("Accept"), (HTML, *_documents(), PLAIN_JSON))
    if choice is not None and choice.format is PLAIN_JSON:
        return written(_told(site, text, found))
    if choice is None:
        types = [f.media_types[0] for f in (HTML, *DOCUMENTS, PLAIN_JSON)]
        raise ProblemError(
            406, "A look-up is answered in JSON, or leads to RDF or HTML", members={"available": types}
        )
    if len(found) > 1:
        raise ProblemError(300, "Several things have this id", members=_told(site, text, found))
    return Response(status=303, headers={"Location": here(f"/id/{found[0].path}")})


def _documents() -> tuple[Format, ...]:
    return tuple(Format(f.name, f.kind, f.extension, f.title, f.media_types[:1]) for f in DOCUMENTS)


def several(site: Site, index: NameIndex) -> Response:
    """Tell for each id of a list, a JSON list or one a line, which things have it."""
    results = []
    for text in _ids():
        found = _found(site, index, clean(text).strip())
        results.append(_told(site, text, found or ()) | ({"error": _NO_ID} if found is None else {}))
    return written({"results": results})


def _ids() -> list[str]:
    body = request.get_data()
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProblemError(400, "The list is not UTF-8", f"byte {error.start}") from error
    if request.mimetype == PLAIN_JSON.media_types[0] or text.lstrip().startswith("["):
        found = json_of(text, "The list")
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise ProblemError(400, "The list is a JSON list of strings")
    else:
        found = [line.strip() for line in text.splitlines() if line.strip()]
    if not found:
        raise ProblemError(400, "Please post ids: a JSON list of strings, or one id a line")
    if len(found) > MOST_IDS:
        raise ProblemError(413, f"At most {MOST_IDS} ids at once; there are {len(found)}")
    return found


def _found(site: Site, index: NameIndex, text: str) -> list[Thing] | None:
    """Return the things that an id names; None when it is no id."""
    paths = paths_called(site, index, text)
    if not paths and foreign_id(text) is None and not _ours(site, text):
        return None
    return sorted(index.all_at(paths).values(), key=lambda thing: thing.path)


def _ours(site: Site, text: str) -> bool:
    segment, _, name = text.removeprefix(f"{site.names.base}id/").partition("/")
    return is_name(segment) and is_name(name)


def _told(site: Site, text: str, found: "list[Thing] | tuple[()]") -> dict[str, Any]:
    things = [
        {"id": t.path, "iri": str(site.names.of_path(t.path)), "name": t.label, "type": t.kind} for t in found
    ]
    return {"id": text, "found": things}
