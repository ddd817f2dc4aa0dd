"""The commands about checkpoints: what a file is, and the same weights in another form."""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from levit_explore import flops, load_spec
from levit_explore.model.checkpoint import read_checkpoint
from levit_explore.model.convert import folded, written
from levit_explore.model.key_layout import KeyLayout
from levit_explore.spec.write import fields
from tests.cli.call import call, document, printed
from tests.model.checkpoints import Tensors, published, weights_of
from tests.model.models import small

DIGITS = Path(__file__).parents[2] / "docs" / "examples" / "digits.safetensors"
WEIGHTS = weights_of(small())
LEVIT = written(WEIGHTS, KeyLayout.LEVIT)
SPEC = """\
image_size: [40, 40]
in_channels: 3
num_classes: 10
distillation: true
drop_path: 0.0
activation: hardswish
attention_activation: hardswish
position: bias
norm: batchnorm
stem: {kind: convs, dims: [4, 8, 16]}
stages:
  - {dim: 16, depth: 2, heads: 2, key_dim: 4, attn_ratio: 2, mlp_ratio: 2}
  - {dim: 24, depth: 1, heads: 3, key_dim: 4, attn_ratio: 2, mlp_ratio: 2, downsample: {heads: 4, key_dim: 4, \
attn_ratio: 4, mlp_ratio: 2, stride: 2}}
"""
ASSUMED = """\
assumed image_size: 5 x 5 tokens times the stem's stride of 8
assumed activation and attention_activation: hardswish, as in levit.py
"""


def saved(content: Any, name: str) -> str:
    """The name of a file with this content."""
    torch.save(content, name)
    return name


def damaged() -> Tensors:
    """A state dict in which one tensor is missing and one is unknown."""
    return {key: tensor for key, tensor in LEVIT.items() if key != "blocks.1.m.2.c.weight"} | {
        "extra": torch.ones(2, 3)
    }


def training() -> str:
    """A training checkpoint with two sets of weights."""
    state = {"model": LEVIT, "model_ema": LEVIT, "epoch": 3, "args": argparse.Namespace(lr=5e-4)}
    return saved(state, "training.pth")


# inspect


def test_inspect_names_a_bundled_spec():
    shutil.copy(DIGITS, "digits.safetensors")
    assert printed("inspect", "digits.safetensors") == (
        "digits.safetensors: timm layout\ncontainer: safetensors, 207 tensors in float32\nspec: levit_digits\n"
    )


def test_inspect_shows_a_spec_that_is_not_bundled_and_what_it_assumed():
    assert printed("inspect", saved(LEVIT, "mine.pth")) == (
        "mine.pth: levit layout\n"
        "container: pth, 142 tensors in float32\n"
        "spec: none that is bundled; its spec is\n"
        f"name: mine\n{SPEC}{ASSUMED}"
    )


def test_inspect_lists_what_is_missing_and_unexpected():
    lines = printed("inspect", saved(damaged(), "mine.pth")).splitlines()
    start = lines.index("found      tensor                shape")
    assert lines[start + 1 : start + 3] == ["missing    blocks.1.m.2.c.weight", "unexpected extra                 2x3"]


def test_inspect_says_which_weights_it_took():
    assert printed("inspect", training()).splitlines()[:2] == [
        "training.pth: levit layout",
        "container: pth, 142 tensors in float32 of model (--weights takes model_ema too)",
    ]


def test_inspect_takes_the_weights_that_are_asked_for():
    assert printed("inspect", training(), "--weights", "model_ema").splitlines()[1] == (
        "container: pth, 142 tensors in float32 of model_ema (--weights takes model too)"
    )


def test_inspect_says_that_batchnorm_is_folded():
    path = saved(written(folded(WEIGHTS), KeyLayout.TIMM_CONV), "mine.pth")
    assert printed("inspect", path).splitlines()[0] == "mine.pth: timm_conv layout, BatchNorm folded"


