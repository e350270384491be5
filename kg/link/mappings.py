"""SSSOM 1.0 tables of decisions: one row a decision, only ever appended; this file reads and writes them.

SSSOM has no slot for how far a decision is, so that stands in its own slot for such things, `other`
(`status=candidate|tier=auto`); what is accepted, rejected or absent needs none: it is plain SSSOM.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path

from kg.errors import StateError
from kg.link.foreign_items import PREFIXES, item_iri
from kg.vocabulary import FIXED_PREFIXES, HOME, ID_KINDS

SAME, OWN, LIKELY = "schema:sameAs", "owl:sameAs", "kg:likelySameAs"
NONE = "sssom:NoTermFound"
CURATED, REVIEWED = "semapv:ManualMappingCuration", "semapv:MappingReview"
COMPOSITE, UNSPECIFIED = "semapv:CompositeMatching", "semapv:UnspecifiedMatching"
_NEEDED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BREAKS = re.compile(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


class Status(StrEnum):
    """How far the decision is whether a thing of ours is an item elsewhere."""

    CANDIDATE = "candidate"
    """A linker proposed it; nobody looked."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ABSENT = "absent"
    """A person searched and found no item."""
    UNSURE = "unsure"
    """A person looked and could not tell."""
    STALE = "stale"
    """Accepted once; the item has since been deleted or merged."""
    WITHDRAWN = "withdrawn"
    """What was said of these two no longer holds, as if it had never been said."""


_IN_PLAIN_SSSOM = {Status.ACCEPTED, Status.REJECTED, Status.ABSENT}
_OPEN = set(Status) - _IN_PLAIN_SSSOM


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; the fields up to `comment` are the slots of SSSOM, in their order."""

    subject_id: str
    predicate_id: str
    object_id: str
    mapping_justification: str
    predicate_modifier: str = ""
    subject_label: str = ""
    object_label: str = ""
    confidence: str = ""
    reviewer_label: str = ""
    mapping_date: str = ""
    mapping_tool: str = ""
    mapping_tool_version: str = ""
    object_source_version: str = ""
    match_string: str = ""
    other: str = ""
    comment: str = ""
    where: str = field(default="", compare=False)
    """File and line, for messages."""

    @property
    def status(self) -> Status:
        """Return how far the decision is."""
        if self.predicate_id == LIKELY:
            return Status(self.told.get("status", Status.CANDIDATE))
        if self.object_id == NONE:
            return Status.ABSENT
        return Status.REJECTED if self.negated else Status.ACCEPTED

    @property
    def told(self) -> Mapping[str, str]:
        """Return what stands in `other`, by name."""
        pairs = (pair.partition("=") for pair in self.other.split("|") if pair)
        return {name.strip(): value.strip() for name, _, value in pairs}

    @property
    def negated(self) -> bool:
        """Tell whether the row denies what it says."""
        return self.predicate_modifier == "Not"

    @property
    def subject(self) -> str:
        """Return the path of the thing of ours."""
        return _path(self.subject_id, self.where)

    @property
    def target(self) -> str:
        """Return the item's IRI, the path of the other thing of ours, or `sssom:NoTermFound`."""
        if self.predicate_id == OWN:
            return _path(self.object_id, self.where)
        return self.object_id if self.object_id == NONE else item_iri(self.object_id, self.where)


_SLOTS = tuple(each.name for each in fields(Row) if each.name != "where")
COLUMNS = ("subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id", "object_label",
           *_SLOTS[3:4], *_SLOTS[7:])  # fmt: skip
"""The order in which SSSOM lists its slots."""


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a table.

    Raises StateError that names file and line when a row cannot be understood.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StateError(f"{path}: {error}") from error
    return list(parsed(text, str(path)))


def parsed(text: str, name: str) -> Iterator[Row]:
    """Yield the rows of a table's text; `name` is what messages call it."""
    lines = text.replace("\r\n", "\n").split("\n")
    body = [(number, line) for number, line in enumerate(lines, start=1) if line and not line.startswith("#")]
    slots = body[0][1].split("\t") if body else []
    if missing := set(_NEEDED) - set(slots):
        raise StateError(f"{name}: columns missing: {', '.join(sorted(missing))}")
    for number, line in body[1:]:
        cells = line.split("\t")
        if len(cells) > len(slots):
            raise StateError(f"{name}, line {number}: has more cells than the first line")
        yield checked(_row(dict(zip(slots, cells, strict=False)), f"{name}, line {number}"))


def _row(cells: Mapping[str, str], where: str) -> Row:
    return Row(**{slot: cells.get(slot, "").strip() for slot in _SLOTS}, where=where)


