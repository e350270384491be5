"""Stage 2: whom `both universities`, `the two sides`, `the three ministers` or `they` mean."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from kg.extract import frames
from kg.extract.marks import Sentence, Sort
from kg.extract.places import known
from kg.extract.tables import institution_heads
from kg.model import Kind

if TYPE_CHECKING:
    from spacy.tokens import Token

    from kg.extract.scene import Scene

_NUMBERS = {"both": 2, "two": 2, "three": 3, "four": 4}
_COUNTRIES = frozenset(("country", "nation", "government", "capital", "neighbour", "neighbor", "state"))
_PEOPLE = frozenset(("minister", "leader", "president", "premier", "official", "ministry", "delegation"))
_PARTIES = frozenset(
    ("side", "party", "institution", "organisation", "organization", "body", "partner", "signatory", "entity",
     "agency", "firm", "group", "association", "city", "province")
)  # fmt: skip
_NEAR = 6
"""Sentences that a definite plural looks back."""


def meant(scene: "Scene", sentence: Sentence, token: "Token") -> list[str]:
    """Return whom a definite plural means: the last that are as many as it says."""
    number = _number(token)
    if number is None:
        return []
    lemma = _lemma(token)
    if token.lower_ == "both" or lemma in _PARTIES:
        return _institutions(scene, sentence, token, "", number) or _countries(scene, sentence, token, number)
    if lemma in _COUNTRIES or lemma in _PEOPLE:
        return _countries(scene, sentence, token, number)
    return _institutions(scene, sentence, token, lemma, number) if lemma in institution_heads() else []


def _lemma(token: "Token") -> str:
    lemma = token.lemma_.lower()
    return lemma.removesuffix("s") if token.tag_ == "NNPS" else lemma


def _number(token: "Token") -> int | None:
    if (
        token.lower_ == "both"
        and token.pos_ in ("PRON", "DET")
        and token.dep_ in ("nsubj", "nsubjpass", "pobj")
    ):
        return _NUMBERS["both"]
    if token.tag_ not in ("NNS", "NNPS"):
        return None
    before = {c.lower_ for c in token.children if c.i < token.i}
    for word, number in _NUMBERS.items():
        if word in before:
            return number
    return 2 if "the" in before and _lemma(token) in _PARTIES | {"minister", "leader"} else None


def _back(scene: "Scene", sentence: Sentence, token: "Token") -> "Iterator[tuple[Sentence, Token]]":
    """Yield the words before a word, sentence by sentence, the nearest sentence first."""
    for other in reversed(scene.sentences[max(0, sentence.number - _NEAR) : sentence.number + 1]):
        for word in other.tokens:
            if (other is not sentence or word.i < token.i) and other.mention(word) is not None:
                yield other, word


def _institutions(scene: "Scene", sentence: Sentence, token: "Token", head: str, number: int) -> list[str]:
    def fits(key: str) -> bool:
        return scene.draft.kind(key) is Kind.INSTITUTION and _called(scene.draft.name(key), head)

    return _gathered(scene, sentence, token, Sort.INSTITUTION, number, fits)


def _countries(scene: "Scene", sentence: Sentence, token: "Token", number: int) -> list[str]:
    def fits(key: str) -> bool:
        place = known(scene.draft.name(key)) if scene.draft.kind(key) is Kind.PLACE else None
        return place is not None and place.kind == "country"

    return _gathered(scene, sentence, token, Sort.PLACE, number, fits)


def _gathered(  # noqa: PLR0917  each is needed by name
    scene: "Scene", sentence: Sentence, token: "Token", sort: Sort, number: int, fits: Callable[[str], bool]
) -> list[str]:
    """Return the nearest that fit, if a sentence's end is reached with just as many as are wanted."""
    found: list[str] = []
    at: Sentence | None = None
    for other, word in _back(scene, sentence, token):
        if other is not at and len(found) >= number:
            break
        at = other
        mention = other.mention(word)
        sorts = (sort, Sort.NATION) if sort is Sort.PLACE else (sort,)
        key = scene.cast.of(mention) if mention is not None and mention.sort in sorts else None
        if key is not None and key not in found and fits(key):
            found.append(key)
    return found if len(found) == number else []


def _called(name: str, head: str) -> bool:
    words = name.lower().replace("centre", "center").split()
    return (
        not head or head.replace("centre", "center") in words or any(w.startswith(head) for w in words[-1:])
    )


def they(scene: "Scene", sentence: Sentence) -> list[str]:
    """Return whom `they` means: the subject of the sentence before, if that is several or a group."""
    if sentence.number == 0:
        return []
    before = scene.sentences[sentence.number - 1]
    root = next((t for t in before.tokens if t.dep_ == "ROOT"), None)
    if root is None:
        return []
    subject, _ = frames.subjects(root)
    keys = [key for t in subject if t.lower_ != "they" for key in scene.denoted(before, t)]
    group = any(scene.draft.kind(key) is Kind.DELEGATION for key in keys)
    return list(dict.fromkeys(keys)) if group or len(set(keys)) > 1 else []


def he_or_she(scene: "Scene", sentence: Sentence, token: "Token") -> str | None:
    """Return the person of whom the clause above, or the sentence before, is told: its subject."""
    above = [a for a in token.ancestors if a.pos_ in ("VERB", "AUX")][1:]
    found = [key for verb in above for key in _subject_persons(scene, sentence, verb, token)]
    if not found and sentence.number and not _named_before(sentence, token):
        before = scene.sentences[sentence.number - 1]
        roots = [t for t in before.tokens if t.dep_ == "ROOT"]
        found = [key for verb in roots for key in _subject_persons(scene, before, verb, None)]
    return found[0] if len(set(found)) == 1 else None


def _subject_persons(scene: "Scene", sentence: Sentence, verb: "Token", but: "Token | None") -> list[str]:
    named = [t for t in frames.subjects(verb)[0] if t != but and _person(sentence, t)]
    return [key for t in named for key in scene.denoted(sentence, t)]


def _named_before(sentence: Sentence, token: "Token") -> bool:
    return any(_person(sentence, t) for t in sentence.tokens if t.i < token.i)


def _person(sentence: Sentence, token: "Token") -> bool:
    mention = sentence.mention(token)
    return mention is not None and mention.sort is Sort.PERSON
