"""Stage evaluate, its way out: the figures as lines for a person and as values for a program."""

from dataclasses import asdict
from typing import Any

from kg.evaluate.reliability import by_confidence, by_rule, calibration_error
from kg.evaluate.score import Scores, Table
from kg.evaluate.tally import WITH_STATUS, Rates, Tally

_ATTRIBUTES = (
    ("institution type", "institutions", "type_right", "found"),
    ("event type", "events", "type_right", "found"),
    ("event status", "events", "status_right", "found"),
    ("event date", "events", "date_right", "dated"),
    ("agreement type", "agreements", "type_right", "found"),
    ("agreement status", "agreements", "status_right", "found"),
    ("agreement date", "agreements", "date_right", "dated"),
)
"""What is asked of the found items of a class: the right ones, out of which."""
_SHOWN_QUOTES = 10
_FEWEST = 3


def as_text(scores: Scores) -> str:
    """Return the figures in lines for a person."""
    tables = {"all": scores.table, **scores.groups}
    lines = [line for name, table in tables.items() for line in (*_table_lines(name, table), "")]
    lines += ["arguments of the found ones"]
    lines += [f"{name:22}{_counts(t)}{_shares(t.rates)}" for name, t in scores.arguments.items()]
    lines += [f"mean F1 of status, parties, participants, delegations and roles: {scores.headline:.3f}"]
    lines += ["", *_interval_lines(scores), *_phenomenon_lines(scores), ""]
    lines += ["attributes of the found ones"]
    lines += [f"{name:22}{right:6} of {of:5}{_share(right, of)}" for name, right, of in _attributes(scores)]
    lines += ["", *_remarks(scores)]
    return "\n".join(lines)


def reliability_text(scores: Scores) -> str:
    """Return how often each rule was right, and each tenth of confidence, in lines for a person."""
    lines = [f"{'confidence':24}{'stated':>8}{'right':>8}{'of':>8}{'share':>8}"]
    lines += [
        f"{f'{low:.1f} to {low + 0.1:.1f}':24}{mean:8.3f}{record.right:8}{record.of:8}{record.share:8.3f}"
        for low, (mean, record) in by_confidence(scores.verdicts).items()
    ]
    lines += [f"expected calibration error {calibration_error(scores.verdicts):.3f}", ""]
    lines += [f"{'rule and what it says':38}{'right':>8}{'of':>8}{'share':>8}{'at least':>10}"]
    lines += [
        f"{rule:38}{record.right:8}{record.of:8}{record.share:8.3f}{record.bounds[0]:10.3f}"
        for rule, record in by_rule(scores.verdicts).items()
    ]
    return "\n".join(lines)


def as_json(scores: Scores) -> dict[str, Any]:
    """Return the figures as a JSON value."""
    tables = {"all": scores.table, **scores.groups}
    return {
        "articles": len(scores.articles),
        "missing": [a.article for a in scores.articles if a.missing],
        "strict_quotes": scores.strict_quotes,
        "results": {name: _table_value(table) for name, table in tables.items()},
        "arguments": {name: _tally_value(t) for name, t in scores.arguments.items()},
        "attributes": {name: {"right": right, "of": of} for name, right, of in _attributes(scores)},
        "phenomena": {name: _table_value(table) for name, table in scores.phenomena.items()},
        "rules": {rule: str(record) for rule, record in by_rule(scores.verdicts).items()},
        "reliability": {
            f"{low:.1f}": {"stated": mean, "right": record.right, "of": record.of}
            for low, (mean, record) in by_confidence(scores.verdicts).items()
        },
        "false_signed": scores.table.classes["agreements"].false_signed,
        "quotes": {
            "total": sum(a.predicted for a in scores.articles),
            "bad": [asdict(bad) for a in scores.articles for bad in a.bad_quotes],
        },
        "gold_bad_quotes": sum(a.gold_bad_quotes for a in scores.articles),
        "headline": scores.headline,
        "intervals": {name: list(ends) for name, ends in scores.intervals.items()},
    }