def checked(row: Row) -> Row:
    """Return the row; raise StateError where it cannot be obeyed."""
    if row.predicate_id not in (SAME, OWN, LIKELY) or row.predicate_modifier not in ("", "Not"):
        raise StateError(
            f"{row.where}: predicate {row.predicate_modifier} {row.predicate_id!r} is not understood"
        )
    if not row.mapping_justification:
        raise StateError(f"{row.where}: mapping_justification is empty")
    if row.predicate_id == OWN:
        _check_own(row)
        return row
    if row.told.get("status", Status.CANDIDATE) not in (_OPEN if row.predicate_id == LIKELY else set(Status)):
        raise StateError(f"{row.where}: status {row.told['status']!r} is not understood")
    if row.negated and (row.object_id == NONE or row.predicate_id == LIKELY):
        raise StateError(f"{row.where}: `Not` goes with schema:sameAs and an item only")
    _ = row.subject, row.target
    return _with_a_share(row)


def _check_own(row: Row) -> None:
    one, other = row.subject, row.target
    kinds = {path.partition("/")[0] for path in (one, other)}
    to_article = other.startswith("article/")
    if one == other or one.startswith("article/") or (len(kinds) > 1 and not to_article):
        raise StateError(f"{row.where}: {row.subject_id} and {row.object_id} cannot be one thing")


def _with_a_share(row: Row) -> Row:
    try:
        sound = not row.confidence or 0 <= float(row.confidence) <= 1
    except ValueError:
        sound = False
    if not sound:
        raise StateError(f"{row.where}: confidence {row.confidence!r} is not between 0 and 1")
    return row


def written(
    rows: Iterable[Row], *, header: bool = True, title: str = "Decisions about links", base: str = HOME
) -> str:
    """Return rows as the text of a table, in their order."""
    lines = ["\t".join(_cell(getattr(row, slot)) for slot in COLUMNS) for row in rows]
    head = [*_head(title, base), "\t".join(COLUMNS)] if header else []
    return "".join(f"{line}\n" for line in (*head, *lines))


def _head(title: str, base: str) -> Iterator[str]:
    ids = {prefix: f"{base}id/{segment}/" for prefix, segment in ID_KINDS.items()}
    known = ids | {p: FIXED_PREFIXES[p] for p in ("kg", "kgv", "owl", "schema")} | PREFIXES
    yield f"#mapping_set_id: {base}links/decisions"
    yield f"#mapping_set_title: {title}"
    yield "#license: https://creativecommons.org/publicdomain/zero/1.0/"
    yield '#sssom_version: "1.0"'
    yield "#curie_map:"
    yield from (f"#  {prefix}: {namespace}" for prefix, namespace in sorted(known.items()))


def _cell(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()


def pairs_of(told: Mapping[str, object]) -> str:
    """Return what `other` holds, written so that it can be read again."""
    return "|".join(f"{_word(name)}={_word(str(value))}" for name, value in told.items() if value != "")


def _word(text: str) -> str:
    return _cell(text).replace("|", "/").replace("=", ":")


def curie_of(path: str) -> str:
    """Return how a table names a thing of ours, such as `inst:yale-school-of-medicine`."""
    segment, _, name = path.partition("/")
    if segment == "concept":
        return f"kgv:{name}"
    return next(f"{prefix}:{name}" for prefix, kind in ID_KINDS.items() if kind == segment)


def _path(curie: str, where: str) -> str:
    prefix, _, name = curie.partition(":")
    segment = "concept" if prefix == "kgv" else ID_KINDS.get(prefix)
    if segment is None or not _NAME.fullmatch(name):
        raise StateError(f"{where}: {curie!r} names nothing of ours")
    return f"{segment}/{name}"


def standing(rows: Sequence[Row]) -> list[Row]:
    """Return what holds now: the last row about each two, without what was withdrawn; sorted.

    That a thing has no item, and that it is one, exclude each other: the later row holds.
    """
    last: dict[tuple[str, str], tuple[int, Row]] = {}
    for number, row in enumerate(rows):
        if row.predicate_id != OWN:
            last[row.subject, row.target] = (number, row)
    said = sorted(last.items(), key=lambda entry: entry[1][0])
    verdict = {subject: at for (subject, _), (at, row) in said if _says_which_item(row)}
    return [
        row
        for (subject, _), (at, row) in sorted(last.items())
        if row.status is not Status.WITHDRAWN
        and not (_says_which_item(row) and row.status is Status.ABSENT and verdict[subject] > at)
        and not (_says_which_item(row) and row.status is Status.ACCEPTED and _absent_after(subject, at, last))
    ]


def _says_which_item(row: Row) -> bool:
    """Tell whether the row says which item of Wikidata a thing is, or that it is none."""
    return row.status is Status.ABSENT or (row.status is Status.ACCEPTED and row.object_id.startswith("wd:"))


def _absent_after(subject: str, at: int, last: Mapping[tuple[str, str], tuple[int, Row]]) -> bool:
    later, row = last.get((subject, NONE), (-1, None))
    return row is not None and row.status is Status.ABSENT and later > at
