"""Checkpoints of timm, levit.py and transformers: recognised, read whole or refused in one line, and loaded exactly."""

import argparse
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from timm.models import create_model
from torch import Tensor, nn

from levit_explore import build, fuse, load_spec, plan
from levit_explore.errors import CheckpointError
from levit_explore.model.checkpoint import Checkpoint, load_checkpoint, read_checkpoint, recognise
from levit_explore.model.convert import Weights, folded, written
from levit_explore.model.files import CheckpointFile
from levit_explore.model.key_layout import KeyLayout
from tests.golden_data import FIVE
from tests.model.checkpoints import (
    PUBLISHED,
    Tensors,
    held,
    published,
    shapes_of,
    weights_of,
    without_counts,
    without_index,
)
from tests.model.models import images, outputs, small, trained
from tests.model.test_parity import close, timm_model, transformers_model

SMALL = weights_of(small())


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def recognised(tensors: Tensors, **config: Any) -> Checkpoint:
    """What is made of a state dict as if it came from a file."""
    return recognise(held(tensors, config=config or None))


def saved(tensors: Any, name: str = "weights.pth") -> Path:
    """The path of a file with these contents, in the folder that the test runs in."""
    path = Path(name)
    save_file(tensors, path) if path.suffix == ".safetensors" else torch.save(tensors, path)
    return path


def refusal(tensors: Any, name: str = "weights.pth") -> str:
    """The message for a file that is not loaded."""
    with pytest.raises(CheckpointError) as error:
        load_checkpoint(saved(tensors, name))
    return str(error.value)


def in_layout(layout: str) -> Tensors:
    return written(SMALL, KeyLayout(layout))


def bare(tensors: Tensors) -> Tensors:
    """What transformers saves of a LevitModel, without heads and prefix."""
    return {key.removeprefix("levit."): tensor for key, tensor in tensors.items() if not key.startswith("classifier")}


def one_head(tensors: Tensors) -> Tensors:
    """What transformers saves of a LevitForImageClassification."""
    return {key: tensor for key, tensor in tensors.items() if not key.startswith("classifier_distill")}


# Recognising


@pytest.mark.parametrize("layout", PUBLISHED)
@pytest.mark.parametrize("name", FIVE)
def test_published_models_are_recognised_in_every_layout(name, layout):
    found = recognised(published(name, layout))
    assert (found.bundled, found.layout, found.plan) == (name, layout, plan(load_spec(name)))


@pytest.mark.parametrize("layout", PUBLISHED)
@pytest.mark.parametrize("name", FIVE)
def test_published_models_are_whole(name, layout):
    found = recognised(published(name, layout))
    assert (found.missing, found.unexpected, found.assumed) == ((), (), ())


@pytest.mark.parametrize("layout", ["levit", "levit_c"])
@pytest.mark.parametrize("name", FIVE)
def test_index_buffers_are_not_needed(name, layout):
    found = recognised(without_index(published(name, layout)))
    assert (found.bundled, found.layout, found.missing, found.unexpected) == (name, layout, (), ())


@pytest.mark.parametrize("layout", PUBLISHED)
def test_counts_of_batches_are_not_needed(layout):
    found = recognised(without_counts(published("levit256", layout)))
    assert (found.bundled, found.missing, found.unexpected) == ("levit256", (), ())


@pytest.mark.parametrize("layout", ["levit", "levit_c", "timm", "timm_conv"])
@pytest.mark.parametrize("name", FIVE)
def test_folded_models_are_recognised(name, layout):
    source = fuse(plan(load_spec(name)))
    found = recognised(written(shapes_of(source), KeyLayout(layout)))
    assert (found.bundled, found.layout, found.plan) == (name, layout, source)


@pytest.mark.parametrize("name", FIVE)
def test_a_folded_model_s_batchnorms_are_not_missing(name):
    found = recognised(written(shapes_of(fuse(plan(load_spec(name)))), KeyLayout.LEVIT))
    assert (found.missing, found.unexpected) == ((), ())