def _table_lines(title: str, table: Table) -> list[str]:
    head = f"{'class':22}{'gold':>6}{'TP':>6}{'FP':>6}{'FN':>6}{'ign':>6}{'P':>8}{'R':>8}{'F1':>8}"
    lines = [f"{title} ({table.articles} articles)", head]
    for name, tally in table.classes.items():
        lines.append(f"{name:22}{_counts(tally)}{_shares(tally.rates)}")
        if name in WITH_STATUS:
            lines.append(f"{'  ' + name + '+status':52}{_shares(tally.status_rates)}")
    together = table.together
    macro = f"   macro over classes {table.macro_f1:.3f}"
    return [*lines, f"{'all (micro)':22}{_counts(together)}{_shares(together.rates)}{macro}"]


def _phenomenon_lines(scores: Scores) -> list[str]:
    common = {name: t for name, t in scores.phenomena.items() if t.articles >= _FEWEST}
    head = f"{'phenomenon':22}{'articles':>9}{'P':>8}{'R':>8}{'F1':>8}{'false signed':>14}"
    return [head] + [
        f"{name:22}{t.articles:9}{_shares(t.together.rates)}{t.classes['agreements'].false_signed:14}"
        for name, t in common.items()
    ]


def _interval_lines(scores: Scores) -> list[str]:
    if not scores.resamples:
        return []
    rows = [f"{name:22}{low:8.3f} to {high:.3f}" for name, (low, high) in scores.intervals.items()]
    return [f"F1 in 95 of 100 resamples of the articles ({scores.resamples} drawn)", *rows, ""]


def _remarks(scores: Scores) -> list[str]:
    bad = [bad for a in scores.articles for bad in a.bad_quotes]
    predicted = sum(a.predicted for a in scores.articles)
    missing = sum(a.missing for a in scores.articles)
    gold_bad = sum(a.gold_bad_quotes for a in scores.articles)
    false_signed = scores.table.classes["agreements"].false_signed
    counted = " (the others count as wrong)" if scores.strict_quotes else ""
    lines = [
        f"agreements called signed that the gold does not call signed: {false_signed}",
        f"quotes: {predicted - len(bad)} of {predicted} predicted items have an exact quote{counted}",
        *(f"  bad quote: {b.article} {b.kind} {b.name} | {b.quote[:80]}" for b in bad[:_SHOWN_QUOTES]),
    ]
    if gold_bad:
        lines.append(f"annotated items whose quote is not in the text: {gold_bad}")
    if missing:
        lines.append(f"articles without a prediction: {missing}")
    return lines


def _attributes(scores: Scores) -> list[tuple[str, int, int]]:
    classes = scores.table.classes
    return [
        (name, getattr(classes[of], right), getattr(classes[of], out_of))
        for name, of, right, out_of in _ATTRIBUTES
    ]


def _table_value(table: Table) -> dict[str, Any]:
    values: dict[str, Any] = {"articles": table.articles, "macro_f1": table.macro_f1}
    for name, tally in table.classes.items():
        values[name] = _tally_value(tally)
        if name in WITH_STATUS:
            values[f"{name}+status"] = _rates_value(tally.status_rates)
    return {**values, "all": _tally_value(table.together)}


def _tally_value(tally: Tally) -> dict[str, float]:
    counts = {"tp": tally.found, "fp": tally.wrong, "fn": tally.missed, "ign": tally.optional}
    return {**_rates_value(tally.rates), **counts}


def _rates_value(rates: Rates) -> dict[str, float]:
    return {"p": rates.precision, "r": rates.recall, "f1": rates.f1}


def _counts(tally: Tally) -> str:
    return f"{tally.wanted:6}{tally.found:6}{tally.wrong:6}{tally.missed:6}{tally.optional:6}"


def _shares(rates: Rates) -> str:
    return f"{rates.precision:8.3f}{rates.recall:8.3f}{rates.f1:8.3f}"


def _share(right: int, of: int) -> str:
    return f" = {right / of:.3f}" if of else ""
