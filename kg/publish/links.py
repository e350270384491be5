"""Stage 6, publish: where an IRI leads on this site, whatever host it runs on, in the release seen."""

from urllib.parse import quote

from flask import request

from kg.publish.pinned import PARAMETER, pinned, without_release
from kg.vocabulary import HOME, KG, KGV, Names

_PATH = "/-._~:@!$&'()*+,;="


def href(iri: str, names: Names) -> str:
    """Return the address that shows an IRI: our page where it is ours, itself if on the web, else nothing."""
    for start, place in (
        (f"{names.base}id/", "/page/"),
        (f"{names.base}graph/", "/graph/"),
        (str(KG), "/ns#"),
        (str(KGV), "/vocab/"),
    ):
        if iri.startswith(start):
            return here(place + quote(iri.removeprefix(start), safe="/-._~"))
    if iri == HOME + "ns":
        return here("/ns")
    # Anything but the web (such as `javascript:`) never becomes a link.
    return iri if iri.startswith(("https://", "http://")) else ""


def here(path: str) -> str:
    """Return a place on this site, in the same release as the one that is being read."""
    return request.script_root + in_release(path, pinned())


def host_url(path: str) -> str:
    """Return a full address on this host, as the client named it, in the same release."""
    return plain_url(in_release(path, pinned()))


def plain_url(path: str) -> str:
    """Return a full address on this host, of the release that is current when it is asked."""
    return request.url_root.rstrip("/") + path


def in_release(path: str, release: str) -> str:
    """Return an address with the release that it is asked of; unchanged when there is none."""
    if not release:
        return path
    place, mark, fragment = path.partition("#")
    return f"{place}{'&' if '?' in place else '?'}{PARAMETER}={release}{mark}{fragment}"


def plain_path() -> str:
    """Return path and query of this very request, without the release that it names."""
    query = quote(without_release(request.query_string.decode("latin-1")), safe=_PATH + "%?")
    return quote(request.path, safe=_PATH) + (f"?{query}" if query else "")
