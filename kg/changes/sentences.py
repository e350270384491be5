"""Stage 7, changes: how many sentences that tell of a thing came and went; one article is held at a time."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.changes.sides import Side
from kg.changes.things import statement_of, subject_of
from kg.vocabulary import KG, Names

_SUBJECT = "http://www.w3.org/1999/02/22-rdf-syntax-ns#subject"
_EVIDENCE = "/evidence"


@dataclass(slots=True)
class Sentences:
    """How many sentences came and went, by thing and by article."""

    added: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)

    def of(self, iri: str) -> tuple[int, int]:
        """Return how many came and went for a thing or an article."""
        return self.added[iri], self.removed[iri]


def sentences(before: Side, after: Side, changed: list[str], names: Names) -> Sentences:
    """Return what changed in the evidence of the articles whose graphs changed."""
    start = str(names.graph("article/"))
    found = Sentences()
    for graph in changed:
        if graph.startswith(start) and graph.endswith(_EVIDENCE):
            article = str(names.thing("article", graph.removeprefix(start).removesuffix(_EVIDENCE)))
            old, new = _told(before.graph(graph)), _told(after.graph(graph))
            for counter, pairs, others in ((found.added, new, old), (found.removed, old, new)):
                counter.update(thing for thing, _ in pairs - others)
                counter[article] += len({words for _, words in pairs} - {words for _, words in others})
    return found


def _told(lines: Iterator[bytes]) -> set[tuple[str, str]]:
    """Return which sentence tells of which thing, by its words: corrections move places in a text."""
    about: dict[str, str] = {}
    supports: dict[str, set[str]] = {}
    quotes: dict[str, str] = {}
    for line in lines:
        predicate, value = statement_of(line)
        subject = subject_of(line)
        if predicate == _SUBJECT:
            about[subject] = value.text
        elif predicate == str(KG.supportedBy):
            supports.setdefault(subject, set()).add(value.text)
        elif predicate == str(KG.quote):
            quotes[subject] = value.text
    return {
        (about[claim], quotes[passage])
        for claim, passages in supports.items()
        for passage in passages
        if claim in about and passage in quotes
    }
