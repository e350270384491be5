"""Stage 2: find who holds what title in which institution, in the pieces of a line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from kg.extract.marks import Piece, RoleMention, Sort
from kg.extract.piece_words import is_, is_lower, lower
from kg.extract.role_bodies import shared, signing_for, with_body
from kg.extract.tables import table, titles
from kg.extract.title_phrase import Title, body_at, title_at
from kg.extract.words import is_office, singular

_ASIDE = frozenset(
    ("left", "right", "centre", "center", "l", "r", "c", "pictured", "middle", "front", "back", "above",
     "second", "third", "fourth", "far")
)  # fmt: skip
_FARTHEST = 16
"""Pieces before a name within which its title begins."""


@dataclass(slots=True)
class Roles:
    """The roles of a line, and the stretches of pieces that only tell them."""

    found: list[RoleMention] = field(default_factory=list)
    cuts: list[tuple[int, int]] = field(default_factory=list)
    led: set[int] = field(default_factory=set)
    """Persons whose title stands before them and a comma: `the minister, ANA LOPEZ`."""


def roles_in(pieces: Sequence[Piece]) -> Roles:
    """Return the roles that a line's pieces tell beside the names of persons."""
    roles = Roles()
    for i, piece in enumerate(pieces):
        if piece.mention is not None and piece.mention.sort is Sort.PERSON:
            _before(pieces, i, roles)
            _after(pieces, i, roles)
            _of_body(pieces, i, roles)
    return roles


def _persons(pieces: Sequence[Piece], at: int) -> Iterator[int]:
    """Yield the persons of the list that begins here: `A (left), B and C`."""
    while at < len(pieces) and _is_person(pieces, at):
        yield at
        at += 1
        if is_(pieces, at, "("):
            close = next((i for i in range(at, min(len(pieces), at + 8)) if pieces[i].text == ")"), at)
            at = close + 1
        joined = is_(pieces, at, ",", "and", "&")
        at += is_(pieces, at, ",")
        at += is_(pieces, at, "and", "&")
        at = _past_honours(pieces, at)
        if not joined:
            return


def _listed_before(pieces: Sequence[Piece], person: int) -> list[int]:
    """Return the persons joined with `and` or commas before one, and itself."""
    found, at = [person], person
    while is_(pieces, at - 1, "and", ",") and at > 1:
        back = at - 2 - is_(pieces, at - 2, ",")
        if not _is_person(pieces, back):
            break
        found.append(back)
        at = back
    return found


def _is_person(pieces: Sequence[Piece], at: int) -> bool:
    mention = pieces[at].mention if 0 <= at < len(pieces) else None
    return mention is not None and mention.sort is Sort.PERSON


def _past_honours(pieces: Sequence[Piece], at: int) -> int:
    while is_lower(pieces, at, titles().honours) or (at > 0 and is_(pieces, at, ".")):
        at += 1
    return at


# After the name ----------------------------------------------------------------------------------


def _after(pieces: Sequence[Piece], person: int, roles: Roles) -> None:
    """Read `PERSON (left), executive director of X and chair of Y,` and `PERSON is the dean of X`."""
    at = person + 1
    aside = _aside(pieces, at)
    if aside > at:
        roles.cuts.append((at, aside))
        at = aside
    verb = at + is_(pieces, at, ",")
    verb = verb + 1 if lower(pieces, verb) == "who" else at
    if lower(pieces, verb) in ("is", "was", "as"):
        title = title_at(pieces, verb + 1, loose=True)
        if title is not None and (title.body or title.owner) and not title.plural:
            _add(pieces, roles, [person], title, "role-copula")
        return
    if is_(pieces, at, ",", "–", "-", "("):
        _appositions(pieces, person, at, roles)