def test_inspect_reads_a_folder_of_transformers():
    tensors = {key: torch.zeros(tensor.shape) for key, tensor in published("levit128s", "hf").items()}
    Path("folder").mkdir()
    saved(tensors, "folder/pytorch_model.bin")
    Path("folder/config.json").write_text('{"model_type": "levit", "image_size": 224}')
    assert printed("inspect", "folder") == (
        "folder: hf layout\ncontainer: folder, 325 tensors in float32\nspec: levit128s\n"
    )


def test_inspect_document():
    assert document("inspect", training()) == {
        "schema": "levit-explore/inspect/1",
        "spec": "training",
        "container": "pth",
        "layout": "levit",
        "fused": False,
        "weights": "model",
        "choices": ["model", "model_ema"],
        "tensors": 142,
        "types": ["float32"],
        "missing": [],
        "unexpected": [],
        "bundled": None,
        "assumed": [line.removeprefix("assumed ") for line in ASSUMED.splitlines()],
        "inferred": fields(small().spec) | {"name": "training"},
    }


def test_inspect_document_lists_what_is_missing_and_unexpected():
    found = document("inspect", saved(damaged(), "mine.pth"))
    assert (found["missing"], found["unexpected"]) == (["blocks.1.m.2.c.weight"], ["extra"])


def test_inspect_document_of_a_bundled_spec():
    found = document("inspect", str(DIGITS))
    assert (found["weights"], found["choices"]) == (None, [])
    assert (found["spec"], found["bundled"], found["inferred"]) == (
        "levit_digits",
        "levit_digits",
        fields(load_spec("levit_digits")),
    )


def test_inspect_rows_are_what_is_missing_and_unexpected():
    assert printed("inspect", saved(damaged(), "mine.pth"), "--format", "csv") == (
        "found,tensor,shape\nmissing,blocks.1.m.2.c.weight,\nunexpected,extra,2x3\n"
    )


@pytest.mark.parametrize("suffix", ["yaml", "yml", "YAML"])
def test_inspect_writes_the_spec(suffix):
    assert printed("inspect", saved(LEVIT, "mine.pth"), "-o", f"spec.{suffix}") == ""
    assert Path(f"spec.{suffix}").read_text() == f"name: mine\n{SPEC}"


def test_a_written_spec_can_be_counted():
    call("inspect", saved(LEVIT, "mine.pth"), "-o", "spec.yaml")
    assert document("flops", "spec.yaml")["flops"] == flops(small())


def test_a_written_bundled_spec_is_the_bundled_one():
    call("inspect", str(DIGITS), "-o", "spec.yaml")
    assert load_spec("spec.yaml") == load_spec("levit_digits")


def test_inspect_writes_its_findings():
    printed("inspect", training(), "-o", "found.json")
    assert json.loads(Path("found.json").read_text()) == document("inspect", "training.pth")


# convert


def test_convert_writes_levit_s_own_checkpoint():
    call("convert", str(DIGITS), "--to", "levit", "-o", "digits.pth")
    found = read_checkpoint("digits.pth")
    assert (found.file.weights, found.layout, found.bundled) == ("model", "levit", "levit_digits")


@pytest.mark.parametrize("layout", KeyLayout)
def test_convert_says_what_it_wrote(layout):
    count = 214 if layout.startswith("levit") else 207
    arguments = ["convert", str(DIGITS), "--to", layout, "-o", "out.safetensors"]
    assert call(*arguments) == (0, "", f"wrote {count} tensors to out.safetensors\n")


def test_convert_says_which_weights_it_took():
    arguments = ["convert", training(), "--to", "hf", "-o", "out.pth", "--weights", "model_ema"]
    assert call(*arguments) == (0, "", "wrote 138 tensors of model_ema to out.pth\n")


def test_convert_folds():
    call("convert", str(DIGITS), "--to", "timm", "-o", "out.pth", "--fuse")
    found = read_checkpoint("out.pth")
    assert (found.plan.fused, found.missing, found.unexpected) == (True, (), ())


@pytest.mark.parametrize(("size", "expected"), [("64", (64, 64)), ("32x48", (32, 48))])
def test_convert_resizes(size, expected):
    call("convert", str(DIGITS), "--to", "levit", "-o", "out.pth", "--size", size)
    assert read_checkpoint("out.pth").spec.image_size == expected


