"""Stage 6, publish: /changes, what each release changed: in words, as data, as a patch, as an Atom feed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, json, render_template, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from kg.changes import KINDS, changes_of, counted, noun, patch_of
from kg.errors import NotFoundError
from kg.publish.atom import Item, Link, feed_of
from kg.publish.errors import ProblemError
from kg.publish.links import in_release, plain_url
from kg.publish.negotiate import HTML, PLAIN_JSON, best
from kg.publish.pinned import View, view
from kg.publish.site import Site
from kg.release import Release

ATOM = "application/atom+xml"
_IN_FEED = 50
"""Things of a release that an entry of the feed tells."""
_ENTRIES = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One thing's change."""

    noun: str
    text: str
    language: str
    href: str
    words: str


@dataclass(frozen=True, slots=True)
class Group:
    """The changed things of one kind."""

    title: str
    counts: str
    lines: tuple[Line, ...]
    untold: int


@dataclass(frozen=True, slots=True)
class Changed:
    """What one release changed; without groups where nothing was told or nothing changed."""

    release: Release
    told: Mapping[str, Any] | None
    groups: tuple[Group, ...]
    summary: str


def change_pages(site: Site) -> Blueprint:
    """Return the changes of a release, and the feed of those of all."""
    pages = Blueprint("changes", __name__)
    for path, name, function in (
        ("/changes", "page", page),
        ("/changes.json", "data", data),
        ("/changes.rdfp.gz", "patch", patch),
        ("/changes.atom", "feed", feed),
    ):
        pages.add_url_rule(path, name, partial(function, site))
    return pages


def page(site: Site) -> Response:
    """Say what changed with a release, and which other releases changed something."""
    choice = best(request.headers.get("Accept"), (HTML, PLAIN_JSON))
    if choice is None:
        types = [HTML.media_types[0], PLAIN_JSON.media_types[0], ATOM]
        raise ProblemError(406, "Changes are told in HTML, JSON and Atom", members={"available": types})
    if choice.format is PLAIN_JSON:
        return data(site)
    seen = _seen()
    found = _changed(site, seen.release, seen)
    others = [_changed(site, each, seen, most=0) for each in reversed(_up_to(seen)) if each != seen.release]
    text = render_template("changes.html", site=site, found=found, others=others)
    return Response(text, content_type="text/html; charset=utf-8")


def data(site: Site) -> Response:
    """Give what changed with a release as plain data."""
    del site
    release = _seen().release
    told = changes_of(release.path)
    if told is None:
        raise NotFoundError(f"what changed with release {release.id} was not told: no release was before it")
    return Response(json.dumps(told, indent=1, sort_keys=False) + "\n", content_type="application/json")


def patch(site: Site) -> AnyResponse:
    """Give the RDF Patch that led to a release from the one before."""
    del site
    release = _seen().release
    path = patch_of(release.path)
    if path is None:
        raise NotFoundError(f"there is no patch to release {release.id}: no release was before it")
    etag = f"patch-{release.content}"
    if request.if_none_match.contains(etag):
        # Answered here, since werkzeug would open the file and leave it open.
        unchanged = Response(status=304)
        unchanged.set_etag(etag)
        return unchanged
    return send_file(path, mimetype="application/gzip", etag=etag, conditional=True)


def feed(site: Site) -> Response:
    """Give the newest releases as an Atom feed, each with what it changed."""
    seen = _seen()
    newest = list(reversed(_up_to(seen)))[:_ENTRIES]
    body = feed_of(
        iri=f"{site.names.base}id/dataset",
        title=f"Changes · {site.title}",
        author=site.title,
        links=(
            Link("self", plain_url(in_release("/changes.atom", seen.pinned)), ATOM),
            Link("alternate", plain_url(in_release("/changes", seen.pinned)), "text/html"),
        ),
        items=[_item(site, _changed(site, each, seen, most=_IN_FEED, full=True)) for each in newest],
    )
    return Response(body, content_type=f"{ATOM}; charset=utf-8")


def _seen() -> View:
    seen = view()
    if seen is None:
        raise NotFoundError("no other release is known here")
    return seen


def _up_to(seen: View) -> list[Release]:
    """Return the releases up to the one that is asked, oldest first."""
    kept = list(seen.kept) or [seen.current]
    ids = [each.id for each in kept]
    return kept[: ids.index(seen.pinned) + 1] if seen.pinned in ids else kept


def _changed(
    site: Site, release: Release, seen: View, *, most: int | None = None, full: bool = False
) -> Changed:
    """Return what a release changed, at most so many things; `full` addresses are for readers elsewhere."""
    told = changes_of(release.path)
    if told is None:
        return Changed(release, None, (), "Nothing is told of a release before it.")
    left = len(told["things"]) if most is None else most
    groups = []
    for kind, counts in told["counts"].items():
        things = [each for each in told["things"] if each["kind"] == kind][: max(left, 0)]
        left -= len(things)
        places = [_place(site, each, _where(each, release, told["from"]["id"], seen)) for each in things]
        lines = tuple(
            _line(each, _full(place) if full and place else place)
            for each, place in zip(things, places, strict=True)
        )
        groups.append(Group(KINDS[kind], counted(counts), lines, sum(counts.values()) - len(lines)))
    summary = "; ".join(f"{group.title}: {group.counts}" for group in groups)
    return Changed(release, told, tuple(groups), summary or "Nothing that the consolidated view tells of.")


def _full(place: str) -> str:
    return plain_url(place.removeprefix(request.script_root))


def _line(each: Mapping[str, Any], href: str) -> Line:
    name = each["name"]
    return Line(noun(each["kind"]), name["text"], name["language"], href, "; ".join(each["words"]))


def _where(each: Mapping[str, Any], release: Release, before: str, seen: View) -> str | None:
    """Return the release in which a thing can be seen; empty for the current one, None for nowhere."""
    if each["change"] == "withdrawn":
        return before if any(kept.id == before for kept in seen.kept) else None
    return "" if release.id == seen.current.id and not seen.pinned else release.id


def _place(site: Site, each: Mapping[str, Any], where: str | None) -> str:
    start = f"{site.names.base}id/"
    if where is None or not each["iri"].startswith(start):
        return ""
    path = "/page/" + quote(each["iri"].removeprefix(start), safe="/-._~")
    return request.script_root + in_release(path, where)


def _item(site: Site, changed: Changed) -> Item:
    release = changed.release
    here = plain_url(in_release("/changes", release.id))
    return Item(
        iri=f"{site.names.base}id/dataset/{release.id}",
        title=f"Release {release.id}",
        day=release.as_of,
        summary=changed.summary,
        html=render_template("changed.html", found=changed, here=here),
        links=tuple(_links(changed, here)),
    )


def _links(changed: Changed, here: str) -> Iterator[Link]:
    release = changed.release
    yield Link("alternate", here, "text/html")
    if changed.told is not None:
        yield Link("alternate", plain_url(in_release("/changes.json", release.id)), "application/json")
    if patch_of(release.path) is not None:
        yield Link("related", plain_url(in_release("/changes.rdfp.gz", release.id)), "application/gzip")
