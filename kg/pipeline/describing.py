"""What a release says of itself and of its difference from the one before: written last of all."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from kg.pipeline.cataloguing import write_catalog
from kg.pipeline.differing import write_changes
from kg.release import Draft, Release
from kg.settings import Settings


def describe_draft(
    draft: Draft,
    before: Release | None,
    content: str,
    meta: Mapping[str, Any],
    *,
    as_of: date,
    settings: Settings,
) -> None:
    """Write the catalog of a release and what changed since the one before it into its draft."""
    write_catalog(draft.dumps, draft.report, content=content, as_of=as_of, meta=meta, settings=settings)
    write_changes(draft, before, content=content, meta=meta, as_of=as_of)
