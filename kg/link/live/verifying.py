"""Accepted items are asked for again: whether they are still there, under the same name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kg.link.live.polite import Failed, Polite
from kg.link.mappings import LIKELY, UNSPECIFIED, Row, Status, pairs_of

_OK = 200
_GONE = frozenset((404, 410))


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one accepted item."""

    row: Row
    now: str = ""
    """Its id today; nothing where it was deleted."""
    failed: str = ""
    """Why it is not known what became of it."""

    @property
    def stale(self) -> bool:
        """Tell whether the link must be looked at again."""
        return not self.failed and self.now != self.row.object_id.removeprefix("wd:")


def check_items(rows: Iterable[Row], client: Polite, url: str) -> Iterator[Checked]:
    """Yield what became of each accepted item of Wikidata; `url` is what `Q100.json` is put behind."""
    seen: dict[str, Checked] = {}
    for row in rows:
        if row.status is Status.ACCEPTED and row.object_id.startswith("wd:"):
            if row.object_id not in seen:
                seen[row.object_id] = _checked(row, client, url)
            yield replace(seen[row.object_id], row=row)


def _checked(row: Row, client: Polite, url: str) -> Checked:
    item = row.object_id.removeprefix("wd:")
    answer = client.get(f"{url}{item}.json", fresh=True)
    if isinstance(answer, Failed):
        return Checked(row, failed=answer.why)
    if answer.status in _GONE:
        return Checked(row)
    entities = answer.body.get("entities") if isinstance(answer.body, dict) else None
    if answer.status != _OK or not isinstance(entities, dict) or len(entities) != 1:
        return Checked(row, failed=f"the server answers {answer.status} and no item")
    return _named(row, next(iter(entities.items())))


def _named(row: Row, entity: tuple[str, Any]) -> Checked:
    key, told = entity
    if not isinstance(told, dict):
        return Checked(row, failed="the answer cannot be understood")
    if "missing" in told:
        return Checked(row)
    return Checked(row, now=str(told.get("id") or key))


def stale_rows(checked: Sequence[Checked], *, on: date) -> list[Row]:
    """Return the rows that take stale links back, and propose the item that took the old one's place."""
    return [row for each in checked if each.stale for row in _rows(each, on)]


def _rows(checked: Checked, on: date) -> Iterator[Row]:
    told = f"is now {checked.now}" if checked.now else "was deleted"
    stale = replace(
        checked.row,
        predicate_id=LIKELY,
        mapping_justification=UNSPECIFIED,
        mapping_date=on.isoformat(),
        other=pairs_of({"status": Status.STALE.value, "reason": told}),
        comment="",
    )
    yield stale
    if checked.now:
        reason = f"took the place of {checked.row.object_id}"
        other = pairs_of({"status": Status.CANDIDATE.value, "tier": "review", "reason": reason})
        yield replace(stale, object_id=f"wd:{checked.now}", reviewer_label="", other=other)
