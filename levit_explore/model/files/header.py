"""JSON as checkpoints have it: one object in UTF-8, of limited size, no name twice."""

import json
from typing import Any

from levit_explore.errors import CheckpointError
from levit_explore.spec.words import quoted

MAX_BYTES = 16_000_000  # a hundred thousand tensors and more


def read_object(data: bytes, what: str) -> dict[str, Any]:
    """The JSON object in `data`; `what` begins the message of the CheckpointError for anything else."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for name, value in pairs:
            if name in entries:
                raise CheckpointError(f"{what} has {quoted(name)} twice")
            entries[name] = value
        return entries

    if len(data) > MAX_BYTES:
        raise CheckpointError(f"{what} has more than {MAX_BYTES} bytes")
    try:
        value = json.loads(data.decode(), object_pairs_hook=unique)
    except (ValueError, RecursionError):  # not UTF-8, not JSON, or nested without end
        raise CheckpointError(f"{what} is not JSON") from None
    if not isinstance(value, dict):
        raise CheckpointError(f"{what} is not a JSON object")
    return value
