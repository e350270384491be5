"""Stage 2: read a title phrase, such as `former head of nursing at X`, in the pieces of a line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg.extract.marks import Mention, Piece, Sort
from kg.extract.piece_words import is_, is_lower, lower, vague, words_of
from kg.extract.tables import institution_heads, table, titles
from kg.extract.words import POSSESSIVE, is_office, is_plural, small

BODIES = (Sort.INSTITUTION, Sort.PLACE, Sort.NATION)
_LINKS = ("of", "for", "at", "in", "with", "to", "from", "on")
_MOST_MODIFIERS = 7
_MOST_FIELD = 10
_MOST_TAIL = 6
_MOST_BRACKET = 8
_FIELD_HEADS = frozenset(
    ("minister", "secretary", "commissioner", "envoy", "ambassador", "counsellor", "representative")
)
"""Titles whose field of work may look like an institution: minister for trade."""
_JOINING = ("and", "of", "the", "for", "&", "-", ",")


@dataclass(frozen=True, slots=True)
class Title:
    """A title phrase `[start, end)` of a line's pieces."""

    start: int
    end: int
    text: str
    body: Mention | None = None
    owner: str = ""
    """`its`, or the noun of `the foundation's`: the institution without its name."""
    definite: bool = False
    plural: bool = False


@dataclass(frozen=True, slots=True)
class _Opening:
    """What stands before the words of the title itself: of `the former U.S. ...`."""

    first: int
    lead: int
    """End of `former` and the like."""
    at: int
    body: Mention | None
    owner: str
    definite: bool


def title_at(pieces: Sequence[Piece], start: int, *, loose: bool = False) -> Title | None:
    """Return the title phrase that begins at this piece; a loose one may hold words of no table."""
    if is_(pieces, start, "-"):
        return None
    opening = _opening(pieces, start)
    head = _head(pieces, opening.at, loose=loose)
    if head < 0:
        return None
    end = _beyond(pieces, head + 1)
    end = _with_tail(pieces, end) if loose else end
    text = " ".join((words_of(pieces, opening.first, opening.lead), _own_words(pieces, opening, end))).strip()
    ministerial = lower(pieces, head) in _FIELD_HEADS
    body = opening.body
    if body is not None and ministerial and vague(body):
        body, text = None, words_of(pieces, opening.first, end)
    plural = is_plural(lower(pieces, head))
    title = Title(start, end, text, body, opening.owner, opening.definite, plural)
    return _with_complement(pieces, title, ministerial=ministerial) if is_(pieces, end, *_LINKS) else title


def _own_words(pieces: Sequence[Piece], opening: _Opening, end: int) -> str:
    return words_of(pieces, opening.at, end)


def _opening(pieces: Sequence[Piece], start: int) -> _Opening:
    at = start
    determiner = lower(pieces, at)
    definite = determiner in ("the", "its", "their")
    owner = "its" if determiner in ("its", "their") else ""
    at += determiner in ("the", "a", "an", "its", "their", "our", "his", "her")
    first = at
    while is_lower(pieces, at, titles().former) or (at > first and is_(pieces, at, "-")):
        at += 1
    lead = at
    found = body_at(pieces, at)
    if found is not None:
        body, at = found
        at += is_(pieces, at, *POSSESSIVE)
        return _Opening(first, lead, at, body, "", definite)
    owns = _owns(pieces, at) if definite else _speaks_of_a_body(pieces, at)
    if not owner and owns and is_(pieces, at + 1, *POSSESSIVE):
        return _Opening(first, lead, at + 2, None, lower(pieces, at), definite)
    if not owner and is_lower(pieces, at, institution_heads()) and _in_title(pieces, at + 1):
        owner = lower(pieces, at)
    return _Opening(first, lead, at, None, owner, definite)


def _speaks_of_a_body(pieces: Sequence[Piece], at: int) -> bool:
    plain = at < len(pieces) and pieces[at].mention is None
    return plain and (lower(pieces, at) in institution_heads() or lower(pieces, at) in small("bodies"))


def _owns(pieces: Sequence[Piece], at: int) -> bool:
    """Tell whether `the choir's` may speak of a body: the noun is no person's office."""
    word = lower(pieces, at)
    return _speaks_of_a_body(pieces, at) or (
        word.isalpha() and pieces[at].text.islower() and not is_office(word)
    )


