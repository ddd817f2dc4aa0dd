"""The example's checkpoint has learned what its script says, and the script runs."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from levit_explore import build, load_spec, plan

pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
safetensors = pytest.importorskip("safetensors.torch", reason="the checkpoint is in safetensors")

SCRIPT = Path(__file__).parents[1] / "docs" / "examples" / "train_digits.py"
CHECKPOINT = SCRIPT.with_name("digits.safetensors")
EXAMPLE = runpy.run_path(str(SCRIPT))
_, WHOLE, WITHOUT_BIASES = (float(percent) for percent in re.findall(r"(\d+\.\d+) %", EXAMPLE["__doc__"]))
ONE_IMAGE = 100 / 450  # per cent of those tested


def _model(checkpoint):
    model = build(plan(load_spec("levit_digits")))
    model.load_state_dict(safetensors.load_file(checkpoint), strict=True)
    return model.eval()


@pytest.fixture(scope="module")
def trained():
    return _model(CHECKPOINT)


@pytest.fixture(scope="module")
def tested():
    _, images, _, labels = EXAMPLE["digits"]()
    return images, labels


def _accuracy(model, tested):
    images, labels = tested
    return EXAMPLE["accuracy"](EXAMPLE["recognised"](model, images), labels)


def test_checkpoint_is_small_enough_to_ship():
    assert CHECKPOINT.stat().st_size < 2_000_000


def test_every_attention_has_learned_biases(trained):
    spreads = [trained.get_parameter(name).std().item() for name in trained.no_weight_decay()]
    assert len(spreads) == 7  # three blocks in either stage, and the downsample
    assert min(spreads) > 0.5  # a bias of 0.5 weighs a key 1.6 times as much


def test_checkpoint_recognises_the_digits_as_the_script_shows(trained, tested):
    assert _accuracy(trained, tested) == pytest.approx(WHOLE, abs=ONE_IMAGE)
    assert WHOLE > 97


def test_without_attention_biases_it_fails_as_the_script_shows(trained, tested):
    assert _accuracy(EXAMPLE["without_biases"](trained), tested) == pytest.approx(WITHOUT_BIASES, abs=2 * ONE_IMAGE)
    assert WITHOUT_BIASES < WHOLE - 10


@pytest.mark.parametrize("head", ["head", "head_dist"])
def test_each_head_has_learned_on_its_own(head, trained, tested):
    images, labels = tested
    logits = []
    handle = trained.get_submodule(head).register_forward_hook(lambda module, given, gives: logits.append(gives))
    EXAMPLE["recognised"](trained, images)
    handle.remove()
    assert EXAMPLE["accuracy"](logits[0].argmax(dim=1), labels) > 97


def test_weights_decay_and_nothing_else_does():
    model = build(plan(load_spec("levit_digits")))
    decaying, *others = ({id(one) for one in group["params"]} for group in EXAMPLE["groups"](model))
    assert decaying == {id(one) for name, one in model.named_parameters() if name.endswith("linear.weight")}
    assert set.union(*others) == {id(one) for one in model.parameters()} - decaying


def test_script_prints_what_it_shows_and_writes_a_checkpoint_that_loads(tmp_path):
    command = [sys.executable, SCRIPT, "--epochs", "1", "-o", tmp_path / "digits.safetensors"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (shown,) = re.findall(r"\$ python.*\n((?:    .*\n)+)", EXAMPLE["__doc__"])
    assert _words(done.stdout) == _words(shown)
    assert done.stderr.startswith("epoch 1 of 1: loss ")
    assert [path.name for path in tmp_path.iterdir()] == ["digits.safetensors"]
    _model(tmp_path / "digits.safetensors")


def _words(text):
    return [re.sub(r"\s+[\d.]+ %", "", line).strip() for line in text.splitlines()]