@pytest.mark.parametrize("change", [bare, one_head])
@pytest.mark.parametrize("name", FIVE)
def test_other_models_of_transformers_are_whole(name, change):
    found = recognised(change(published(name, "hf")))
    assert (found.layout, found.missing, found.unexpected) == ("hf", (), ())


@pytest.mark.parametrize(
    ("change", "classes", "distillation"), [(bare, 0, False), (one_head, 1000, False), (dict, 1000, True)]
)
def test_heads_are_those_that_are_there(change, classes, distillation):
    found = recognised(change(published("levit128s", "hf")))
    assert (found.spec.num_classes, found.spec.distillation) == (classes, distillation)


@pytest.mark.parametrize("options", [{"norm": "layernorm"}, {"position": "embedding"}, {"position": "none"}])
def test_what_no_other_project_has_is_native(options):
    assert recognised(weights_of(small(**options)).tensors).layout == "native"


def test_several_bundled_specs_with_the_same_tensors_are_told():
    found = recognised(shapes_of(plan(load_spec("levit128s_a7"))).tensors)
    assert (found.bundled, found.assumed) == (
        "levit128s_a4",
        ("levit128s_a4: levit128s_a7 and levit128s_base would have the same tensors",),
    )


def test_the_spec_is_called_after_the_file():
    assert read_checkpoint(saved(in_layout("levit"), "mine.pth")).spec.name == "mine"


def test_the_spec_in_a_folder_is_called_after_the_folder(tmp_path, monkeypatch):
    saved(in_layout("hf"), "model.safetensors")
    assert read_checkpoint(".").spec.name == tmp_path.name


def test_a_config_s_image_size_is_taken_where_it_gives_the_grid():
    found = recognised(in_layout("hf"), image_size=38)
    assert (found.spec.image_size, found.assumed) == (
        (38, 38),
        ("activation and attention_activation: hardswish, as in levit.py",),
    )


@pytest.mark.parametrize("size", [48, 0, -1, "38", True, None, [38, 38, 38], 1e99])
def test_a_config_s_image_size_is_left_where_it_does_not(size):
    assert recognised(in_layout("hf"), image_size=size).spec.image_size == (40, 40)


@pytest.mark.parametrize("size", [(224, 256), (256, 160)])
def test_index_buffers_keep_a_rectangle(size):
    with torch.device("meta"):
        theirs = timm_model("levit128s", img_size=size).state_dict()
    weights = Weights(plan(load_spec("levit128s", size=f"{size[0]}x{size[1]}")), theirs)
    assert recognised(written(weights, KeyLayout.LEVIT)).spec.image_size == size


# Loading


@cache
def theirs(layout: str) -> nn.Module:
    """LeViT-128S with random weights, as timm or transformers builds it."""
    models = {"timm": timm_model, "timm_conv": lambda name: timm_model(name, "levit_conv_")}
    if layout in models:
        return trained(models[layout]("levit128s"))
    return trained(transformers_model(load_spec("levit128s")))


def image() -> Tensor:
    return torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", ["weights.pth", "weights.safetensors"])
def test_logits_are_exactly_timm_s(name):
    model, _ = load_checkpoint(saved(theirs("timm").state_dict(), name))
    assert torch.equal(outputs(model, image()), outputs(theirs("timm"), image()))


def test_logits_of_convolutions_are_timm_s():
    model, _ = load_checkpoint(saved(theirs("timm_conv").state_dict()))
    assert torch.equal(outputs(model, image()), outputs(theirs("timm_conv"), image()))


def test_logits_are_exactly_those_of_transformers(tmp_path):
    theirs("hf").save_pretrained(tmp_path)
    model, _ = load_checkpoint(tmp_path)
    assert torch.equal(outputs(model, image()), outputs(theirs("hf"), image()).logits)


