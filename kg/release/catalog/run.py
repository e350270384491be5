"""Stage 7, how a release was made, in PROV: programs, models, settings and what else it rests on.

Nothing here has a time of day, so that the same build writes the same bytes.
"""

import re

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, RDF, RDFS

from kg.release.catalog.told import Told
from kg.vocabulary import SCHEMA


def add_run(graph: Graph, told: Told) -> None:
    """Add the activity that made the release."""
    build = told.part("build")
    graph.add((build, RDF.type, PROV.Activity))
    graph.add((build, RDFS.label, Literal(f"Build of release {told.id}", lang="en")))
    graph.add((build, PROV.generated, told.release))
    for run in told.survey.runs:
        graph.add((build, PROV.wasInformedBy, URIRef(run)))
    for program in sorted({*told.made.software, *_extractors(told)}):
        agent = told.part("by-" + _slug(program))
        graph.add((build, PROV.wasAssociatedWith, agent))
        graph.add((agent, RDF.type, PROV.SoftwareAgent))
        graph.add((agent, RDFS.label, Literal(program)))
    for name, value in told.made.settings.items():
        setting = told.part(f"setting-{name}")
        graph.add((build, PROV.used, setting))
        graph.add((setting, RDF.type, PROV.Entity))
        graph.add((setting, RDF.type, SCHEMA.PropertyValue))
        graph.add((setting, SCHEMA.name, Literal(name)))
        graph.add((setting, SCHEMA.value, Literal(value)))
    for name, identifier in told.made.inputs.items():
        used = told.part("used-" + _slug(name))
        graph.add((build, PROV.used, used))
        graph.add((used, RDF.type, PROV.Entity))
        graph.add((used, RDFS.label, Literal(name)))
        graph.add((used, DCTERMS.identifier, Literal(identifier)))


def _extractors(told: Told) -> list[str]:
    """Return each extractor and model with its version and hash, as the runs name them."""
    return [part for label in told.survey.runs.values() for part in label.split("; ") if part]


def _slug(text: str) -> str:
    return re.sub(r"[^\w.]+", "-", text).strip("-")