def test_convert_folds_and_resizes_at_once():
    call("convert", str(DIGITS), "--to", "levit", "-o", "out.pth", "--fuse", "--size", "64")
    found = read_checkpoint("out.pth")
    assert (found.plan.fused, found.spec.image_size) == (True, (64, 64))


# What goes wrong


def error(*arguments: str) -> str:
    """The one line on stderr of a command that exits with 2 and prints nothing."""
    status, out, err = call(*arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    return err.rstrip("\n")


@pytest.mark.parametrize(
    "command", [["inspect"], ["convert", "--to", "levit", "-o", "out.pth"]], ids=["inspect", "convert"]
)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"a": torch.ones(2)}, "not a LeViT of levit.py, timm or transformers; it holds a"),
        (
            WEIGHTS.tensors | {"stages.0.blocks.2000.attn.extra": torch.ones(2)},
            "no spec has these sizes: stages[0].depth is 2001; it must be at most 1000",
        ),
        ({"epoch": 3}, "holds no state dict, only epoch"),
    ],
)
def test_what_is_no_levit_is_said(command, content, message):
    assert error(*command, saved(content, "mine.pth")) == f"mine.pth: {message}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--to", "tim"],
            "--to tim: is not a layout; choose timm, timm_conv, levit, levit_c, hf or native; did you mean timm?",
        ),
        (["--to", "x"], "--to x: is not a layout; choose timm, timm_conv, levit, levit_c, hf or native"),
        (
            ["--to", "hf", "--fuse"],
            "--to hf: transformers has no model with folded BatchNorm; choose levit, timm or native",
        ),
        (["--to", "levit", "--size", "0"], "spec: image_size is 0; it must be a positive integer"),
        (
            ["--to", "levit", "--size", ""],
            "--size : is not a size; write pixels such as 256, or HEIGHTxWIDTH such as 192x256",
        ),
        (
            ["--to", "levit", "--size", "5x"],
            "--size 5x: is not a size; write pixels such as 256, or HEIGHTxWIDTH such as 192x256",
        ),
        (["--to", "levit", "--weights", "ema"], "mine.pth: has no entry 'ema'; it is one state dict without entries"),
        (
            ["--to", "levit", "-o", "out.ckpt"],
            "-o out.ckpt: the suffix .ckpt names no kind of checkpoint; end it in .safetensors or .pth",
        ),
        (["--to", "levit", "-o", "no/out.pth"], "no/out.pth: cannot be written (No such file or directory)"),
    ],
)
def test_what_cannot_be_converted_is_said(options, message):
    saved(LEVIT, "mine.pth")
    assert error("convert", "mine.pth", "-o", "out.pth", *options) == message


def test_weights_that_are_not_whole_are_not_converted():
    assert error("convert", saved(damaged(), "mine.pth"), "--to", "timm", "-o", "out.pth") == (
        "mine.pth: missing: blocks.1.m.2.c.weight; unknown or of a wrong shape: extra"
    )


@pytest.mark.parametrize("option", ["--to", "-o"])
def test_convert_asks_for_what_it_needs(option):
    options = {"--to": "levit", "-o": "out.pth"}
    given = [word for pair in options.items() if pair[0] != option for word in pair]
    names = {"--to": "'--to'", "-o": "'-o' / '--output'"}
    assert error("convert", "mine.pth", *given) == f"levit-explore: Missing option {names[option]}; see --help"


def test_a_file_that_is_not_there_is_said():
    assert error("inspect", "no.pth") == "no.pth: no such file"


def test_findings_have_a_known_suffix():
    assert error("inspect", saved(LEVIT, "mine.pth"), "-o", "x.pth") == (
        "-o x.pth: the suffix .pth names no format; end it in .txt, .json, .csv, .md, or give --format"
    )


def test_nothing_is_written_where_something_is_wrong():
    saved(LEVIT, "mine.pth")
    call("convert", "mine.pth", "--to", "hf", "--fuse", "-o", "out.pth")
    assert [path.name for path in Path().iterdir()] == ["mine.pth"]
