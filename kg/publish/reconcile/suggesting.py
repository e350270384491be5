"""Stage 6, publish: suggestions while a person types, and the small pictures of what is meant."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import render_template, request

from kg.errors import NotFoundError
from kg.publish.errors import ProblemError
from kg.publish.reconcile.answering import type_of
from kg.publish.reconcile.asked import clean
from kg.publish.reconcile.evidence import paths_called
from kg.publish.reconcile.properties import Property, class_called, property_called
from kg.publish.site import Site
from kg.search import CLASSES, NameIndex, Thing
from kg.search.fold import fold, fold_begun, key_of
from kg.vocabulary import KG

_LIMIT, _MOST = 10, 100
_FURTHEST = 1000


def entities(site: Site, index: NameIndex) -> dict[str, Any]:
    """Suggest things of which a name, or the id, begins like the prefix."""
    prefix, start, limit = _asked()
    kinds = tuple(class_called(clean(kind)) for kind in request.args.getlist("type") if kind)
    meant = index.all_at(paths_called(site, index, prefix)).values()
    called = [thing for thing in meant if not kinds or thing.kind in kinds]
    named = [thing for thing, _ in index.beginning(prefix, kinds, limit=start + limit)]
    found = list(dict.fromkeys([*called, *named]))[start : start + limit]
    return {"result": [_suggested(site, thing) for thing in found]}


def _suggested(site: Site, thing: Thing) -> dict[str, Any]:
    return {
        "id": thing.path,
        "name": thing.label,
        "description": thing.about,
        "notable": [type_of(site, thing.kind)],
    }


def types(site: Site) -> dict[str, Any]:
    """Suggest classes."""
    found = [type_of(site, kind) | {"description": _definition(site, kind)} for kind in CLASSES]
    return {"result": _beginning(found)}


def properties(known: Mapping[str, Property]) -> dict[str, Any]:
    """Suggest properties."""
    found = [{"id": p.id, "name": p.name, "description": p.description} for p in known.values()]
    return {"result": _beginning(found)}


def _beginning(found: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    prefix, start, limit = _asked()
    wanted = key_of(fold_begun(prefix))
    matching = [
        each
        for each in found
        if any(
            key_of(fold(text)).startswith(wanted)
            for text in (each["id"], each["name"], *each["name"].split())
        )
    ]
    return matching[start : start + limit]


def _asked() -> tuple[str, int, int]:
    prefix = clean(request.args.get("prefix", "")).strip()
    return prefix, _number("cursor", 0, _FURTHEST), max(_number("limit", _LIMIT, _MOST), 1)


def _number(name: str, default: int, most: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004  fits an int
        raise ProblemError(400, f"{name} is a number from 0", clean(text)[:40])
    return min(int(text), most)


def entity_flyout(site: Site, index: NameIndex) -> dict[str, str]:
    """Show a thing in a few lines of HTML."""
    thing = wanted_thing(site, index)
    kind = type_of(site, thing.kind)["name"]
    html = render_template("flyout.html", name=thing.label, other=thing.chinese, kind=kind, text=thing.about)
    return {"id": request.args["id"], "html": html.strip()}


def type_flyout(site: Site) -> dict[str, str]:
    """Show a class in a few lines of HTML."""
    kind = class_called(_id())
    if kind not in CLASSES:
        raise NotFoundError(f"there is no class {kind[:100]!r}")
    name = type_of(site, kind)["name"]
    html = render_template("flyout.html", name=name, other="", kind="", text=_definition(site, kind))
    return {"id": request.args["id"], "html": html.strip()}


def property_flyout(properties: Mapping[str, Property]) -> dict[str, str]:
    """Show a property in a few lines of HTML."""
    known = property_called(properties, _id())
    if known is None:
        raise NotFoundError(f"there is no property {_id()[:100]!r}")
    html = render_template("flyout.html", name=known.name, other="", kind="", text=known.description)
    return {"id": request.args["id"], "html": html.strip()}


def preview(site: Site, index: NameIndex) -> str:
    """Return a page of 400 by 100 pixels that shows a thing."""
    thing = wanted_thing(site, index)
    return render_template("preview.html", site=site, thing=thing, kind=type_of(site, thing.kind)["name"])


def wanted_thing(site: Site, index: NameIndex) -> Thing:
    """Return the thing that the request names.

    Raises NotFoundError when there is none.
    """
    text = _id()
    paths = paths_called(site, index, text)
    found = index.at(paths[0]) if paths else None
    if found is None:
        raise NotFoundError(f"nothing of this release has the id {text[:100]!r}")
    return found


def _id() -> str:
    text = clean(request.args.get("id", "")).strip()
    if not text:
        raise ProblemError(400, "Please give an id")
    return text


def _definition(site: Site, kind: str) -> str:
    term = site.terms.by_iri.get(str(KG) + kind)
    return term.definitions[0][0] if term and term.definitions else ""
