"""Stage 2, model by HTTP: what the quoted words themselves say of dates, numbers and modality."""

import re
from collections.abc import Iterator
from datetime import date

from kg.extract import chinese_dates
from kg.extract.dates import ahead, dates_in
from kg.extract.figures import value_of
from kg.extract.marks import When
from kg.model import Article, Evidence

SETTLED = frozenset(("signed", "in-force", "ended", "happened", "ongoing"))
"""Statuses that tell a fact; the others tell what is not one, or not yet."""
_UNSETTLED = re.compile(
    r"\b(?:may|planning|(?i:will|would|could|might|should|shall|must|if|unless|whether|never|without|nor|cannot"
    r"|not(?! only)|no(?!\.)|plan(?:s|ned)?|intend(?:s|ed)?|expect(?:s|ed)?|hope(?:s|d)?|seek(?:s|ing)?"
    r"|want(?:s|ed)?|propos(?:es?|ed)|schedul(?:es?|ed)|(?:set|due|about|yet|ready|poised) to|to be"
    r"|to (?:sign|ink|conclude|visit|meet|hold|host|open|launch|attend)|den(?:y|ies|ied)|refus(?:es?|ed)"
    r"|declin(?:es?|ed)|fail(?:s|ed)?|cancel(?:s|led|ed|ling)?|call(?:s|ed)? off"
    r"|postpon(?:es?|ed)|scrap(?:s|ped)?"
    r"|allegedly|purportedly|reportedly|rumou?red))\b|(?i:n[’']t\b|\b(?:wo|sha|ca)n[’']t\b)"
    r"|将(?!军)|拟|计划|预计|即将|有望|打算|准备|尚未|未(?!来)|没有|否认|取消|推迟|延期|如果|倘若|若是|不会|拒绝|不(?!仅|但|断|久|少|同)"
)
_PRELIMINARY = re.compile(r"\b(?i:preliminary|tentative|initialled|in principle)\b|初步")
_RELATIVE = re.compile(r";|\b(?:that|which|who|under|aimed|so|as)\b|(?<=.)[，；]")
_WORDS_BEFORE = 5
_SIGNS_BEFORE = 12
_ISO = re.compile(r"\d{4}-\d\d-\d\d$")
_NUMBERS = re.compile(r"(?<![\d.,])\d[\d,]*(?:\.\d+)?(?![\d万亿])|[a-z]+|[^\s\w-]", re.IGNORECASE)
_CHINESE_NUMBER = re.compile(r"(?<![\d.,])\d+(?:\.\d+)?[万亿]|[零一二两三四五六七八九十百千万亿]+")
_BEFORE_AND = ("hundred", "thousand", "million")
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"万": 10_000, "亿": 10**8}


def dates_of(article: Article, sentence: Evidence, quote: Evidence) -> list[When]:
    """Return the dates that the quoted words can give, read with their sentence around them.

    A weekday is the one before the report or, of what is planned, the one after it. In languages that have no
    rules for dates, only dates like 2017-12-13 are read.
    """
    text, language = article.text[sentence.start : sentence.end], article.language.split("-")[0]
    if language == "zh":
        read = chinese_dates.dates_in(text, article.published, offset=sentence.start)
        found = [(d.start, d.end, When(d.first, d.last, d.precision, d.basis)) for d in read]
    else:
        mentions = dates_in(text, article.published, offset=sentence.start)
        plain = [m for m in mentions if language == "en" or _ISO.match(m.name)]
        found = [(m.start, m.end, m.when) for m in plain if m.when is not None]
    told = [when for start, end, when in found if quote.start <= start and end <= quote.end]
    return list(dict.fromkeys((*told, *(ahead(when, article.published) for when in told))))


def numbers_in(words: str) -> set[int]:
    """Return the whole numbers that words or digits give, each as long as it is written."""
    return {value for value in (*_western(words), *_chinese(words)) if value is not None}


def _western(words: str) -> Iterator[int | None]:
    run: list[str] = []
    for token in (*_NUMBERS.findall(words), ""):
        digits, inner = token[:1].isdigit(), token.lower() == "and" and run[-1:] and run[-1] in _BEFORE_AND
        if inner or (token and run and not digits and value_of(token) is not None):
            run.append(token)
        else:
            yield value_of(" ".join(run)) if run else None
            run = [token] if digits or (token and value_of(token) is not None) else []


def _chinese(words: str) -> Iterator[int | None]:
    for match in _CHINESE_NUMBER.finditer(words):
        yield _chinese_value(match.group())


def _chinese_value(signs: str) -> int | None:
    if signs[0].isdigit():
        number = float(re.sub(r"[万亿]", "", signs)) * _SCALES.get(signs[-1], 1)
        return int(number) if number.is_integer() else None
    total = section = digit = 0
    for sign in signs:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _UNITS:
            section, digit = section + (digit or 1) * _UNITS[sign], 0
        else:
            total, section, digit = (total + section + digit) * _SCALES[sign], 0, 0
    return total + section + digit


def is_unsettled(text: str, sentence: Evidence, quote: Evidence, *, signed: bool) -> str:
    """Return the word that makes quoted words no report of a fact (of a signature), or nothing.

    A net below the model, not a reading: the words just before the quote and its first clause are looked at.
    """
    clause = _RELATIVE.split(text[quote.start : quote.end], maxsplit=1)[0]
    before = re.split(r"[,;:，；]", text[sentence.start : quote.start])[-1]
    words = before.split()
    near = " ".join(words[-_WORDS_BEFORE:]) if len(words) > 1 else before[-_SIGNS_BEFORE:]
    told = f"{near} {clause}"
    found = _UNSETTLED.search(told) or (_PRELIMINARY.search(told) if signed else None)
    return found.group() if found else ""


def told_apart(when: When, published: date | None, *, status: str) -> str:
    """Return why a date cannot be that of something with this status, or nothing."""
    if published is None:
        return ""
    if status == "happened" and when.start > published:
        return "it is said to have happened, and begins after the report"
    if status == "planned" and when.end < published:
        return "it is said to be planned, and ended before the report"
    return ""
