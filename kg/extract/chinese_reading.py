"""Stage 2, Chinese: a sentence read as pieces, each a name or a word."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from kg.extract.chinese_callings import callings, families
from kg.extract.chinese_dates import dates_in
from kg.extract.chinese_marks import PLAIN, Piece, Reading, Sort
from kg.extract.chinese_names import institutions, places, runs_back
from kg.extract.chinese_posts import missions
from kg.extract.chinese_repair import repaired
from kg.extract.chinese_words import Sentence, Word, acts, lexicon, listed, longest_first

_TITLE_OF_WORK = re.compile(r"《[^《》]{2,60}》")
_QUOTED = re.compile(r"[“「『](?P<name>[^“”「」『』]{4,30})[”」』](?!活动)")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:万|亿)?|[一二两三四五六七八九十百千]+")
_MODIFIERS = frozenset({"v", "f", "LOC", "ORG", "nz", "nw", "n", "vn", "an", "a", "s", "m", "TIME", "j"})
_MEMBERS = frozenset({"LOC", "ORG", "nz", "n", "vn", "s"})
_DASHES = ("-", "—", "－", "–")
_HEAD = 4
"""Letters of what is no agreement's whole name (`“合作协议”`)."""
_NEAR = 7
"""How many words before a bond its verb may stand."""
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_SCALES = {"十": 10, "百": 100, "千": 1000}


def read(
    sentence: Sentence, people: Sequence[str], published: date | None, *, told: date | None = None
) -> Reading:
    """Return a sentence as pieces; `told` is the day that was told of last."""
    words = repaired(sentence.words, people)
    found = sorted(
        _found(sentence, words, people, published, told), key=lambda pair: (pair[0], pair[1].start)
    )
    taken: list[Piece] = []
    for _, piece in found:
        if all(piece.end <= other.start or other.end <= piece.start for other in taken):
            taken.append(piece)
    return Reading(sentence, tuple(sorted([*taken, *_rest(words, taken)], key=lambda piece: piece.start)))


def _rest(words: Sequence[Word], taken: Sequence[Piece]) -> Iterator[Piece]:
    for word in words:
        if not any(word.start < piece.end and piece.start < word.end for piece in taken):
            yield Piece(Sort.WORD, word.text, word.start, word.tag)


def _found(
    sentence: Sentence,
    words: Sequence[Word],
    people: Sequence[str],
    published: date | None,
    told: date | None,
) -> Iterator[tuple[int, Piece]]:
    """Yield (rank, piece) of every candidate; a better rank wins where two overlap."""
    for when in dates_in(sentence.text, published, offset=sentence.start, told=told):
        text = sentence.text[when.start - sentence.start : when.end - sentence.start]
        yield 2, Piece(Sort.DATE, text, when.start, when=when)
    yield from _marked(sentence)
    for mission in missions(sentence.text, sentence.start, words):
        yield 3, mission
    for calling in callings(words, families(people)):
        yield 3, calling
    for start, stop, piece_kind in institutions(words):
        yield 4, _over(words, start, stop, Sort.INSTITUTION, piece_kind)
    for index, kind in places(words):
        yield 6, _over(words, index, index + 1, Sort.PLACE, kind)
    for index, word in enumerate(words):
        yield from _heads(words, index)
        if word.tag == "PER":
            yield 5, Piece(Sort.PERSON, word.text, word.start)


def _marked(sentence: Sentence) -> Iterator[tuple[int, Piece]]:
    """Yield occasions in quotation marks, and agreements and works in theirs."""
    for match in _QUOTED.finditer(sentence.text):
        name, start = match["name"], sentence.start + match.start("name")
        kind = next((k for h, k in longest_first("occasions") if name.endswith(h)), "")
        if kind:
            yield 0, Piece(Sort.OCCASION, name, start, kind=kind)
        elif len(name) > _HEAD and (kind := agreement_kind(name)):
            yield 0, Piece(Sort.AGREEMENT, sentence.text[match.start() : match.end()], start - 1, "nw", kind)
    for match in _TITLE_OF_WORK.finditer(sentence.text):
        titled = match.group()[:-1].endswith(tuple(lexicon()["titled_agreements"]))
        kind = agreement_kind(match.group()[:-1]) or ("formal-agreement" if titled else "")
        sort = Sort.AGREEMENT if kind else Sort.WORD
        yield 0, Piece(sort, match.group(), sentence.start + match.start(), "nw", kind)


def _over(words: Sequence[Word], start: int, stop: int, sort: Sort, kind: str) -> Piece:
    return Piece(sort, "".join(word.text for word in words[start:stop]), words[start].start, kind=kind)


def _heads(words: Sequence[Word], index: int) -> Iterator[tuple[int, Piece]]:
    """Yield what the word heads: a delegation, an occasion, an agreement, a number."""
    word = words[index]
    if delegation := _delegation(words, index):
        yield 1, delegation
    if occasion := _occasion(words, index):
        yield 1, occasion
    if kind := agreement_kind(word.text) or _bond(words, index):
        yield 3, Piece(Sort.AGREEMENT, word.text, word.start, "n", kind)
    if (
        word.tag == "m"
        and word.text[:1] != "第"
        and word.text[-1] != "级"
        and (value := number(word.text)) is not None
    ):
        yield 3, Piece(Sort.NUMBER, word.text, word.start, kind=str(value))


def agreement_kind(name: str) -> str:
    """Return the kind of agreement whose head ends a name, or nothing."""
    return next((kind for end, kind in longest_first("agreements") if name.endswith(end)), "")


