"""biases: offsets of a spec, what a checkpoint has learned, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import load_file, save_file

from levit_explore import load_spec, plan
from levit_explore.plan.ops import AttentionBias
from levit_explore.plan.tree import walk
from tests.cli.call import call, printed

DIGITS = str(Path(__file__).parents[2] / "docs" / "examples" / "digits.safetensors")
TABLES = {name: tensor for name, tensor in load_file(DIGITS).items() if name.endswith(".attention_biases")}
BLOCK = "stages.1.blocks.1.attn"


def test_a_document_of_a_spec_has_every_attention_and_no_table():
    found = json.loads(printed("biases", "levit256", "--format", "json"))
    steps = [step for step in walk(plan(load_spec("levit256"))) if isinstance(step.node, AttentionBias)]
    assert (found["schema"], found["spec"], found["learned"]) == ("levit-explore/biases/1", "levit256", False)
    assert [block["path"] for block in found["blocks"]] == [
        step.path.removesuffix(".attention_biases") for step in steps
    ]
    first = found["blocks"][0]
    assert (first["heads"], first["key_grid"], first["query_grid"], first["stride"], first["offsets"]) == (
        *(4, [14, 14], [14, 14], 1),
        196,
    )
    assert "table" not in first


def test_values_of_a_checkpoint_are_in_the_document():
    found = json.loads(printed("biases", DIGITS, "--values", "--format", "json"))
    tables = {f"{block['path']}.attention_biases": torch.tensor(block["table"]) for block in found["blocks"]}
    assert found["learned"]
    assert tables.keys() == TABLES.keys()
    assert all(torch.equal(tables[name], table) for name, table in TABLES.items())


def test_arrays_hold_the_tables():
    printed("biases", DIGITS, "-o", "maps.npz")
    arrays = np.load("maps.npz")
    assert np.array_equal(arrays[f"{BLOCK}/table"], TABLES[f"{BLOCK}.attention_biases"].numpy())


@pytest.mark.parametrize("name", ["maps.svg", "maps.png", "maps.pdf"])
def test_a_figure_is_written(name):
    assert call("biases", DIGITS, "--block", BLOCK, "-o", name) == (0, "", "")
    assert Path(name).stat().st_size > 1000


def test_the_map_of_a_head_follows_the_table():
    out = printed("biases", DIGITS, "--block", BLOCK, "--head", "1", "--query", "0,0")
    assert out.endswith(
        f"{BLOCK}, head 1: bias of each key for query 0,0\n"
        "[0]0 0 3\n 1 0 1 3\n 3 5 4 2\n 7 9 7 5\n"
        "bias: 0 is -3.26, 9 is 4.75; [ ] is the query.\n"
    )


def test_arrays_of_a_comparison_are_differences():
    changed = {name: tensor.clone() for name, tensor in load_file(DIGITS).items()}
    name = f"{BLOCK}.attention_biases"
    changed[name][1] = changed[name][1].flip(0)  # which leaves the maximum
    save_file(changed, "changed.safetensors")
    assert call("biases", DIGITS, "--compare", "changed.safetensors", "-o", "maps.npz") == (0, "", "")
    with np.load("maps.npz") as arrays:
        assert np.allclose(arrays[f"{BLOCK}/table"], (changed[name] - TABLES[name]).numpy(), atol=1e-6)
        assert not arrays["stages.0.blocks.0.attn/table"].any()


def test_a_grid_that_tensors_do_not_tell_is_said_to_be_assumed():
    model = timm.create_model("levit_128s", img_size=(256, 224))
    save_file(model.state_dict(), "model.safetensors")
    assumed = "grid: 224 tokens as 14 x 16; it may be another rectangle"
    assert json.loads(printed("biases", "model.safetensors", "--format", "json"))["assumed"] == [assumed]
    assert f"\nassumed {assumed}\n" in printed("biases", "model.safetensors")


def test_weights_of_which_there_is_one_set_need_no_word():
    torch.save({"model": load_file(DIGITS)}, "one.pth")
    status, _, err = call("biases", "one.pth")
    assert (status, err) == (0, "")


def test_a_checkpoint_against_itself_has_not_changed():
    found = json.loads(printed("biases", DIGITS, "--compare", DIGITS, "--format", "json"))
    assert {head["largest"] for head in found["heads"]} == {0.0}


NO_VIEW = "is not a view; choose query, quadrant, unfolded, prior, profile or offsets; did you mean prior?"
NOT_LEARNED = "all values are zero until the network is trained; only --view offsets has anything to draw"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["levit256", "--weights", "model"],
            "levit256: --weights picks among the weights of a checkpoint, and this is a spec",
        ),
        ([DIGITS, "--size", "64"], f"{DIGITS}: --set and --size edit specs, and this is a checkpoint"),
        ([DIGITS, "--view", "prior"], "--view prior: is for figures; give -o with a suffix of .png, .svg or .pdf"),
        ([DIGITS, "--view", "pror", "-o", "a.svg"], f"--view 'pror': {NO_VIEW}"),
        ([DIGITS, "--query", "a"], "--query 'a': is not a token; write its row and column, such as 3,4"),
        ([DIGITS, "--block", BLOCK, "--head", "4"], f"head 4: {BLOCK} has 4 heads; it must be 0 to 3"),
        (
            [DIGITS, "--block", "stages.1.blocks.1"],
            f"--block stages.1.blocks.1: no attention of that path; did you mean {BLOCK}?",
        ),
        ([DIGITS, "--block", "x"], "--block x: no attention of that path, such as stages.0.blocks.0.attn"),
        (
            [DIGITS, "--compare", "levit_digits"],
            "levit_digits: has no attention biases with values, so there is nothing to compare",
        ),
        (["levit256", "--view", "query", "-o", "a.svg"], NOT_LEARNED),
        (["nope.pth"], "nope.pth: no such file"),
        (
            [DIGITS, "--head", "1", "-o", "a.png"],
            "--head 1: is for the map in the terminal; figures, data and comparisons have all heads",
        ),
        (
            [DIGITS, "--query", "9,9", "-o", "a.npz"],
            "--query 9,9: is for the map in the terminal or a figure, which this does not draw",
        ),
        (
            [DIGITS, "--compare", DIGITS, "--head", "1"],
            "--head 1: is for the map in the terminal; figures, data and comparisons have all heads",
        ),
        (
            [DIGITS, "--compare", DIGITS, "--view", "offsets", "-o", "a.png"],
            "--view offsets: is the same before and after; choose another view for --compare",
        ),
        (
            [DIGITS, "--compare", DIGITS, "--values"],
            "--values: a comparison has a row for each head; -o FILE.npz holds every difference",
        ),
        (
            ["levit128s", "--size", "4096"],
            "stages.0.blocks.0.attn: has 65536 keys; maps are made of at most 16384",
        ),
        (
            [DIGITS, "-o", "a.npy"],
            "-o a.npy: names no format; end it in .png, .svg, .pdf, .npz, .txt, .json, .csv or .md, or give --format",
        ),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, list) else "",
)
def test_what_cannot_be_shown_is_explained(arguments, message):
    assert call("biases", *arguments) == (2, "", f"{message}\n")


def test_which_weights_were_taken_is_said():
    tables = load_file(DIGITS)
    torch.save({"model": tables, "model_ema": {name: 2 * tensor for name, tensor in tables.items()}}, "both.pth")
    status, out, err = call("biases", "both.pth", "--weights", "model_ema", "--values", "--format", "json")
    assert (status, err) == (0, "both.pth: takes the weights under model_ema of model, model_ema\n")
    first = json.loads(out)["blocks"][0]
    assert torch.equal(torch.tensor(first["table"]), 2 * TABLES[f"{first['path']}.attention_biases"])
