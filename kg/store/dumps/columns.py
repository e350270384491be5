"""Stage 6, what a table for download is, and what its columns may hold."""

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a cell is made of."""

    SELF = auto()
    """The IRI of the thing, or of the thing that a pair begins with."""
    THING = auto()
    """IRIs that a property names."""
    CLASS = auto()
    TEXT = auto()
    CONCEPT = auto()
    """A term of our lists by its short name."""
    ITEM = auto()
    """What follows the IRI of a data set in a link to it."""
    LABEL = auto()
    """The English name, else the Chinese one, of what a property names."""
    FIGURE = auto()
    """The value of a figure that a property names."""
    QUALIFIER = auto()
    RELATION = auto()
    DATE = auto()
    INTEGER = auto()
    DECIMAL = auto()

    @property
    def datatype(self) -> str:
        """The data type of a cell, or of each value in it, by its name in XML Schema."""
        return _DATATYPES.get(self, "string")


_DATATYPES = {
    Kind.SELF: "anyURI",
    Kind.THING: "anyURI",
    Kind.FIGURE: "integer",
    Kind.DATE: "date",
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "decimal",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    zh: str
    told: str
    """What it holds, for people."""
    kind: Kind
    property: str = ""
    language: str = ""
    """Of a text; empty for all."""
    items: str = ""
    """What the IRIs of linked items begin with."""
    to: str = ""
    """The table whose ids it names."""
    several: bool = False
    """Whether a cell may hold several values."""
    needed: bool = False
    """Whether no cell is empty."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table; each row is a thing of some classes, or a statement that joins two things."""

    name: str
    en: str
    zh: str
    classes: tuple[str, ...]
    columns: tuple[Column, ...]
    relations: tuple[str, ...] = ()
    """Of a table of pairs: the properties of the ontology that join them."""
    key: tuple[str, ...] = ("id",)

    @property
    def url(self) -> str:
        """The name of the file, not packed."""
        return f"{self.name}.csv"
