"""The scorer gives the figures of the scorer that the annotated articles came with."""

import contextlib
import importlib.util
import io
import json
import random
import sys
from functools import lru_cache

import pytest

from kg.evaluate import as_json, score
from tests.conftest import SHARED

GIVEN = SHARED / "extraction" / "dev"
COUNTS = {"tp": "found", "fp": "wrong", "fn": "missed", "ign": "optional"}
ATTRIBUTES = {
    "st_ok": "status_right", "ty_ok": "type_right", "dt_n": "dated", "dt_ok": "date_right",
    "false_signed": "false_signed",
}  # fmt: skip

pytestmark = pytest.mark.skipif(
    not (GIVEN / "score.py").exists(), reason="the annotated articles stand in ../shared (copyright)"
)


def imported(name):
    spec = importlib.util.spec_from_file_location(name, GIVEN / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    # The given files are only read: they must not be changed, and they close no files.
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


@pytest.fixture(scope="module")
def given():
    """The given scorers, with their slowest functions remembering what they said."""
    scorer = imported("score")
    for name in ("sim", "party_sim", "fold", "canon", "cjk"):
        setattr(scorer, name, lru_cache(None)(getattr(scorer, name)))
    words = scorer.toks
    remembered = lru_cache(None)(words)
    scorer.toks = lambda text, dropped=(): remembered(text, frozenset(dropped))
    arguments = imported("score_args")
    fits = arguments.role_ok
    # It says None for a role without its institution, and stops where it adds that up.
    arguments.role_ok = lambda *given: bool(fits(*given))
    yield scorer, arguments
    del sys.modules["score"], sys.modules["score_args"]


def gold_of(name):
    return json.loads((GIVEN / "gold" / f"{name}.json").read_text(encoding="utf-8"))


def ids(part="dev"):
    return (GIVEN / f"{part}.txt").read_text(encoding="utf-8").split()


def changed(gold, dice, strangers):
    """A prediction that is wrong here and there."""
    value = {"id": gold["id"], "language": gold["language"]}
    for kind in [k for k in gold if isinstance(gold[k], list)]:
        pool = [*gold[kind], *dice.sample(strangers[kind], min(2, len(strangers[kind])))]
        items = [_changed(dict(item), gold, dice) for item in pool if dice.random() > 0.15]
        items += [dict(item) for item in items if dice.random() < 0.1]
        dice.shuffle(items)
        value[kind] = items
    return value


def _changed(item, gold, dice):
    for field in sorted(item):
        if dice.random() < 0.2:
            item[field] = _value(field, item[field], item, gold, dice)
            if item[field] is None:
                del item[field]
    return item


def _value(field, value, item, gold, dice):
    if field == "quote":
        other = dice.choice([i for k in gold if isinstance(gold[k], list) for i in gold[k]])
        choices = [None, "no such words", value[: len(value) // 2], other["quote"]]
    elif field in ("start", "end", "date"):
        choices = [None, value[:4], value[:7], "2019-05-03", "soon", value[:8] + "28"]
    elif field == "status":
        choices = [None, "signed", "planned", "preliminary", "denied", "happened", "cancelled"]
    elif field == "value":
        choices = [value + 1, str(value), f"{value / 1e6} million", f"about {value:,}", None]
    elif isinstance(value, list):
        whole = value if field == "aliases" else "; ".join(value)
        choices = [value[1:], value[::-1], [_name(v, dice) for v in value], whole]
    elif isinstance(value, str):
        choices = [None, *item.get("aliases", ()), _name(value, dice), _name(value, dice)]
    else:
        choices = [None]
    return dice.choice(choices)


def _name(name, dice):
    words = name.split() or [""]
    return dice.choice([
        " ".join(words[1:]), " ".join(words[:-1]), name.upper(), f"The {name} Ltd", f"{name} (XY)",
        "".join(w[0] for w in words if w[:1].isupper()), name[: len(name) // 2], f"Dr {name}",
        " ".join(reversed(words)), f"{name[:1]}. {words[-1]}", f"{name}, Ruritania",
    ])  # fmt: skip


def predictions(names, seed):
    dice = random.Random(seed)  # noqa: S311  the same changes every time
    golds = {name: gold_of(name) for name in names}
    strangers = {
        kind: [item for gold in golds.values() for item in gold[kind]]
        for kind in next(iter(golds.values()))
        if kind not in ("id", "language")
    }
    return {name: changed(gold, dice, strangers) for name, gold in golds.items()}


def written(folder, values):
    folder.mkdir(exist_ok=True)
    for name, value in values.items():
        (folder / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return folder


def scored(folder, names, **options):
    return score(folder, GIVEN / "gold", GIVEN / "articles", ids=names, **options)


def run(module, folder, *options):
    """Run a given scorer as a person would; its JSON and what it prints."""
    out = folder.parent / "figures.json"
    printed = io.StringIO()
    argv, sys.argv = sys.argv, [module.__name__, str(folder), "--json", str(out), *options]
    try:
        with contextlib.redirect_stdout(printed):
            module.main()
    finally:
        sys.argv = argv
    return json.loads(out.read_text(encoding="utf-8")), printed.getvalue()


def assert_each_article_scores_as_given(given, folder, values, *, strict):
    ours = scored(folder, list(values), strict_quotes=strict)
    for article in ours.articles:
        text = (GIVEN / "articles" / f"{article.article}.txt").read_text(encoding="utf-8")
        expected, bad, count, _ = given.score_doc(
            gold_of(article.article), values[article.article], text, strict
        )

        assert (article.predicted, len(article.bad_quotes)) == (count, len(bad)), article.article
        for kind, figures in expected.items():
            names = COUNTS | {k: v for k, v in ATTRIBUTES.items() if k in figures}
            tally = article.classes[kind]

            assert {k: getattr(tally, v) for k, v in names.items()} == {k: figures[k] for k in names}, (
                article.article,
                kind,
            )


@pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])
@pytest.mark.parametrize("seed", range(4))
def test_a_prediction_scores_as_given(given, tmp_path, seed, strict):
    values = predictions(ids()[seed::8], seed)

    assert_each_article_scores_as_given(given[0], written(tmp_path / "pred", values), values, strict=strict)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 132))
def test_every_article_scores_as_given(given, tmp_path, seed):
    values = predictions(ids(), seed)
    folder = written(tmp_path / "pred", values)

    assert_each_article_scores_as_given(given[0], folder, values, strict=False)
    assert_each_article_scores_as_given(given[0], folder, values, strict=True)


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the given scorers leave closing to the interpreter
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the same, as pytest sees it
@pytest.mark.parametrize("options", [(), ("--strict-quotes",)], ids=["lenient", "strict"])
def test_the_whole_report_has_the_given_figures(given, tmp_path, options):
    values = predictions(ids("work"), seed=7)
    del values[ids("work")[3]]
    folder = written(tmp_path / "pred", values)
    names = str(GIVEN / "work.txt")

    expected, printed = run(given[0], folder, "--ids", names, "--bootstrap", "40", *options)
    arguments, _ = run(given[1], folder, "--ids", names)
    ours = scored(folder, ids("work"), strict_quotes=bool(options), bootstrap=40)
    value = as_json(ours)

    assert list(value["results"]) == list(expected["results"])
    for group, table in expected["results"].items():
        assert value["results"][group]["macro_f1"] == table.pop("macro_f1")
        for kind, figures in table.items():
            mine = value["results"][group][kind]
            assert mine == {k: figures[k] for k in mine if k in figures} | (
                {"ign": mine["ign"]} if kind == "all" else {}
            )
    assert value["arguments"] == {k: v | {"ign": 0} for k, v in arguments.items()}
    assert value["quotes"]["total"] == expected["quotes"]["total"]
    assert len(value["quotes"]["bad"]) == expected["quotes"]["bad"] > 0
    low, high = value["intervals"]["all (micro)"]
    assert f"micro F1 95% interval over articles: {low:.3f} to {high:.3f}" in printed
    assert f"does not call signed: {value['false_signed']}\n" in printed
    for name, of in value["attributes"].items():
        assert f"{name} {of['right']}/{of['of']} = " in printed
    assert "articles without a prediction file: 1" in printed
    assert value["missing"] == [ids("work")[3]]


@pytest.mark.full
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the given scorers leave closing to the interpreter
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the same, as pytest sees it
@pytest.mark.parametrize("seed", range(200, 230))
def test_arguments_of_every_article_are_as_given(given, tmp_path, seed):
    folder = written(tmp_path / "pred", predictions(ids(), seed))

    expected, _ = run(given[1], folder, "--ids", str(GIVEN / "dev.txt"))

    assert as_json(scored(folder, ids()))["arguments"] == {k: v | {"ign": 0} for k, v in expected.items()}


def test_the_annotations_themselves_score_one():
    ours = scored(GIVEN / "gold", ids(), strict_quotes=True)
    rates = [t.rates for t in (*ours.table.classes.values(), *ours.arguments.values())]

    assert len(ours.articles) == 97
    assert {(r.precision, r.recall, r.f1) for r in rates} == {(1.0, 1.0, 1.0)}
    assert ours.table.classes["agreements"].false_signed == 0
