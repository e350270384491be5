"""Stage 6, publish: how an answer is packed for a client (content codings): zstd or gzip, of text."""

import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, Literal, Protocol

import zstandard

Coding = Literal["", "gzip", "zstd"]
_LEVELS: Final = {"gzip": 5, "zstd": 3}
_LEAST: Final = 1000
"""Below this packing gains nothing."""
_TEXTS: Final = (
    "application/javascript", "application/json", "application/link-format", "application/n-quads",
    "application/n-triples", "application/trig", "application/xml", "image/svg+xml", "text/",
)  # fmt: skip
_ENDINGS: Final = ("+json", "+xml")
_GZIP_WINDOW: Final = 31
_Headers = list[tuple[str, str]]


class _Packer(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self, mode: int = ..., /) -> bytes: ...


@lru_cache(maxsize=256)
def coding_for(accepted: str) -> Coding:
    """Return the coding that a client likes most; of two liked equally zstd, which is smaller and quicker."""
    if not accepted:
        return ""
    liked = dict(map(_weighed, accepted.lower().split(",")))
    rest = liked.get("*", 0.0)
    zstd, gzip = liked.get("zstd", rest), liked.get("gzip", liked.get("x-gzip", rest))
    plain = liked.get("identity", 0.0)
    if max(zstd, gzip) == 0 or max(zstd, gzip) < plain:
        return ""
    return "zstd" if zstd >= gzip else "gzip"


def _weighed(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return name, float(parameter[2:])
            except ValueError:
                return name, 0.0
    return name, 1.0


def can_be_packed(headers: _Headers, size: int | None = None) -> bool:
    """Return whether an answer is text, large enough, and not a file or packed already."""
    if size is not None and size < _LEAST:
        return False
    told = {name.lower(): value for name, value in headers}
    if "content-encoding" in told or "accept-ranges" in told or "content-range" in told:
        return False
    media = told.get("content-type", "").partition(";")[0].strip()
    return media.startswith(_TEXTS) or media.endswith(_ENDINGS)


def packed(body: bytes, coding: Coding) -> bytes:
    """Return a body in a coding."""
    packer = _packer(coding)
    return packer.compress(body) + packer.flush()


def packed_stream(pieces: Iterable[bytes], coding: Coding) -> Iterator[bytes]:
    """Pack what comes as it comes; the first piece is sent at once, an error passes."""
    packer, first = _packer(coding), True
    for piece in pieces:
        done = packer.compress(piece)
        if first:
            done += packer.flush(zlib.Z_SYNC_FLUSH if coding == "gzip" else zstandard.COMPRESSOBJ_FLUSH_BLOCK)
            first = False
        if done:
            yield done
    yield packer.flush()


def _packer(coding: Coding) -> _Packer:
    if coding == "zstd":
        packer: Any = zstandard.ZstdCompressor(level=_LEVELS[coding]).compressobj()
        return packer  # type: ignore[no-any-return]  # zstandard's own stub calls the argument otherwise
    return zlib.compressobj(_LEVELS["gzip"], zlib.DEFLATED, _GZIP_WINDOW)


def tagged(etag: str, coding: Coding) -> str:
    """Return the tag of an answer in a coding: other bytes, another tag."""
    return f'{etag[:-1]}-{coding}"' if coding and etag.endswith('"') else etag


def untagged(known: str) -> str:
    """Return the tags that a client has as those of the unpacked answers."""
    return known.replace('-gzip"', '"').replace('-zstd"', '"')
