"""Stage 6, the files for download that hold the facts: Turtle and JSON-LD, and Turtle for each kind."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache, partial

from kg.store.dumps.folder import Folder, key_of
from kg.store.dumps.rdf import header_of, pieces_of, turtle_of
from kg.store.jsonld import Compactor, Context, compactor, json_of
from kg.store.lines import by_subject, statement_of
from kg.store.parts import Part, PartsFile
from kg.store.shelf import Shelf
from kg.vocabulary import FACTS, KG, Names

KINDS: Mapping[str, tuple[str, ...]] = {
    "agreements": ("Agreement", "AgreementSet", "ReportedFigure"),
    "delegations": ("Delegation",),
    "events": ("Event",),
    "institutions": ("Institution",),
    "persons": ("Person", "Role"),
    "places": ("Place",),
}
"""The files by class, and what is in each; with agreements stand all figures, with persons their roles."""
_TYPED = re.compile(rb"^<[^>]*> <http://www\.w3\.org/1999/02/22-rdf-syntax-ns#type> <([^>]*)> ", re.MULTILINE)
_CLASSES = {str(KG[each]).encode(): name for name, several in KINDS.items() for each in several}


def write_things(
    shelf: Shelf, folder: Folder, earlier: Folder | None, names: Names, context: Context
) -> None:
    """Write the facts as Turtle and JSON-LD, and as one Turtle file for each kind of things."""
    prefixes = names.prefixes()
    head, opening = header_of(prefixes), b'{"@context": ' + json_of(context) + b',\n"@graph": ['
    short, comma = compactor(context), b""
    with ExitStack() as stack:
        opened = partial(_opened, stack, folder, earlier)
        turtle = [opened(f"accord.ttl{packing}", head) for packing in (".gz", ".zst")]
        json = [opened(f"accord.jsonld{packing}", opening) for packing in (".gz", ".zst")]
        kinds = {name: opened(f"accord-{name}.ttl.gz", head) for name in KINDS}
        for piece in pieces_of(shelf.lines(str(names.graph(FACTS)))):
            whole, by_kind = b"".join(piece), cache(partial(_by_kind, piece))
            _add(turtle, key_of("ttl", head, whole), partial(turtle_of, piece, prefixes))
            nodes = partial(_nodes, piece, short, comma)
            _add(json, key_of("jsonld", opening, comma, whole), nodes)
            for name in sorted(_kinds_in(whole)):
                _add(
                    [kinds[name]],
                    key_of("ttl", name, head, whole),
                    partial(_turtle_of_kind, name, by_kind, prefixes),
                )
            comma = b","
        _add(json, key_of("end"), lambda: b"\n]}\n")


def _opened(stack: ExitStack, folder: Folder, earlier: Folder | None, name: str, head: bytes) -> PartsFile:
    file = stack.enter_context(folder.begin(name, earlier))
    _add([file], key_of("head", head), lambda: head)
    return file


def _add(files: Iterable[PartsFile], key: str, made: Callable[[], bytes]) -> None:
    """Add one part to files; it is made at most once, and only where none of them has it already."""
    once = cache(made)
    for file in files:
        file.add(Part(key, lambda out: out.write(once())))


def _nodes(piece: Iterable[bytes], short: Compactor, comma: bytes) -> bytes:
    """Return things as JSON objects, one a line; `comma` stands before the first of them."""
    return b"".join(_separated(piece, short, comma))


def _separated(piece: Iterable[bytes], short: Compactor, comma: bytes) -> Iterator[bytes]:
    for subject, lines in by_subject(piece):
        yield comma + b"\n" + json_of(short.node(subject, map(statement_of, lines)))
        comma = b","


def _turtle_of_kind(
    name: str, by_kind: Callable[[], Mapping[str, list[bytes]]], prefixes: Mapping[str, str]
) -> bytes:
    return turtle_of(by_kind()[name], prefixes)


def _kinds_in(lines: bytes) -> set[str]:
    """Return the kinds of the things that lines tell of."""
    return {_CLASSES[each] for each in set(_TYPED.findall(lines)) if each in _CLASSES}


def _by_kind(piece: Iterable[bytes]) -> dict[str, list[bytes]]:
    """Return the lines of the things of each kind."""
    found: defaultdict[str, list[bytes]] = defaultdict(list)
    for _, lines in by_subject(piece):
        for name in _kinds_in(b"".join(lines)):
            found[name] += lines
    return found
