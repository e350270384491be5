"""What a publisher can set: defaults < `kg.toml` < `KG_*` variables < command-line options.

Read once at the edge and passed inward as arguments of the part that needs them. Only this file reads the
environment.
"""

import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kg.errors import SettingsError
from kg.vocabulary import HOME


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting; the comment is its meaning (docs/settings.md is held equal to this table)."""

    base: str = HOME
    """Base IRI of the published things; ends with a slash."""
    title: str = "Accord: delegations, agreements, institutions and events in the news"
    """Name of the publication, shown on its pages and in its catalog."""
    publisher: str = "Accord contributors"
    """Who publishes, in catalog and citation; set it when `base` is your own."""
    publisher_url: str = ""
    """Web address of the publisher."""
    extractor: str = "rules"
    """Name in the entry-point group `kg.extractors`."""
    least_confidence: float = 0.15
    """Confidence (0 to 1) below which a statement is not asserted but listed for review."""
    authority: str = ""
    """Snapshot of an authority (`kg authority build`); `state/authority.sqlite` when not given."""
    linker: str = "names"
    """Name in the entry-point group `kg.linkers`."""
    contact: str = ""
    """Mail or web address in the catalog; told to servers when links are looked up there."""
    reconcile_url: str = "https://wikidata.reconci.link/en/api"
    """Reconciliation service (API 0.2) that `kg link --live` asks."""
    entity_url: str = "https://www.wikidata.org/wiki/Special:EntityData/"
    """Where `kg links verify` asks for an item: `Q100.json` is put behind it."""
    reviewer: str = ""
    """Who decides in `kg review`, as it stands in the decisions; the user's name when not given."""
    article_bytes: int = 5_000_000
    """Largest article that is read, in bytes."""
    keep_releases: int = 10
    """How many releases are kept; a build removes the oldest of more, never the current one."""
    host: str = "127.0.0.1"
    """Address that `kg serve` binds."""
    port: int = 8000
    """Port that `kg serve` binds."""
    query_seconds: float = 10.0
    """Wall time that a query may take, from its arrival."""
    query_workers: int = 2
    """Processes that answer queries."""
    worker_queries: int = 10_000
    """How many queries a process answers before a fresh one takes its place."""
    queries_per_client: int = 8
    """Queries of one client that may run or wait at once; as many more where they look cheap."""
    queries_at_once: int = 32
    """Queries of all clients that may run or wait at once; as many more where they look cheap."""
    query_memory_mb: int = 1024
    """Memory that a query may use beyond that of an idle worker, in MiB."""
    query_body_bytes: int = 1_000_000
    """Largest request body, in bytes."""
    cache_bytes: int = 64_000_000
    """Memory for answers that are kept to be given again, in bytes; 0 keeps none."""
    trusted_proxies: str = ""
    """Addresses and networks (with spaces between) whose `X-Forwarded-...` headers are believed."""
    endpoint_url: str = ""
    """SPARQL endpoint of another server that answers instead, to which the release was pushed."""
    endpoint_rows: int = 0
    """Rows at which that server cuts a result without a word (`ResultSetMaxRows` of Virtuoso); 0: never."""
    endpoint_user: str = ""
    """User that the publisher is to that server."""
    endpoint_password: str = field(default="", repr=False)
    """The user's password; best given as the variable `KG_ENDPOINT_PASSWORD`."""
    old_releases_open: int = 2
    """Old releases (`?release=`) that may be open at once; each needs up to two processes."""
    result_bytes: int = 250_000_000
    """Largest query result, in bytes; a larger one is refused or broken off, not cut as if it were whole."""
    result_rows: int = 1_000_000
    """Most rows of a query result; one with more is refused or broken off likewise."""
    service_allowed: str = ""
    """Endpoints that queries may ask by SERVICE, with spaces between; what ends with / is a beginning."""
    metrics_from: str = "127.0.0.0/8 ::1"
    """Addresses and networks (with spaces between) that may read `/metrics`."""
    access_log: str = ""
    """Format of a line that is written for each request: `combined` or `json`; none when not given."""
    log_queries: bool = False
    """Whether the access log has the texts of queries."""
    llm_url: str = ""
    """Address of the chat endpoint of the extractor `llm`, up to and without `/chat/completions`."""
    llm_model: str = ""
    """Name of the model that is asked there."""
    llm_key: str = field(default="", repr=False)
    """Key that is sent to the endpoint; best given as the variable `KG_LLM_KEY`."""
    llm_cache: str = ""
    """Folder in which the model's answers are kept, so that builds repeat."""
    llm_seconds: float = 120.0
    """Time within which the endpoint must have answered one request."""
    push_user: str = ""
    """User that `kg push` is to the store that it writes."""
    push_password: str = field(default="", repr=False)
    """The user's password; best given as the variable `KG_PUSH_PASSWORD`."""
    push_seconds: float = 300.0
    """Time within which the store must have answered one request of a push."""
    gliner_model: str = ""
    """Folder with the weights of the extractor `gliner`."""