def _in_title(pieces: Sequence[Piece], at: int) -> bool:
    return is_lower(pieces, at, titles().heads)


def body_at(pieces: Sequence[Piece], at: int) -> tuple[Mention, int] | None:
    """Return the body named here and where its words end; of `China's Ministry of X` the ministry."""
    mention = pieces[at].mention if at < len(pieces) else None
    if mention is None or mention.sort not in BODIES:
        return None
    end = at + 1
    while True:
        step = end + is_(pieces, end, *POSSESSIVE)
        inner = pieces[step].mention if step < len(pieces) else None
        closer = inner is not None and inner.sort is Sort.INSTITUTION and not vague(inner)
        if inner is None or not closer or (step == end and mention.sort is Sort.INSTITUTION):
            return mention, end
        mention, end = inner, step + 1


def _head(pieces: Sequence[Piece], first: int, *, loose: bool) -> int:
    """Return where the last word of an office stands among the words of a title, or -1."""
    head, at = -1, first
    while at < len(pieces) and at - first <= _MOST_MODIFIERS:
        piece = pieces[at]
        if piece.mention is not None and not (vague(piece.mention) and not piece.text.isupper()):
            break
        word = piece.text.lower()
        if piece.mention is None and is_office(word):
            head = at
        elif not (
            piece.mention
            or _modifies(pieces, at)
            or (loose and _may_modify(piece))
            or _joins_modifiers(pieces, at, first, head)
        ):
            break
        at += 1
    return -1 if lower(pieces, head) == "partners" else head


def _modifies(pieces: Sequence[Piece], at: int) -> bool:
    text = pieces[at].text
    word = text.lower()
    inside = word in ("-", "&") or (word == "in" and is_(pieces, at - 1, "-"))
    capital = text[:1].isupper() and word.isalpha() and word not in small("first")
    return word in titles().before or inside or capital


def _joins_modifiers(pieces: Sequence[Piece], at: int, first: int, head: int) -> bool:
    """Tell whether `and` or a comma goes on with a field of work: Trade and Industry Minister."""
    if not (is_(pieces, at, "and", "&", ",") and at > first and head != at - 1):
        return False
    around = [lower(pieces, at - 1), lower(pieces, at + 1)]
    return all(word in titles().fields or word in titles().before for word in around)


def _may_modify(piece: Piece) -> bool:
    return piece.text.isalpha() and piece.text.islower() and piece.text not in small("plain")


def _beyond(pieces: Sequence[Piece], end: int) -> int:
    """Return the end of `-in-charge` and `(International)` after a head."""
    if [p.text.lower() for p in pieces[end : end + 4]] == ["-", "in", "-", "charge"]:
        end += 4
    if is_(pieces, end, ".") and lower(pieces, end - 1) in table("titles")["abbreviations"]:
        end += 1
    if is_(pieces, end, "(") and end + 1 < len(pieces) and pieces[end + 1].text[:1].isupper():
        inside = pieces[end + 1 : end + _MOST_BRACKET]
        close = next((i for i, piece in enumerate(inside, end + 1) if piece.text == ")"), -1)
        named = any(p.mention and p.mention.sort is Sort.PERSON for p in pieces[end:close])
        if close > 0 and not named and not any(piece.text == "-" for piece in pieces[end:close]):
            return close + 1
    return end


def _with_tail(pieces: Sequence[Piece], end: int) -> int:
    """Return the end of `Global Partnerships` in `ANA LOPEZ, vice president Global Partnerships, X`."""
    at = end
    while at < len(pieces) and at - end < _MOST_TAIL and _of_tail(pieces, at):
        at += 1
    while at > end and is_(pieces, at - 1, "and", "&"):
        at -= 1
    return at if at > end and (at >= len(pieces) or is_(pieces, at, ",", ".", ";", ")", "at", "of")) else end


def _of_tail(pieces: Sequence[Piece], at: int) -> bool:
    mention, word = pieces[at].mention, pieces[at].text.lower()
    if mention is not None:
        return vague(mention)
    capital = pieces[at].text[:1].isupper() and word.isalpha()
    return (capital or word in titles().before or word in ("and", "&")) and word not in titles().heads


