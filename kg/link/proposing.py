"""From what a linker proposes to rows for the log: nothing that a person has decided is proposed again."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from kg.link.foreign_items import item_curie
from kg.link.mappings import COMPOSITE, LIKELY, NONE, Row, Status, curie_of, pairs_of, standing
from kg.proposals import Candidate, Proposal, Tier

_SHOWN = 3
"""Candidates that a person is shown for one thing."""
_LEAST = 0.05
"""Below this a candidate only costs the reviewer's time."""
_DECIDED = {Status.ACCEPTED, Status.REJECTED, Status.ABSENT, Status.UNSURE, Status.STALE}


def candidate_rows(proposals: Iterable[Proposal], rows: Sequence[Row], *, on: date) -> list[Row]:
    """Return the rows that the log of `rows` lacks to say what a linker proposes.

    A candidate that is no longer proposed is withdrawn; one that was rejected, or that a person could not
    judge, is not proposed again, nor is anything for a thing that has its item or was found to have none.
    """
    held: dict[str, list[Row]] = {}
    for row in standing(rows):
        held.setdefault(row.subject, []).append(row)
    return [row for each in proposals for row in _rows(each, held.get(each.subject, []), on)]


def _rows(proposal: Proposal, held: Sequence[Row], on: date) -> Iterator[Row]:
    decided = {row.object_id for row in held if row.status in _DECIDED}
    done = {_authority(row.object_id) for row in held if row.status in (Status.ACCEPTED, Status.ABSENT)}
    before = {row.object_id: row for row in held if row.status is Status.CANDIDATE}
    wanted = {row.object_id: row for row in _candidates(proposal, on)}
    for curie, row in wanted.items():
        free = curie not in decided and _authority(curie) not in done
        if free and not (curie in before and _same(before[curie], row)):
            yield row
    for curie, row in before.items():
        # What another linker proposed is not this one's to take back.
        if curie not in wanted and row.mapping_tool == _tool(proposal)[0]:
            yield _withdrawn(row, proposal, on)


def _authority(curie: str) -> str:
    return "wd" if curie == NONE else curie.partition(":")[0]


def _same(old: Row, new: Row) -> bool:
    """Tell whether a row says nothing that the log does not say: same tier, and about as likely."""
    return old.told.get("tier") == new.told.get("tier") and old.confidence[:3] == new.confidence[:3]


def _tool(proposal: Proposal) -> tuple[str, str]:
    name, _, version = proposal.method.rpartition(" ")
    return name, version


def _candidates(proposal: Proposal, on: date) -> Iterator[Row]:
    for number, candidate in enumerate(proposal.candidates[:_SHOWN]):
        # Only the first can be what the linker would say; the others are what it might be instead.
        tier = proposal.tier if number == 0 else Tier.NONE
        if tier is Tier.NONE and candidate.score < _LEAST:
            continue
        yield from _row(proposal, candidate, candidate.item, tier, on)
        if number == 0 and tier is not Tier.NONE:
            for scheme in ("geonames", "isni", "ror"):
                if scheme in candidate.ids:
                    yield from _row(proposal, candidate, f"{scheme}:{candidate.ids[scheme]}", tier, on)


def _row(proposal: Proposal, candidate: Candidate, item: str, tier: Tier, on: date) -> Iterator[Row]:
    if curie := item_curie(item):
        told = {"status": Status.CANDIDATE.value, "tier": tier.value, "reason": proposal.reason}
        if curie != item_curie(candidate.item):
            told["via"] = item_curie(candidate.item)
        told |= {"description": candidate.description[:200]}
        told |= {f"+{name}": f"{value:.2f}" for name, value in candidate.features.items()}
        tool, version = _tool(proposal)
        yield Row(
            subject_id=curie_of(proposal.subject),
            subject_label=proposal.name,
            predicate_id=LIKELY,
            object_id=curie,
            object_label=candidate.label,
            mapping_justification=COMPOSITE,
            confidence=f"{candidate.score:.4f}",
            mapping_date=on.isoformat(),
            mapping_tool=tool,
            mapping_tool_version=version,
            object_source_version=proposal.snapshot,
            match_string=candidate.match,
            other=pairs_of(told),
        )


def _withdrawn(row: Row, proposal: Proposal, on: date) -> Row:
    tool, version = _tool(proposal)
    return Row(
        subject_id=row.subject_id,
        subject_label=row.subject_label,
        predicate_id=LIKELY,
        object_id=row.object_id,
        object_label=row.object_label,
        mapping_justification=COMPOSITE,
        mapping_date=on.isoformat(),
        mapping_tool=tool,
        mapping_tool_version=version,
        object_source_version=proposal.snapshot,
        other=pairs_of({"status": Status.WITHDRAWN.value}),
    )
