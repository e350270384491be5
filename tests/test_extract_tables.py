"""The tables of the extractor: their lists hold no word twice, and their words open the gate."""

from collections import Counter
from pathlib import Path

import pytest
import yaml
from builders import lines_article

from kg.extract.gate import may_tell

LEXICON = Path(__file__).parent.parent / "kg" / "extract" / "lexicon"


def lists(content, path=""):
    """Yield where a list of words stands, and its words; an item may hold several, parted by commas."""
    if isinstance(content, dict):
        for name, inner in content.items():
            yield from lists(inner, f"{path}/{name}")
    elif isinstance(content, list) and all(isinstance(item, str) for item in content):
        yield path, [word.strip() for item in content for word in item.split(",") if word.strip()]
    elif isinstance(content, list):
        for at, inner in enumerate(content):
            yield from lists(inner, f"{path}/{at}")


@pytest.mark.parametrize("file", sorted(LEXICON.glob("*.yaml")), ids=lambda file: file.name)
def test_no_list_holds_a_word_twice(file):
    found = lists(yaml.safe_load(file.read_text(encoding="utf-8")))
    twice = {path: [word for word, times in Counter(words).items() if times > 1] for path, words in found}

    assert {path: words for path, words in twice.items() if words} == {}


@pytest.mark.parametrize(
    "text",
    [
        "Boeing bought Siemens.",
        "Ryanair ordered 75 jets from Boeing on Friday.",
        "Qantas will buy 40 aircraft from Airbus.",
        "Peru and Chile agreed to build a joint telescope.",
        "Lima and Oslo have been sister cities since 1994.",
    ],
)
def test_a_verb_of_trade_or_agreeing_opens_the_gate(text):
    assert may_tell(lines_article(text))
