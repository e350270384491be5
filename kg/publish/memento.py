"""Stage 6, publish: the past by date (Memento, RFC 7089), over releases that are pinned by their id.

A plain address is the original resource and its own TimeGate; with `?release=ID` it is a memento.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from email.utils import parsedate_tz
from functools import partial

from flask import Blueprint, Response, json, request
from werkzeug.http import http_date

from kg.errors import NotFoundError
from kg.publish.errors import ProblemError
from kg.publish.links import in_release, plain_path, plain_url
from kg.publish.negotiate import LINK_FORMAT, PLAIN_JSON, best
from kg.publish.pinned import View, refusal_in, view
from kg.publish.site import Site
from kg.release import Release

MAP = "/timemap/link"
_PLACES = ("/id/", "/page/", "/data/", "/graph/", "/browse/", "/dumps/")
_SERVER_ERROR = 500
_NOTE = "Every release that is kept is listed; one that does not describe the thing answers 404."


def in_scope(path: str) -> bool:
    """Return whether a place has a past."""
    return path == "/" or path.startswith(_PLACES)


def memento_pages(site: Site) -> Blueprint:
    """Return the TimeMaps."""
    del site
    pages = Blueprint("memento", __name__)
    pages.add_url_rule(f"{MAP}/", "front", partial(timemap, ""))
    pages.add_url_rule(f"{MAP}/<path:path>", "map", timemap)
    return pages


def negotiated() -> Response | None:
    """Send a client that asks for a moment (Accept-Datetime) to the release of that time."""
    seen, wanted = view(), request.headers.get("Accept-Datetime")
    if wanted is None or seen is None or seen.pinned or not _negotiable():
        return None
    chosen = seen.at(_moment(wanted).date())
    place = plain_path()
    response = Response(status=302, headers={"Location": plain_url(in_release(place, chosen.id))})
    response.headers["Link"] = ", ".join([*_about(place), *_around(seen.kept, chosen, place)])
    response.vary.add("Accept-Datetime")
    return response


def _negotiable() -> bool:
    return request.method in {"GET", "HEAD"} and in_scope(request.path)


def _moment(text: str) -> datetime:
    """Return the moment that the header names; it has one form only, that of Last-Modified."""
    found = parsedate_tz(text)
    try:
        moment = datetime(*found[:6], tzinfo=UTC) if found else None
    except ValueError:
        moment = None
    if moment is None or http_date(moment) != text.strip():
        example = http_date(datetime(2026, 11, 24, tzinfo=UTC))
        raise ProblemError(400, "Accept-Datetime is no date of HTTP", f"write it as in: {example}")
    return moment


def add_headers(response: Response) -> None:
    """Say of a place that it has a past, and of a memento whose past it is."""
    seen = view()
    if (
        seen is None
        or not _negotiable()
        or refusal_in(request.environ)
        or response.status_code >= _SERVER_ERROR
    ):
        return
    place = plain_path()
    if seen.pinned:
        response.headers["Memento-Datetime"] = _date(seen.release)
        links = [*_about(place), *_around(seen.kept, seen.release, place)]
    else:
        response.vary.add("Accept-Datetime")
        links = _about(place)
    if "timegate" not in response.headers.get("Link", ""):
        response.headers["Link"] = ", ".join([*filter(None, [response.headers.get("Link")]), *links])


def _about(place: str) -> list[str]:
    return [
        f'<{plain_url(place)}>; rel="original timegate"',
        f'<{plain_url(MAP + place)}>; rel="timemap"; type="{LINK_FORMAT.media_types[0]}"',
    ]


def _around(kept: Sequence[Release], chosen: Release, place: str) -> list[str]:
    """Return the links to a memento, to those beside it, and to the first and the last."""
    at = next((i for i, each in enumerate(kept) if each.id == chosen.id), 0)
    wanted = sorted({0, max(at - 1, 0), at, min(at + 1, len(kept) - 1), len(kept) - 1}) if kept else []
    return [_memento(kept, i, place, near={at - 1: "prev", at + 1: "next"}.get(i, "")) for i in wanted]


def _memento(kept: Sequence[Release], i: int, place: str, near: str = "") -> str:
    words = (("first", i == 0), ("last", i == len(kept) - 1), (near, bool(near)), ("memento", True))
    relation = " ".join(word for word, holds in words if holds)
    address = plain_url(in_release(place, kept[i].id))
    return f'<{address}>; rel="{relation}"; datetime="{_date(kept[i])}"'


def _date(release: Release) -> str:
    return http_date(datetime.combine(release.as_of, time(), UTC))


def timemap(path: str) -> Response:
    """List the mementos of a place; whether each describes the thing is not asked, as it is too dear."""
    seen = view()
    plain = plain_path().removeprefix(MAP)
    if seen is None or not seen.kept or not in_scope(f"/{path}"):
        raise NotFoundError(f"no past is kept of /{path[:200]}")
    choice = best(request.headers.get("Accept"), (LINK_FORMAT, PLAIN_JSON))
    if choice is None:
        types = [f.media_types[0] for f in (LINK_FORMAT, PLAIN_JSON)]
        raise ProblemError(406, "A TimeMap is given as links or JSON", members={"available": types})
    if choice.format is PLAIN_JSON:
        body = json.dumps(_as_json(seen, plain), indent=1) + "\n"
    else:
        body = ",\n".join(_as_links(seen, plain)) + "\n"
    return Response(body, content_type=choice.content_type)


def _as_links(seen: View, place: str) -> list[str]:
    original, itself = plain_url(place), plain_url(MAP + place)
    span = f'; from="{_date(seen.kept[0])}"; until="{_date(seen.kept[-1])}"'
    return [
        f'<{original}>; rel="original timegate"',
        f'<{itself}>; rel="self"; type="{LINK_FORMAT.media_types[0]}"{span}',
        *(_memento(seen.kept, i, place) for i in range(len(seen.kept))),
    ]


def _as_json(seen: View, place: str) -> dict[str, object]:
    found = [
        {
            "datetime": f"{each.as_of.isoformat()}T00:00:00Z",
            "uri": plain_url(in_release(place, each.id)),
            "release": each.id,
        }
        for each in seen.kept
    ]
    return {
        "original_uri": plain_url(place),
        "timegate_uri": plain_url(place),
        "timemap_uri": {"link_format": plain_url(MAP + place)},
        "mementos": {"list": found, "first": found[0], "last": found[-1]},
        "note": _NOTE,
    }
