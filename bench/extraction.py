"""How fast English articles are read, beside spaCy alone, and how fast the gate passes over others.

    .venv/bin/python bench/extraction.py [--copies 2]

Reads the project's own annotated articles, one after another in this process. Speeds are per second of this
process's own time, so that other work on the machine does not count.
"""

import argparse
import resource
import time
from datetime import date
from pathlib import Path

import spacy

from kg.extract import extract
from kg.extract.annotate import MODEL
from kg.model import Article, Zone, ZoneKind

OWN = Path(__file__).parent.parent / "data/gold/articles"
WORDS = 216
"""Words of the article that speeds are told for."""
IDLE = "Rain fell on the hills all night and the river rose by a foot; at dawn the old mill stood wet. "


def article(name: str, text: str) -> Article:
    """Return a text as an article of lines."""
    zones, start = [], 0
    for line in text.split("\n"):
        zones.append(Zone(ZoneKind.BODY, start, start + len(line)))
        start += len(line) + 1
    return Article(name, text, "0" * 64, "en", tuple(zones), "", "", date(2026, 1, 5), "", name)


def seconds(work) -> float:
    """Return the processor time that a piece of work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=1, help="how often the articles are read")
    copies = parser.parse_args().copies
    texts = [path.read_text(encoding="utf-8") for path in sorted(OWN.glob("en-*.txt"))] * copies
    articles = [article(f"a{n}", text) for n, text in enumerate(texts)]
    words = sum(len(text.split()) for text in texts)
    extract(articles[0])  # the model is loaded
    nlp = spacy.load(MODEL)
    ours = seconds(lambda: [extract(each) for each in articles])
    theirs = seconds(lambda: [nlp(text) for text in texts])
    idle = article("idle", IDLE * (WORDS // len(IDLE.split()) + 1))
    passed = seconds(lambda: [extract(idle) for _ in range(500)])
    print(f"{len(articles)} articles of {words / len(articles):.0f} words; per CPU-second, of {WORDS} words:")
    print(f"extraction       {words / ours / WORDS:8.1f}")
    print(f"spaCy alone      {words / theirs / WORDS:8.1f}   extraction / spaCy alone {theirs / ours:.2f}")
    print(f"gate, no word of a fact {500 / passed:8.0f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory {peak:.0f} MB, with both models loaded")


if __name__ == "__main__":
    main()
