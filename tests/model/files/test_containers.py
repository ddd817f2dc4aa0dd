"""Every container gives back what was saved in it, and the state dict that was asked for."""

import pytest
import torch
from torch import nn

from levit_explore.errors import CheckpointError
from levit_explore.model.files import open_checkpoint
from tests.model.files.made import (
    TENSORS,
    WRITERS,
    legacy,
    other,
    raw_safetensors,
    refusal,
    safetensors,
    same,
    sharded,
    training_state,
    zipped,
)

in_each_container = pytest.mark.parametrize(("container", "write"), WRITERS.values(), ids=WRITERS)
by_torch = pytest.mark.parametrize("write", [zipped, legacy])


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@in_each_container
def test_what_was_saved_is_read_bit_by_bit(tmp_path, container, write):
    found = open_checkpoint(write(TENSORS, tmp_path / "saved"))
    tensors = found.tensors()
    assert (found.container, found.weights, found.choices) == (container, "", ("",))
    assert same({name: tensors[name] for name in TENSORS}, TENSORS)


@in_each_container
def test_shapes_and_types_are_known_without_tensors(tmp_path, container, write):
    found = open_checkpoint(write(TENSORS, tmp_path / "saved"))
    assert dict(found.shapes) == {name: tuple(tensor.shape) for name, tensor in TENSORS.items()}
    assert dict(found.dtypes) == {name: tensor.dtype for name, tensor in TENSORS.items()}


@in_each_container
def test_a_config_is_read_from_folders_alone(tmp_path, container, write):
    config = open_checkpoint(write(TENSORS, tmp_path / "saved")).config
    assert config == ({"model_type": "levit", "depths": [2, 3, 4]} if container == "folder" else None)


@in_each_container
def test_the_prefix_of_parallel_training_is_dropped(tmp_path, container, write):
    found = open_checkpoint(write({f"module.{name}": TENSORS[name] for name in TENSORS}, tmp_path / "saved"))
    assert same({name: found.tensor(name) for name in TENSORS}, TENSORS)


@in_each_container
def test_a_prefix_that_not_all_names_have_is_kept(tmp_path, container, write):
    found = open_checkpoint(write({"module.a": torch.ones(1), "b": torch.zeros(1)}, tmp_path / "saved"))
    assert set(found.shapes) == {"module.a", "b"}


@in_each_container
def test_tensors_come_in_the_order_asked_for(tmp_path, container, write):
    found = open_checkpoint(write(TENSORS, tmp_path / "saved"))
    assert list(found.tensors(["half", "brain", "stem.weight"])) == ["half", "brain", "stem.weight"]


@in_each_container
def test_a_tensor_that_is_not_there_is_explained(tmp_path, container, write):
    refused = refusal_of_tensor(write(TENSORS, tmp_path / "saved").relative_to(tmp_path), "stem.weigth")
    assert refused == "saved: has no tensor 'stem.weigth'; did you mean stem.weight?"


@in_each_container
def test_an_entry_is_refused_where_there_are_none(tmp_path, container, write):
    path = write(TENSORS, tmp_path / "saved").relative_to(tmp_path)
    assert refusal(path, "model").endswith(": has no entry 'model'; it is one state dict without entries")


def refusal_of_tensor(path, name: str) -> str:
    with pytest.raises(CheckpointError) as error:
        open_checkpoint(path).tensor(name)
    return str(error.value)


@by_torch
def test_a_training_state_gives_its_model(tmp_path, write):
    found = open_checkpoint(write(training_state(), tmp_path / "saved.pth"))
    assert (found.weights, found.choices) == ("model", ("model", "model_ema"))
    assert same(found.tensors(), TENSORS)


@by_torch
def test_weights_picks_an_entry(tmp_path, write):
    found = open_checkpoint(write(training_state(), tmp_path / "saved.pth"), weights="model_ema")
    assert found.weights == "model_ema"
    assert same(found.tensors(), other())


@by_torch
@pytest.mark.parametrize(
    ("entries", "choices"),
    [
        (["state_dict_ema", "model_ema", "state_dict", "model"], "model state_dict model_ema state_dict_ema"),
        (["net", "state_dict_ema", "ema"], "state_dict_ema net ema"),
        (["net", "ema"], "net ema"),
    ],
)
def test_entries_are_preferred_in_this_order(tmp_path, write, entries, choices):
    saved = {name: other(number) for number, name in enumerate(entries)} | {"epoch": 3, "empty": {}, 5: "x"}
    saved = {name: value for name, value in saved.items() if isinstance(name, str)}
    found = open_checkpoint(write(saved, tmp_path / "saved.pth"))
    assert " ".join(found.choices) == choices
    assert same(found.tensors(), saved[found.choices[0]])


@by_torch
def test_state_dicts_one_level_deeper_are_named_by_both_words(tmp_path, write):
    saved = {"checkpoint": {"ema": other(1), "model": other(2)}, "epoch": 3}
    found = open_checkpoint(write(saved, tmp_path / "saved.pth"))
    assert found.choices == ("checkpoint.model", "checkpoint.ema")
    assert same(found.tensors(), other(2))


@by_torch
def test_extra_states_are_left_out(tmp_path, write):
    found = open_checkpoint(write({**TENSORS, "loss._extra_state": None}, tmp_path / "saved.pth"))
    assert same(found.tensors(), TENSORS)


@by_torch
def test_parameters_become_plain_tensors(tmp_path, write):
    parameters = dict(nn.Linear(3, 2).named_parameters())
    found = open_checkpoint(write(parameters, tmp_path / "saved.pth"))
    assert all(type(tensor) is torch.Tensor and not tensor.requires_grad for tensor in found.tensors().values())


@by_torch
def test_tied_and_transposed_tensors_are_read(tmp_path, write):
    weight = torch.arange(6.0).reshape(2, 3)
    saved = {"a": weight, "b": weight, "c": weight.T, "d": weight[1]}
    assert same(open_checkpoint(write(saved, tmp_path / "saved.pth")).tensors(), saved)


@by_torch
def test_pickle_protocol_3_is_read(tmp_path, write):
    path = tmp_path / "saved.pth"
    torch.save(TENSORS, path, pickle_protocol=3, _use_new_zipfile_serialization=write is zipped)
    assert same(open_checkpoint(path).tensors(), TENSORS)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors", ".yaml", ""])
@pytest.mark.parametrize("write", [zipped, legacy, safetensors, sharded])
def test_the_suffix_does_not_matter(tmp_path, write, suffix):
    found = open_checkpoint(write(TENSORS, tmp_path / f"saved{suffix}"))
    assert set(found.shapes) == set(TENSORS)


def test_metadata_of_safetensors_are_no_tensors(tmp_path):
    header = {
        "__metadata__": {"format": "pt"},
        "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
    }
    assert list(open_checkpoint(raw_safetensors(header, bytes(4), tmp_path / "saved")).shapes) == ["a"]


def test_a_folder_prefers_one_file_of_safetensors(tmp_path):
    zipped(other(1), tmp_path / "pytorch_model.bin")
    sharded(other(2), tmp_path / "model.safetensors.index.json")
    safetensors(other(3), tmp_path / "model.safetensors")
    assert same(open_checkpoint(tmp_path).tensors(), other(3))


def test_a_folder_needs_no_config(tmp_path):
    safetensors(TENSORS, tmp_path / "model.safetensors")
    assert open_checkpoint(tmp_path).config is None


def test_a_path_may_be_text(tmp_path):
    path = str(safetensors(TENSORS, tmp_path / "saved"))
    assert str(open_checkpoint(path).path) == path
