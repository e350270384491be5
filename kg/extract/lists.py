"""Stage 2: read lists of names word by word, where the parse of a long list cannot be trusted."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kg.extract.marks import Sentence, Sort
from kg.extract.tables import titles

if TYPE_CHECKING:
    from spacy.tokens import Token

_SEPARATORS = frozenset(
    (",", "and", "&", "plus", ";", "as", "well", "both", "or", "including", "namely", ":")
)
_DASHES = frozenset(("–", "—", "--"))
_LOCATED = frozenset(("based", "located", "headquartered", "led", "represented"))
_INNER = frozenset(("of", "from", "at"))
_CLAUSES = frozenset(
    ("which", "who", "that", "whose", "where", "when", "while", "to", "but", "because", "whereby")
)
_BOUNDARIES = frozenset(
    (":", "that", "which", "who", "when", "while", "where", "whose", "because", "as", "“", '"')
)
_LONGEST = 60
"""Words that a list may be long."""


def after(sentence: Sentence, token: "Token") -> "list[Token]":
    """Return the names listed after a preposition: `between A, B of Rome and C`."""
    at = token.i - sentence.first + 1
    reading = _read_all(sentence, sentence.tokens[at : at + _LONGEST])
    # A list without a last `and` was none: `with A, B said`.
    return reading.found if reading.joined else reading.found[:1]


def before(sentence: Sentence, verb: "Token") -> "list[Token]":
    """Return the names listed before a verb as its subject: `A, B in Rome and C signed`."""
    at = verb.i - sentence.first
    start = at
    while start > 0 and not _boundary(sentence.tokens[start - 1], verb):
        start -= 1
    words = list(sentence.tokens[start:at])
    if (
        words and words[0].pos_ in ("ADP", "SCONJ", "ADV") and words[0].lower_ != "both"
    ):  # `In 2015, A and B signed`
        comma = next((i for i, t in enumerate(words) if t.text == ","), None)
        words = words[comma + 1 :] if comma is not None else []
    return _read_all(sentence, words).found


def _boundary(token: "Token", verb: "Token") -> bool:
    finite = token.tag_ in ("VBD", "VBZ", "VBP", "MD") and token.head != verb
    return (
        finite
        or token.lower_ in _BOUNDARIES
        or (token.pos_ == "VERB" and token.dep_ not in ("amod", "compound", "acl"))
    )


def prepositions(sentence: Sentence, names: Sequence[str], first: int, last: int) -> "Iterator[Token]":
    """Yield the prepositions of these names among the words from one place in the document to another."""
    for token in sentence.tokens:
        if first < token.i <= last and token.lower_ in names and token.pos_ in ("ADP", "SCONJ"):
            yield token


class _Reading:
    """How far a list has been read."""

    def __init__(self) -> None:
        self.found: list[Token] = []
        self.wanted = True
        """A name may come; false once an item has its name."""
        self.noun: Token | None = None
        """A plain noun of the item, which stands for it where no name comes."""
        self.skipping = False
        """Inside `a leading school in Rome`, which only describes the item before."""
        self.joined = False
        """An `and` has come: the next item is the last one."""
        self.placing = False
        """After `three bodies in`: the name that comes only says where they are."""
        self.named = False
        """A name has come."""
        self.person = False
        """The last name is a person's."""
        self.depth = 0

    def next_item(self, word: str) -> bool:
        """End one item and begin another; return whether one may come."""
        self.close()
        if word == "," and self.joined and not self.wanted:
            return False
        self.joined = self.joined or (self.named and word in ("and", "&", "as", "plus"))
        self.wanted, self.skipping = True, False
        return True

    def close(self) -> None:
        """Let the plain noun of an item without a name stand for it."""
        if self.wanted and self.noun is not None and not self.skipping:
            self.found.append(self.noun)
            self.wanted = False
        self.noun = None


def _read_all(sentence: Sentence, tokens: "Sequence[Token]") -> _Reading:
    reading = _Reading()
    for token in tokens:
        if not _read(sentence, token, reading):
            break
    reading.close()
    return reading


