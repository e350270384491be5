"""Authorities kept at hand: dated snapshots of Wikidata, ROR and GeoNames, built once and only read after."""

from kg.link.authority.lines import read_lines
from kg.link.authority.making import build_snapshot
from kg.link.authority.records import Record, as_row, record_of
from kg.link.authority.snapshot import Manifest, Snapshot, open_snapshot
from kg.link.authority.writing import write_snapshot

__all__ = [
    "Manifest",
    "Record",
    "Snapshot",
    "as_row",
    "build_snapshot",
    "open_snapshot",
    "read_lines",
    "record_of",
    "write_snapshot",
]