@pytest.mark.parametrize("layout", PUBLISHED)
def test_every_layout_loads_the_same_weights(layout):
    model, _ = load_checkpoint(saved(in_layout(layout)))
    expected = trained(build(small(), model.layout.name))
    assert torch.equal(outputs(model, images(model)), outputs(expected, images(expected)))


@pytest.mark.parametrize("layout", ["levit", "levit_c"])
def test_weights_load_without_index_buffers_and_counts(layout):
    model, _ = load_checkpoint(saved(without_counts(without_index(in_layout(layout)))))
    expected = trained(build(small(), model.layout.name))
    assert torch.equal(outputs(model, images(model)), outputs(expected, images(model)))


def test_counts_of_batches_that_are_not_there_are_zero():
    model, _ = load_checkpoint(saved(without_counts(SMALL.tensors)))
    assert model.get_buffer("stem.conv1.bn.num_batches_tracked").item() == 0


@pytest.mark.parametrize("layout", ["levit", "levit_c", "timm", "timm_conv"])
def test_folded_weights_load(layout):
    model, _ = load_checkpoint(saved(written(folded(SMALL), KeyLayout(layout))))
    assert close(outputs(model, images(model)), outputs(trained(build(small())), images(model)))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_the_dtype_is_kept(dtype):
    model, _ = load_checkpoint(saved(trained(build(small())).to(dtype).state_dict()))
    assert {tensor.dtype for tensor in model.state_dict().values() if tensor.is_floating_point()} == {dtype}


def test_a_loaded_model_can_be_trained():
    model, _ = load_checkpoint(saved(SMALL.tensors))
    assert all(parameter.requires_grad and parameter.is_leaf for parameter in model.parameters())


def test_a_loaded_model_is_in_eval_mode():
    assert not any(part.training for part in load_checkpoint(saved(SMALL.tensors)).model.modules())


def test_the_file_of_a_loaded_model_may_be_written_over():
    model, _ = load_checkpoint(saved(SMALL.tensors))
    Path("weights.pth").write_bytes(b"")
    assert all(torch.equal(tensor, SMALL.tensors[name]) for name, tensor in model.state_dict().items())


# Training checkpoints


def training() -> dict[str, Any]:
    """What the official training script saves."""
    model = build(small())
    optimizer = torch.optim.AdamW(model.parameters())
    model(images(model))[0].sum().backward()
    optimizer.step()
    return {
        "model": in_layout("levit"),
        "optimizer": optimizer.state_dict(),
        "lr_scheduler": {"last_epoch": 3},
        "epoch": 3,
        "model_ema": written(weights_of(small(), seed=2), KeyLayout.LEVIT),
        "scaler": {"scale": 65536.0},
        "args": argparse.Namespace(lr=5e-4, device="cuda"),
    }


def test_the_model_of_a_training_checkpoint_is_taken():
    found = read_checkpoint(saved(training()))
    assert (found.file.weights, found.file.choices) == ("model", ("model", "model_ema"))


@pytest.mark.parametrize(("entry", "seed"), [(None, 0), ("model", 0), ("model_ema", 2)])
def test_the_weights_that_are_asked_for_are_loaded(entry, seed):
    model, _ = load_checkpoint(saved(training()), entry)
    assert torch.equal(outputs(model, images(model)), outputs(trained(build(small()), seed), images(model)))


# What is wrong


@pytest.mark.parametrize(
    ("layout", "key"),
    [
        ("levit", "blocks.0.m.qkv.bn.weight"),
        ("levit_c", "blocks.1.m.2.c.weight"),
        ("timm", "stages.1.downsample.mlp.ln2.linear.weight"),
        ("timm_conv", "stem.conv2.bn.running_var"),
        ("hf", "classifier_distill.linear.bias"),
    ],
)
def test_a_missing_tensor_is_listed_under_the_file_s_name(layout, key):
    found = recognised({name: tensor for name, tensor in in_layout(layout).items() if name != key})
    assert (found.missing, found.unexpected) == ((key,), ())


