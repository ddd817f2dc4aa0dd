"""What decides a space's digest, and what does not."""

import pickle

import pytest
from hypothesis import given

from levit_explore import SpecError
from levit_explore.space.load import make_space
from tests.space.strategies import spaces
from tests.space.texts import space_of

BASE = """
where: {k: {choices: [16, 32]}}
stages:
  - {dim: {choices: [64, 96, 128]}, depth: {choices: [1, 2]}, heads: dim / key_dim, key_dim: {as: k}}
  - {dim: 128, depth: 2, heads: 4, key_dim: {as: k}}
constraints:
  - dim[0] <= dim[1]
  - flops <= 400M
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\nwhere", "\n# a comment\nname: other\nsource: elsewhere\nwhere"),
        ("dim / key_dim", "( dim/key_dim )"),
        ("dim / key_dim", "'stages[0].dim / stages[0].key_dim'"),
        ("{choices: [64, 96, 128]}", "{range: [64, 128], step: 32}"),
        ("dim: 128, depth: 2", "attn_ratio: 2.0, mlp_ratio: 2, downsample: {stride: 2}, dim: 128, depth: 2"),
        ("stages", "image_size: [224, 224]\nactivation: hardswish\nattention_activation: hardswish\nstages"),
        ("400M", "0.4G"),
        ("flops <= 400M", "800M >= 2 * flops"),
        ("flops <= 400M", "flops < 400000001"),
        ("dim[0] <= dim[1]", "dim[1] >= stages[0].dim"),
        ("  - dim[0] <= dim[1]\n  - flops <= 400M", "  - flops <= 400M and dim[0] <= dim[1]"),
    ],
)
def test_how_a_space_is_written_does_not_matter(old, new):
    assert old in BASE
    assert space_of(BASE.replace(old, new, 1)).digest == space_of(BASE).digest


def test_what_a_shared_choice_is_called_does_not_matter():
    assert space_of(BASE.replace("k:", "width:").replace("as: k", "as: width")).digest == space_of(BASE).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[16, 32]", "[32, 16]"),
        ("[16, 32]", "[16, 32, 64]"),
        ("depth: 2", "depth: 3"),
        ("dim / key_dim", "dim // key_dim"),
        ("{choices: [64, 96, 128]}, depth: {choices: [1, 2]}", "{choices: [64, 96, 128]}, depth: 1"),
        (
            "dim: {choices: [64, 96, 128]}, depth: {choices: [1, 2]}",
            "depth: {choices: [1, 2]}, dim: {choices: [64, 96, 128]}",
        ),
        ("dim[0] <= dim[1]", "dim[0] < dim[1]"),
        ("  - dim[0] <= dim[1]\n", ""),
        ("flops <= 400M", "flops < 400M"),
        ("flops <= 400M", "params <= 400M"),
        ("stages", "norm: layernorm\nstages"),
        ("stages", "activation: gelu\nstages"),
        ("stages", "drop_path: 0.1\nstages"),
    ],
)
def test_what_variants_there_are_does_matter(old, new):
    assert old in BASE
    assert space_of(BASE.replace(old, new, 1)).digest != space_of(BASE).digest


@given(spaces())
def test_a_space_keeps_its_digest_under_another_name_and_on_its_way_to_a_worker(fields):
    try:
        space = make_space(fields)
    except SpecError:
        return
    assert make_space(fields, "another").digest == pickle.loads(pickle.dumps(space)).digest == space.digest
