"""Stage 2, Chinese: missions abroad (`中国驻挪威大使馆`) and those who are posted there (`驻挪威大使`)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg import gazetteer
from kg.extract.chinese_marks import Piece, Sort
from kg.extract.chinese_words import Word

_MISSION = re.compile(
    r"驻[一-鿿]{1,10}?(?:大使馆|使馆|总领事馆|总领馆|领事馆|特派员公署|代表处|办事处)(?:教育处|经商处|商务处|文化处|科技处)?"
)
POSTED = "驻"
_NOT_IN = re.compile(r"[的和与及将已在由为]|大使(?!馆)|总领事(?!馆)|(?<!总)领事(?!馆)")


def missions(sentence: str, start: int, words: Sequence[Word]) -> Iterator[Piece]:
    """Yield the missions of a sentence, each with the country before it that sends it."""
    ends = {word.end: word for word in words}
    for match in _MISSION.finditer(sentence):
        if _NOT_IN.search(match.group()):
            continue
        begin = start + match.start()
        sender = ends.get(begin)
        around = next((word for word in words if word.start < begin < word.end), None)
        named = sender and sender.tag in ("LOC", "ORG", "nz", "n") and gazetteer.lookup(sender.text)
        begin = sender.start if sender and named else begin
        if around and gazetteer.lookup(around.text[: begin - around.start]):
            begin = around.start
        text = sentence[begin - start : match.end()]
        yield Piece(Sort.INSTITUTION, text, begin, kind="government")


def posted(pieces: Sequence[Piece], title: int) -> tuple[str, Piece | None, int] | None:
    """Return title, sender and first piece of `中国驻挪威大使`, where a title stands behind a place."""
    if title < 2 or pieces[title - 2].text != POSTED:  # noqa: PLR2004  the word and the place
        return None
    before = pieces[title - 3] if title > 2 else None  # noqa: PLR2004  who sends it
    sender = before if before and before.sort is Sort.PLACE and before.kind == "country" else None
    return POSTED + pieces[title - 1].text, sender, title - 2 - (sender is not None)


def from_china(title: Piece, text: str) -> Piece | None:
    """Return China as who sends an envoy, where an article that speaks of it names no other."""
    named = "中国" in text
    return replace(title, sort=Sort.PLACE, kind="country", full="中国") if named else None
