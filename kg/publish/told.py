"""Stage 6, publish: what the layers of the server tell each other about one request, beside its answer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

TOLD = "accord.told"
"""Key in the WSGI environment; its value is one dict that every layer of a request shares."""


def told_in(environ: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told of this request; in a request that nobody watches, a dict that nobody reads.

    `id` is the request's; `cache` is `hit` or `miss`; `queue` and `query` are seconds; `outcome` is how a
    query of a stranger ended, and `sparql` its text.
    """
    told: dict[str, Any] | None = environ.get(TOLD)
    return {} if told is None else told


def request_id(given: str, entropy: bytes) -> str:
    """Return the id that a proxy gave, when it is a UUID (with hyphens or without), else a new one.

    Nothing else is taken over, since it comes back in headers, problem documents and logs.
    """
    if len(given) in {32, 36}:
        try:
            found = UUID(given)
        except ValueError:
            pass
        else:
            if given in {found.hex, str(found)}:
                return given
    # UUID(bytes=..., version=4).hex, in a fifth of its time: this is done for every request.
    text = entropy.hex()
    return f"{text[:12]}4{text[13:16]}{'89ab'[entropy[8] >> 4 & 3]}{text[17:]}"


def instance_of(environ: Mapping[str, Any]) -> str:
    """Return the IRI of a request for the `instance` of its problem document; nothing when it has no id."""
    name = told_in(environ).get("id", "")
    return UUID(name).urn if name else ""