def _appositions(pieces: Sequence[Piece], person: int, opened: int, roles: Roles) -> None:
    at, read = opened + 1, list[tuple[list[int], Title]]()
    while (title := _apposition(pieces, at, opened)) is not None:
        if person in roles.led and _leads(pieces, title.end):
            break
        holders = _listed_before(pieces, person) if title.plural else [person]
        if title.plural and len(holders) < 2:  # noqa: PLR2004  a plural is said of two or more
            break
        read.append((holders, title))
        at = title.end
        following = at + is_(pieces, at, ",")
        following += is_(pieces, following, "and")
        if following == at or _apposition(pieces, following, opened) is None:
            break
        at = following
    if read:
        for (holders, _), title in zip(read, shared([title for _, title in read]), strict=True):
            _add(pieces, roles, holders, title, "role-apposition")
        roles.cuts.append((opened, at + is_(pieces, at, ",", ")")))


def _apposition(pieces: Sequence[Piece], at: int, opened: int) -> Title | None:
    """Return the title phrase here, with the body that may follow it after a comma."""
    title = title_at(pieces, at, loose=True)
    if title is not None and title.body is not None and title.body.sort is Sort.INSTITUTION:
        land = pieces[title.end].mention if title.end < len(pieces) else None
        if land is not None and land.sort is Sort.PLACE:  # Elm Research New Zealand
            title = replace(title, end=title.end + 1)
    if title is None or (title.end < len(pieces) and pieces[title.end].mention is not None):
        return None
    if is_(pieces, opened, "(") and not is_(pieces, title.end, ")", ",", "and", ";"):
        return None
    if title.body is None and is_(pieces, title.end, ",") and not title.plural:
        found = body_at(pieces, title.end + 1 + is_(pieces, title.end + 1, "the"))
        marks = (";", ".", ")") if title.definite else (";", ".", ")", ",")
        short = found[1] + 3 if found is not None and _acronym(pieces, found[1]) else found[1] if found else 0
        ends = found is not None and (short >= len(pieces) or is_(pieces, short, *marks))
        if found is not None and ends and found[0].sort is Sort.INSTITUTION:
            return Title(title.start, found[1], title.text, found[0], definite=title.definite)
    return title


def _acronym(pieces: Sequence[Piece], at: int) -> bool:
    """Tell whether the short name of a body stands here in brackets."""
    return is_(pieces, at, "(") and is_(pieces, at + 2, ")") and pieces[at + 1].text.isupper()


def _leads(pieces: Sequence[Piece], at: int) -> bool:
    """Tell whether the next name follows after a comma: the title before it is its own."""
    return is_(pieces, at, ",") and _is_person(pieces, _past_honours(pieces, at + 1))


def _aside(pieces: Sequence[Piece], at: int) -> int:
    """Return the end of `(left)`, `, right,` or `(D-MD)` at this place."""
    if is_(pieces, at, "(", ",") and at + 2 < len(pieces):
        word = pieces[at + 1].text.lower()
        party = word in ("d", "r", "i") and is_(pieces, at + 2, "-")
        if word in _ASIDE or party:
            end = at + 2
            while end < len(pieces) and pieces[end].text not in (")", ","):
                end += 1
            return end + (end < len(pieces) and pieces[end].text == ")")
    return at


def _of_body(pieces: Sequence[Piece], person: int, roles: Roles) -> None:
    """Read `Professor PERSON of X`; without the honour it tells only whom the person works for."""
    at = person + 2 + is_(pieces, person + 2, "the")
    found = body_at(pieces, at) if is_lower(pieces, person + 1, ("of", "from", "at")) else None
    mention = pieces[person].mention
    body = found[0] if found is not None and found[0].sort is Sort.INSTITUTION else None
    called = next((n for n in (1, 2) if lower(pieces, person - n).rstrip(".") in ("prof", "professor")), 0)
    if mention is not None and (called or body is not None):
        start, end = pieces[person - called].start, (body or mention).end
        title = "Professor" if called else ""
        roles.found.append(RoleMention(mention, title, body, start, end, "role-of-body"))


# Before the name ---------------------------------------------------------------------------------


