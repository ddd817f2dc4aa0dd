"""Spaces by name, by path and from standard input; extends, edits and sizes, as specs have them."""

import io
import sys
from types import SimpleNamespace

import pytest

from levit_explore import SpecError, load_spec
from levit_explore.space.load import load_space, make_space
from levit_explore.spec.load import bundled_names
from tests.space.texts import space_of, staged

CHOICE = "stages.0.depth={choices: [2, 3]}"


@pytest.mark.parametrize("name", bundled_names())
def test_a_plain_spec_is_a_space_of_one_variant(name):
    space = load_space(name)
    assert (space.size, space.axes, space.spec(0)) == (1, (), load_spec(name))
    assert [(cell.spec, cell.masks, cell.shape) for cell in space.cells()] == [(load_spec(name), (), ())]


def test_edits_make_choices():
    space = load_space("levit256", [CHOICE, "constraints=[flops <= 1G]"], size="192")
    assert [space.spec(number) for number in range(2)] == [
        load_spec("levit256", [f"stages.0.depth={depth}", f"name=levit256-{depth - 2}"], size="192") for depth in (2, 3)
    ]


def test_an_extended_space_may_choose_otherwise(tmp_path):
    (tmp_path / "base.yaml").write_text(staged(depth="{choices: [2, 3]}") + "in_channels: {choices: [1, 3]}\n")
    (tmp_path / "next.yaml").write_text("extends: base.yaml\nin_channels: {range: [1, 4]}\n")
    space = load_space(tmp_path / "next.yaml")
    assert [(axis.name, axis.values) for axis in space.axes] == [
        ("stages[0].depth", (2, 3)),
        ("in_channels", (1, 2, 3, 4)),
    ]


def test_a_space_comes_from_standard_input(monkeypatch):
    text = staged(depth="{choices: [2, 3]}").encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text)))
    space = load_space("-")
    assert (space.name, space.size) == ("stdin", 2)


def test_axes_stand_in_the_order_of_the_document():
    text = (
        "num_classes: {choices: [10, 100]}\n"
        + staged(dim="{choices: [64]}", key_dim="{as: k}", heads="{as: h}")
        + "where: {h: {choices: [2, 4]}, k: {choices: [8, 16]}}\nimage_size: {choices: [64, [32, 64]]}\n"
    )
    space = space_of(text)
    assert [axis.name for axis in space.axes] == ["num_classes", "stages[0].dim", "h", "k", "image_size"]
    assert space.chosen(13) == {"num_classes": 100, "stages[0].dim": 64, "h": 4, "k": 8, "image_size": "32x64"}


@pytest.mark.parametrize(
    ("choice", "values"),
    [
        ("{range: [0.1, 0.5], step: 0.1}", (0.1, 0.2, 0.3, 0.4, 0.5)),
        ("{range: [0.5, 2], step: 0.5}", (0.5, 1, 1.5, 2)),
        ("{range: [1, 4], step: 2}", (1, 3)),
        ("{range: [1.2, 1.2]}", (1.2,)),
    ],
)
def test_ranges_have_both_ends_and_decimals_without_error(choice, values):
    assert space_of(staged(attn_ratio=choice)).axes[0].values == values


@pytest.mark.parametrize(
    ("size", "where"),
    [
        ("64", ""),
        ("[64, 64]", ""),
        ("{choices: [32, 64]}", ""),
        ("{choices: [32, [64, 64]]}", ""),
        ("{range: [32, 64], step: 32}", ""),
        ("{as: k}", "where: {k: {choices: [32, 64]}}\n"),
        ("[{as: k}, {as: k}]", "where: {k: {choices: [32, 64]}}\n"),
        ("k * 2", "where: {k: {choices: [16, 32]}}\n"),
        ("[k * 2, k*2]", "where: {k: {choices: [16, 32]}}\n"),
    ],
)
def test_the_side_of_an_image_that_is_always_square_is_read_by_one_name(size, where):
    space = space_of(f"{staged(mlp_ratio='image_size / 32')}image_size: {size}\n{where}constraints: image_size > 32\n")
    spec = space.spec(space.size - 1)
    assert (spec.image_size, spec.stages[0].mlp_ratio) == ((64, 64), 2)


def test_a_variant_is_written_as_its_author_would():
    stage = {"dim": {"choices": [64, 96]}, "depth": 2, "heads": "dim / key_dim", "key_dim": {"as": "k"}}
    fields = {"where": {"k": {"choices": [16, 32]}}, "image_size": {"choices": [224]}, "stages": [stage, stage]}
    written = {"depth": 2, "heads": 4, "key_dim": 16}
    stages = [written | {"dim": 64}, written | {"dim": 96, "heads": 6}]
    assert make_space(fields, "mine").fields(1) == {"name": "mine-1", "image_size": 224, "stages": stages}


@pytest.mark.parametrize("number", [-1, 4])
def test_a_number_that_no_variant_has_is_refused(number):
    space = make_space({"stages": [{"dim": 64, "depth": {"range": [1, 4]}, "heads": 1, "key_dim": 16}]}, "mine")
    with pytest.raises(SpecError, match=f"^mine: there is no variant {number}; they are numbered 0 to 3$"):
        space.fields(number)


def test_a_space_of_a_million_million_variants_opens():
    depth, ratio = {"range": [1, 10]}, {"range": [1, 4], "step": 0.5}
    stage = {"dim": {"range": [128, 512], "step": 32}, "depth": depth, "heads": "dim / 32", "key_dim": 32}
    stages = [stage | {"mlp_ratio": ratio, "attn_ratio": ratio}] * 4
    space = make_space({"stages": stages, "constraints": ["dim[0] <= dim[3]"]})
    assert (space.size, len(list(space.cells()))) == ((13 * 10 * 7 * 7) ** 4, 1)
    assert space.spec(space.size - 1).stages[3].heads == 16
