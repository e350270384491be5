"""What SSSOM 1.0 asks of a table, written down from its data model; sssom-py agrees where it is there."""

import re

import yaml

# The slots of a mapping (https://w3id.org/sssom/), as far as we write them, and what each may hold.
CURIE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*:[^\s|]+")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
REFERENCES = {"subject_id", "predicate_id", "object_id", "mapping_justification"}
WORDS = {
    "subject_label",
    "object_label",
    "mapping_tool",
    "mapping_tool_version",
    "object_source_version",
    "other",
    "comment",
    "reviewer_label",
    "match_string",
}
JUSTIFICATIONS = {
    "semapv:ManualMappingCuration",
    "semapv:MappingReview",
    "semapv:CompositeMatching",
    "semapv:UnspecifiedMatching",
    "semapv:LexicalMatching",
    "semapv:MappingChaining",
    "semapv:LexicalSimilarityThresholdMatching",
}
BUILT_IN = {"sssom", "owl", "rdf", "rdfs", "skos", "semapv", "xsd", "linkml"}
"""Prefixes that need no entry in the curie map."""


def faults(text):
    """Return what is wrong with a table, one line a fault."""
    lines = text.split("\n")
    head = [line[1:] for line in lines if line.startswith("#")]
    body = [line for line in lines if line and not line.startswith("#")]
    found = _of_head(yaml.safe_load("\n".join(head)))
    prefixes = set(yaml.safe_load("\n".join(head)).get("curie_map", {})) | BUILT_IN
    slots = body[0].split("\t")
    found += [f"{s} is no slot" for s in slots if s not in REFERENCES | WORDS | OTHERS]
    for line in body[1:]:
        cells = line.split("\t")
        if len(cells) != len(slots):
            found.append(f"{len(cells)} cells: {line}")
        found += [f"{fault}: {line}" for fault in _of_row(dict(zip(slots, cells, strict=False)), prefixes)]
    return found


OTHERS = {"predicate_modifier", "confidence", "mapping_date"}


def _of_head(head):
    found = [f"{slot} is missing" for slot in ("mapping_set_id", "license") if slot not in head]
    found += [f"{iri} is no IRI" for iri in head.get("curie_map", {}).values() if not iri.startswith("http")]
    return found + ([] if head.get("sssom_version") == "1.0" else ["not of version 1.0"])


def _of_row(row, prefixes):
    for slot in REFERENCES:
        if not CURIE.fullmatch(row.get(slot, "")):
            yield f"{slot} is no CURIE"
        elif row[slot].partition(":")[0] not in prefixes:
            yield f"the prefix of {slot} is not told"
    if row["mapping_justification"] not in JUSTIFICATIONS:
        yield "the justification is none of SEMAPV's"
    if row.get("predicate_modifier", "") not in ("", "Not"):
        yield "a modifier but Not"
    if row.get("mapping_date") and not DATE.fullmatch(row["mapping_date"]):
        yield "no date"
    if row.get("confidence") and not 0 <= float(row["confidence"]) <= 1:
        yield "a confidence that is no share"
