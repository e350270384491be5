"""Stage 6, publish: the example queries; their leading comments say in words what they ask."""

import re
from dataclasses import dataclass
from pathlib import Path

from kg.publish.terms import Text

_COMMENT = re.compile(r"#\s*(title|note)\s*([a-z-]*)\s*:\s*(.+)")


@dataclass(frozen=True, slots=True)
class Example:
    """A query worth asking."""

    name: str
    titles: tuple[Text, ...]
    notes: tuple[Text, ...]
    sparql: str

    @property
    def title(self) -> str:
        """Return the first title, or the file's name when there is none."""
        return self.titles[0][0] if self.titles else self.name


def load_examples(folder: Path) -> tuple[Example, ...]:
    """Return the examples of a folder in the order of their file names; none when it is missing."""
    return tuple(
        _example(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.rq"))
    )


def _example(name: str, text: str) -> Example:
    lines = text.strip().splitlines()
    count = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    words: dict[str, list[Text]] = {"title": [], "note": []}
    for line in lines[:count]:
        if found := _COMMENT.fullmatch(line.strip()):
            words[found[1]].append((found[3], found[2] or "en"))
    sparql = "\n".join(lines[count:]).strip() + "\n"
    return Example(name, tuple(words["title"]), tuple(words["note"]), sparql)
