"""Stage 2: which person a title means: `the ambassador`, `Minister of Trade of Peru Ana Lopez`."""

import re
from typing import TYPE_CHECKING

from kg.extract.marks import Sentence, Sort
from kg.extract.tables import titles
from kg.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spacy.tokens import Token

    from kg.extract.offices import Office
    from kg.extract.scene import Scene

_POINTING = ("the", "this", "his", "her", "its", "our")
_BETWEEN = ("conj", "relcl", "acl", "advcl", "ccomp")
"""Between a title and a name these say that the name is another's."""
_PARTS = re.compile(r"[\s-]+")


def told(held: "Iterable[Office]") -> list[tuple[int, str, frozenset[str]]]:
    """Return where each title is told, of whom, and its words."""
    return [(m.start, one.person, _words(m.title)) for one in held for m in one.mentions]


def _words(title: str) -> frozenset[str]:
    return frozenset(word.strip(",.()").lower() for word in _PARTS.split(title) if word)


def meant(scene: "Scene", sentence: Sentence, token: "Token") -> str | None:
    """Return the person whom a title names or means."""
    head = token.lemma_.lower()
    if token.tag_ not in ("NN", "NNP") or head not in titles().heads:
        return None
    return _beside(scene, sentence, token) or _told_before(scene, sentence, token, head)


def _beside(scene: "Scene", sentence: Sentence, token: "Token") -> str | None:
    """Return the person named behind a title, however the parser hangs the name on it."""
    for word in token.subtree:
        mention = sentence.mention(word) if word.i > token.i else None
        if mention is None or mention.sort is not Sort.PERSON:
            continue
        path = []
        for above in [word, *word.ancestors]:
            if above == token:
                break
            path.append(above)
        if all(t.pos_ not in ("VERB", "AUX") and t.dep_ not in _BETWEEN for t in path):
            return scene.cast.of(mention)
        return None
    return None


def _told_before(scene: "Scene", sentence: Sentence, token: "Token", head: str) -> str | None:
    """Return who bears the title that `the minister` points to: the last so called, of the country told."""
    before = {c.lower_ for c in token.children if c.i < token.i}
    if head in titles().ambiguous or not (set(_POINTING) & before):
        return None
    start = sentence.piece(token).start
    called = [(at, person) for at, person, words in scene.titles if head in words and at < start]
    lands = {key for c in token.children for key in _land(scene, sentence, c)}
    if lands:
        called = [(at, person) for at, person in called if scene.lands.get(person) in lands]
    others = {person for _, person in called}
    return max(called)[1] if called and (len(others) == 1 or "the" in before) else None


def _land(scene: "Scene", sentence: Sentence, token: "Token") -> list[str]:
    mention = sentence.mention(token)
    if mention is None or mention.sort not in (Sort.PLACE, Sort.NATION):
        return []
    key = scene.cast.of(mention)
    return [key] if key is not None and scene.draft.kind(key) is Kind.PLACE else []
