"""Stage 7: releases that never change, and the one name that says which of them is current."""

from kg.release.draft import Draft, Published, begin
from kg.release.generation import Release, current, releases, verify

__all__ = ["Draft", "Published", "Release", "begin", "current", "releases", "verify"]