def _with_complement(pieces: Sequence[Piece], title: Title, *, ministerial: bool) -> Title:
    """Read on after the head: of X, for trade and industry at Y, of the foundation."""
    link, at = pieces[title.end].text, title.end + 1
    the = is_(pieces, at, "the", "its", "their")
    at += the
    while the and _speaks_of_a_body(pieces, at) and _speaks_of_a_body(pieces, at + 1):
        at += 1
    if the and _speaks_of_a_body(pieces, at) and not is_(pieces, at + 1, "of", "for", *POSSESSIVE):
        owner = title.owner or lower(pieces, at)
        return replace(title, end=at + 1, owner=owner if title.body is None else "")
    if link == "to":
        nested = title_at(pieces, at)
        if nested is not None:
            return _longer(pieces, title, nested.end, body=title.body or nested.body)
    found = body_at(pieces, at)
    if found is not None and not (ministerial and vague(found[0])):
        return _in_body(pieces, title, link, *found)
    return _with_field(pieces, title, at)


def _longer(pieces: Sequence[Piece], title: Title, end: int, *, body: Mention | None) -> Title:
    text = f"{title.text} {words_of(pieces, title.end, end)}"
    return replace(title, end=end, text=text, body=body)


def _in_body(pieces: Sequence[Piece], title: Title, link: str, body: Mention, end: int) -> Title:
    if link == "to" or (link in ("for", "on") and not _named_body(body)):
        longer = _longer(pieces, title, end, body=title.body)
        if is_(pieces, end, "at", "of", "in", "with"):
            after = body_at(pieces, end + 1 + is_(pieces, end + 1, "the"))
            if after is not None and after[0].sort is Sort.INSTITUTION:
                return replace(longer, end=after[1], body=after[0])
        return longer
    if _goes_on(pieces, end):
        return title
    if link == "in" and body.sort is not Sort.INSTITUTION:
        return replace(title, end=end)
    if title.body is None or body.sort is Sort.INSTITUTION:
        return replace(title, end=end, body=body)
    return title


def _named_body(body: Mention) -> bool:
    return body.sort is Sort.INSTITUTION and not vague(body)


def _goes_on(pieces: Sequence[Piece], at: int) -> bool:
    """Tell whether a name goes on after what was taken for a whole one."""
    plain = at < len(pieces) and pieces[at].mention is None
    return plain and pieces[at].text[:1].isupper() and lower(pieces, at) not in titles().honours


def _with_field(pieces: Sequence[Piece], title: Title, at: int) -> Title:
    field = at
    while field < len(pieces) and field - at <= _MOST_FIELD and _of_field(pieces, field):
        field += 1
    while field > at and is_lower(pieces, field - 1, _JOINING):
        field -= 1
    if field == at:
        return title
    link = field + is_(pieces, field, ",")
    link += is_(pieces, link, "of", "at", "in", "with", "from", "for")
    after = body_at(pieces, link + is_(pieces, link, "the")) if link > field else None
    text = f"{title.text} {words_of(pieces, title.end, field)}"
    if after is not None and after[0].sort is Sort.INSTITUTION and not _goes_on(pieces, after[1]):
        return replace(title, end=after[1], text=text, body=after[0])
    if after is not None and is_(pieces, link - 1, "of", "for") and title.body is None:
        return replace(title, end=after[1], text=text, body=after[0])
    low = any(piece.text.islower() and piece.text not in _JOINING for piece in pieces[at:field])
    return replace(title, end=field, text=text) if not low or _stops(pieces, field) else title


def _of_field(pieces: Sequence[Piece], at: int) -> bool:
    mention = pieces[at].mention
    if mention is not None:
        return vague(mention)
    text = pieces[at].text
    if text == ",":
        return at + 1 < len(pieces) and is_lower(pieces, at + 1, titles().fields)
    if text in _JOINING:
        return True
    if text.lower() in titles().heads or text.lower().rstrip(".") in titles().honours:
        return False
    return text[:1].isupper() or _may_modify(pieces[at])


def _stops(pieces: Sequence[Piece], at: int) -> bool:
    """Tell whether a phrase is at its end: at a mark, or at the person who holds the title."""
    if at >= len(pieces):
        return True
    mention = pieces[at].mention
    person = mention is not None and mention.sort is Sort.PERSON
    return (
        person
        or pieces[at].text in (",", ".", ";", ")", ":", "–", "—")
        or is_lower(pieces, at, titles().honours)
    )
