"""The JSON Schema of the spec format, made of the same rules that the parser checks."""

from typing import Any

from levit_explore.spec.fields import Spec
from levit_explore.spec.structures import Fields


def schema() -> dict[str, Any]:
    """A JSON Schema (draft 2020-12) that editors complete and check spec files by."""
    rules = Fields(Spec).schema()
    stages = rules["properties"]["stages"]
    first = stages["items"] | {"properties": stages["items"]["properties"] | {"downsample": False}}
    stages["prefixItems"] = [first]  # nothing leads into it
    extends = {"type": "string", "description": "a bundled name or a YAML path to start from; what follows changes it"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "levit-explore spec",
        "description": "The stages of a LeViT-style vision transformer",
        **rules,
        "properties": {"extends": extends, **rules["properties"]},
        "required": [],
        "anyOf": [
            {"required": ["stages"], "properties": {"stem": {"required": ["kind"]}}},
            {"required": ["extends"]},  # whose stem may say its kind
        ],
    }
