"""`kg link DIR`: fill a publication's queue of proposed links."""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.pipeline.queue import Filled


def fill(directory: Path, *, pool: Path | None, live: bool) -> None:
    """Ask about the things of a publication and say what came of it."""
    from kg import settings  # noqa: PLC0415  heavy: only this command needs it
    from kg.pipeline.queue import fill_live, fill_queue  # noqa: PLC0415  as above

    given, on = settings.load(directory), datetime.now(UTC).date()
    if live:
        filled = fill_live(directory, settings=given, on=on)
    else:
        with tempfile.TemporaryDirectory() as folder:
            filled = fill_queue(directory, settings=given, on=on, snapshot=_snapshot(pool, Path(folder)))
    _say(filled)
    if filled.failed:
        sys.exit(1)


def _snapshot(pool: Path | None, folder: Path) -> Path | None:
    if pool is None or pool.suffix == ".sqlite":
        return pool
    from kg.link.authority import build_snapshot  # noqa: PLC0415  as above

    build_snapshot((pool,), folder / "pool.sqlite")
    return folder / "pool.sqlite"


def _say(filled: "Filled") -> None:
    for each in filled.failed:
        print(f"look-up failed: {each.about}: {each.why}", file=sys.stderr)
    print(
        f"{filled.asked} things asked: {filled.candidates} new candidates, {filled.withdrawn} taken back, "
        f"{len(filled.failed)} look-ups failed"
    )
