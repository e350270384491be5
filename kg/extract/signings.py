"""Stage 2: acts of signing told with their day where nothing tells who is bound."""

from collections.abc import Sequence

from kg.extract import modality
from kg.extract.deals import Deal
from kg.extract.happenings import Happening

KIND = "signing"


def undated(acts: Sequence[Happening], deals: Sequence[Deal]) -> list[Happening]:
    """Return the acts that no agreement shares a sentence with: dates there are theirs."""
    told = {deal.sentence.number for deal in deals}
    return [act for act in acts if act.sentence.number not in told]


def alone(
    acts: Sequence[Happening], deals: Sequence[Deal], stated: Sequence[Sequence[Deal]]
) -> list[Happening]:
    """Return the dated acts that no agreement stated tells; they take the date of one that is not stated."""
    told = {deal.sentence.number for group in stated for deal in group}
    kept = [act for act in acts if act.sentence.number not in told and not _of_nothing(act)]
    for act in kept:
        same = [d for d in deals if d.token == act.token and d.when is not None]
        if act.when is None and same:
            act.when, act.when_evidence = same[0].when, same[0].when_evidence
    return [act for act in kept if act.when is not None and act.when.precision != "to-the-year"]


def _of_nothing(act: Happening) -> bool:
    """Tell whether what is signed is said to be none: `a so-called agreement was signed`."""
    things = [child for child in act.token.children if child.dep_ in ("dobj", "nsubjpass")]
    return any(c.lower_ in modality.row("false_words") for thing in things for c in thing.children)
