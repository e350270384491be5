"""Stage 2: one parsed article, and what its words denote."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from kg.extract import frames, officers, pairs
from kg.extract.draft import Draft
from kg.extract.marks import Mention, Sentence, Sort
from kg.extract.resolve import Cast
from kg.extract.tables import table, titles, words
from kg.model import Evidence, Kind

if TYPE_CHECKING:
    from spacy.tokens import Token


@cache
def group_words() -> frozenset[str]:
    """Return the words for people who stand for the body they come from."""
    return words(table("groups")["groups"])


@cache
def _sites() -> frozenset[str]:
    return words(table("groups")["sites"])


@cache
def _visitors() -> frozenset[str]:
    return words(table("groups")["visitors"])


class Scene:
    """The sentences of an article with its cast and delegations."""

    def __init__(self, draft: Draft, cast: Cast, sentences: Sequence[Sentence]) -> None:
        self.draft = draft
        self.cast = cast
        self.sentences = sentences
        self.delegations: dict[tuple[int, int], str] = {}
        """(sentence, word) -> the delegation that the word denotes."""
        self.employers: dict[str, str] = {}
        """Person -> the institution that the article says they hold a role in."""
        self.titled: set[str] = set()
        """Persons of whom the article gives a role, and who are therefore persons."""
        self.titles: list[tuple[int, str, frozenset[str]]] = []
        """Where a title is told, of whom, and its words."""
        self.lands: dict[str, str] = {}
        """Person -> the country or place for which they hold an office."""
        self.fresh: dict[str, str] = {}
        """Names that only their place among the parties of an agreement tells to be institutions'."""

    def denoted(self, sentence: Sentence, token: "Token", depth: int = 0) -> list[str]:
        """Return the entities that a word of a sentence stands for."""
        delegation = self.delegations.get((sentence.number, token.i))
        if delegation is not None:
            return [delegation]
        mention = _body_before(sentence, token) or sentence.mention(token)
        if mention is not None:
            key = self.cast.of(mention)
            return [key] if key is not None else []
        if token.lower_ in ("he", "she"):
            return _one(
                pairs.he_or_she(self, sentence, token) or self.cast.pronoun(sentence.piece(token).start)
            )
        if token.lower_ == "they" and depth < 1:
            return pairs.they(self, sentence)
        officer = officers.meant(self, sentence, token)
        if officer is not None:
            return [officer]
        return self._common(sentence, token, depth)

    def _common(self, sentence: Sentence, token: "Token", depth: int) -> list[str]:  # noqa: C901, PLR0911  see above
        """Return the entities that a common noun stands for."""
        lemma = token.lemma_.lower()
        if token.tag_ == "NNPS":  # the lemmatizer leaves capitalised plurals as they are: `the Ministers`
            lemma = lemma.removesuffix("s")
        if lemma in _visitors() and any(c.lower_ in ("the", "these") for c in token.children):
            last = [at for at in self.delegations if at < (sentence.number, token.i)]
            if last:
                return [self.delegations[max(last)]]
        if lemma in group_words() and depth < 2:  # noqa: PLR2004  the number is plain here
            return self._senders(sentence, token, depth) or pairs.meant(self, sentence, token)
        if lemma in titles().heads and depth < 2 and token.tag_ in ("NN", "NNP"):  # noqa: PLR2004  as above
            body = self._senders(sentence, token, depth)
            if body:
                return body
        if lemma in ("state", "government", "city", "province"):
            body = self._body_of_place(sentence, token)
            if body:
                return body
        several = pairs.meant(self, sentence, token)
        if several:
            return several
        if lemma in _sites():
            named = [
                c
                for c in token.children
                if c.dep_ in ("compound", "nmod") and sentence.mention(c) is not None
            ]
            if named:
                return [key for c in named[-1:] for key in self.denoted(sentence, c, depth + 1)]
        if any(c.lower_ in ("the", "this") for c in token.children if c.dep_ == "det"):
            return _one(self.cast.definite(lemma, sentence.piece(token).start))
        return []

    def _senders(self, sentence: Sentence, group: "Token", depth: int) -> list[str]:
        around, _ = frames.of_noun(group)
        tokens = [
            *around.get("from", []),
            *around.get("of", []),
            *around.get("at", []),
            *around.get("owner", []),
        ]
        return [key for token in tokens for key in self.denoted(sentence, token, depth + 1)]

    def _body_of_place(self, sentence: Sentence, token: "Token") -> list[str]:
        """Return whom `the state of X`, `the cities of X and Y` mean: the government if named."""
        inner = [t for c in token.children if c.lower_ == "of" for t in c.children if t.dep_ == "pobj"]
        several = token.tag_ in ("NNS", "NNPS")
        found = (
            self.place(sentence, t) for one in inner for t in (frames.unfolded(one) if several else [one])
        )
        return [self.cast.government_of(place) or place for place in found if place is not None]

    def place(self, sentence: Sentence, token: "Token") -> str | None:
        """Return the place that a word stands for."""
        mention = sentence.mention(token)
        if mention is not None and mention.sort is not Sort.PLACE:
            return None
        known = mention is not None or token.lower_ in _REGIONS or token.lemma_.lower() in _sites()
        keys = self.denoted(sentence, token) if known else []
        return keys[0] if keys and self.draft.kind(keys[0]) is Kind.PLACE else None

    def evidence(self, sentence: Sentence, tokens: "Iterable[Token]") -> Evidence:
        """Return the stretch from the first to the last of the words."""
        return sentence.span(list(tokens))


def _body_before(sentence: Sentence, token: "Token") -> Mention | None:
    """Read `visited the University of Pavia Milan`, where the town only says where the body is."""
    before = token.nbor(-1) if token.i > sentence.first and token.pos_ == "PROPN" else None
    own = sentence.mention(token)
    inner = sentence.mention(before) if before is not None and before.head == token else None
    place = own is None or own.sort is Sort.PLACE
    return inner if inner is not None and inner.sort is Sort.INSTITUTION and place else None


_REGIONS = frozenset(("country", "province", "state", "city", "region"))


def _one(key: str | None) -> list[str]:
    return [key] if key is not None else []
