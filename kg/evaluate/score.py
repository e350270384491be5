"""Stage evaluate, its whole: predictions against annotations, article by article and together."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.errors import SourceError
from kg.evaluate.arguments import ARGUMENTS, ROLES, argument_tallies
from kg.evaluate.classes import page
from kg.evaluate.items import CLASSES, Facts, document, facts_in, text_of
from kg.evaluate.matching import matchings, quoted
from kg.evaluate.reliability import Verdict, verdicts
from kg.evaluate.tally import Tally, tally, total

_SEED = 0
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
    interval: tuple[float, float] | None
    """Between which F1 lies in 95 of 100 resamples of the articles."""

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
    return Scores(articles, strict_quotes, _resampled(articles, bootstrap) if bootstrap else None)


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


def _resampled(articles: Sequence[ArticleScore], times: int) -> tuple[float, float]:
    """Return between which values the F1 of resampled sets of articles lies."""
    sums = [total(article.classes.values()) for article in articles]
    dice = random.Random(_SEED)  # noqa: S311  a resample is no secret, and must come out the same again
    values = sorted(total(sums[dice.randrange(len(sums))] for _ in sums).rates.f1 for _ in range(times))
    return values[int(0.025 * times)], values[int(0.975 * times) - 1]
