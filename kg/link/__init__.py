"""Who is who across articles, and which path each thing has for ever; between extract and map."""

from kg.gazetteer import Registry, load_registry
from kg.link.decisions import Decisions, load_decisions
from kg.link.ledger import Ledger, append_lines, load_ledger
from kg.link.link import link
from kg.model import Links

__all__ = [
    "Decisions",
    "Ledger",
    "Links",
    "Registry",
    "append_lines",
    "link",
    "load_decisions",
    "load_ledger",
    "load_registry",
]