@pytest.mark.parametrize(
    "key",
    [
        "extra.weight",
        "blocks.0.qkv.c.weight",  # beside blocks.0.m.qkv.c.weight
        "head.linear.weight",
        "blocks.99.attention_bias_idxs",
        "stages.0.blocks.0.attn.norm.bias",
    ],
)
def test_an_unknown_tensor_is_listed(key):
    found = recognised(in_layout("levit") | {key: torch.ones(3)})
    assert (found.missing, found.unexpected) == ((), (key,))


@pytest.mark.parametrize("key", ["blocks.1.m.2.c.weight", "blocks.4.attention_bias_idxs", "head.bn.running_mean"])
def test_a_tensor_of_a_wrong_shape_is_listed(key):
    found = recognised(in_layout("levit") | {key: torch.ones(3, 2)})
    assert (found.missing, found.unexpected) == ((), (key,))


def test_shapes_that_contradict_each_other_are_listed():
    found = recognised(in_layout("levit") | {"head.bn.weight": torch.ones(1), "head.bn.bias": torch.ones(1)})
    assert found.unexpected == ("head.bn.weight", "head.bn.bias")


def changed(**tensors: Tensor | None) -> Tensors:
    """The small model in levit.py's layout with tensors changed, or left out where they are None."""
    names = {key.replace("__", "."): tensor for key, tensor in tensors.items()}
    return {key: tensor for key, tensor in (in_layout("levit") | names).items() if tensor is not None}


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        (changed(head__l__bias=None), "missing: head.l.bias"),
        (changed(head__l__bias=None, head_dist__l__bias=None), "missing: head.l.bias and 1 more"),
        (changed(extra=torch.ones(2)), "unknown or of a wrong shape: extra"),
        (
            changed(extra=torch.ones(2), more=torch.ones(2), head__l__bias=torch.ones(2)),
            "unknown or of a wrong shape: head.l.bias and 2 more",
        ),
        (changed(head__l__bias=None, extra=torch.ones(2)), "missing: head.l.bias; unknown or of a wrong shape: extra"),
        (
            changed(head__l__bias=torch.tensor([0.0] * 9 + [torch.nan])),
            "head.l.bias has values that are infinite or not a number",
        ),
        (
            changed(blocks__0__m__attention_biases=torch.full((2, 25), torch.inf, dtype=torch.float16)),
            "blocks.0.m.attention_biases has values that are infinite or not a number",
        ),
        (
            changed(head__l__bias=torch.ones(10, dtype=torch.int8)),
            "head.l.bias is of type int8, not float16, bfloat16, float32 or float64",
        ),
        (
            changed(blocks__0__m__attention_bias_idxs=torch.zeros(25, 25, dtype=torch.int64)),
            "blocks.0.m.attention_bias_idxs has other offsets than levit.py's",
        ),
        (
            changed(patch_embed__0__c__weight=None),
            "not a whole LeViT: has no weight with 4 sides for what timm calls stem.conv1",
        ),
        (
            changed(blocks__0__m__attention_biases=torch.ones(5, 25)),
            "not a whole LeViT: stages.0.blocks.0.attn: 5 heads cannot share 8 channels of queries and 16 of values",
        ),
        (
            changed(blocks__0__m__qkv__c__weight=torch.ones(18, 16)),
            "not a whole LeViT: stages.0.blocks.0.attn: 2 heads cannot share 1 channels of queries and 16 of values",
        ),
        (
            dict.fromkeys(["conv1.weight", "bn1.weight", "layer1.weight", "fc.weight"], torch.ones(2)),
            "not a LeViT of levit.py, timm or transformers; it holds conv1.weight, bn1.weight and layer1.weight",
        ),
        ({"a\nb": torch.ones(2)}, r"not a LeViT of levit.py, timm or transformers; it holds a\nb"),
    ],
)
def test_what_cannot_be_loaded_is_said_in_a_line(tensors, message):
    assert refusal(tensors) == f"weights.pth: {message}"


