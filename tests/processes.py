"""What the system tells of processes: who is below whom, who was not buried, and what is open."""

import os
import time
from pathlib import Path


def _all():
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split() if entry.name.isdigit() else []
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields:
            found[int(entry.name)] = (int(fields[1]), fields[0])
    return found


def descendants(pid=None):
    """The processes below one (this one, when none is given), zombies among them."""
    parents = {child: parent for child, (parent, _) in _all().items()}
    found, level = set(), {pid or os.getpid()}
    while level := {child for child, parent in parents.items() if parent in level}:
        found |= level
    return found


def zombies():
    """Those below this process that ended and that nobody asked about."""
    states = _all()
    return {child for child in descendants() if child in states and states[child][1] == "Z"}


def parent_of(pid):
    return _all()[pid][0]


def handles(pid=None):
    return len(list(Path(f"/proc/{pid or 'self'}/fd").iterdir()))


def settled(measure, wanted, seconds=5):
    """Measure again until it is as wanted, for a moment: what has ended must be buried."""
    deadline = time.monotonic() + seconds
    while measure() != wanted and time.monotonic() < deadline:
        time.sleep(0.01)
    return measure()