def _bond(words: Sequence[Word], index: int) -> str:
    """Return the kind of what two cities or bodies become (`缔结 友好城市 关系`), or nothing."""
    after = "".join(word.text for word in words[index + 1 : index + 3])
    if after.startswith("的"):
        return ""  # 建立战略合作的机制
    before = [word.text for word in words[max(index - _NEAR, 0) : index]]
    if not any(verb in listed("bond_verbs") for verb in before) or any(
        map(agreement_kind, (after, after[:2]))
    ):
        return ""
    for width in (1, 2, 3):
        name = "".join(word.text for word in words[max(index - width + 1, 0) : index + 1])
        for kind, nouns in lexicon()["bonds"].items():
            if name in nouns and words[index].text + after[:2] not in nouns:
                return str(kind)
    return ""


def number(text: str) -> int | None:
    """Return the whole number that a count begins with, such as 12 of `12项`."""
    match = _NUMBER.match(text)
    if not match:
        return None
    figure = match.group().replace(",", "")
    if figure[0].isdigit():
        scale = {"万": 10_000, "亿": 100_000_000}.get(figure[-1], 1)
        value = Decimal(figure.rstrip("万亿")) * scale
        return int(value) if value == int(value) else None
    return _spelled(figure)


def _spelled(figure: str) -> int | None:
    total, digit = 0, 0
    for letter in figure:
        if letter in _DIGITS:
            if digit:
                return None  # 三四名 is no number
            digit = _DIGITS[letter]
        else:
            total += (digit or 1) * _SCALES[letter]
            digit = 0
    return total + digit


def _delegation(words: Sequence[Word], index: int) -> Piece | None:
    word = words[index]
    split = word.text == "团" and index > 0 and words[index - 1].text in ("访问", "考察", "参访", "代表")
    if word.text in listed("guests"):
        return Piece(Sort.DELEGATION, word.text, word.start, kind="bare")
    if not split and not word.text.endswith(tuple(lexicon()["delegations"])):
        return None
    start = runs_back(words, index, allowed=_MEMBERS, titles=True)
    while start < index and _is_aside(words[start]):
        start += 1  # a visit (`访港`) or an occasion (`奥运会`) before it is no part of the name
    piece = _over(words, start, index + 1, Sort.DELEGATION, "")
    named = piece.text not in listed("delegations") and place_or_body(piece.text)
    if named:
        return piece
    return Piece(Sort.DELEGATION, word.text, word.start, kind="bare") if not split else None


def _is_aside(word: Word) -> bool:
    return word.text[0] == "访" or (word.tag == "nz" and word.text[-1] == "会")


def place_or_body(name: str) -> bool:
    """Return whether a delegation's name says more than that it is one."""
    stem = name[:-3] if name.endswith(tuple(lexicon()["delegations"])) else name[:-1]
    return len(stem) > 1 and not stem.startswith(("访", "该", *lexicon()["own"]))


def _occasion(words: Sequence[Word], index: int) -> Piece | None:
    word = words[index]
    found = next(((h, k) for h, k in longest_first("occasions") if word.text.endswith(h)), None)
    joined = words[index - 1].text + word.text if index and not found else ""
    if joined and not found:
        found = next(((h, k) for h, k in longest_first("occasions") if joined == h), None)
    if not found:
        return None
    head, kind = found
    start = runs_back(words, index, allowed=_MODIFIERS, titles=True)
    if start > 1 and words[start - 1].text in _DASHES and words[start - 2].tag in _MEMBERS:
        start = runs_back(words, start - 1, allowed=_MODIFIERS, titles=True)  # 甲—乙论坛
    while start < index and words[start].tag in ("TIME", "n") and dates_like(words[start].text):
        start += 1
    if kind == "signing":
        whole = "".join(w.text for w in words[_with_partners(words, start) : index + 1])
        name = whole if len(whole) > len(head) + 2 else ""
        return Piece(Sort.OCCASION, word.text, word.start, "" if name else PLAIN, kind, full=name)
    begin = _with_partners(words, start) if kind == "ceremony" else start
    if begin < start and word.text == head:
        whole = "".join(w.text for w in words[begin : index + 1])
        return Piece(Sort.OCCASION, word.text, word.start, "", kind, full=whole)
    name = "".join(w.text for w in words[start : index + 1])
    if not _telling(words[start : index + 1], name, head):
        if word.text == head and kind == "ceremony" and head not in listed("needs_ordinal"):
            return Piece(Sort.OCCASION, head, word.start, PLAIN, kind)
        alone = word.text == head and head not in listed("needs_ordinal")
        return Piece(Sort.OCCASION, head, word.start, "n", "bare") if alone else None
    return Piece(Sort.OCCASION, name, words[start].start, kind=kind)


def _with_partners(words: Sequence[Word], start: int) -> int:
    """Return where `甲与乙…签约仪式` begins, of which only `乙…` has been found."""
    named = ("ORG", "LOC")
    while (
        start > 1
        and acts(words[start - 1].text, "conj")
        and {words[start].tag, words[start - 2].tag} <= set(named)
    ):
        start -= 2
    return start


def dates_like(text: str) -> bool:
    """Return whether a word is a day or month, which is no part of an occasion's name."""
    return bool(re.fullmatch(r"\d{1,2}月.*|.*[日号天晚]|上午|下午|当天", text))


def _telling(words: Sequence[Word], name: str, head: str) -> bool:
    """Return whether an occasion is named, not only described as one of its kind."""
    ordinal = bool(re.search(r"第[\d一二三四五六七八九十百]+[届次轮]|[一二三四五六七八九十]届", name))
    if head in listed("needs_ordinal"):
        return ordinal and len(name) > len(head) + 4
    own = [w for w in words if w.text not in listed("bland") and w.text != head and w.tag not in ("w", "m")]
    stem = name[: -len(head)]
    return bool(own) and len(stem) > 1 and not (len(own) == 1 and own[0].tag == "LOC" and not ordinal)
