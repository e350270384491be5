"""The schemas of the Reconciliation API 0.2, where they and a validator are at hand."""

import importlib.util
import json

import pytest

from tests.conftest import SHARED

FOLDER = SHARED / "linking/reconciliation/0.2/schemas"
ABSENT = (
    "the schemas of the API are not part of the project; they stand in ../shared"
    if not FOLDER.exists()
    else "" if importlib.util.find_spec("jsonschema") else "no jsonschema here"
)  # fmt: skip
needs_schemas = pytest.mark.skipif(bool(ABSENT), reason=ABSENT)


def faults(name, value):
    """What a schema finds wrong with a value; nothing where there is no schema."""
    if ABSENT:
        return []
    from jsonschema import Draft7Validator
    from referencing import Registry
    from referencing.jsonschema import DRAFT7

    def resource(path):
        return DRAFT7.create_resource(json.loads((FOLDER / path).read_text(encoding="utf-8")))

    schema = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    registry = Registry().with_resources(
        [
            ("https://reconciliation-api.github.io/specs/0.2/schemas/type.json", resource("type.json")),
            ("http://swagger.io/v2/schema.json", resource("openapi.json")),
        ]
    )
    schema |= {"$schema": "http://json-schema.org/draft-07/schema#"}
    return [error.message for error in Draft7Validator(schema, registry=registry).iter_errors(value)]
