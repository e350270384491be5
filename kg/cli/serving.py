"""`kg serve`: a release over HTTP."""

from pathlib import Path

import click

_WELCOME = r"""
Accord is at {url}

Three things to try:
  the pages      {url}
  a question     curl -H 'Accept: text/csv' {url}sparql \
                   --data-urlencode 'query=SELECT (COUNT(*) AS ?n) {{ ?a a kg:Agreement }}'
  the data       curl -O {url}dumps/accord.ttl.gz
Stop with Ctrl-C.
"""


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option("--host", help="Address to bind; 127.0.0.1 when not given.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to bind; 8000 when not given.")
@click.option("--endpoint", metavar="URL", help="SPARQL endpoint of another server that answers the queries.")
@click.option("--welcome", is_flag=True, help="Say where it is and what to try.")
def serve(
    *, directory: Path, host: str | None, port: int | None, endpoint: str | None, welcome: bool
) -> None:
    """Serve the current release in DIR."""
    from kg import publish, settings  # noqa: PLC0415  heavy: only this command needs it

    given = settings.load(directory, host=host, port=port, endpoint_url=endpoint)
    publish.serve(directory, settings=given, ready=_welcome if welcome else _address)


def _welcome(url: str) -> None:
    print(_WELCOME.format(url=url), flush=True)


def _address(url: str) -> None:
    print(f"serving {url}", flush=True)
