"""Stage 6, publish: who really asks, where a proxy that is trusted says so (X-Forwarded-...)."""

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from kg.publish.watching import Networks, networks

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_FOR, _PROTO, _HOST = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"
_SCHEMES: Final = frozenset({"http", "https"})


class TrustedProxies:
    """Corrects a request that came through proxies; what anybody else forwards is not believed."""

    def __init__(self, trusted: Networks) -> None:
        self._trusted = trusted

    def __call__(self, environ: "WSGIEnvironment") -> None:
        """Put the client's address, scheme and host in place of the proxy's."""
        if not self._is_trusted(environ.get("REMOTE_ADDR", "")):
            return
        for client in reversed(environ.pop(_FOR, "").split(",")):
            address = _address(client)
            if not address:
                break
            environ["REMOTE_ADDR"] = address
            if not self._is_trusted(address):
                break
        # Of several proxies the nearest one speaks last.
        scheme = environ.pop(_PROTO, "").rpartition(",")[2].strip().lower()
        if scheme in _SCHEMES:
            environ["wsgi.url_scheme"] = scheme
        if host := environ.pop(_HOST, "").rpartition(",")[2].strip():
            environ["HTTP_HOST"] = host

    def _is_trusted(self, text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._trusted)


def trusted_proxies(text: str) -> TrustedProxies | None:
    """Return what corrects requests, for the networks of the setting; None when there are none.

    Raises SettingsError for what is no network.
    """
    trusted = networks(text, "trusted_proxies")
    return TrustedProxies(trusted) if trusted else None


def _address(text: str) -> str:
    """Return an address without its port; nothing for what is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
