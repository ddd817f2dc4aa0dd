"""What sheets say beside their numbers, and how they round them."""

import pytest

from levit_explore import balance, fuse, load_spec, plan
from levit_explore.analysis.balance import Rule
from levit_explore.render import plain
from levit_explore.render.results import balance_sheet, published_notes
from levit_explore.spec.load import bundled_names
from tests.golden_data import FIVE, PAPER

NOTES = {
    "levit256": ["Graham et al., ICCV 2021, Table 3 prints 1120 M FLOPs; levit.py counts 1,128,024,056."],
    "levit384": [
        "Table 2 prints 18 heads for the second downsample; levit.py has 512 // 32 = 16, which is what gives 2353 M "
        "FLOPs and 39.1 M parameters."
    ],
}


@pytest.mark.parametrize("name", bundled_names())
def test_notes_say_where_print_and_code_differ_and_nothing_else(name):
    assert published_notes(plan(load_spec(name))) == NOTES.get(name, [])


@pytest.mark.parametrize("edits", [["stages.1.depth=5"], ["num_classes=10"]])
def test_an_edited_spec_is_held_against_no_print(edits):
    assert published_notes(plan(load_spec("levit256", edits))) == []


def test_another_image_size_is_held_against_no_print():
    assert published_notes(plan(load_spec("levit256", size="256"))) == []


def test_a_folded_network_is_held_against_no_print():
    assert published_notes(fuse(plan(load_spec("levit256")))) == []


@pytest.mark.parametrize("name", FIVE)
def test_shown_ratios_are_the_exact_ones_rounded_once(name):
    model = plan(load_spec(name))
    shown = plain.render([balance_sheet(model, balance(model, Rule.STAGE))]).splitlines()
    ratios = [float(line.split()[-1]) for line in shown if line.startswith(("stage", "all stages"))]
    assert ratios == [*PAPER["balance"][name]["stages"], PAPER["balance"][name]["stages_only"]]
