"""Stage 1, read: the id of an article, as it will stand in permanent addresses."""

import hashlib
import re
import unicodedata
from datetime import date
from urllib.parse import unquote, urlsplit

_LONGEST = 60
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
    }
)


def identify(*, publisher: str, published: date | None, title: str, url: str) -> str:
    """Return a readable id from who published what and when; the same whatever the file is called.

    A title that Latin letters cannot show is named by its address, or else by a short hash.
    """
    parts = (slug(publisher, longest=30), published.isoformat() if published else "", _title_part(title, url))
    return "-".join(part for part in parts if part)


def suffixed(article_id: str, sha256: str) -> str:
    """Return the id of a second, different article that would have the same one."""
    return f"{article_id}-{sha256[:8]}"


def slug(words: str, *, longest: int = _LONGEST) -> str:
    """Return the words in a-z, 0-9 and hyphens, cut after a whole word."""
    folded = (
        unicodedata.normalize("NFKD", words.translate(_LETTERS)).encode("ascii", "ignore").decode("ascii")
    )
    pieces = re.findall(r"[a-z0-9]+", re.sub(r"(?<=\w)['’](?=\w)", "", folded.lower()))
    result = ""
    for piece in pieces:
        longer = f"{result}-{piece}" if result else piece[:longest]
        if len(longer) > longest:
            break
        result = longer
    return result


def _title_part(title: str, url: str) -> str:
    letters = [character for character in title if character.isalnum()]
    shown = slug(title)
    if shown and sum(unicodedata.normalize("NFKD", c)[0].isascii() for c in letters) * 2 > len(letters):
        return shown
    last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]
    named = slug(re.sub(r"\.\w{2,5}$", "", last))
    if re.search(r"\d", named) or len(named) > 3:  # noqa: PLR2004  `a.htm` names nothing
        return named
    return hashlib.sha256(title.encode("utf-8")).hexdigest()[:8]
