"""Stage 6, publish: where an IRI leads on this site, whatever host it runs on."""

from urllib.parse import quote

from flask import request

from kg.vocabulary import HOME, KG, KGV, Names


def href(iri: str, names: Names) -> str:
    """Return the address that shows an IRI: our page where it is ours, itself if on the web, else nothing."""
    root = request.script_root
    for start, place in (
        (f"{names.base}id/", "/page/"),
        (f"{names.base}graph/", "/graph/"),
        (str(KG), "/ns#"),
        (str(KGV), "/vocab/"),
    ):
        if iri.startswith(start):
            return root + place + quote(iri.removeprefix(start), safe="/-._~")
    if iri == HOME + "ns":
        return f"{root}/ns"
    # Anything but the web (such as `javascript:`) never becomes a link.
    return iri if iri.startswith(("https://", "http://")) else ""


def host_url(path: str) -> str:
    """Return a full address on this host, as the client named it."""
    return request.url_root.rstrip("/") + path
