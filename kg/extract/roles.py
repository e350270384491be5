"""Stage 2: find who holds what title in which institution, in the pieces of a line."""

from collections.abc import Sequence
from dataclasses import dataclass

from kg.extract.marks import Mention, Piece, RoleMention, Sort
from kg.extract.tables import titles

_BODIES = (Sort.INSTITUTION, Sort.PLACE, Sort.NATION)
_MOST_MODIFIERS = 7
_MOST_FIELD = 10
_MOST_SUBJECT = 6
_ASIDE = frozenset(
    ("left", "right", "centre", "center", "l", "r", "c", "pictured", "middle", "front", "back", "above")
)
_FIELD_HEADS = frozenset(
    ("minister", "secretary", "commissioner", "envoy", "ambassador", "counsellor", "representative")
)
"""Titles whose field of work belongs to them: minister for trade."""


@dataclass(frozen=True, slots=True)
class Title:
    """A title phrase `[start, end)` of a line's pieces."""

    start: int
    end: int
    text: str
    body: Mention | None


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of a line, and the stretches of pieces that only tell them."""

    found: tuple[RoleMention, ...]
    cuts: tuple[tuple[int, int], ...]


def roles_in(pieces: Sequence[Piece]) -> Roles:
    """Return the roles that a line's pieces tell by apposition or by a title before a name."""
    found: list[RoleMention] = []
    cuts: list[tuple[int, int]] = []
    for i, piece in enumerate(pieces):
        if piece.mention is None or piece.mention.sort is not Sort.PERSON:
            continue
        roles, cut = _after(pieces, i)
        found += roles
        cuts += cut
        roles, cut = _before(pieces, i)
        found += roles
        cuts += cut
    return Roles(tuple(found), tuple(cuts))


def _after(pieces: Sequence[Piece], person: int) -> tuple[list[RoleMention], list[tuple[int, int]]]:
    """Read `PERSON (left), executive director of X and chair of Y,`."""
    cuts = []
    at = person + 1
    aside = _aside(pieces, at)
    if aside > at:
        cuts.append((at, aside))
        at = aside
    if not _is(pieces, at, ",", "–", "-", "("):
        return [], cuts
    opened, at = at, at + 1
    roles: list[RoleMention] = []
    while (title := title_at(pieces, at)) is not None and _closes(pieces, title.end):
        roles.append(
            _role(pieces, person, title, pieces[person].start, pieces[title.end - 1].end, "role-apposition")
        )
        at = title.end
        following = at + _is(pieces, at, ",") + _is(pieces, at, "and")
        following += _is(pieces, at, ",") and _is(pieces, at + 1, "and")
        if following == at or title_at(pieces, following) is None:
            break
        at = following
    if roles:
        cuts.append((opened, at + _is(pieces, at, ",", ")")))
    return roles, cuts


def _aside(pieces: Sequence[Piece], at: int) -> int:
    """Return the end of `(left)` or `, right,` at this place."""
    if _is(pieces, at, "(", ",") and at + 2 < len(pieces) and pieces[at + 1].text.lower() in _ASIDE:
        end = at + 2
        while end < len(pieces) and pieces[end].text not in (")", ","):
            end += 1
        return end + (end < len(pieces) and pieces[end].text == ")")
    return at


def _before(pieces: Sequence[Piece], person: int) -> tuple[list[RoleMention], list[tuple[int, int]]]:
    """Read `X's director general, Dr PERSON` and `President PERSON`."""
    end = person
    while end > 0 and _honour(pieces, end - 1 - (pieces[end - 1].text == "." and end > 1)):
        end -= 1 + (pieces[end - 1].text == ".")
    honours = [(end, person)] if end < person else []
    stop = end - 1 if end > 0 and pieces[end - 1].text == "," else end
    for start in range(max(0, stop - 16), stop):
        title = title_at(pieces, start)
        if title is None or title.end not in (stop, person) or _joined(pieces, start):
            continue
        if stop < end and title.body is None:
            break  # `..., president, PERSON` is a list
        if title.body is None and title.text.lower() in titles().honours:
            break
        role = _role(pieces, person, title, pieces[title.start].start, pieces[person].end, "role-pre-title")
        return [role], [(title.start, person)]
    return [], honours


def _honour(pieces: Sequence[Piece], at: int) -> bool:
    word = pieces[at].text.lower().rstrip(".")
    return pieces[at].mention is None and word in titles().honours and word not in ("the", "his", "her", "he")


def _joined(pieces: Sequence[Piece], start: int) -> bool:
    mention = pieces[start - 1].mention if start > 0 else None
    return mention is not None and mention.sort is Sort.PERSON


def _role(pieces: Sequence[Piece], person: int, title: Title, start: int, end: int, rule: str) -> RoleMention:  # noqa: PLR0917  each is needed by name
    mention = pieces[person].mention
    assert mention is not None  # noqa: S101  the caller looked
    text = title.text
    if title.body is not None and title.body.sort in (Sort.PLACE, Sort.NATION):
        # No institution is named: the country is part of the title, as the article has it.
        first = title.start + _is(pieces, title.start, "the", "The", "a", "an")
        text = _words(pieces, first, title.end)
    return RoleMention(mention, text, title.body, start, end, rule)


