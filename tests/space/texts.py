"""Space files as texts, read without a file, and what is wrong with them."""

import pytest

from levit_explore import SpecError
from levit_explore.space.load import read_space
from levit_explore.space.space import Space
from levit_explore.spec.reader import read_yaml


def space_of(text: str) -> Space:
    return read_space(read_yaml(text.encode(), "my.yaml"), "my")


def mistakes(text: str) -> str:
    with pytest.raises(SpecError) as error:
        space_of(text)
    return str(error.value)


def staged(**edits: str) -> str:
    """A file with one stage, some of its fields changed."""
    fields = {"dim": "128", "depth": "2", "heads": "4", "key_dim": "16"} | edits
    return "stages:\n  - {" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}\n"
