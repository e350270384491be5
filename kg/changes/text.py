"""Stage 7, changes: a summary as plain data (`as_json`) in lines for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from kg.changes.summary import CHANGES, KINDS

_NOUNS = {
    "Article": "article",
    "AgreementSet": "set of agreements",
    "ReportedFigure": "figure",
    "Term": "term",
}


def text_of(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield what changed: the counts first, then each thing under its kind."""
    yield f"from {_side(told['from'])} to {_side(told['to'])}"
    quads, graphs = told["quads"], told["graphs"]
    if not (quads["added"] or quads["removed"]):
        yield "nothing changed"
        return
    yield (
        f"{quads['added']:,} quads added, {quads['removed']:,} taken out; graphs: {graphs['new']:,} new, "
        f"{graphs['changed']:,} changed, {graphs['withdrawn']:,} withdrawn"
    )
    yield from count_lines(told)
    for kind, counts in told["counts"].items():
        yield ""
        yield f"{KINDS[kind].capitalize()}: {counted(counts)}"
        for each in told["things"]:
            if each["kind"] == kind:
                yield f"  {noun(kind)} {each['name']['text']}: {'; '.join(each['words'])}"
        if left := told["untold"].get(kind):
            yield f"  and {left:,} more"


def count_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line a kind: how many are new, changed, joined or withdrawn."""
    for kind, counts in told["counts"].items():
        yield f"{KINDS[kind]}: {counted(counts)}"


def counted(counts: Mapping[str, int]) -> str:
    """Return counts by change in words."""
    return ", ".join(f"{counts[change]:,} {change}" for change in CHANGES if change in counts)


def noun(kind: str) -> str:
    """Return what one thing of a kind is called."""
    return _NOUNS.get(kind, kind.lower())


def _side(side: Mapping[str, str]) -> str:
    return side["id"] or f"the content {side['content'][:8]}"
