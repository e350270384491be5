"""Stage 2, Chinese: a sentence as a string of letters, one a piece, so that patterns stay readable.

When and where are lifted out first, and so are adverbs; `丁薛祥28日在北京会见访问团` becomes `PmG`. Letters:
P person, I institution, L place, G delegation, O occasion, A agreement, N number, & and, c toward,
m meet, k talk, h hold, v visit, R lead, j attend, S sign, b each, T when, y say, q by, z among,
r rest, x sign off, u open, e of, H the publisher unnamed (`我校`), comma, o other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.extract.chinese_asides import asides
from kg.extract.chinese_marks import Piece, Reading, Sort
from kg.extract.chinese_names import is_title
from kg.extract.chinese_whereabouts import Circumstance, circumstances
from kg.extract.chinese_words import acts, lexicon, listed
from kg.model import Evidence

_LETTERS = (
    ("&", "conj"), ("c", "toward"), ("R", "lead"), ("m", "meet"), ("k", "talk"), ("v", "visit"),
    ("h", "hold"), ("j", "attend"), ("S", "sign"), ("b", "each"), ("T", "when"), ("y", "say"), ("q", "by"),
    ("z", "among"), ("r", "rest"), ("x", "sign_off"), ("u", "open"),
)  # fmt: skip
_DROPPED = frozenset({"u", "d", "ad", "a", "xc", "TIME", "f", "s"})
_MARKS = {"，": ",", "：": ",", "；": ",", "。": ",", "的": "e"}
_BOND = "建立"
"""Establishes a bond where one is named behind it."""
_MOODS = ("planned", "denied", "cancelled")


@dataclass(frozen=True, slots=True)
class Track:
    """A reading with its letters; `index[i]` is the piece of letter i."""

    reading: Reading
    letters: str
    index: tuple[int, ...]
    around: tuple[Circumstance, ...]
    scene: tuple[Piece, ...] = ()
    """Day and place of the line before, where that says nothing else (`5月7日，奥斯陆。`)."""

    def find(self, pattern: str) -> Iterator[re.Match[str]]:
        """Yield the matches of a pattern, left to right."""
        yield from re.finditer(pattern, self.letters)

    def group(self, match: re.Match[str], name: str, sorts: str) -> list[Piece]:
        """Return the pieces of a group of a match that are of some sorts."""
        first, last = match.span(name)
        pieces = [self.reading.pieces[self.index[i]] for i in range(max(first, 0), last)]
        return [piece for piece in pieces if piece.sort.value in sorts]

    def at(self, letter: int) -> int:
        """Return the index of the piece of a letter."""
        return self.index[letter]

    def evidence(self, match: re.Match[str]) -> Evidence:
        """Return the words of a match, with its date or place right before or within."""
        first, last = self.index[match.start()], self.index[match.end() - 1]
        clause, _ = self.reading.clause(first)
        near = [c.first for c in self.around if clause <= c.first <= first]
        return self.reading.between(min([first, *near]), last)

    def subject(self, before: int, sorts: str = "PIGL") -> list[Piece]:
        """Return who the sentence is about, for a verb without a subject of its own."""
        found = re.search(
            rf"(?:^|,)o?(?P<who>[{sorts}](?:&[{sorts}])*)[mkvhRjScyb]", self.letters[: before + 1]
        )
        found = found or re.search(rf"(?:^|,)o?(?P<who>[{sorts}](?:&[{sorts}])+)[^&{sorts}]", self.letters)
        return self.group(found, "who", sorts) if found and found.end("who") <= before else []

    def carried(self, before: int, sorts: str) -> list[Piece]:
        """Return the subject for a verb that begins its clause; one behind another noun has its own."""
        last = self.letters[before - 1 : before] if before else ""
        joined = last == "o" and self.reading.pieces[self.index[before - 1]].tag == "c"
        return self.subject(before, sorts) if last in ("", ",", "b", "R", "G") or joined else []

    def gathered(self, before: int) -> list[Piece]:
        """Return the persons listed before a verb, with nameless others (`甲、乙及有关人员`)."""
        rest = re.search(r"[^,mkvhSyRTxuj]*(?:,[^mkvhSyRTxuj]*)*$", self.letters[:before])
        span = range(rest.start(), before) if rest else range(0)
        pieces = [self.reading.pieces[self.index[i]] for i in span]
        # Another verb has its own subject.
        last = max((i for i, p in enumerate(pieces) if p.sort is Sort.WORD and p.tag == "v"), default=-1)
        return [p for p in pieces[last + 1 :] if p.sort is Sort.PERSON]

    def nearest(self, sort: Sort, first: int, last: int) -> Piece | None:
        """Return the date, place or occasion that holds for the pieces `[first, last]`."""
        fitting = [c for c in self.around if c.piece.sort is sort]
        _, end = self.reading.clause(last)
        start, _ = self.reading.clause(first)
        inside = [c for c in fitting if start <= c.first <= last] or [
            c for c in fitting if last < c.first <= end
        ]
        exact = [c for c in fitting if c.piece.when and c.piece.when.precision == "to-the-day"]
        if inside and exact and all(c.piece.when and c not in exact for c in inside):
            inside = exact  # 10月19日赴挪威出席2025年的会议
        if inside:
            return inside[-1 if inside[0].first <= last else 0].piece
        earlier = [c for c in fitting if c.first < start and not self._spoken(c.first, start)]
        scene = [piece for piece in self.scene if piece.sort is sort]
        return earlier[-1].piece if earlier else scene[-1] if scene else None

    @property
    def sets_scene(self) -> bool:
        """Return whether the sentence only says when and where."""
        return bool(self.letters.strip("L,") == "" and any(p.sort is Sort.DATE for p in self.reading.pieces))

    def _spoken(self, first: int, last: int) -> bool:
        """Return whether somebody begins to speak between two pieces."""
        return any(acts(piece.text, "say") for piece in self.reading.pieces[first:last])

    def mood(self, first: int, last: int, *, noun: bool = False) -> str | None:
        """Return planned, denied, cancelled or nothing; None where it is only imagined.

        What is told by a noun has its verb behind it (`签约仪式推迟举行`).
        """
        pieces = self.reading.pieces
        start, end = self.reading.clause(first)[0], self.reading.clause(last)[1]
        before = [p.text for p in pieces[start:last] if p.sort is Sort.WORD]
        asked = pieces[-1].text in "？?" and end + 2 >= len(pieces)
        imagined = asked or any(p.text in listed("supposed") for p in pieces[:last])
        if imagined or any(word in listed("wished") for word in before):
            return None
        after = [p.text for p in pieces[last + 1 : end + 1] if p.sort is Sort.WORD]
        rest = [p.text for p in pieces[end + 1 :] if p.sort is Sort.WORD]
        if any(word in listed("cancelled") for word in (*before, *after)) or _taken_back(rest):
            return "cancelled"
        if any(p.text in listed("unfounded") for p in pieces):
            return "denied"
        told = [*before, *after] if noun else before
        found = {mood for mood in _MOODS for word in told if _is(word, mood)}
        if "denied" in found and "planned" not in found:
            return "denied"
        return "planned" if found else ""


def _is(word: str, mood: str) -> bool:
    return word in listed(mood)


def _taken_back(rest: list[str]) -> bool:
    """Return whether a later clause calls off what was planned (`现已取消`)."""
    return any(word in listed("cancelled") for word in rest[:4])


def track(reading: Reading, scene: tuple[Piece, ...] = ()) -> Track:
    """Return the letters of a sentence, told at a scene that is set before it."""
    around = tuple(circumstances(reading.pieces))
    # What stands in brackets is said aside.
    lifted = {i for c in around for i in range(c.first, c.last + 1)} | asides(reading.pieces)
    kept = [
        (i, letter)
        for i in range(len(reading.pieces))
        if i not in lifted and (letter := _letter_at(reading.pieces, i))
    ]
    return Track(reading, "".join(letter for _, letter in kept), tuple(i for i, _ in kept), around, scene)


def _letter_at(pieces: tuple[Piece, ...], index: int) -> str:
    """Return the letter of a piece; a body does not act where its officer does (`外交部发言人`)."""
    piece = pieces[index]
    if _is_attribute(pieces, index) or _in_group(pieces, index):
        return ""
    if piece.sort is Sort.PLACE and not piece.full and _is_of_something(pieces, index):
        return "o"
    if piece.text == _BOND and any(p.kind == "partnership" for p in pieces[index + 1 : index + 6]):
        return "S"
    envoy = piece.text in listed("officers") and index > 0 and pieces[index - 1].sort is Sort.INSTITUTION
    after = pieces[index + 1] if index + 1 < len(pieces) else piece
    if piece.sort is Sort.INSTITUTION and after.sort is Sort.WORD and is_title(after.text):
        return "I" if after.text in listed("officers") else "o"
    return "" if envoy else _letter(piece)


def _is_attribute(pieces: tuple[Piece, ...], index: int) -> bool:
    """Return whether a place only says where the next name lies (`挪威海滨医院`, `挪威奥斯陆`)."""
    after = pieces[index + 1] if index + 1 < len(pieces) else pieces[index]
    inner = after.sort is Sort.INSTITUTION or (after.sort is Sort.PLACE and after is not pieces[index])
    titled = after.sort is Sort.PERSON and after.lead >= 0
    return pieces[index].sort is Sort.PLACE and (inner or titled) and not after.full


def _is_of_something(pieces: tuple[Piece, ...], index: int) -> bool:
    """Return whether a place only says where a nameless thing is (`挪威企业`, `北海项目`)."""
    after = pieces[index + 1] if index + 1 < len(pieces) else None
    return bool(after and after.sort is Sort.WORD and after.text in lexicon()["nameless"])


def _in_group(pieces: tuple[Piece, ...], index: int) -> bool:
    """Return whether a piece belongs to `一行` and how many they are (`一行四人`)."""
    texts = [piece.text for piece in pieces[max(index - 2, 0) : index + 1]]
    counted = pieces[index].sort is Sort.NUMBER or texts[-1].endswith("人")
    return texts[-1] == "一行" or (counted and "一行" in texts)


def _letter(piece: Piece) -> str:
    if piece.sort is Sort.DATE:
        return ""
    if piece.sort is not Sort.WORD:
        return piece.sort.value
    found = next((letter for letter, role in _LETTERS if acts(piece.text, role)), "")
    if found:
        return found
    if piece.text in _MARKS:
        return _MARKS[piece.text]
    if piece.text in listed("own") or is_arrival(piece.text):
        return "v" if is_arrival(piece.text) else "H"
    modal = any(piece.text in listed(mood) for mood in (*_MOODS, "preliminary"))
    return "" if modal or piece.tag in _DROPPED or (piece.tag == "w" and piece.text not in "！？") else "o"


def is_arrival(word: str) -> bool:
    """Return whether a word tells of a visit to a province by its short name (`来湘`, `访沪`)."""
    return len(word) == len("来湘") and word[0] in "来访赴抵" and word[1] in lexicon()["provinces_short"]
