"""Stage 6, search: ids of other data sets as people write them, in one form."""

import re
from dataclasses import dataclass

_WEB = r"(?:https?://)?(?:(?:www|m|sws)\.)?"
_FORMS = tuple(
    (scheme, re.compile(form, re.IGNORECASE))
    for scheme, form in (
        ("wikidata", r"(?:wd:)?(Q[1-9]\d{0,11})"),
        ("wikidata", rf"{_WEB}wikidata\.org/(?:entity|wiki|wiki/Special:EntityData)/(Q[1-9]\d{{0,11}})"),
        ("ror", rf"(?:ror:|{_WEB}ror\.org/)?(0[a-hj-km-np-tv-z0-9]{{6}}\d{{2}})"),
        ("geonames", r"(?:geonames:)?([1-9]\d{0,9})"),
        ("geonames", rf"{_WEB}geonames\.org/([1-9]\d{{0,9}})(?:/[^?#/]*)?"),
        ("isni", rf"(?:isni:|{_WEB}isni\.org/(?:isni/)?)?((?:\d{{4}}[ -]?){{3}}\d{{3}}[\dX])"),
    )
)  # fmt: skip
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Foreign:
    """A thing's id in another data set."""

    scheme: str
    id: str

    @property
    def text(self) -> str:
        """Return the id as its owners write it."""
        return f"https://ror.org/{self.id}" if self.scheme == "ror" else self.id


def foreign_id(text: str) -> Foreign | None:
    """Return the id that a text is: bare, with a prefix, or as an address; nothing when it is none."""
    trimmed = text.strip().strip("<>").rstrip("/")
    if len(trimmed) > _LONGEST or not trimmed.isascii():
        return None
    for scheme, form in _FORMS:
        if found := form.fullmatch(trimmed):
            return Foreign(scheme, _canonical(scheme, found[1]))
    return None


def _canonical(scheme: str, written: str) -> str:
    if scheme == "ror":
        return written.lower()
    return re.sub(r"[ -]", "", written.upper())