def _is(pieces: Sequence[Piece], at: int, *texts: str) -> bool:
    return at < len(pieces) and pieces[at].text in texts


def _closes(pieces: Sequence[Piece], at: int) -> bool:
    """Tell whether a title phrase may end here: not in the middle of a name."""
    return at >= len(pieces) or pieces[at].mention is None


def title_at(pieces: Sequence[Piece], start: int) -> Title | None:
    """Return the title phrase that begins at this piece."""
    at, body, head = start, None, -1
    if _is(pieces, at, "the", "The", "a", "an", "its", "their"):
        at += 1
    first = at
    if at < len(pieces) and (mention := pieces[at].mention) is not None:
        if mention.sort not in _BODIES:
            return None
        if _vague(pieces[at]) and not pieces[at].text.isupper():
            mention = None
        body, at = mention, at + 1
        at += _is(pieces, at, "'s", "’s", "’", "'")
        first = at if body is not None else first
    while at < len(pieces) and at - first <= _MOST_MODIFIERS and pieces[at].mention is None:
        word = pieces[at].text.lower()
        if word in titles().heads:
            head = at
        elif not (
            word in titles().before
            or word in ("-", "&")
            or (word == "in" and pieces[at - 1].text == "-")
            or (pieces[at].text[:1].isupper() and word.isalpha())
        ):
            break
        at += 1
    if head < 0 or pieces[head].text.lower() in ("members", "partners"):
        return None
    return _with_field(pieces, start, first, head + 1, body)


def _with_field(pieces: Sequence[Piece], start: int, first: int, end: int, body: Mention | None) -> Title:  # noqa: C901, PLR0911  one case a construction, in order
    """Read on after the head: of X, for trade and industry at Y."""
    text = _words(pieces, first, end)
    if not _is(pieces, end, "of", "for", "at", "in", "with", "to", "from", "on"):
        return Title(start, end, text, body)
    at = end + 1
    at += _is(pieces, at, "the")
    ministerial = pieces[end - 1].text.lower() in _FIELD_HEADS
    if (
        at < len(pieces)
        and (mention := pieces[at].mention) is not None
        and not (ministerial and _vague(pieces[at]))
    ):
        if mention.sort in _BODIES and (body is None or mention.sort is Sort.INSTITUTION):
            return Title(start, at + 1, text, mention)
        return Title(start, end, text, body)
    of_subject = _subject(pieces, at)
    if of_subject is not None:
        return Title(start, of_subject + 1, text, pieces[of_subject].mention)
    field = at
    while field < len(pieces) and field - at <= _MOST_FIELD and _of_field(pieces, field):
        field += 1
    if field == at:
        return Title(start, end, text, body)
    after = field + _is(pieces, field, ",") + _is(pieces, field + _is(pieces, field, ","), "the")
    mention = pieces[after].mention if after < len(pieces) else None
    within = _is(pieces, field - 1, "of", "at", "in", "the", ",") or _is(pieces, field, ",")
    whole = _words(pieces, first, field) if ministerial else text
    if mention is not None and mention.sort is Sort.INSTITUTION and within:
        return Title(start, after + 1, whole, mention)
    if mention is not None and mention.sort is Sort.PLACE and _is(pieces, field - 1, "of", "in"):
        return Title(start, after + 1, _words(pieces, first, field - 1) if ministerial else text, mention)
    while field > at and pieces[field - 1].text in ("and", "of", "the", ",", "for", "at", "in"):
        field -= 1
    if field <= at:
        return Title(start, end, text, body)
    return Title(start, field, _words(pieces, first, field) if ministerial else text, body)


def _vague(piece: Piece) -> bool:
    """Tell whether only the model takes the piece for an institution: it may be a field of work."""
    mention = piece.mention
    return mention is not None and mention.sort is Sort.INSTITUTION and not mention.kind


def _subject(pieces: Sequence[Piece], at: int) -> int | None:
    """Return where the institution is in `(professor of) neurology at Elm University`."""
    end = at
    while (
        end < min(len(pieces), at + _MOST_SUBJECT)
        and pieces[end].text.islower()
        and pieces[end].mention is None
    ):
        end += 1
    mention = pieces[end].mention if end < len(pieces) else None
    found = end > at + 1 and mention is not None and mention.sort is Sort.INSTITUTION
    return end if found and pieces[end - 1].text in ("at", "of", "in", "the") else None


def _of_field(pieces: Sequence[Piece], at: int) -> bool:
    if pieces[at].mention is not None:
        return _vague(pieces[at])
    text = pieces[at].text
    small = text in ("and", "of", "the", "for", "&", "-", "at", "in")
    return small or (text[:1].isupper() and text.lower() not in titles().heads)


def _words(pieces: Sequence[Piece], first: int, last: int) -> str:
    out = []
    for piece in pieces[first:last]:
        out += [piece.text, " " * piece.space]
    return "".join(out).strip()
