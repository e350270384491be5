"""Stage 6, publish: whether the server lives and whether it can answer, for who watches over it."""

import json
from functools import partial

from flask import Blueprint, Response, request

from kg.errors import StoreBusyError, StoreError, StoreTimeoutError
from kg.publish.site import Site
from kg.publish.told import told_in

_SECONDS = 2.0


def health_pages(site: Site) -> Blueprint:
    """Return the two addresses."""
    pages = Blueprint("health", __name__)
    pages.add_url_rule("/healthz", "alive", partial(alive, site))
    pages.add_url_rule("/readyz", "ready", partial(ready, site))
    return pages


def alive(site: Site) -> Response:
    """Say that the process answers, and which release is current; nothing else is asked."""
    return _said("ok", 200, site)


def ready(site: Site) -> Response:
    """Say whether queries are answered: 503 when no worker does, and when the server is about to end."""
    if told_in(request.environ).get("ending"):
        return _said("ending", 503, site)
    try:
        site.runner.run("ASK {}", seconds=_SECONDS)
    except (StoreBusyError, StoreTimeoutError):
        return _said("busy", 503, site)
    except StoreError:
        return _said("failing", 503, site)
    return _said("ready", 200, site)


def _said(status: str, code: int, site: Site) -> Response:
    body = json.dumps({"status": status, "release": site.edition.id}) + "\n"
    return Response(body, code, {"Cache-Control": "no-store"}, content_type="application/json")
