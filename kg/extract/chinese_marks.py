"""Stage 2, Chinese: what stands in a sentence once its names are known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kg.extract.chinese_dates import When
from kg.extract.chinese_words import Sentence
from kg.model import Evidence

PLAIN = "plain"
"""Tag of an occasion that the article calls by its kind only (`签约仪式`)."""


class Sort(StrEnum):
    """What a piece of a sentence denotes; the value is its letter in patterns."""

    PERSON = "P"
    INSTITUTION = "I"
    PLACE = "L"
    DELEGATION = "G"
    OCCASION = "O"
    AGREEMENT = "A"
    DATE = "D"
    NUMBER = "N"
    WORD = "w"


@dataclass(frozen=True, slots=True)
class Piece:
    """One word, or one whole name, of a sentence."""

    sort: Sort
    text: str
    start: int
    tag: str = ""
    kind: str = ""
    """Local name of its kind in `kgv:`; `bare` for a delegation that is not named here."""
    when: When | None = None
    lead: int = -1
    """Where the titles before a person begin, if there are any."""
    body: "Piece | None" = None
    """Of a person, the institution of the title before the name."""
    titles: tuple[str, ...] = ()
    """Of a person, the titles before the name."""
    holds: "Piece | None" = None
    """Of a person, what the title before the name belongs to, a country too."""
    full: str = ""
    """The whole name where the piece only refers to it (`论坛`)."""

    @property
    def name(self) -> str:
        """Return the name of what the piece denotes."""
        return self.full or self.text

    @property
    def end(self) -> int:
        """Return where the piece ends in the article."""
        return self.start + len(self.text)

    @property
    def begin(self) -> int:
        """Return where the piece begins with all that belongs to it."""
        return self.start if self.lead < 0 else self.lead

    @property
    def evidence(self) -> Evidence:
        """Return the words themselves."""
        return Evidence(self.start, self.end)

    def led_from(
        self, start: int, body: "Piece | None", titles: Sequence[str], holds: "Piece | None"
    ) -> "Piece":
        """Return the piece with its titles before it."""
        return replace(self, lead=start, body=body, titles=tuple(titles), holds=holds)


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence and its pieces in order."""

    sentence: Sentence
    pieces: tuple[Piece, ...]

    def between(self, first: int, last: int) -> Evidence:
        """Return the stretch from one piece to another."""
        return Evidence(self.pieces[first].begin, self.pieces[last].end)

    def clause(self, index: int) -> tuple[int, int]:
        """Return the first and last piece of the clause that holds a piece."""
        first = last = index
        while first > 0 and self.pieces[first - 1].text not in "，：":
            first -= 1
        while last + 1 < len(self.pieces) and self.pieces[last + 1].text not in "，：。！？；":
            last += 1
        return first, last
