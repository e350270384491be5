"""Stage 7, the texts that make a downloaded folder explain itself."""

from collections.abc import Sequence

from kg.release.catalog.files import described
from kg.release.catalog.told import Told

LICENSE_TEXT = """\
The facts in this release are licensed under Creative Commons Attribution 4.0 International (CC BY 4.0):
https://creativecommons.org/licenses/by/4.0/

You may share and adapt them for any purpose, if you give credit (CITATION.cff says how) and say what you
changed.

Not covered: the quoted words and the titles of articles. They are given as short quotations, to show what
each statement rests on; all rights in them remain with those who wrote them. Files that may hold quotations:

{quoting}

What stands here is what articles report, not what the publisher vouches for.
"""

_README = """\
{title}
Release {id}, {issued}. Published by {publisher}.

{words}

WHAT IS WHAT

{files}

{beside}

IS IT WHOLE?

  sha256sum -c SHA256SUMS
  kg verify .        checks counts and hashes of the graphs as well (the program accord-kg)

HOW TO CITE

  {citation}

{bibtex}
MORE

  {url}
"""

_BESIDE = ("README.txt", "CITATION.cff", "LICENSE-DATA.txt", "catalog.ttl", "catalog.jsonld", "SHA256SUMS")


def readme(told: Told) -> str:
    """Return what the folder's README says."""
    return _README.format(
        title=told.publication.title,
        id=told.id,
        issued=told.issued.isoformat(),
        publisher=told.publication.publisher,
        words=_counts(told),
        files="\n".join(_lines([file.name for file in told.files])),
        beside="\n".join(_lines(_BESIDE)),
        citation=told.cited.plain,
        bibtex="\n".join(f"  {line}" for line in told.cited.bibtex.splitlines()) + "\n",
        url=told.release,
    )


def license_text(told: Told) -> str:
    """Return what one may do with the data."""
    quoting = [f"  {file.name}" for file in told.files if described(file.name).quotes]
    return LICENSE_TEXT.format(quoting="\n".join(quoting))


def _counts(told: Told) -> str:
    facts, covered = told.survey.facts, told.survey.coverage
    return (
        f"{covered.articles:,} articles, {facts.entities:,} things, {facts.triples:,} facts; "
        f"{told.survey.quads:,} statements in all."
    )


def _lines(names: Sequence[str]) -> list[str]:
    wide = max(map(len, names), default=0)
    return [f"  {name:<{wide}}  {described(name).description}".rstrip() for name in names]
