"""JSON: one document for one sheet, a list of documents for several. Counts are exact integers."""

import json
from collections.abc import Sequence
from typing import Any

from levit_explore.render.sheet import Sheet


def render(sheets: Sequence[Sheet]) -> str:
    """The sheets' documents, indented."""
    documents = [sheet.document for sheet in sheets]
    return to_json(documents[0] if len(documents) == 1 else documents)


def to_json(value: Any) -> str:
    """A document as indented JSON."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
