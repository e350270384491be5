"""Stage 2: one agreement as one clause tells it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.extract.figures import Number
from kg.extract.marks import Sentence, When
from kg.model import Evidence

if TYPE_CHECKING:
    from spacy.tokens import Token


@dataclass(slots=True)
class Deal:
    """One agreement, or several counted together, as one clause tells it."""

    kind: str
    sentence: Sentence
    token: "Token"
    """The word that says what became of it: a verb, or the noun itself."""
    noun: "Token"
    status: str
    rule: str
    parties: dict[str, Evidence] = field(default_factory=dict)
    sides: dict[str, Evidence] = field(default_factory=dict)
    signers: dict[str, Evidence] = field(default_factory=dict)
    where: dict[str, Evidence] = field(default_factory=dict)
    when: When | None = None
    when_evidence: Evidence | None = None
    tail: Evidence | None = None
    """The words for a partner who is not named: `with a grocer of Lima`."""
    number: Number | None = None
    among: Number | None = None
    within: "Deal | None" = None
    occasion: "Token | None" = None
    after: "Token | None" = None
    definite: bool = False
    through: set[str] = field(default_factory=set)
    """Parties known only as the employers of those who signed."""
    adjectives: set[str] = field(default_factory=set)
    """Countries of which only an adjective speaks: `with his Samoan colleague`."""
    partners: "list[Token]" = field(default_factory=list)
    """Who is listed after `with`."""
    apart: bool = False
    """One of several that a plural tells of: never united with another of its sentence."""
    alone: set[str] = field(default_factory=set)
    """Signers of whom the article does not say for whom they signed."""
    earlier: bool = False
    """Made before what the article tells: `originally signed`."""
    key: str = ""

    @property
    def members(self) -> dict[str, Evidence]:
        """Return all who are bound: institutions and sides."""
        return {**self.parties, **self.sides}
