"""Stage 2, Chinese: roles written down once a title and its holder are found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg import gazetteer
from kg.extract.chinese_bodies import institution, place
from kg.extract.chinese_callings import families
from kg.extract.chinese_marks import Piece, Reading, Sort
from kg.extract.chinese_names import country_at, place_kind
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_words import lexicon
from kg.model import Basis, Evidence, Kind, Ref, Relation

_LANDS_AND_BODIES = (Sort.INSTITUTION, Sort.PLACE)


@dataclass(frozen=True, slots=True)
class Office:
    """A title held by a person; the pieces `[first, last]` say so."""

    person: int
    title: str
    body: Piece | None
    first: int
    resolved: bool = False
    """The body is not named right before the title."""


def chained(offices: Sequence[Office]) -> list[Office]:
    """Return the offices of one person, nearest first, each with the body that the one before it names.

    `甲集团党委书记、董事长` holds both at 甲集团; `甲省委常委、副省长` holds the second in the province.
    """
    done: list[Office] = []
    for index, office in enumerate(offices):
        before = [o.body for o in offices[index + 1 :] if o.body and o.body.sort in _LANDS_AND_BODIES]
        body = shared(office.title, before[0]) if before and office.body is None else None
        done.append(replace(office, body=body, resolved=True) if body else office)
    return done


def shared(title: str, body: Piece) -> Piece | None:
    """Return what a second title belongs to, or None where it cannot be of the same body."""
    if title.endswith(tuple(lexicon()["state_heads"])):
        cut = len(body.text) if body.sort is Sort.PLACE else country_at(body.text)
        return replace(body, sort=Sort.PLACE, text=body.text[:cut], kind="country", full="") if cut else None
    if title.endswith(tuple(lexicon()["local_heads"])):
        return _land_of(body, title[-len("市长")])
    if body.sort is Sort.PLACE:
        return body
    kinds = lexicon()["bodies_of_titles"].get(title.removeprefix("副"), ())
    return body if not kinds or body.kind in kinds else None


def _land_of(body: Piece, noun: str) -> Piece | None:
    """Return the province or city whose committee a body is (`云岚省委`), for its governor or mayor."""
    if body.sort is Sort.PLACE:
        return body
    cut = body.name.find(noun) + 1
    return replace(body, sort=Sort.PLACE, text=body.text[:cut], kind="") if cut > 1 else None


def write_office(office: Office, reading: Reading, book: Notebook) -> None:
    """Write a role down; one without a body waits until the article is read (`副市长甲`)."""
    body, person = office.body, reading.pieces[office.person]
    start = reading.pieces[office.first].start
    state = office.title.endswith(tuple(lexicon()["state_titles"]))
    ruled = (*lexicon()["local_heads"], *lexicon()["heads_of_state"])
    if (
        body
        and body.sort is Sort.WORD
        and body.tag == "LOC"
        and office.title.endswith(ruled)
        and place_kind(body.text)
    ):
        body = replace(body, sort=Sort.PLACE, kind="locality")  # a land that no list has, by its head
    if body is None or body.sort not in (Sort.INSTITUTION, Sort.PLACE):
        words = Evidence(min(start, person.start), max(person.end, person.end))
        book.bare.setdefault(book.piece(Kind.PERSON, person), (office.title, words))
    elif body.sort is Sort.INSTITUTION or state:
        words = Evidence(min(start, body.start, person.start), max(person.end, person.end))
        holder = book.piece(Kind.PERSON, person)
        _role(
            holder, office.title, words, body, book, basis=Basis.RESOLVED if office.resolved else Basis.STATED
        )


def _role(
    holder: str, title: str, words: Evidence, body: Piece | None, book: Notebook, *, basis: Basis
) -> None:
    stated = body is not None and body.sort is Sort.INSTITUTION
    relation = Relation.ROLE_IN if stated else Relation.REPRESENTS
    there = (institution(body, book) if stated else place(body, book)) if body else ""
    for role in book.of_kind(Kind.ROLE):
        same = book.refs(role.key, Relation.HOLDER) == {holder} and book.refs(role.key, relation) == {there}
        if same and role.name.startswith(title):
            book.see(role.key, words)
            return
    key = book.thing(Kind.ROLE, f"{title}，{body.name}" if body else title, words, named=False)
    book.state(key, Relation.HOLDER, Ref(holder), words, rule="zh-title", confidence=0.9)
    if there:
        sure = 0.9 if basis is Basis.STATED else 0.75
        book.state(key, relation, Ref(there), words, rule="zh-title", confidence=sure, basis=basis)
    book.words(key, Relation.TITLE, title, words, rule="zh-title")
    if (published := book.article.published) is not None:
        book.state(
            key, Relation.ATTESTED_ON, published, words, rule="zh-title", confidence=0.9, basis=Basis.RESOLVED
        )


def write_bare(book: Notebook) -> None:
    """Write down the titles of those of whom no sentence has said where they hold one."""
    for holder, (title, words) in book.bare.items():
        if not book.sources(holder, Relation.HOLDER):
            _role(holder, title, words, _state_of(holder, title, words, book), book, basis=Basis.INFERRED)


def _state_of(holder: str, title: str, words: Evidence, book: Notebook) -> Piece | None:
    """Return the one foreign country of the article for a head of state or government without one."""
    chinese = bool(families([book.entities[holder].name]))
    if title.startswith("国家") and chinese and book.find(Kind.PLACE, "中国"):
        return Piece(Sort.PLACE, title, words.start, kind="country", full="中国")
    if not title.endswith(tuple(lexicon()["heads_of_state"])) or chinese:
        return None
    lands = {
        entity.name: entity
        for entity in book.of_kind(Kind.PLACE)
        if (record := gazetteer.lookup(entity.name)) and record.kind == "country" and entity.name != "中国"
    }
    if len(lands) != 1:
        return None
    land = next(iter(lands.values()))
    return Piece(Sort.PLACE, title, words.start, kind="country", full=land.name)