_TRUTH = {"true": True, "false": False}
_LEAST = {"port": 0, "cache_bytes": 0, "endpoint_rows": 0, "least_confidence": 0.0, "query_seconds": 0.01}
_MOST = {"port": 65535, "least_confidence": 1.0, "query_seconds": 86400}


def load(folder: Path, environment: Mapping[str, str] | None = None, **options: object) -> Settings:
    """Return the settings for `folder` (where `kg.toml` may stand); options that are None are not given.

    Raises SettingsError for an unknown key or a value of the wrong type, naming where it stands.
    """
    given = os.environ if environment is None else environment  # noqa: TID251  this is the one place
    settings = _checked(Settings(), _from_file(folder / "kg.toml"), "kg.toml")
    variables = {name[3:].lower(): value for name, value in given.items() if name.startswith("KG_")}
    settings = _checked(settings, variables, "the environment (KG_*)")
    return _checked(settings, {k: v for k, v in options.items() if v is not None}, "the command line")


Options = tuple[tuple[str, str | int | float], ...]
"""Settings of one part by name: hashable, and small enough to be sent to another process."""


_ASIDE = frozenset(("llm_key", "llm_seconds", "llm_cache"))
"""Settings of an extractor that have no part in what it finds."""


def deciding_options(settings: Settings, part: str) -> Options:
    """Return the settings of a part on which the result of its work depends."""
    beside = {name.removeprefix(f"{part}_") for name in _ASIDE if name.startswith(f"{part}_")}
    return tuple(option for option in options_of(settings, part) if option[0] not in beside)


def options_of(settings: Settings, part: str) -> Options:
    """Return the settings that are named after a part, without its name: `llm_url` is the `url` of `llm`."""
    prefix = part.replace("-", "_") + "_"
    known = [f.name for f in fields(settings) if f.name.startswith(prefix)]
    return tuple((name.removeprefix(prefix), getattr(settings, name)) for name in known)


def _from_file(path: Path) -> dict[str, object]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error


def _checked(settings: Settings, given: Mapping[str, object], where: str) -> Settings:
    known = {f.name: f for f in fields(Settings)}
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "docs/settings.md lists those there are"
            raise SettingsError(f"{where}: unknown setting {name[:100]!r}; {hint}")
    values = {
        name: _typed(value, type(getattr(settings, name)), f"{where}: {name}")
        for name, value in given.items()
    }
    changed = replace(settings, **values)
    for name, value in values.items():
        if type(value) in {int, float} and not _LEAST.get(name, 1) <= value <= _MOST.get(name, math.inf):
            raise SettingsError(f"{where}: {name} cannot be {value}")
    if not changed.base.endswith("/"):
        raise SettingsError(f"{where}: base must end with a slash, not {changed.base!r}")
    return changed


def _typed(value: object, kind: type[Any], where: str) -> Any:
    if kind is bool:
        if (said := str(value).lower()) not in _TRUTH:
            raise SettingsError(f"{where} must be true or false, not {value!r}")
        return _TRUTH[said]
    try:
        return kind(value)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"{where} must be {kind.__name__}, not {value!r}") from error
