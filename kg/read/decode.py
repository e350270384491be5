"""Stage 1, read: bytes become text, rightly or not at all."""

import codecs
import re
import unicodedata

from kg.errors import SourceError
from kg.read.language import WESTERN, language_of

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LARGER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
}
"""What pages say they are -> what they are, as browsers have it."""
_WIDE = {"gb18030", "big5hkscs", "cp932", "cp949", "euc_jp", "iso2022_jp", "hz"}
_KNOWN = re.compile(r"utf-(8|16|32)(-[lb]e)?|cp(125\d|866|874)|iso8859-\d+|koi8-[ru]|mac-\w+")
_META = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE
)
_HEAD = 4096
_BINARY = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"{\\rtf",
    b"\xd0\xcf\x11\xe0",
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_ODD_SHARE = 0.9


def decoded(data: bytes, name: str, *, charset: str = "", html: bool = False) -> str:
    """Return the bytes as text: by their mark, by what HTTP or the page declares, as UTF-8, or by guess.

    Raises SourceError when they are binary or when their encoding cannot be told with confidence.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding, name).removeprefix("\ufeff")
    if data.startswith(_BINARY) or b"\0" in data:
        raise SourceError(f"{name}: is binary, not text (save it as text in UTF-8)")
    text = _as_declared(data, _declared(data, charset, html=html))
    text = _try(data, "utf-8") if text is None else text
    return _guessed(data, name) if text is None else text


def cleaned(text: str, name: str) -> str:
    """Return the text as it is kept: NFC, line ends LF, no byte-order mark; a stray control becomes a space.

    Raises SourceError when it cannot be text: NUL, half surrogates, or many control characters.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    controls = len(_CONTROL.findall(text))
    if "\0" in text or controls > 10 + len(text) // 100:
        raise SourceError(f"{name}: is binary, not text ({controls} control characters)")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise SourceError(f"{name}: character {error.start + 1} is half a surrogate pair") from error
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", text))


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: is not {encoding}, as its first bytes say: {error.reason}") from error


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _declared(data: bytes, charset: str, *, html: bool) -> list[str]:
    labels = [charset]
    if html:
        labels += [found.decode("ascii") for found in _META.findall(data[:_HEAD])]
    return [encoding for label in labels if (encoding := _known(label))]


def _known(label: str) -> str:
    """Return Python's name of a declared encoding of text, or nothing: `rot13` is a codec, too."""
    try:
        name = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return ""
    name = _LARGER.get(name, name)
    return name if name in _WIDE or _KNOWN.fullmatch(name) else ""


def _as_declared(data: bytes, encodings: list[str]) -> str | None:
    for encoding in encodings:
        if encoding not in _WIDE and not data.isascii() and (text := _try(data, "utf-8")) is not None:
            return text  # a server's habit: a one-byte charset never fails, valid UTF-8 is no accident
        if encoding in _WIDE and re.search(rb"[\xe0-\xef][\x80-\xbf]{2}", data):
            text = _try(data, "utf-8")
            if text is not None:
                return text
        if (text := _try(data, encoding)) is not None:
            return text
    return None


def _guessed(data: bytes, name: str) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415  rarely needed

    best = from_bytes(data).best()
    guess = _known(best.encoding) if best else ""
    for encoding in dict.fromkeys((guess, "cp1252")):
        text = _try(data, encoding) if encoding else None
        if text is not None and _believable(text, encoding):
            return text
    raise SourceError(f"{name}: its encoding cannot be told (save it as UTF-8)")


def _believable(text: str, encoding: str) -> bool:
    """Return whether a guess gives what people write: Chinese, Cyrillic, or a western language."""
    odd = [character for character in text if character > "\x7f"]
    if encoding in {"gb18030", "big5hkscs"}:
        return _share(odd, r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uff5e\u2010-\u2026\u00b7]") >= _ODD_SHARE
    if encoding in {"cp1251", "koi8-r", "koi8-u", "iso8859-5", "cp866"}:
        return _share(odd, r"[\u0400-\u04ff\u2010-\u2026«»№]") >= _ODD_SHARE
    if encoding == "cp1252":
        plain = _share(odd, r"[À-ÖØ-öø-ÿŒœŠšŽžŸ\u2010-\u2026€£©®°·§«»¿¡ªº´\xa0]") >= _ODD_SHARE
        return plain and len(odd) < len(text) / 3 and language_of(text) in WESTERN
    return False


def _share(characters: list[str], pattern: str) -> float:
    return sum(bool(re.match(pattern, character)) for character in characters) / max(len(characters), 1)