def _read(sentence: Sentence, token: "Token", reading: _Reading) -> bool:
    """Read one word of a list; return whether the list goes on."""
    word = token.lower_
    if word in ("(", "["):
        reading.depth += 1
    elif word in (")", "]"):
        reading.depth -= 1
    elif reading.depth > 0:
        return True
    elif sentence.mention(token) is not None:
        return _name(sentence, token, reading)
    elif word == ":":
        return _dash(sentence, reading)
    elif word in _SEPARATORS:
        return reading.next_item(word)
    else:
        return _word(sentence, token, reading)
    return True


def _word(sentence: Sentence, token: "Token", reading: _Reading) -> bool:
    word = token.lower_
    if word in ("a", "an") and reading.found and reading.wanted and token.nbor(-1).text == ",":
        reading.skipping = True
    elif word in _DASHES:
        return _dash(sentence, reading)
    elif word in ("in", *_INNER) or word in _LOCATED:
        if word in _LOCATED and reading.found and reading.noun is None:
            reading.skipping = True
        elif reading.wanted and not reading.skipping:
            reading.placing = word == "in"
            return reading.noun is not None
    elif word in ("with", "by"):
        if token.nbor(-1).lower_ in ("along", "together"):
            return reading.next_item("and")
        return token.nbor(-1).lower_ in _LOCATED
    else:
        return _plain(token, reading)
    return True


def _dash(sentence: Sentence, reading: _Reading) -> bool:
    """Read `between the bodies of Italy and Malta – A and B –`: the names after the dash are meant."""
    mentions = [sentence.mention(token) for token in reading.found]
    if any(m is not None and m.sort is Sort.INSTITUTION for m in mentions):
        return False
    reading.found, reading.noun = [], None
    reading.wanted, reading.joined = True, False
    return True


def _name(sentence: Sentence, token: "Token", reading: _Reading) -> bool:
    mention = sentence.mention(token)
    if mention is None or mention.sort is Sort.DATE or reading.skipping:
        return True
    if mention.sort is Sort.OCCASION:
        return False
    if reading.wanted and _titled(sentence, token, mention.sort):
        return True
    if reading.placing:
        reading.placing = False
        return mention.sort is Sort.PLACE
    if reading.wanted:
        reading.found.append(token)
        reading.wanted, reading.noun, reading.named = False, None, True
        reading.person = mention.sort is Sort.PERSON
    elif mention.sort in (Sort.INSTITUTION, Sort.PERSON) and _belongs(sentence, reading.found[-1], token):
        reading.found[-1] = token
    return True


_TITLE = 3
"""Words from the name of a country or a body to the office that it is named with."""


def _titled(sentence: Sentence, token: "Token", sort: Sort) -> bool:
    """Tell whether a name only says whose office is named: `Kenyan Trade Minister Ana Lopez`."""
    if sort not in (Sort.PLACE, Sort.NATION, Sort.INSTITUTION):
        return False
    for other in sentence.tokens[token.i + 1 - sentence.first :][:_TITLE]:
        if other.lower_ in titles().heads:
            return other.text.istitle() or sort is Sort.NATION
        if other.pos_ not in ("ADJ", "NOUN", "PROPN") or sentence.mention(other) is not None:
            break
    return False


def _belongs(sentence: Sentence, name: "Token", token: "Token") -> bool:
    """Tell whether a country only says whose the name after it is: `Italy's University of Pavia`."""
    mention = sentence.mention(name)
    between = sentence.tokens[name.i + 1 - sentence.first : token.i - sentence.first]
    plain = all(
        t.lower_ in ("'s", "’s", "’", "'") or t.pos_ in ("ADJ", "NOUN", "PROPN", "PART") for t in between
    )
    return mention is not None and mention.sort in (Sort.PLACE, Sort.NATION) and plain


def _plain(token: "Token", reading: _Reading) -> bool:
    word = token.lower_
    if word in titles().heads and reading.person and reading.wanted and not reading.joined:
        reading.skipping = True  # `Ana Lopez, the head of a bank, and`
    if word in _CLAUSES or (token.pos_ in ("VERB", "AUX") and token.dep_ not in ("amod", "compound")):
        return False
    if token.pos_ == "ADP" or (token.pos_ == "SCONJ" and word != "as"):
        return False
    if (token.pos_ in ("NOUN", "PROPN") or word == "both") and reading.wanted:
        reading.noun = token
    return True
