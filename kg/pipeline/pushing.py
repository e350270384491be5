"""Bring a release into a remote store: only the graphs that changed, and of a large one only its changes.

The store is never trusted to be whole. Its record (graph `BASE graph/release`) says of each graph which
SHA-256 it has and, before the graph is touched, that it is being changed. So the next push knows,
wherever one is killed:

* before the mark `loading`: nothing was changed;
* after it: the mark stays until some push has ended, and our front answers 503 as long;
* while a graph is put or removed, or after that and before it is recorded: it is recorded as being
  changed, so it is put or removed again, whatever release is brought next. A PUT leaves the whole graph
  or none of it;
* amid a difference from A to B: it is recorded as just that. To bring B the same difference is sent
  again, since adding what is there and removing what is not changes nothing; to bring another, the graph
  is put whole;
* after the last graph, before or after the release is recorded: the next push finds nothing to send, and
  ends it.

Of two pushes from one folder the second is refused. From two machines at once they must not be run.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kg.errors import StateError, StoreError
from kg.pipeline.sending import Kept, Ours, Sender
from kg.release import Release, current, releases, verify
from kg.store import MANIFEST, NQUADS, Entry, read_manifest
from kg.store.plan import CHANGING, LARGE, Plan, plan_of
from kg.store.pushed import Record, Remote, graphs_under
from kg.vocabulary import FACTS, RELEASE_RECORD, Names

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push came to."""

    release: str
    plan: Plan
    changed: bool
    """False where the store held the release already, whole."""


def push(
    directory: Path,
    store: Remote,
    *,
    base: str,
    default_graph: bool | None = None,
    adopt: bool = False,
    large: int = LARGE,
    tell: Tell = lambda _: None,
) -> Pushed:
    """Bring the current release of a folder into a remote store.

    With `default_graph` the store's default graph becomes a copy of the consolidated view; None does as the
    last push did. With `adopt` graphs of our IRIs that no push has put there are replaced or removed.
    Raises StoreError when the release is damaged or the store refuses, StateError when another push runs.
    """
    release = _whole(current(directory))
    names = Names(str(release.meta.get("base", base)))
    with _alone(directory / "state" / "push.lock"):
        wanted = read_manifest(release.dumps / MANIFEST)
        record = Record(store, str(names.graph(RELEASE_RECORD)))
        held = {**_foreign(store, record, names, adopt=adopt), **record.held.graphs}
        kept = _kept(directory, large)
        plan = plan_of(held, wanted, kept.keys(), large=large)
        facts = wanted[str(names.graph(FACTS))]
        copy = _to_copy(record, facts, default_graph=default_graph)
        at_rest = not record.held.loading and record.held.content == release.content
        if changed := not (plan.empty and at_rest and not copy):
            record.begin(release.id)
            Sender(store, record, Ours(release.dumps / NQUADS, wanted, kept), tell).send(plan)
            if copy:
                _copy_to_default(store, record, facts, tell)
            record.end(release.id, release.content)
        return Pushed(release.id, plan, changed)


def _whole(release: Release) -> Release:
    if faults := verify(release):
        raise StoreError(f"{release.path} is damaged: {'; '.join(faults)}; build again, or restore it")
    return release


def _to_copy(record: Record, facts: Entry, *, default_graph: bool | None) -> bool:
    """Return whether the default graph must be written."""
    now = record.held.default
    if default_graph is False and now:
        record.default("")
    wished = bool(now) if default_graph is None else default_graph
    return wished and now != facts.sha256


def _copy_to_default(store: Remote, record: Record, facts: Entry, tell: Tell) -> None:
    tell("copying the consolidated view into the default graph")
    record.default(CHANGING)
    store.copy_to_default(facts.graph)
    record.default(facts.sha256)


def _foreign(store: Remote, record: Record, names: Names, *, adopt: bool) -> dict[str, str]:
    """Return the graphs that stand where ours should, before any push was there."""
    if record.held.graphs or record.held.loading or record.held.release:
        return {}
    start = str(names.graph(""))
    found = graphs_under(store, start)
    if found and not adopt:
        raise StoreError(
            f"the store has {len(found)} graphs under {start} that no push has put there, such as "
            f"{found[0]}; --adopt replaces them, and removes those that are not of the release"
        )
    return dict.fromkeys(found, CHANGING)


def _kept(directory: Path, large: int) -> Kept:
    """Return the large graphs of the releases that are kept, whose differences to ours can be told."""
    found: Kept = {}
    for release in releases(directory):
        if (release.dumps / MANIFEST).is_file():
            for entry in read_manifest(release.dumps / MANIFEST).values():
                if entry.quads >= large:
                    found[entry.graph, entry.sha256] = (release.dumps / NQUADS, entry)
    return found


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock that ends with the process."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
    except BlockingIOError as error:
        raise StateError(f"{path}: another push is running here; wait until it is done") from error