@pytest.mark.parametrize(
    "name", ["vit_tiny_patch16_224", "resnet18", "resnet50_clip", "efficientformer_l1", "tiny_vit_5m_224"]
)
def test_other_models_are_refused_in_a_line(name):
    with torch.device("meta"):
        tensors = create_model(name).state_dict()
    with pytest.raises(CheckpointError, match=r"^weights.pth: not a (whole )?LeViT.*$") as error:
        recognised(tensors)
    has_biases = name in ("efficientformer_l1", "tiny_vit_5m_224")
    assert str(error.value).endswith("; `levit-explore biases` shows its attention biases") == has_biases


# What is read


@pytest.fixture
def read(monkeypatch):
    """The keys of the tensors that are read from a file, in order."""
    keys: list[str] = []
    tensor = CheckpointFile.tensor

    def counted(file: CheckpointFile, key: str) -> Tensor:
        keys.append(key)
        return tensor(file, key)

    monkeypatch.setattr(CheckpointFile, "tensor", counted)
    return keys


@pytest.mark.parametrize("layout", ["timm", "timm_conv", "hf"])
def test_a_file_without_index_buffers_is_recognised_unread(read, layout):
    read_checkpoint(saved(in_layout(layout), "weights.safetensors"))
    assert read == []


def test_one_index_buffer_is_read_to_recognise_a_file(read):
    read_checkpoint(saved(in_layout("levit"), "weights.safetensors"))
    assert read == ["blocks.0.m.attention_bias_idxs"]


def test_biases_are_read_alone(read):
    read_checkpoint(saved(in_layout("hf"), "weights.safetensors")).biases()
    assert read == [key for key in in_layout("hf") if key.endswith("attention_biases")]


@pytest.mark.parametrize(
    ("layout", "change", "problem"),
    [
        ("timm", lambda key, table: {}, "missing: {}"),
        ("timm", lambda key, table: {key: table[:, 1:]}, "unknown or of a wrong shape: {}"),
        ("hf", lambda key, table: {key: table, key[6:]: 2 * table}, "unknown or of a wrong shape: {}"),
    ],
    ids=["missing", "of a wrong shape", "with and without the prefix levit."],
)
def test_biases_that_are_not_one_whole_table_are_refused(layout, change, problem):
    tensors = in_layout(layout)
    key = [key for key in tensors if key.endswith("attention_biases")][1]
    others = {name: tensor for name, tensor in tensors.items() if name != key}
    with pytest.raises(CheckpointError) as error:
        recognised(others | change(key, tensors[key])).biases()
    shown = key[6:] if layout == "hf" else key
    assert str(error.value) == f"weights.pth: {problem.format(shown)}"


def test_biases_with_other_offsets_than_levit_py_s_are_refused():
    tensors = dict(in_layout("levit"))
    key = next(key for key in tensors if key.endswith("attention_bias_idxs"))
    tensors[key] = tensors[key].flip(0)
    with pytest.raises(CheckpointError) as error:
        recognised(tensors).biases()
    assert str(error.value) == f"weights.pth: {key} has other offsets than levit.py's"


@cache
def published_weights(name: str) -> Weights:
    """A published model's plan with values."""
    return weights_of(plan(load_spec(name)))


@pytest.mark.parametrize("layout", PUBLISHED)
@pytest.mark.parametrize("name", FIVE)
def test_published_models_are_read_to_the_last_bit_in_every_layout(name, layout):
    weights = published_weights(name)
    found = recognised(written(weights, KeyLayout(layout))).tensors()
    assert found.keys() == weights.tensors.keys()
    assert all(torch.equal(found[key], tensor) for key, tensor in weights.tensors.items())


@pytest.mark.parametrize("layout", PUBLISHED)
def test_biases_stand_under_the_path_of_their_attention(layout):
    found = recognised(in_layout(layout)).biases()
    ending = ".attention_biases"
    expected = {name.removesuffix(ending): SMALL.tensors[name] for name in SMALL.tensors if name.endswith(ending)}
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[path], expected[path]) for path in expected)
