"""`kg push`: the current release into a SPARQL store on another server."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.argument("url")
@click.option(
    "--update", metavar="URL", help="Address for SPARQL updates; beside URL when that ends with /query."
)
@click.option("--graph-store", metavar="URL", help="Address of the Graph Store Protocol; likewise (/store).")
@click.option(
    "--default-graph/--no-default-graph",
    default=None,
    help="Write the consolidated view into the default graph too, or leave that alone; as the last push did.",
)
@click.option(
    "--adopt", is_flag=True, help="Replace or remove graphs of our IRIs that no push has put there."
)
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
def push(
    *,
    directory: Path,
    url: str,
    update: str | None,
    graph_store: str | None,
    default_graph: bool | None,
    adopt: bool,
    quiet: bool,
) -> None:
    """Bring the current release in DIR into the store that answers queries at URL.

    Only what changed is sent. A push that was stopped is ended by the next one; while one runs, and until it
    ended, the store is marked as being changed. KG_PUSH_USER and KG_PUSH_PASSWORD say who writes.
    """
    from kg import settings, store  # noqa: PLC0415  heavy: only this command needs it
    from kg.pipeline import pushing  # noqa: PLC0415  as above

    given = settings.load(directory)
    remote = store.RemoteStore(
        store.places(url, update=update, graphs=graph_store),
        account=store.Account(given.push_user, given.push_password),
        seconds=given.push_seconds,
    )
    pushed = pushing.push(
        directory,
        remote,
        base=given.base,
        default_graph=default_graph,
        adopt=adopt,
        tell=_nothing if quiet else _progress,
    )
    if not quiet:
        plan = pushed.plan
        sent = f"{len(plan.put)} graphs sent, {len(plan.change)} changed, {len(plan.remove)} removed"
        told = f"{sent}, {plan.same} as before" if pushed.changed else "was there already"
        print(f"release {pushed.release}: {told}")


def _nothing(_: str) -> None:
    pass


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
