"""Places that everyone knows, below every stage: countries, first-level places, major cities."""

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
    "PlaceRecord",
    "candidates",
    "country_of",
    "demonym",
    "lookup",
    "place",
    "places",
    "within_chain",
]
