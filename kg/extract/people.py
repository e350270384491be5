"""Stage 2: where the names of persons begin and end in the words of a line."""

from collections.abc import Iterable, Sequence

from kg.extract.institution_kinds import kind_of
from kg.extract.marks import Mention, Sort
from kg.extract.places import known
from kg.extract.tables import institution_heads, titles
from kg.extract.words import POSSESSIVE, Span, Word, is_office, mention_of, small, text_of, trimmed

_ARTICLES = ("a", "an", "the")
_LONGEST_NAME = 4
"""Words of a person's name that only a title beside it shows."""
_LONGEST_HONOURED = 8
_LONGEST_TITLE = 6
_ALSO_NAMES = ("seri", "setia", "awang", "father", "sister", "brother")
"""Honours that may stand inside other names: Bandar Seri Begawan."""
_SHORT, _MOST, _FEW = 3, 0.7, 3
"""Letters of words that stay small in title case; share of the longer ones that are capitalised there, and
number of those that are not."""


def honoured(ws: Sequence[Word]) -> list[Span]:
    """Return the names that an honour shows: `Dr Ana Lopez`."""
    spans = []
    honours = titles().honours
    for i, word in enumerate(ws[:-1]):
        inside = i > 0 and word.lower in _ALSO_NAMES and ws[i - 1].capital and not _foreign(ws[i - 1])
        if (
            word.capital
            and not inside
            and word.lower.rstrip(".") in honours
            and word.lower not in ("the", "he", "his", "her")
        ):
            start = i + 1 + (ws[i + 1].text == ".")
            end = _end(ws, start)
            if 0 < end - start <= _LONGEST_HONOURED:
                spans.append((start, end))
    return spans


def _end(ws: Sequence[Word], start: int) -> int:
    end = start
    while end < len(ws) and _of_a_name(ws, end) and not is_office(ws[end].text):
        end += 1
    return end


def introduced(ws: Sequence[Word]) -> Iterable[Span]:
    """Yield names that a title in apposition shows to be a person's: `Ana Lopez, director of X`."""
    for comma in (i for i, word in enumerate(ws) if word.text in (",", "is", "was", "(")):
        first = end = _before_aside(ws, comma)
        while first > 0 and _of_a_name(ws, first - 1) and not _foreign(ws[first - 1]):
            first -= 1
        while first < end and not ws[first].capital:
            first += 1
        title = [w.lower for w in ws[comma + 1 : comma + 1 + _LONGEST_TITLE]]
        head = next((i for i, word in enumerate(title) if is_office(word)), None)
        plain = head is not None and all(_before_a_head(w) for w in title[:head])
        begins = first == 0 or not ws[first - 1].capital or ws[first - 1].lower in small("first")
        if plain and begins and 1 < _length(ws, first, end) <= _LONGEST_NAME:
            yield first, end


def _before_a_head(word: str) -> bool:
    return word in titles().before or word in titles().former or word in _ARTICLES or word == "-"


def _foreign(word: Word, *, trusted: bool = False) -> bool:
    """Tell whether a capitalised word is no part of a person's name; after an honour even Nor is one."""
    return (
        (word.lower in small("first") and not trusted)
        or is_office(word.text)
        or word.lower.rstrip(".") in titles().honours
    )


def _length(ws: Sequence[Word], first: int, end: int) -> int:
    """Return how many words a name has; those that a hyphen joins are one."""
    return sum(ws[i].text != "-" and not _hyphenated(ws, i) for i in range(first, end))


def titled(ws: Sequence[Word], persons: Iterable[Span]) -> Iterable[Span]:
    """Yield names that follow a title: `Sultan Haji Omar`; in title case only where the model saw one."""
    spans = list(persons)
    capitals = [word.text[:1].isupper() for word in ws if len(word.text) > _SHORT]
    shouting = sum(capitals) > _MOST * len(capitals) and capitals.count(False) < _FEW
    for i, word in enumerate(ws[:-1]):
        if not is_office(word.text) or (_office_of(word) in titles().ambiguous and not _plain_office(word)):
            continue
        start = _past_field(ws, i + 1)
        start += start < len(ws) and ws[start].text == "," and _owned(ws, i)
        while start < len(ws) and ws[start].lower.rstrip(".") in titles().honours | {"."} and start > i:
            start += 1
        end = _end(ws, start)
        named = any(first < end and start < last for first, last in spans)
        plain = not any(known(w.text) or w.lower in institution_heads() for w in ws[start:end])
        if (named or not shouting) and plain and 1 < _length(ws, start, end) <= _LONGEST_NAME:
            yield start, end


def _owned(ws: Sequence[Word], office: int) -> bool:
    """Tell whether an office is somebody's, so that a comma and a name may follow."""
    before = next((word for word in reversed(ws[:office]) if word.lower not in titles().before), None)
    return before is not None and (before.text in POSSESSIVE or before.lower in ("its", "their"))


def _plain_office(word: Word) -> bool:
    """Tell whether a word in small letters before a name is a person's office: head nurse, not a partner."""
    return word.text.islower() and _office_of(word) in small("personal")


def _office_of(word: Word) -> str:
    return word.lower if word.lower in titles().heads else word.lower.rstrip("s")


