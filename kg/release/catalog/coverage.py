"""Stage 7, what the articles of a release are, as JSON for programs and for the front page."""

from typing import Any

from kg.release.catalog.told import Told
from kg.vocabulary import KG


def coverage(told: Told) -> dict[str, Any]:
    """Return outlets, dates, languages, countries, classes, links, and what was kept out."""
    covered = told.survey.coverage
    return {
        "release": told.id,
        "articles": covered.articles,
        "fictional": covered.fictional,
        "outlets": [
            {
                "iri": each.iri,
                "name": each.name,
                "articles": each.articles,
                "first": each.first.isoformat() if each.first else None,
                "last": each.last.isoformat() if each.last else None,
            }
            for each in covered.outlets
        ],
        "months": dict(covered.months),
        "years": _years(covered.months),
        "languages": dict(covered.languages),
        "first_day": covered.first_day.isoformat() if covered.first_day else None,
        "last_day": covered.last_day.isoformat() if covered.last_day else None,
        "countries": [
            {"iri": iri, "name": name, "things": count} for iri, (name, count) in covered.countries.items()
        ],
        "classes": {
            kind.removeprefix(str(KG)): members.entities
            for kind, members in told.survey.facts.classes.items()
            if kind.startswith(str(KG))
        },
        "links": [
            {"state": state, "to": name, "links": count} for (state, name), count in covered.links.items()
        ],
        "graphs": {
            name: {"graphs": part.graphs, "statements": part.quads}
            for name, part in told.survey.parts.items()
        },
        "kept_out": list(told.made.kept_out),
    }


def _years(months: Any) -> dict[str, int]:
    years: dict[str, int] = {}
    for month, count in months.items():
        years[month[:4]] = years.get(month[:4], 0) + count
    return years
