"""How well link finds out who is who, measured on reports of which that is known."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.errors import KgError
from kg.evaluate import (
    IdentityGold,
    Measured,
    as_found,
    b_cubed,
    load_identity_gold,
    pair_scores,
    torn_apart,
    wrongly_joined,
)
from kg.gazetteer import load_registry
from kg.link import Decisions, Ledger, link
from kg.model import Findings, Kind
from kg.pipeline.extraction import findings_of
from kg.settings import Settings, options_of

TOLD_OFTEN = 3
"""In how many articles a thing is mentioned to count as a cluster worth measuring."""


@dataclass(frozen=True, slots=True)
class IdentityScores:
    """What came out; places, which are looked up rather than compared, only in a row of their own."""

    often: int
    """How many things, without places, are mentioned in at least three articles."""
    overall: Measured
    """Of everything but places."""
    by_kind: Mapping[str, Measured]
    by_languages: Mapping[tuple[str, str], Measured]
    wrong: tuple[tuple[str, ...], ...]
    """Things of which several were made one."""
    torn: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
    """Things that were not made one, with the articles of each part."""


def identity_scores(folder: Path, *, settings: Settings | None = None) -> IdentityScores:
    """Link the reports of a folder as they are annotated or, with settings, as extracted.

    Raises SourceError where a file cannot be used and ExtractError where there is no such extractor.
    """
    gold = load_identity_gold(folder)
    if settings is not None:
        gold = as_found(gold, _extracted(gold, settings))
    links = link(gold.findings, ledger=Ledger(), registry=load_registry(), decisions=Decisions())
    return scores_of(gold, links.paths)


def _extracted(gold: IdentityGold, settings: Settings) -> Iterator[Findings]:
    name = settings.extractor
    articles = [found.article for found in gold.findings]
    told = findings_of(
        articles,
        extractor=name,
        workers=1,
        least=settings.least_confidence,
        options=options_of(settings, name),
    )
    for outcome in told:
        if isinstance(outcome, KgError):
            raise outcome
        yield outcome


def scores_of(gold: IdentityGold, given: Mapping[tuple[str, str], Hashable]) -> IdentityScores:
    """Compare a linking of the reports with what they are about."""
    languages = {found.article.id: found.article.language for found in gold.findings}
    chosen = {m: thing for m, thing in gold.truth.items() if gold.kinds[thing] is not Kind.PLACE}
    by_kind = {
        kind.value: b_cubed({m: t for m, t in gold.truth.items() if gold.kinds[t] is kind}, given)
        for kind in sorted(set(gold.kinds.values()))
    }
    told = Counter(thing for _, thing in {(article, thing) for (article, _), thing in chosen.items()})
    return IdentityScores(
        often=sum(number >= TOLD_OFTEN for number in told.values()),
        overall=b_cubed(chosen, given),
        by_kind=by_kind,
        by_languages=pair_scores(chosen, given, languages),
        wrong=tuple(wrongly_joined(gold.truth, {m: given[m] for m in gold.truth})),
        torn=tuple(torn_apart(gold.truth, given)),
    )


def identity_lines(scores: IdentityScores) -> Iterator[str]:
    """Yield the figures and every fault in words."""
    yield f"{scores.often} things (places apart) in at least {TOLD_OFTEN} articles each"
    yield f"{'B-cubed':20} {'P':>6} {'R':>6} {'F1':>6} {'mentions':>9}"
    for name, measured in (("all but places", scores.overall), *scores.by_kind.items()):
        yield _row(name, measured)
    yield f"{'pairs':20} {'P':>6} {'R':>6} {'F1':>6} {'pairs':>9}"
    for tongues, measured in scores.by_languages.items():
        yield _row("-".join(tongues), measured)
    for things in scores.wrong:
        yield f"wrongly one: {', '.join(things)}"
    for thing, parts in scores.torn:
        yield f"not made one: {thing}: {' | '.join(' '.join(part) for part in parts)}"


def _row(name: str, measured: Measured) -> str:
    p, r, f1 = (f"{value:6.3f}" for value in (measured.precision, measured.recall, measured.f1))
    return f"{name:20} {p} {r} {f1} {measured.number:9}"
