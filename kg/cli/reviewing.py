"""`kg review`: decide about proposed links, key by key or on a page of one's own machine."""

import getpass
import sys
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kg.link.mappings import Row
    from kg.link.review import Question, Review

_KEYS = "a accept  1-9 accept that one  r reject  n no item  d in doubt  s skip  u undo  q quit"


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option("--reviewer", metavar="NAME", help="Who decides; the setting reviewer, or the user's name.")
@click.option("--serve", is_flag=True, help="On a page, for this machine only, instead of key by key.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the page; a free one if 0.")
def review(*, directory: Path, reviewer: str | None, serve: bool, port: int) -> None:
    """Decide about the links that were proposed for the publication in DIR.

    Each thing is shown in its sentence, with the items it could be and why. A decision is a row in
    DIR/state/decisions; the next build obeys it.
    """
    from kg import settings  # noqa: PLC0415  heavy: only this command needs it
    from kg.pipeline.queue import open_review  # noqa: PLC0415  as above

    given = settings.load(directory, reviewer=reviewer)
    opened = open_review(directory, reviewer=given.reviewer or getpass.getuser(), on=datetime.now(UTC).date())
    if serve:
        from kg.publish.reviewing import serve_review  # noqa: PLC0415  as above

        serve_review(opened, port=port, ready=lambda url: print(f"review at {url}", flush=True))
        return
    print(f"{_work(opened)} decided, {len(opened.questions())} open")


def _work(opened: "Review") -> int:
    """Ask until all is decided or skipped, or the person quits; return how many decisions stand."""
    skipped: list[str] = []
    decided = 0
    print(_KEYS)
    last = ""
    while (question := _next(opened, skipped, last)) is not None:
        last = question.subject
        print("\n".join(_plain(line) for line in _shown(question)), flush=True)
        key = _key()
        if key == "q":
            break
        if key == "u":
            undone = _undone(opened, skipped)
            decided, last = decided - bool(undone), undone or last
        elif key == "s":
            skipped.append(question.subject)
        else:
            decided += _decided(opened, question, key)
    return decided


def _next(opened: "Review", skipped: list[str], last: str) -> "Question | None":
    """Return the thing that was asked about last while it is open, else the next one."""
    left = [each for each in opened.questions() if each.subject not in skipped]
    return next((each for each in left if each.subject == last), left[0] if left else None)


def _undone(opened: "Review", skipped: list[str]) -> str:
    subject = opened.undo()
    if subject in skipped:
        skipped.remove(subject)
    print(f"  taken back: {subject}" if subject else "  nothing to take back")
    return subject


def _decided(opened: "Review", question: "Question", key: str) -> int:
    from kg.link.review import Verdict  # noqa: PLC0415  as above

    verdicts = {"a": Verdict.ACCEPT, "r": Verdict.REJECT, "n": Verdict.NONE, "d": Verdict.UNSURE}
    item = ""
    if key.isdecimal() and 0 < int(key) <= len(question.candidates):
        key, item = "a", question.candidates[int(key) - 1].object_id
    if key not in verdicts:
        print(f"  {key!r} means nothing here: {_KEYS}")
        return 0
    opened.decide(question, verdicts[key], item)
    print(f"  {verdicts[key]}: {question.name}")
    return 1


def _shown(question: "Question") -> Iterator[str]:
    yield ""
    yield f"{question.name}  ({question.kind or 'of unknown kind'}, {question.subject})"
    if question.aliases:
        yield f"  also {', '.join(question.aliases)}"
    for sentence in question.sentences:
        yield f"  {sentence.article}: {sentence.text.replace(sentence.words, f'[{sentence.words}]', 1)}"
    for number, row in enumerate(question.candidates, start=1):
        yield from _candidate(number, row)


def _candidate(number: int, row: "Row") -> Iterator[str]:
    told = row.told
    through = f", through {told['via']}" if "via" in told else ""
    yield f"  {number}. {row.object_label} {row.object_id}  {row.confidence} {told.get('tier', '')}{through}"
    if told.get("description"):
        yield f"       {told['description']}"
    features = ", ".join(f"{name[1:]} {value}" for name, value in told.items() if name.startswith("+"))
    if features and not through:
        yield f"       {told.get('reason', '')}: {features}"


def _plain(line: str) -> str:
    """Return a line without what commands a terminal: names and sentences are words of strangers."""
    return "".join(" " if unicodedata.category(each) in ("Cc", "Cf") else each for each in line)


def _key() -> str:
    """Return the next key; piped ones are read as they come, and their end quits."""
    if sys.stdin.isatty():
        return click.getchar().lower()
    while (key := sys.stdin.read(1)).isspace():
        pass
    return key.lower() or "q"