def _before(pieces: Sequence[Piece], person: int, roles: Roles) -> None:
    """Read `X's director general, Dr PERSON`, `President PERSON` and `MPs PERSON and PERSON`."""
    end = person
    while end > 0 and _honour(pieces, end - 1 - (pieces[end - 1].text == "." and end > 1)):
        end -= 1 + (pieces[end - 1].text == ".")
    end -= end < person and lower(pieces, end - 1) == "the"
    if end < person:
        roles.cuts.append((end, person))
    stop = end - 1 if end > 0 and pieces[end - 1].text == "," else end
    stop -= 3 * (
        is_(pieces, stop - 1, ")") and is_(pieces, stop - 3, "(") and pieces[stop - 2].text.isupper()
    )
    for start in range(max(0, stop - _FARTHEST), stop):
        read = _titles_until(pieces, start, {stop, person})
        alone = read and read[0].body is None and _is_person(pieces, start - 1)
        comma = is_(pieces, end - 1, ",") and not (end < person or is_(pieces, start - 1, ";", ":"))
        if not read or alone or not _fits(pieces, read, person, comma=comma):
            continue
        if is_(pieces, end - 1, ","):
            if _of_the_last(pieces, start, roles):
                continue
            roles.led.add(person)
        holders = list(_persons(pieces, person)) if read[-1].plural else [person]
        for title in shared(read):
            _add(pieces, roles, holders, signing_for(pieces, title), "role-pre-title")
        roles.cuts.append((start, person))
        return


def _titles_until(pieces: Sequence[Piece], start: int, stops: set[int]) -> list[Title]:
    """Return the titles, joined by `and`, that fill the pieces from here to one of the stops."""
    read: list[Title] = []
    at = start
    while (title := title_at(pieces, at)) is not None:
        read.append(title)
        if title.end in stops:
            return read
        if title.plural or not is_(pieces, title.end, "and", "&"):
            break
        at = title.end + 1
    return []


def _fits(pieces: Sequence[Piece], read: list[Title], person: int, *, comma: bool) -> bool:
    last = read[-1]
    field_ = {"of", "for"} & set(last.text.split())
    known = last.body is not None or last.owner or last.definite or field_
    if comma and (not known or last.plural):
        return False  # `..., president, PERSON` is a list
    if last.plural and len(list(_persons(pieces, person))) < 2:  # noqa: PLR2004  a plural is said of two or more
        return False
    return last.body is not None or last.text.lower().rstrip(".") not in titles().honours


def _of_the_last(pieces: Sequence[Piece], start: int, roles: Roles) -> bool:
    """Tell whether `, TITLE, PERSON` goes with the person before: `ANA LOPEZ, the dean, PERSON`."""
    back = start - 1
    if not is_(pieces, back, ","):
        return False
    while back > 0 and not _is_person(pieces, back):
        back -= 1
        if is_(pieces, back, ".", ";"):
            return False
    return _is_person(pieces, back) and back not in roles.led and back == start - 2


def _honour(pieces: Sequence[Piece], at: int) -> bool:
    word = lower(pieces, at).rstrip(".")
    return word in titles().honours and word not in ("the", "his", "her", "he")


def _add(pieces: Sequence[Piece], roles: Roles, holders: Sequence[int], title: Title, rule: str) -> None:
    title = with_body(pieces, title, holders)
    text = title.text
    short = table("titles")["abbreviations"]
    text = " ".join(
        singular(word) if title.plural or word.lower().rstrip(".") in short else word for word in text.split()
    )
    text = _without_honours(text)
    for holder in holders:
        mention = pieces[holder].mention
        if mention is not None and text:
            spans = (pieces[title.start], pieces[title.end - 1], pieces[holder], title.body or mention)
            start, end = min(s.start for s in spans), max(s.end for s in spans)
            roles.found.append(RoleMention(mention, text, title.body, start, end, rule, title.owner))


def _without_honours(text: str) -> str:
    """Return a title without the `Professor` or `Dr` that follows it."""
    words = text.split()
    while any(map(is_office, words[:-1])) and words[-1].lower().rstrip(".") in titles().honours:
        words.pop()
    return " ".join(words)
