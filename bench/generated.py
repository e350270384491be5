"""Seeded articles about visits and agreements, with all that a perfect reader finds in them, in any number.

    python bench/generated.py FOLDER 1000 --seed 7                          # article files
    PYTHONPATH=bench kg build FOLDER --into DIR --extractor generated

The same number, seed and version give the same bytes, whatever else is made. Who has this folder on the path
has the extractor `generated`, as `accord_generated-1.dist-info` says; it knows an article by its address.
"""

import argparse
import re
from pathlib import Path

from generated_report import Report

from kg.errors import ExtractError
from kg.model import Article, Findings
from kg.read.article import article_of
from kg.read.metadata import front_matter

_ADDRESS = re.compile(r"https://news\.example/(?P<seed>\d+)/(?P<number>\d+)")
_CORRECTED = re.compile(r"(?:Correction |更正)(\d+)[:：][^\n]*\Z")


def article(number: int, seed: int, *, version: int = 0) -> Findings:
    """Return an article and all that is in it; later versions have another status, figure or venue."""
    report = Report(number, seed, version)
    said, text = front_matter(report.file, f"{report.id}.md")
    return report.findings(article_of(text, said, f"{report.id}.md"))


def write_sources(folder: Path, count: int, seed: int, *, first: int = 0, version: int = 0) -> None:
    """Write the files of some articles, each named after its id: a later version replaces an earlier one."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        report = Report(number, seed, version)
        (folder / f"{report.id}.md").write_text(report.file, encoding="utf-8")


def extract(article: Article) -> Findings:
    """Return what is in one of our articles, as it was read. Raises ExtractError for any other one."""
    address = _ADDRESS.fullmatch(article.url)
    if address is None:
        raise ExtractError(f"{article.source}: is not a generated article")
    corrected = _CORRECTED.search(article.text)
    version = int(corrected[1]) if corrected else 0
    report = Report(int(address["number"]), int(address["seed"]), version)
    if report.page.text != article.text:
        raise ExtractError(f"{article.source}: its text is not the one that was generated")
    return report.findings(article)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write seeded article files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--version", type=int, default=0)
    asked = parser.parse_args()
    write_sources(asked.folder, asked.count, asked.seed, first=asked.first, version=asked.version)


if __name__ == "__main__":
    main()
