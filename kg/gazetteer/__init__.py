"""What everyone knows, below every stage: places, and the registry of institutions."""

from kg.gazetteer.institutions import InstitutionRecord, Registry, load_registry
from kg.gazetteer.places import (
    PlaceRecord,
    candidates,
    country_of,
    demonym,
    lookup,
    place,
    places,
    within_chain,
)

__all__ = [
    "InstitutionRecord",
    "PlaceRecord",
    "Registry",
    "candidates",
    "country_of",
    "demonym",
    "load_registry",
    "lookup",
    "place",
    "places",
    "within_chain",
]