def _past_field(ws: Sequence[Word], at: int) -> int:
    """Return the end of `for Trade and Industry`, told by fields of government, or of `to the UN`."""
    if at < len(ws) and ws[at].lower == "to":
        at += 1 + (at + 1 < len(ws) and ws[at + 1].lower == "the")
        return at + (at < len(ws) and ws[at].text.isupper())
    if at >= len(ws) or ws[at].lower not in ("of", "for"):
        return at
    end, last = at + 1, at
    while end < len(ws) and (
        ws[end].lower in titles().fields or ws[end].lower in ("and", "the", "&", ",", "of")
    ):
        last = end + 1 if ws[end].lower in titles().fields else last
        end += 1
    return last


def _before_aside(ws: Sequence[Word], at: int) -> int:
    """Return where `(left)` before this place begins, or the place itself."""
    opened = next((i for i in range(at - 1, max(-1, at - 5), -1) if ws[i].text == "("), at)
    return opened if at > 0 and ws[at - 1].text == ")" else at


def _of_a_name(ws: Sequence[Word], i: int) -> bool:
    following = (
        ws[i + 1 + (i + 2 < len(ws) and ws[i + 1].lower in small("particles"))] if i + 1 < len(ws) else None
    )
    particle = ws[i].lower in small("particles") and following is not None and following.capital
    hyphen = ws[i].text == "-" and i + 1 < len(ws) and ws[i + 1].start == ws[i].end
    plain = ws[i].capital and ws[i].text != "&" and ws[i].lower not in small("days")
    return plain or particle or hyphen or _hyphenated(ws, i)


def _hyphenated(ws: Sequence[Word], i: int) -> bool:
    """Tell whether a word is the second half of Chun-ying."""
    joined = i > 1 and ws[i - 1].text == "-" and ws[i - 1].start == ws[i - 2].end
    return joined and ws[i].start == ws[i - 1].end and ws[i - 2].text[:1].isupper() and ws[i].text.isalpha()


def person(ws: Sequence[Word], span: Span, *, trusted: bool) -> Mention | None:
    """Return the mention of a person that a span comes to, without titles, honours and strange words."""
    first, last = _without_owner(ws, trimmed(ws, span))
    dash = [i for i in range(first, last) if ws[i].text == "-" and ws[i].start > ws[i - 1].end]
    cut = [i for i in range(first + 1, last) if ws[i].lower in ("of", "from", "at")]
    last = min([*dash, *cut, last])
    while first < last and (_foreign(ws[first], trusted=trusted) or ws[first].text == "."):
        first, trusted = first + 1, trusted or ws[first].lower not in small("first")
    first = _past_country(ws, first, last)
    last = _extended(ws, first, last)
    while last > first and (_closes(ws, first, last) or not _ends_a_name(ws, last - 1)):
        last -= 1
    text = text_of(ws, (first, last)) if first < last else ""
    if not text or known(text) or kind_of(text) or any(c.isdigit() or c in "@/" for c in text):
        return None
    if not _may_be_a_person(ws, (first, last)):
        return None
    alone = not trusted and last - first == 1
    if alone and (not ws[first].capital or _is_field(ws, first)):
        return None
    return mention_of(Sort.PERSON, ws, (first, last), trusted=trusted or last - first > 1)


def _closes(ws: Sequence[Word], first: int, last: int) -> bool:
    """Tell whether a name ends in an office that is no surname, as it is in Jordan King."""
    two = last - first == 2 and ws[first].lower not in titles().before  # noqa: PLR2004  a first name and a surname
    surname = two and ws[last - 1].lower in small("surnames")
    return is_office(ws[last - 1].text) and not surname


def _past_country(ws: Sequence[Word], first: int, last: int) -> int:
    """Return where the name begins in `Ambassador of FRANCE ANA LOPEZ`."""
    if first == 0 or ws[first - 1].lower not in ("of", "the"):
        return first
    for end in range(min(first + 3, last - 2), first, -1):
        place = known(text_of(ws, (first, end)))
        if place is not None and place.kind == "country":
            return end
    return first


def _may_be_a_person(ws: Sequence[Word], span: Span) -> bool:
    """Tell whether a name has no words that persons' names never have: Strategic Development, Lima-based."""
    inner = [word.lower for word in ws[span[0] : span[1]]]
    after = [word.lower for word in ws[span[1] : span[1] + 2]]
    based = inner[-1].endswith("based") or after[:1] == ["based"] or after == ["-", "based"]
    return not based and not (small("things") | {"healthcare", "pharma"}) & set(inner[1:])


def _is_field(ws: Sequence[Word], i: int) -> bool:
    """Tell whether a word is what an office is for: Minister for Mobility."""
    return i > 1 and ws[i - 1].lower in ("for", "of") and is_office(ws[i - 2].text)


def _without_owner(ws: Sequence[Word], span: Span) -> Span:
    """Return what follows `Brunei's` in a name."""
    first, last = span
    owner = max((i for i in range(first, last) if ws[i].text in POSSESSIVE), default=first - 1)
    return owner + 1, last


def _extended(ws: Sequence[Word], first: int, last: int) -> int:
    """Return the end of a name with what the model left out: `-ying`, `van Gogh`."""
    if first >= last:
        return last
    if last + 1 < len(ws) and ws[last].text == "," and ws[last + 1].lower.rstrip(".") in ("jr", "sr"):
        return last + 2
    while last < len(ws) and (
        (ws[last].lower in small("particles") and last + 1 < len(ws) and ws[last + 1].capital)
        or (
            ws[last].text == "-"
            and ws[last].start == ws[last - 1].end
            and _hyphenated(ws, min(last + 1, len(ws) - 1))
        )
    ):
        last += 2
    return last


def _ends_a_name(ws: Sequence[Word], i: int) -> bool:
    return ws[i].capital or _hyphenated(ws, i)
