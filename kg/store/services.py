"""Stage 6, SERVICE where the publisher allows it: only what is on the list, and only through the relay.

In the text that the engine gets, each address after SERVICE is a name of the same length, which stands for
the relay's address; so the engine itself never dials a stranger's, and places in its messages stay right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from re import Match
from urllib.parse import urlsplit

from kg.errors import QueryError, SettingsError
from kg.store.reading import place, refuse_service, tokens

_WORD = "service"
_SHOWN = 200
_STEPS = ("/./", "/../", "%2e", "%2E", "\\")
"""By these an address can mean another one than it seems to."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Endpoints that queries may ask: whole addresses, and beginnings that end with a slash."""

    addresses: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.addresses)

    def has(self, address: str) -> bool:
        """Return whether this very address may be asked."""
        if any(step in address + "/" for step in _STEPS) or "#" in address:
            return False
        return any(
            address == each or (each.endswith("/") and address.startswith(each)) for each in self.addresses
        )


@dataclass(frozen=True, slots=True)
class Way:
    """How queries get to other servers: which ones, and what stands before their addresses for the relay."""

    allowed: Allowed = field(default_factory=Allowed)
    relay: str = ""

    @property
    def port(self) -> int:
        """The port of the relay; 0 where there is none."""
        return urlsplit(self.relay).port or 0


def allowed_of(text: str, setting: str = "service_allowed") -> Allowed:
    """Return what a setting allows; raises SettingsError for what is no such address."""
    words = tuple(sorted(set(text.replace(",", " ").split())))
    for word in words:
        try:
            parts = urlsplit(word)
            known = parts.hostname and parts.scheme in {"http", "https"} and (parts.port or 1)
        except ValueError as error:
            raise SettingsError(f"{setting}: {word!r}: {error}") from error
        if not known or parts.username is not None or "#" in word or not parts.path:
            raise SettingsError(f"{setting}: {word!r} is not the http(s) address of an endpoint")
    return Allowed(words)


def relayed(sparql: str, way: Way) -> tuple[str, dict[str, str]]:
    """Return the query with names in place of addresses after SERVICE, and what their prefixes stand for.

    Raises QueryError when it asks what is not allowed, or in a way in which that could not be told.
    """
    if _WORD not in sparql.lower() or not way.allowed:
        refuse_service(sparql)
        return sparql, {}
    names: dict[str, str] = {}
    pieces, end = [], 0
    free = (f"s{number}" for number in count() if f"s{number}:" not in sparql)
    for token in _asked(sparql, way.allowed):
        prefix = next(free)
        names[prefix] = way.relay + token.group()[1:-1]
        pieces += [sparql[end : token.start()], f" {prefix}:".ljust(len(token.group()))]
        end = token.end()
    told = "".join([*pieces, sparql[end:]])
    refuse_service(told, but=names)  # what else could hide the word
    return told, names


def _asked(sparql: str, allowed: Allowed) -> Iterator[Match[str]]:
    """Yield the addresses after SERVICE, each of which is allowed."""
    found = list(tokens(sparql, 0))
    for at, token in enumerate(found):
        if not _is_service(token):
            continue
        silent = int(_word(found, at + 1) == "silent")
        address = found[at + 1 + silent] if at + 1 + silent < len(found) else token
        if address.lastgroup != "iri" or not allowed.has(address.group()[1:-1]):
            raise QueryError(
                f"{place(sparql, address.start())}: SERVICE is not allowed for {address.group()[:_SHOWN]}; "
                f"it is for {', '.join(f'<{each}>' for each in allowed.addresses)}, written in full"
            )
        # The other server would be asked to dial the relay, and we do not tell strangers where it is.
        if any(map(_is_service, _group(found, at + 2 + silent))):
            raise QueryError(f"{place(sparql, token.start())}: SERVICE is not allowed within a SERVICE")
        yield address


def _is_service(token: Match[str]) -> bool:
    return token.lastgroup == "word" and token.group().lower() == _WORD


def _word(found: Sequence[Match[str]], at: int) -> str:
    return found[at].group().lower() if at < len(found) and found[at].lastgroup == "word" else ""


def _group(found: Sequence[Match[str]], at: int) -> Iterator[Match[str]]:
    """Yield the tokens of the group in braces that begins there."""
    depth = 0
    for token in found[at:]:
        if token.lastgroup == "other":
            depth += (token.group() == "{") - (token.group() == "}")
        if depth <= 0:
            return
        yield token
