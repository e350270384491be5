"""Stage 6, one request to a server elsewhere, whose every address must be of the public network.

The name is resolved once, its addresses are looked at, and one of them is dialled: a name that means another
address a moment later gains nothing. Redirects are not followed, and nothing is sent but the query.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import urlsplit

from kg.errors import StoreError

Resolver = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a host."""
_OK = 200
_PIECE = 65_536
_AGENT = "accord-kg (SPARQL, on behalf of a query)"
_HIDING = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "192.88.99.0/24")))
"""By these an IPv6 address means an IPv4 one, or the way to a translator."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How other servers are reached, and which addresses may be dialled."""

    resolve: Resolver
    may_dial: Callable[[str], bool]
    seconds: float
    most_bytes: int


def resolved(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as this machine resolves it."""
    return [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Return whether an address is one of the public network, and hides no other in it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and (
        found.scope_id or found.ipv4_mapped or found.sixtofour or found.teredo or found.is_site_local
    ):
        return False
    if any(found in network for network in _HIDING):
        return False
    special = found.is_multicast or found.is_reserved or found.is_unspecified or found.is_loopback
    return found.is_global and not special and not found.is_link_local


def post(url: str, body: bytes, accept: str, reach: Reach) -> tuple[str, bytes]:
    """Send a query and return the media type and the whole of what is answered.

    Raises StoreError when the server may not be asked, does not answer in time, or answers anything but 200.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    try:
        with _dialled(host, port, parts.scheme == "https", reach) as line:
            # Whatever it does, drips or falls silent: at that time the line is cut.
            timer = threading.Timer(reach.seconds, _cut, (line,))
            timer.daemon = True
            timer.start()
            try:
                with closing(HTTPConnection(parts.netloc)) as connection:
                    connection.sock = line
                    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                    return _asked(connection, target, body, accept, reach.most_bytes)
            finally:
                timer.cancel()
    except (OSError, HTTPException, UnicodeError, ValueError) as error:
        raise StoreError(
            f"{parts.scheme}://{parts.netloc}: {' '.join(str(error).split()) or type(error).__name__}"
        ) from error


def _dialled(host: str, port: int, secure: bool, reach: Reach) -> socket.socket:  # noqa: FBT001  one of its four parts
    addresses = reach.resolve(host, port)
    if not addresses or not all(map(reach.may_dial, addresses)):
        raise OSError(f"{host} is not a host of the public network")
    line = socket.create_connection((addresses[0], port), timeout=reach.seconds)
    if not secure:
        return line
    try:
        return ssl.create_default_context().wrap_socket(line, server_hostname=host)
    except BaseException:
        line.close()
        raise


def _asked(connection: HTTPConnection, target: str, body: bytes, accept: str, most: int) -> tuple[str, bytes]:
    headers = {"Content-Type": "application/sparql-query", "Accept": accept, "User-Agent": _AGENT}
    connection.request("POST", target, body=body, headers=headers | {"Accept-Encoding": "identity"})
    with connection.getresponse() as answer:
        return _checked(answer, most)


def _checked(answer: HTTPResponse, most: int) -> tuple[str, bytes]:
    if answer.status != _OK:
        raise OSError(f"the server answers {answer.status}")
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise OSError("the server packs what it was asked not to pack")
    return answer.headers.get("Content-Type", ""), _whole(answer, most)


def _whole(answer: HTTPResponse, most: int) -> bytes:
    pieces, size = [], 0
    while piece := answer.read1(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise OSError(f"the answer is larger than {most:,} bytes")
    if answer.length:
        raise OSError("the answer ends before its end")
    return b"".join(pieces)


def _cut(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself
