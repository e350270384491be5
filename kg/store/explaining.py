"""Stage 6, what is wrong with a query that cannot be read: where, which word, and what may stand there.

The engine tells how far it looked, which may be some words past the fault. In a copy of the query whose words
stand far apart it cannot look past one of them, so the place is exact. The copy ends in a character that no
query has, so that it is never run, whatever it says.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from kg.store.reading import place, tokens

Complaint = Callable[[str], str]
"""What the engine says of a text that is no query."""

_AT = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_GAP = " " * 40
"""More than the longest word that the engine looks for."""
_END = "\x01"
_LONGEST = 20_000
"""Of a longer query we say what the engine says."""
_TRIED_UP_TO = 4_000
"""In a longer query it is not tried what may stand there: each try reads the query again."""
_PADDED = frozenset("{}()[];,")
_OPEN = {"{": "}", "(": ")", "[": "]"}
_QUOTES = frozenset("“”‘’«»")
_SAID = (
    ("prefix IRI parsing failed", "this is no IRI"),
    ("IRI parsing failed", "this is no IRI"),
    ("language tag parsing failed", "this is no language tag"),
    ("The VALUES clause rows", "each row of VALUES needs as many values as there are variables, or UNDEF"),
    ("Repeated variables are not allowed", "a variable stands twice in VALUES"),
    ("BIND is overriding", "BIND names a variable that has a value already"),
    ("The SELECT contains a", "SELECT has a variable that is neither grouped by nor in an aggregate"),
    ("Duplicated variable name", "a variable stands twice in SELECT"),
    ("The SELECT overrides", "SELECT (... AS ?x) names a variable that has a value already"),
    ("SELECT * is not authorized", "SELECT * cannot stand with GROUP BY; name the variables"),
    ("Unexpected aggregate", "an aggregate such as COUNT cannot stand here"),
    ("Already used blank node", "a blank node's label stands in two patterns"),
)
"""What the engine says where it understands the words but not the sense, and how we say it."""
_PATTERNS = (
    "SELECT CONSTRUCT DESCRIBE ASK PREFIX DISTINCT AS WHERE FROM FILTER OPTIONAL UNION MINUS GRAPH "
    "BIND VALUES GROUP HAVING ORDER BY LIMIT OFFSET ASC DESC IN EXISTS SEPARATOR UNDEF"
)
_FUNCTIONS = (
    "BASE NAMED REDUCED SERVICE SILENT NOT COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG "
    "LANGMATCHES DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR ROUND CONCAT STRLEN UCASE LCASE "
    "ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES "
    "SECONDS TIMEZONE TZ NOW UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF STRLANG STRDT "
    "SAMETERM ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC REGEX SUBSTR REPLACE TRIPLE SUBJECT PREDICATE "
    "OBJECT TRUE FALSE"
)
_SIGNS = "{ } ( ) [ ] . ; , * = && :"
_TRIED = {"?x": "a variable", "<a:b>": "an IRI", '"x"': "a string", "1": "a number"} | {
    each: each for each in f"{_SIGNS} {_PATTERNS}".split()
}
"""What is tried in the place of a word that was not expected."""
_WORDS = f"{_PATTERNS} {_FUNCTIONS}".split()
_FAULT = re.compile(
    r"line (?P<line>\d+), column (?P<column>\d+): (?P<said>.*?)"
    r"(?:; did you mean (?P<nearest>\S+)\?)?(?:; here may stand (?P<expected>.*))?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a query; as text it is the message of an error, and can be read again."""

    line: int
    column: int
    said: str
    nearest: str = ""
    """The word that was probably meant."""
    expected: tuple[str, ...] = ()
    """What may stand there; empty when that was not tried."""

    def __str__(self) -> str:
        nearest = f"; did you mean {self.nearest}?" if self.nearest else ""
        expected = f"; here may stand {'  '.join(self.expected)}" if self.expected else ""
        return f"line {self.line}, column {self.column}: {self.said}{nearest}{expected}"


def read_fault(message: str) -> Fault | None:
    """Return the fault that the message of an error tells of; None where it tells no place."""
    found = _FAULT.fullmatch(message)
    if found is None:
        return None
    expected = tuple((found["expected"] or "").split("  ")) if found["expected"] else ()
    return Fault(int(found["line"]), int(found["column"]), found["said"], found["nearest"] or "", expected)


def fault_of(sparql: str, said: str, complaint: Complaint) -> Fault | None:
    """Return what is wrong with a query of which the engine said so; None where that cannot be told.

    `complaint` is the engine, which is asked about other texts; none of them can be run.
    """
    if len(sparql) > _LONGEST:
        return None
    spread = _spread(sparql)
    at, reason = _place_of(complaint(spread.text), spread.text)
    token = spread.token_at(at)
    if token is None and (sense := _sense(said)):
        # It stumbled over the sense, behind what it read.
        found = _AT.match(said)
        return Fault(int(found[1]), int(found[2]), sense) if found else None
    if (unclosed := _unclosed_string(spread.tokens)) is not None and (
        token is None or unclosed.start() <= token.start()
    ):
        return _fault(sparql, unclosed.start(), "the string that begins here has no end")
    if token is None:
        # Unless the engine came to the end too, it has another query before it than we.
        last = spread.tokens[-1].end() if spread.tokens else 0
        return _ended(sparql, spread, complaint) if _place_of(said, sparql)[0] >= last else None
    return _stumbled(sparql, spread, token, reason, complaint)


@dataclass(frozen=True, slots=True)
class _Spread:
    """A query with its words far apart."""

    text: str
    tokens: Sequence[re.Match[str]]
    starts: Sequence[int]
    """Where each of them begins in the text, and where the text ends."""

    def token_at(self, at: int) -> re.Match[str] | None:
        """Return the token that a place in the text belongs to; None behind the last."""
        index = max((i for i, start in enumerate(self.starts) if start <= at), default=0)
        return self.tokens[index] if index < len(self.tokens) else None

    def before(self, token: re.Match[str] | None) -> str:
        """Return the text up to a token."""
        return self.text[: self.starts[self.tokens.index(token) if token else -1]]


def _spread(sparql: str) -> _Spread:
    parts: list[str] = []
    starts: list[int] = []
    found = list(tokens(sparql, 0))
    size = 0
    for before, token in zip([None, *found], found, strict=False):
        gap = _GAP if before is None or _may_part(before, token) else ""
        starts.append(size + len(gap))
        parts += [gap, token.group()]
        size += len(gap) + len(token.group())
    return _Spread("".join([*parts, _GAP, _END]), found, [*starts, size + len(_GAP)])


def _may_part(before: re.Match[str], token: re.Match[str]) -> bool:
    """Return whether a space between two tokens changes nothing."""
    if before.end() < token.start():
        return True
    pair = before.group()[-1] + token.group()[0]
    if pair in {"<(", ")>", "{|", "|}", "~?", "~$"}:
        return False
    return before.group() in _PADDED or token.group() in _PADDED or token.lastgroup == "variable"


def _place_of(complaint: str, text: str) -> tuple[int, str]:
    """Return where in a text the engine stumbled, and what it says of that."""
    found = _AT.match(complaint)
    if found is None:
        return len(text), complaint
    lines = text.split("\n")[: int(found[1]) - 1]
    return sum(len(line) + 1 for line in lines) + int(found[2]) - 1, found[3]


def _stumbled(sparql: str, spread: _Spread, token: re.Match[str], reason: str, complaint: Complaint) -> Fault:
    word = token.group()
    if token.lastgroup == "name" and "Prefix not found" in reason:
        return _fault(sparql, token.start(), f"the prefix {token['prefix'] or ''}: is not declared")
    if sense := _sense(reason):
        return _senseless(sparql, spread, token, sense)
    said = f"{word[:80]} was not expected"
    head = spread.before(token)
    if _QUOTES & set(word):
        return _fault(sparql, token.start(), f"{said}: strings stand between straight quotation marks")
    if head and not head.endswith(" "):  # what is tried would be taken for a part of the word before
        return _fault(sparql, token.start(), said)
    near = get_close_matches(word.upper(), _WORDS, n=5, cutoff=0.6) if token.lastgroup == "word" else []
    nearest = next((each for each in near if _may_stand(each, head, complaint)), "")
    expected = _expected(head, complaint)
    if word == "}" and "FILTER" in expected and "BIND" in spread.text.upper():
        said += ": perhaps BIND names a variable that has a value already"
    return _fault(sparql, token.start(), said, nearest, expected)


def _senseless(sparql: str, spread: _Spread, token: re.Match[str], sense: str) -> Fault:
    before = spread.tokens[: spread.tokens.index(token)]
    opening = next((t.start() for t in reversed(before) if t.group() == "<"), -1)
    if token.group() != ">" or opening < 0:
        return _fault(sparql, token.start(), sense)
    if sparql[opening - 1 : opening] == "<":  # it read on to the next `>`, in search of an IRI
        return _fault(sparql, opening - 1, "behind << comes no triple")
    return _fault(sparql, opening, sense)


def _ended(sparql: str, spread: _Spread, complaint: Complaint) -> Fault:
    expected = _expected(spread.before(None), complaint)
    end = len(sparql.rstrip())
    if (bracket := _unclosed(spread.tokens)) is None:
        return _fault(sparql, end, "the query ends too early", expected=expected)
    said = f"the query ends, and the {bracket.group()} of {place(sparql, bracket.start())} is not closed"
    return _fault(sparql, end, said, expected=expected)


def _fault(sparql: str, at: int, said: str, nearest: str = "", expected: tuple[str, ...] = ()) -> Fault:
    line = sparql.count("\n", 0, at) + 1
    return Fault(line, at - sparql.rfind("\n", 0, at), said, nearest, expected)


def _sense(reason: str) -> str:
    return next((ours for theirs, ours in _SAID if theirs in reason), "")


def _unclosed_string(found: Sequence[re.Match[str]]) -> re.Match[str] | None:
    return next((t for t in found if t.lastgroup == "other" and t.group() in {'"', "'"}), None)


def _unclosed(found: Sequence[re.Match[str]]) -> re.Match[str] | None:
    """Return the innermost bracket that is open at the end."""
    stack: list[re.Match[str]] = []
    for token in found:
        if token.group() in _OPEN:
            stack.append(token)
        elif stack and token.group() == _OPEN[stack[-1].group()]:
            stack.pop()
    return stack[-1] if stack else None


def _expected(head: str, complaint: Complaint) -> tuple[str, ...]:
    if len(head.replace(_GAP, " ")) > _TRIED_UP_TO:
        return ()
    return tuple(name for text, name in _TRIED.items() if _may_stand(text, head, complaint))


def _may_stand(text: str, head: str, complaint: Complaint) -> bool:
    """Return whether a query that begins like `head` can go on with this."""
    tried = f"{head}{text}{_GAP}{_END}"
    return _place_of(complaint(tried), tried)[0] >= len(tried) - len(_END)
