"""What a user types for one field: a value in YAML, or the size of an image as it is written everywhere else."""

from typing import Any

from levit_explore.spec.reader import read_value
from levit_explore.spec.rules import Path
from levit_explore.spec.structures import pixels


def read_typed(path: Path, text: str, place: str) -> Any:
    """The value that a text stands for at `path`: YAML, and for image_size HEIGHTxWIDTH too; raises SpecError.

    >>> read_typed(("image_size",), "192x256", "--set"), read_typed(("stages", 0, "depth"), "4", "--set")
    ([192, 256], 4)
    """
    size = pixels(text.strip()) if path == ("image_size",) else None
    return read_value(text, place) if size is None else size
