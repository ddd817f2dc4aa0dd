"""JSON in a spec file: how it is known, and how values are written in it so that YAML reads the same."""

import json
import re
from collections.abc import Mapping
from typing import Any

# what JSON may hold as it is, and YAML 1.1 refuses or takes for a line end
_ODD = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def is_json(text: str) -> bool:
    """Whether the text of a file is valid JSON."""
    try:
        json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return True


def json_text(value: Any) -> str:
    """A value as JSON on one line, which YAML 1.1 reads as the same value.

    >>> json_text({"drop_path": 1e-05, "distillation": True})
    '{"drop_path": 1.0e-05, "distillation": true}'
    """
    match value:
        case Mapping():
            return f"{{{', '.join(f'{json_text(name)}: {json_text(item)}' for name, item in value.items())}}}"
        case list():
            return f"[{', '.join(json_text(item) for item in value)}]"
        case str():
            return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
        case float():
            text = json.dumps(value)
            return text if "." in text else text.replace("e", ".0e")  # YAML 1.1 takes 1e-05 for text
        case _:
            return json.dumps(value)
