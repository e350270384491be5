"""Stage 6, publish: a release over HTTP, for people and for machines; the only room that knows the web."""

from kg.publish.app import create_app
from kg.publish.serve import run, serve
from kg.publish.site import Dump, Edition, Limits, Runner, Site

__all__ = ["Dump", "Edition", "Limits", "Runner", "Site", "create_app", "run", "serve"]
