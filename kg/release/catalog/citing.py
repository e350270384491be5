"""Stage 7, how a release is cited: in words, for BibTeX, and as CITATION.cff."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

KEYWORDS = ("agreements", "delegations", "events", "institutions", "knowledge graph", "linked data", "news")
_SPECIAL = re.compile(r"([\\{}$&#%_^~])")
_LATEX = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"}


@dataclass(frozen=True, slots=True)
class Cited:
    """What a citation says."""

    title: str
    publisher: str
    release: str
    issued: date
    url: str
    website: str = ""
    content: str = ""

    @property
    def plain(self) -> str:
        """Return the citation in words."""
        who = f"{self.publisher} ({self.issued.year})"
        return f"{who}. {self.title}. Release {self.release} [data set]. {self.url}"

    @property
    def bibtex(self) -> str:
        """Return the citation as a BibTeX entry; what is in double braces stays as it is."""
        fields = {
            "author": f"{{{_latex(self.publisher)}}}",
            "title": f"{{{_latex(self.title)}}}",
            "version": self.release,
            "year": str(self.issued.year),
            "date": self.issued.isoformat(),
            "publisher": _latex(self.publisher),
            "url": self.url,
            "note": f"Data set, release {self.release}",
        }
        lines = "".join(f"  {name:<9} = {{{value}}},\n" for name, value in fields.items())
        return f"@misc{{accord-{self.release},\n{lines}}}\n"

    @property
    def cff(self) -> str:
        """Return the citation in the Citation File Format 1.2.0."""
        author = {"name": self.publisher} | ({"website": self.website} if self.website else {})
        told: dict[str, Any] = {
            "cff-version": "1.2.0",
            "message": "Please cite the release of the data that you used.",
            "type": "dataset",
            "title": self.title,
            "version": self.release,
            "date-released": self.issued,
            "authors": [author],
            "url": self.url,
            "license": "CC-BY-4.0",
            "keywords": list(KEYWORDS),
        }
        if self.content:
            value = f"sha256:{self.content}"
            told["identifiers"] = [
                {"type": "other", "value": value, "description": "The content of the release"}
            ]
        return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=110)


def _latex(text: str) -> str:
    return _SPECIAL.sub(lambda found: _LATEX.get(found[1], "\\" + found[1]), text)
