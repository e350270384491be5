"""Stage 2, Chinese: the parts of a set of agreements that a later clause tells of."""

import re
from functools import partial

from kg.extract.chinese_figures import figure
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_standing import is_several, is_tentative
from kg.extract.chinese_track import Track
from kg.extract.chinese_words import acts, listed
from kg.model import Basis, Concept, Kind, Ref, Relation

_SUBSET = r"[zr](?P<count>N)S"
_REMAINDER = r"[zr](?P<count>N)o{0,3}(?P<what>A)"


def read_parts(track: Track, book: Notebook) -> None:
    """Write down the parts of the set that was told of before."""
    for pattern in (_SUBSET, _REMAINDER):
        for match in track.find(pattern):
            _part(track, match, book)


def _part(track: Track, match: re.Match[str], book: Notebook) -> None:
    """Read `其中5项当场签署`, `其余7项为初步协议` as parts of the set before."""
    sets = [s for s in book.of_kind(Kind.AGREEMENT_SET) if not book.refs(s.key, Relation.SUBSET_OF)]
    first, last = track.at(match.start()), track.at(match.end() - 1)
    count = track.at(match.start("count"))
    mood = track.mood(first, last)
    evidence = track.evidence(match)
    pieces = track.reading.pieces
    if (
        not sets
        or mood is None
        or not is_several(pieces[count])
        or sets[-1].evidence[0].start > evidence.start
    ):
        return
    named_kind = bool(match.groupdict().get("what"))
    tentative = is_tentative([p.text for p in pieces[first : last + 1]], "")
    signs = any(
        acts(p.text, "sign") and p.text not in listed("settled_verbs") for p in pieces[first : last + 1]
    )
    whole_signed = named_kind and book.concept(sets[-1].key, Relation.STATUS) == "signed"
    status = mood or ("preliminary" if tentative else "signed" if signs or whole_signed else "")
    if not status:
        return
    whole = sets[-1].key
    key = book.thing(Kind.AGREEMENT_SET, f"{sets[-1].name}：{pieces[count].text}", evidence, named=False)
    say = partial(book.state, rule="zh-subset", confidence=0.85)
    named = match.groupdict().get("what") and track.group(match, "what", "A")
    kind = named[0].kind if named else book.concept(whole, Relation.KIND)
    say(key, Relation.KIND, Concept(kind), evidence)
    say(key, Relation.STATUS, Concept(status), evidence)
    say(key, Relation.SUBSET_OF, Ref(whole), evidence)
    if size := figure(track.reading, count, book, label="协议"):
        say(key, Relation.SIZE, Ref(size), evidence)
    for occasion in sorted(book.refs(whole, Relation.OUTCOME_OF)):
        there = any(p.text in ("当场", "现场") for p in pieces[first : last + 1])
        if there and status == "signed" and book.concept(occasion, Relation.STATUS) == "happened":
            say(key, Relation.SIGNED_AT, Ref(occasion), evidence, basis=Basis.INFERRED)
