"""Stage 2: what is marked in a text before and after it is parsed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from kg.model import Basis, Evidence, ZoneKind

if TYPE_CHECKING:
    from spacy.tokens import Token


class Sort(StrEnum):
    """What a marked stretch of text denotes."""

    PERSON = "person"
    INSTITUTION = "institution"
    PLACE = "place"
    NATION = "nation"
    """An adjective of a country or people, such as Chinese."""
    OCCASION = "occasion"
    """The proper name of a conference, fair, forum ..."""
    DATE = "date"


@dataclass(frozen=True, slots=True)
class When:
    """A calendar interval, as exact as the text makes it."""

    start: date
    end: date
    precision: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Mention:
    """One stretch `[start, end)` of the article that names something."""

    sort: Sort
    start: int
    end: int
    name: str
    kind: str = ""
    """Local name of its kind in `kgv:`, where the name tells."""
    when: When | None = None
    trusted: bool = True
    """False where only the statistical model says so."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One token of a line, or one whole mention."""

    text: str
    start: int
    end: int
    space: bool
    mention: Mention | None = None


@dataclass(frozen=True, slots=True)
class RoleMention:
    """A person said to hold a title, in an institution or for a place."""

    person: Mention
    title: str
    body: Mention | None
    start: int
    end: int
    rule: str
    owner: str = ""
    """The noun, or `its`, that speaks of the institution without its name."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one zone, cut into pieces."""

    zone: ZoneKind
    start: int
    end: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One parsed sentence; `tokens[i]` stands for `pieces[i]`."""

    zone: ZoneKind
    number: int
    tokens: "Sequence[Token]"
    pieces: Sequence[Piece]
    first: int = field(default=0)
    """Index, in its parsed document, of the first token."""

    @property
    def start(self) -> int:
        """Return where the sentence begins in the article."""
        return self.pieces[0].start

    @property
    def end(self) -> int:
        """Return where the sentence ends in the article."""
        return self.pieces[-1].end

    def piece(self, token: "Token") -> Piece:
        """Return the piece of a token of this sentence."""
        return self.pieces[token.i - self.first]

    def mention(self, token: "Token") -> Mention | None:
        """Return the mention that a token of this sentence stands for."""
        return self.piece(token).mention

    def span(self, tokens: "Sequence[Token]") -> Evidence:
        """Return the stretch of the article from the first to the last of the tokens."""
        pieces = [self.piece(token) for token in tokens]
        return Evidence(min(p.start for p in pieces), max(p.end for p in pieces))
