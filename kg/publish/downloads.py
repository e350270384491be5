"""Stage 6, publish: the files of a release for download, and the list of them.

What the web asks of a file is answered as RFC 9110 says: parts, conditions, HEAD; the checksum is the ETag.
"""

import re
from datetime import UTC, datetime, time
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, json, render_template, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_date
from werkzeug.wrappers import Response as AnyResponse

from kg.errors import NotFoundError, StoreError
from kg.publish.errors import ProblemError
from kg.publish.links import host_url, plain_url
from kg.publish.negotiate import HTML, PLAIN_JSON, best
from kg.publish.pinned import pinned, view
from kg.publish.site import Dump, Site
from kg.release.catalog.files import described, media_type_of
from kg.release.catalog.groups import Group, grouped

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_ONE_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.IGNORECASE)
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
_PARTS = ("HTTP_RANGE", "HTTP_IF_RANGE")


def download_pages(site: Site) -> Blueprint:
    """Return the list of the files, and each file."""
    pages = Blueprint("downloads", __name__)
    pages.add_url_rule("/dumps/", "list", partial(listed, site))
    pages.add_url_rule("/dumps/<name>", "one", partial(one, site))
    pages.add_url_rule("/context.jsonld", "context", partial(context, site))
    return pages


def groups_of(site: Site) -> list[Group]:
    """Return the files by whom they are for."""
    return grouped(file.path.name for file in site.edition.dumps)


def listed(site: Site) -> Response:
    """List every file, with what it is, its size and its checksum."""
    choice = best(request.headers.get("Accept"), (HTML, PLAIN_JSON))
    if choice is None:
        types = [f.media_types[0] for f in (HTML, PLAIN_JSON)]
        raise ProblemError(406, "The list is given in JSON and HTML", members={"available": types})
    if choice.format is HTML:
        files = [(file, described(file.path.name)) for file in site.edition.dumps]
        page = render_template("dumps.html", site=site, files=files)
        return Response(page, content_type="text/html; charset=utf-8")
    told = {
        "release": site.edition.id,
        "as_of": site.edition.issued.isoformat(),
        "files": [_told(site, file) for file in site.edition.dumps],
    }
    body = json.dumps(told, indent=1, sort_keys=False) + "\n"
    return Response(body, content_type=choice.content_type)


def _told(site: Site, file: Dump) -> dict[str, Any]:
    name = file.path.name
    what = described(name)
    told = {
        "name": name,
        "title": what.title,
        "description": what.description,
        "bytes": file.size,
        "sha256": file.sha256,
        "media_type": media_type_of(name),
        "url": host_url(f"/dumps/{name}"),
    }
    if view():
        told["permalink"] = plain_url(f"/releases/{site.edition.id}/dumps/{name}")
    return told


def one(site: Site, name: str) -> AnyResponse:
    """Give one file of the release; only what the release lists can be asked for."""
    found = next((file for file in site.edition.dumps if file.path.name == name), None)
    if found is None:
        raise NotFoundError(f"this release has no file {name[:200]!r}; /dumps/ lists those there are")
    if found.path.is_symlink():
        raise StoreError(f"{found.path} is a link, not a file of the release")
    issued = datetime.combine(site.edition.issued, time(), UTC)
    if request.if_match and not request.if_match.contains(found.sha256):
        raise ProblemError(412, "The file is another than the one you have", f"it is {found.sha256}")
    if _has_it(found, issued):
        # Answered here, since werkzeug would open the file and leave it open.
        unchanged = Response(status=304)
        unchanged.set_etag(found.sha256)
        return unchanged
    return _sent(site, found, issued)


def context(site: Site) -> AnyResponse:
    """Give the context that JSON-LD documents name; whoever processes many of them may keep it for a day."""
    answer = one(site, "context.jsonld")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


def _has_it(found: Dump, issued: datetime) -> bool:
    if "If-None-Match" in request.headers:
        return request.if_none_match.contains_weak(found.sha256)
    # Two releases may be of one day, so a date tells nothing of the latest file; a permalink never changes.
    since = parse_date(request.headers.get("If-Modified-Since"))
    return bool(pinned()) and since is not None and since >= issued


def _sent(site: Site, found: Dump, issued: datetime) -> AnyResponse:
    name = found.path.name
    environ = {n: v for n, v in request.environ.items() if n not in {*_CONDITIONS, *_PARTS}}
    if part := _part(found):
        environ["HTTP_RANGE"] = part
    try:
        response = _file(found, environ, f"{site.edition.id}-{name}" if pinned() else name, issued)
    except OSError as error:
        raise StoreError(f"{found.path}: {error}") from error
    return response


def _file(found: Dump, environ: "WSGIEnvironment", name: str, issued: datetime) -> AnyResponse:
    response = send_file(
        found.path,
        # Said, so that what is packed is never sent as a Content-Encoding of something else.
        mimetype=media_type_of(found.path.name),
        download_name=name,
        etag=found.sha256,
        last_modified=issued,
        conditional=False,
    )
    return response.make_conditional(environ, accept_ranges=True, complete_length=found.size)


def _part(found: Dump) -> str:
    """Return the one range that is asked for; of several, or what is none, nothing: the whole is sent.

    Raises RequestedRangeNotSatisfiable when it lies behind the end of the file.
    """
    asked = _ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or asked is None or not any(asked.groups()):
        return ""
    # A date is too coarse here: only the checksum tells that the part belongs to what the client has.
    if "If-Range" in request.headers and request.headers["If-Range"].strip() != f'"{found.sha256}"':
        return ""
    first, last = asked.groups()
    if last and first and int(last) < int(first):
        return ""
    start = int(first) if first else found.size - min(int(last), found.size)
    if start >= found.size:
        raise RequestedRangeNotSatisfiable(found.size)
    return f"bytes={start}-{last if first else ''}"
