"""Stage 6, publish: /reconcile, the Reconciliation Service API 0.2 over the things of the release."""

import json
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from threading import BoundedSemaphore
from typing import Any

from flask import Blueprint, Response, request

from kg.errors import StoreBusyError
from kg.publish.errors import ProblemError
from kg.publish.links import plain_url
from kg.publish.reconcile import extending, suggesting
from kg.publish.reconcile.answering import answers, type_of
from kg.publish.reconcile.asked import BATCH, json_of
from kg.publish.reconcile.properties import properties_of
from kg.publish.site import Site
from kg.search import NameIndex
from kg.vocabulary import KG

_TYPES = ("Institution", "Person", "Place", "Event", "Agreement", "Delegation", "AgreementSet")
_METHODS = ("GET", "HEAD", "POST", "OPTIONS")
_FRAMED = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
WIDTH, HEIGHT = 400, 100


def reconcile_pages(site: Site, index: NameIndex) -> Blueprint:
    """Return the service."""
    pages = Blueprint("reconcile", __name__)
    known = properties_of(site.terms)
    parts = {
        "suggest/entity": partial(suggesting.entities, site, index),
        "suggest/type": partial(suggesting.types, site),
        "suggest/property": partial(suggesting.properties, known),
        "flyout/entity": partial(suggesting.entity_flyout, site, index),
        "flyout/type": partial(suggesting.type_flyout, site),
        "flyout/property": partial(suggesting.property_flyout, known),
        "properties": partial(extending.proposed, known),
    }
    for name, part in parts.items():
        pages.add_url_rule(f"/reconcile/{name}", name.replace("/", "-"), partial(_told, part))
    pages.add_url_rule("/reconcile/preview", "preview", partial(_preview, site, index))

    gate = BoundedSemaphore(site.limits.batches_at_once)

    def endpoint() -> Response:
        if request.method != "POST" and not {"queries", "extend"} & request.args.keys():
            return written(manifest(site))
        # A batch may be long work; some threads of the server must stay free for the pages.
        if not gate.acquire(timeout=site.limits.batch_wait_seconds):
            raise StoreBusyError("too many batches at once")
        try:
            return _answer(site, index, known)
        finally:
            gate.release()

    for path in ("/reconcile", "/reconcile/"):
        pages.add_url_rule(path, "endpoint", endpoint, methods=list(_METHODS), provide_automatic_options=True)
    return pages


def _answer(site: Site, index: NameIndex, known: dict[str, Any]) -> Response:
    parameters = request.args if request.method != "POST" else request.form
    queries, extend = parameters.get("queries"), parameters.get("extend")
    if queries is not None and extend is not None:
        raise ProblemError(400, "Please give queries or extend, not both")
    if extend is not None:
        return written(extending.extended(site, index, known, json_of(extend, "extend")))
    if queries is not None:
        batch = json_of(queries, "queries")
        if not isinstance(batch, dict):
            raise ProblemError(400, "queries is a JSON object, a query under each key")
        if len(batch) > BATCH:
            raise ProblemError(413, f"At most {BATCH} queries at once; there are {len(batch)}")
        return written(answers(site, index, known, batch))
    raise ProblemError(400, "Please give queries or extend in a form")


def manifest(site: Site) -> dict[str, Any]:
    """Return what the service can do, at the address by which the client reached it."""
    try:
        program = version("accord-kg")
    except PackageNotFoundError:
        program = "unknown"
    service = plain_url("/reconcile")
    return {
        "versions": ["0.2"],
        "name": site.title,
        "identifierSpace": f"{site.names.base}id/",
        "schemaSpace": str(KG),
        "documentation": plain_url("/help"),
        "serviceVersion": program,
        "logo": plain_url("/static/icon.svg"),
        "view": {"url": plain_url("/page/{{id}}")},
        "defaultTypes": [type_of(site, kind) for kind in _TYPES],
        "batchSize": BATCH,
        "suggest": {name: _suggest(service, name) for name in ("entity", "property", "type")},
        "preview": {"url": f"{service}/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "extend": {
            "propose_properties": {"service_url": service, "service_path": "/properties"},
            "property_settings": extending.SETTINGS,
        },
    }


def _suggest(service: str, name: str) -> dict[str, str]:
    return {
        "service_url": service,
        "service_path": f"/suggest/{name}",
        "flyout_service_url": service,
        "flyout_service_path": f"/flyout/{name}?id=${{id}}",
    }


def _told(part: partial[dict[str, Any]]) -> Response:
    return written(part())


def _preview(site: Site, index: NameIndex) -> Response:
    response = Response(suggesting.preview(site, index), content_type="text/html; charset=utf-8")
    # Others show it inside their own pages; it runs nothing.
    response.headers["Content-Security-Policy"] = _FRAMED
    return response


def written(value: object) -> Response:
    """Return a value as JSON; what cannot be UTF-8, such as a client's own broken key, is escaped."""
    try:
        body = json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        body = json.dumps(value).encode()
    return Response(body + b"\n", content_type="application/json")
