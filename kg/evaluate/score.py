"""Stage evaluate, its whole: predictions against annotations, article by article and together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.errors import SourceError
from kg.evaluate.arguments import ARGUMENTS, ROLES, argument_tallies
from kg.evaluate.classes import page
from kg.evaluate.items import CLASSES, Facts, document, facts_in, text_of
from kg.evaluate.matching import matchings, quoted
from kg.evaluate.reliability import Verdict, verdicts
from kg.evaluate.resampling import counts_of, counts_with_status, intervals
from kg.evaluate.tally import WITH_STATUS, Tally, tally, total

_HARD = ("negative", "hard")


@dataclass(frozen=True, slots=True)
class BadQuote:
    """A predicted item whose quote is not in the text."""

    article: str
    kind: str
    name: str
    quote: str


@dataclass(frozen=True, slots=True)
class ArticleScore:
    """How well one article was read."""

    article: str
    group: str
    phenomena: tuple[str, ...]
    """Tags of what is special about the article."""
    classes: Mapping[str, Tally]
    arguments: Mapping[str, Tally]
    verdicts: tuple[Verdict, ...]
    """What is to be said of each value whose rule the prediction names."""
    predicted: int
    bad_quotes: tuple[BadQuote, ...]
    gold_bad_quotes: int
    missing: bool
    """Whether there was no prediction at all."""


@dataclass(frozen=True, slots=True)
class Table:
    """The counts of some articles, class by class."""

    articles: int
    classes: Mapping[str, Tally]

    @property
    def together(self) -> Tally:
        """Return the counts of all classes in one."""
        return total(self.classes.values())

    @property
    def macro_f1(self) -> float:
        """Return the mean F1 of the classes, each of equal weight."""
        return sum(t.rates.f1 for t in self.classes.values()) / len(self.classes)


@dataclass(frozen=True, slots=True)
class Scores:
    """How well a set of articles was read."""

    articles: tuple[ArticleScore, ...]
    strict_quotes: bool
    resamples: int = 0
    """How often the articles are drawn anew for the intervals."""

    @property
    def table(self) -> Table:
        """Return the counts of all articles."""
        return _table(self.articles)

    @property
    def groups(self) -> dict[str, Table]:
        """Return the counts by language, with the negative and hard articles apart."""
        names = sorted({article.group for article in self.articles})
        return {name: _table(a for a in self.articles if a.group == name) for name in names}

    @property
    def phenomena(self) -> dict[str, Table]:
        """Return the counts of the articles of each tag, the most frequent first."""
        tags = {tag for article in self.articles for tag in article.phenomena}
        tables = {tag: _table(a for a in self.articles if tag in a.phenomena) for tag in sorted(tags)}
        return dict(sorted(tables.items(), key=lambda entry: -entry[1].articles))

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Return what is to be said of every predicted value whose rule is known."""
        return tuple(verdict for article in self.articles for verdict in article.verdicts)

    @property
    def arguments(self) -> dict[str, Tally]:
        """Return the counts of parties, participants, members and roles."""
        return {name: total(a.arguments[name] for a in self.articles) for name in (*ARGUMENTS, ROLES)}

    @property
    def headline(self) -> float:
        """Return the mean F1 of what the facts are made of: status, arguments and roles, but not names."""
        table, arguments = self.table, self.arguments
        with_status = [table.classes[name].status_rates.f1 for name in WITH_STATUS]
        told = [arguments[name].rates.f1 for name in ("parties", "participants", ROLES)]
        values = [*with_status, *told, table.classes["delegations"].rates.f1]
        return sum(values) / len(values)

    @property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """Return between which F1 of each measure lies in 95 of 100 resamples; nothing without resamples."""
        if not self.resamples:
            return {}
        rows = self.articles
        measures = {"all (micro)": counts_of(total(row.classes.values()) for row in rows)}
        for name in CLASSES:
            measures[name] = counts_of(row.classes[name] for row in rows)
        for name in WITH_STATUS:
            measures[f"{name}+status"] = counts_with_status(row.classes[name] for row in rows)
        for name in (*ARGUMENTS, ROLES):
            measures[name] = counts_of(row.arguments[name] for row in rows)
        return intervals(measures, articles=len(rows), times=self.resamples)


def score(
    pred_dir: Path,
    gold_dir: Path,
    articles_dir: Path,
    *,
    ids: Sequence[str] | None = None,
    strict_quotes: bool = False,
    bootstrap: int = 0,
) -> Scores:
    """Return how well the predictions fit the annotations.

    An article without a prediction counts as read without finding anything; SourceError for a file that is
    malformed, and for an annotation or article that is missing.
    """
    for folder in (pred_dir, gold_dir, articles_dir):
        if not folder.is_dir():
            raise SourceError(f"{folder}: no such folder")
    wanted = ids if ids is not None else sorted(path.stem for path in gold_dir.glob("*.json"))
    if not wanted:
        raise SourceError(f"{gold_dir}: no annotated articles")
    files = [(name, pred_dir, gold_dir, articles_dir) for name in wanted]
    articles = tuple(_article_score(*file, strict_quotes=strict_quotes) for file in files)
    return Scores(articles, strict_quotes, bootstrap)


def _article_score(
    name: str, pred_dir: Path, gold_dir: Path, articles_dir: Path, *, strict_quotes: bool
) -> ArticleScore:
    file = f"{name}.json"
    annotation = document(gold_dir / file)
    gold = facts_in(annotation, gold_dir / file)
    missing = not (pred_dir / file).exists()
    predicted = facts_in({} if missing else document(pred_dir / file), pred_dir / file)
    told = page(gold, _text(articles_dir / f"{name}.txt"))
    bad = tuple(_bad_quotes(name, told.text, predicted))
    matched = matchings(told, gold, predicted, strict_quotes=strict_quotes)
    # Arguments are always those of items that are really in the text.
    honest = matched if strict_quotes or not bad else matchings(told, gold, predicted, strict_quotes=True)
    kind = _kind(articles_dir / file)
    return ArticleScore(
        article=name,
        group=_group(kind, text_of(annotation, "language")),
        phenomena=_phenomena(kind),
        classes={of: tally(of, matched[of]) for of in CLASSES},
        arguments=argument_tallies(told, honest),
        verdicts=verdicts(told, honest),
        predicted=sum(map(len, predicted.values())),
        bad_quotes=bad,
        gold_bad_quotes=len(list(_bad_quotes(name, told.text, gold))),
        missing=missing,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: {error}") from error


def _bad_quotes(article: str, text: str, facts: Facts) -> Iterable[BadQuote]:
    for kind, items in facts.items():
        for item in items:
            if not quoted(text, item):
                name = text_of(item, "name") or text_of(item, "what") or text_of(item, "description")
                yield BadQuote(article, kind, name, text_of(item, "quote"))


def _kind(side_file: Path) -> str:
    return text_of(document(side_file), "kind") if side_file.exists() else ""


def _group(kind: str, language: str) -> str:
    if kind.startswith(_HARD):
        return "negative or hard"
    return "Chinese" if language == "zh" else "English"


def _phenomena(kind: str) -> tuple[str, ...]:
    """Return the tags of `agreement,negative:talks ended`; what stands behind a colon is a remark."""
    tags = (tag.partition(":")[0].strip() for tag in kind.split(","))
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _table(articles: Iterable[ArticleScore]) -> Table:
    rows = tuple(articles)
    return Table(len(rows), {name: total(row.classes[name] for row in rows) for name in CLASSES})
