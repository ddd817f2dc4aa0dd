"""The same weights in other layouts, folded, and for other image sizes."""

import re
import resource
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from timm.layers.pos_embed_rel import resize_rel_pos_bias_table_levit
from transformers import LevitForImageClassificationWithTeacher

from levit_explore import build, fuse, fuse_model, load_spec, plan
from levit_explore.errors import CheckpointError, LevitError, SpecError
from levit_explore.model.checkpoint import load_checkpoint, read_checkpoint
from levit_explore.model.convert import Weights, converted, folded, resized, save, written
from levit_explore.model.key_layout import KeyLayout
from levit_explore.model.state import state_shapes
from tests.golden_data import FIVE
from tests.model.checkpoints import PUBLISHED, Tensors, published, shapes_of, weights_of, without_index
from tests.model.models import images, outputs, small, trained
from tests.model.test_keys import KEYS
from tests.model.test_parity import timm_model, transformers_model

SMALL = weights_of(small())
DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
OTHERS = [layout for layout in KeyLayout if layout is not KeyLayout.NATIVE]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def same(one: Tensors, other: Tensors) -> bool:
    """Whether two state dicts are the same bit by bit."""
    return one.keys() == other.keys() and all(
        one[name].dtype == other[name].dtype and torch.equal(one[name], other[name]) for name in one
    )


def cast(weights: Weights, dtype: torch.dtype) -> Weights:
    """The same weights in another type; counts stay integers."""
    tensors = {
        name: tensor.to(dtype) if tensor.is_floating_point() else tensor for name, tensor in weights.tensors.items()
    }
    return Weights(weights.plan, tensors)


def file_of(tensors: Tensors, name: str = "weights.pth") -> Path:
    save(tensors, Path(name))
    return Path(name)


def tables(weights: Weights) -> Tensors:
    return {name: tensor for name, tensor in weights.tensors.items() if name.endswith("attention_biases")}


# Layouts


@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", KeyLayout)
def test_weights_come_back_bit_by_bit(layout, dtype, suffix):
    weights = cast(SMALL, dtype)
    there = file_of(written(weights, layout), f"there.{suffix}")
    back = file_of(converted(read_checkpoint(there), KeyLayout.TIMM), f"back.{suffix}")
    assert same(read_checkpoint(back).tensors(), dict(weights.tensors))


@pytest.mark.parametrize("layout", ["levit", "levit_c", "timm", "timm_conv", "native"])
def test_folded_weights_come_back_bit_by_bit(layout):
    weights = folded(SMALL)
    there = file_of(written(weights, KeyLayout(layout)))
    assert same(read_checkpoint(there).tensors(), dict(weights.tensors))


@pytest.mark.parametrize("target", PUBLISHED)
@pytest.mark.parametrize("source", PUBLISHED)
def test_every_layout_becomes_every_other(source, target):
    found = read_checkpoint(file_of(written(SMALL, KeyLayout(source))))
    assert same(converted(found, KeyLayout(target)), written(SMALL, KeyLayout(target)))


@pytest.mark.parametrize("layout", ["timm", "timm_conv", "hf"])
@pytest.mark.parametrize("name", FIVE)
def test_a_model_s_own_keys_and_shapes_are_written_in_its_order(name, layout):
    ours = written(shapes_of(plan(load_spec(name))), KeyLayout(layout))
    theirs = published(name, layout)
    assert [(key, tensor.shape) for key, tensor in ours.items()] == [
        (key, tensor.shape) for key, tensor in theirs.items()
    ]


def test_levit_s_keys_are_the_official_ones_in_their_order():
    assert list(without_index(published("levit128s", "levit"))) == KEYS["levit"]


def test_levit_s_336_tensors_have_an_index_buffer_behind_each_table():
    keys = list(published("levit128s", "levit"))
    behind = [keys[place + 1] for place, key in enumerate(keys) if key.endswith("attention_biases")]
    assert (len(keys), behind) == (336, [key for key in keys if key.endswith("attention_bias_idxs")])


@pytest.mark.parametrize("layout", ["levit", "levit_c"])
def test_index_buffers_are_timm_s(layout):
    theirs = dict(timm_model("levit128s").named_buffers())
    ours = published("levit128s", layout)
    indices = [ours[key] for key in ours if key.endswith("attention_bias_idxs")]
    expected = [theirs[key] for key in theirs if key.endswith("attention_bias_idxs")]
    assert all(torch.equal(one, other) for one, other in zip(indices, expected, strict=True))


@pytest.mark.parametrize("name", ["levit128s", "levit384"])
def test_convolutions_are_matrices_with_two_sides_more(name):
    flat, maps = published(name, "levit"), published(name, "levit_c")
    linear = [key for key in flat if maps[key].shape != flat[key].shape]
    assert linear == [key for key in flat if re.fullmatch(r"blocks\..*\.c\.weight", key)]
    assert all(maps[key].shape == (*flat[key].shape, 1, 1) for key in linear)


@pytest.mark.parametrize("options", [{"norm": "layernorm"}, {"position": "embedding"}, {"position": "none"}], ids=str)
def test_native_holds_what_no_other_layout_does(options):
    weights = weights_of(small(**options))
    assert same(read_checkpoint(file_of(written(weights, KeyLayout.NATIVE))).tensors(), dict(weights.tensors))


@pytest.mark.parametrize("layout", OTHERS)
@pytest.mark.parametrize("options", [{"norm": "layernorm"}, {"position": "embedding"}, {"position": "none"}], ids=str)
def test_other_layouts_refuse_it(options, layout):
    with pytest.raises(CheckpointError) as error:
        written(weights_of(small(**options)), layout)
    expected = f"--to {layout}: no model of it has LayerNorm, or no attention biases; choose native"
    assert str(error.value) == expected


# Folding


@pytest.mark.parametrize("layout", ["levit", "levit_c", "timm", "timm_conv", "native"])
def test_a_folded_file_gives_the_logits_of_the_folded_model(layout):
    source = read_checkpoint(file_of(SMALL.tensors))
    model, _ = load_checkpoint(file_of(converted(source, KeyLayout(layout), fused=True), "folded.pth"))
    expected = fuse_model(trained(build(small(), model.layout.name)))
    assert torch.equal(outputs(model, images(model)), outputs(expected, images(expected)))


def test_folding_gives_the_126_keys_of_levit_s_folded_model():
    keys = list(written(shapes_of(fuse(plan(load_spec("levit128s")))), KeyLayout.LEVIT))
    layers = {key.removesuffix(".weight") for key in keys if key.endswith(".weight")}
    assert (len(keys), len(layers)) == (126, 52)


def test_folding_what_is_folded_changes_nothing():
    once = folded(SMALL)
    assert same(dict(folded(once).tensors), dict(once.tensors))


@pytest.mark.parametrize("source", [SMALL, folded(SMALL)], ids=["plain", "folded"])
def test_transformers_layout_refuses_what_is_folded(source):
    found = read_checkpoint(file_of(source.tensors))
    with pytest.raises(CheckpointError) as error:
        converted(found, KeyLayout.HF, fused=True)
    assert str(error.value) == (
        "--to hf: transformers has no model with folded BatchNorm; choose levit, timm or native"
    )


# Image sizes


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
@pytest.mark.parametrize("size", [16, 56, 80, 128])
def test_square_tables_are_exactly_timm_s(size, dtype):
    weights = cast(SMALL, dtype)
    ours = tables(resized(weights, size))
    for name, table in tables(weights).items():
        expected = resize_rel_pos_bias_table_levit(table.T, ours[name].T.shape).T
        assert torch.equal(ours[name], expected)


def test_double_precision_is_kept():
    weights = cast(SMALL, torch.float64)
    ours = tables(resized(weights, 80))
    single = tables(resized(SMALL, 80))
    assert 0 < max((ours[name] - single[name].double()).abs().max().item() for name in ours) < 1e-5


@pytest.mark.parametrize("size", [80, [32, 56]])
def test_the_rest_is_kept(size):
    ours = resized(SMALL, size).tensors
    kept = {name: tensor for name, tensor in SMALL.tensors.items() if not name.endswith("attention_biases")}
    assert same({name: ours[name] for name in kept}, kept)


def test_the_same_size_changes_nothing():
    assert same(dict(resized(SMALL, 40).tensors), dict(SMALL.tensors))


@pytest.mark.parametrize("size", [80, [32, 56], [8, 120], 8])
@pytest.mark.parametrize("source", [SMALL, folded(SMALL)], ids=["plain", "folded"])
def test_the_model_runs_at_its_new_size(source, size):
    found = read_checkpoint(file_of(source.tensors))
    model, spec = load_checkpoint(file_of(converted(found, KeyLayout.LEVIT, image_size=size), "sized.pth"))
    assert list(spec.image_size) == (size if isinstance(size, list) else [size, size])
    assert outputs(model, images(model)).isfinite().all()


def test_a_rectangle_is_resampled_along_both_sides():
    grid = resized(SMALL, [24, 80]).tensors["stages.0.blocks.0.attn.attention_biases"].view(2, 3, 10)
    table = SMALL.tensors["stages.0.blocks.0.attn.attention_biases"].view(1, 2, 5, 5)
    expected = torch.nn.functional.interpolate(table, size=(3, 10), mode="bicubic", antialias=True)[0]
    assert torch.equal(grid, expected)


def test_a_constant_table_stays_constant():
    tensors = {
        name: torch.ones_like(tensor) if name in tables(SMALL) else tensor for name, tensor in SMALL.tensors.items()
    }
    for table in tables(resized(Weights(SMALL.plan, tensors), [64, 96])).values():
        torch.testing.assert_close(table, torch.ones_like(table))


@pytest.mark.parametrize("size", [80, [24, 80]])
def test_a_position_embedding_is_resampled_on_its_grid(size):
    weights = weights_of(small(position="embedding"))
    height, width = size if isinstance(size, list) else (size, size)
    rows = weights.tensors["pos_embed"].reshape(1, 5, 5, 16).permute(0, 3, 1, 2)
    shape = (height // 8, width // 8)
    expected = torch.nn.functional.interpolate(rows, size=shape, mode="bicubic", antialias=True)
    assert torch.equal(resized(weights, size).tensors["pos_embed"], expected.flatten(2).transpose(1, 2))


def test_a_resized_plan_s_shapes_are_those_of_its_tensors():
    found = resized(SMALL, [64, 24])
    assert {name: tuple(tensor.shape) for name, tensor in found.tensors.items()} == state_shapes(found.plan)


def test_a_size_that_is_none_is_refused():
    with pytest.raises(SpecError, match=r"^spec: image_size is 0; it must be a positive integer$"):
        resized(SMALL, 0)


def test_folding_that_leaves_the_numbers_of_a_type_is_refused():
    tensors = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in SMALL.tensors.items()}
    tensors["stem.conv1.bn.weight"] = torch.full_like(tensors["stem.conv1.bn.weight"], 60_000)
    tensors["stem.conv1.bn.running_var"] = torch.full_like(tensors["stem.conv1.bn.running_var"], 1e-4)
    with pytest.raises(CheckpointError) as error:
        folded(Weights(SMALL.plan, tensors))
    problem = "stem.conv1.weight: folding BatchNorm gives values that float16 cannot hold; leave out --fuse"
    assert str(error.value) == problem


# Files


def saved(tensors: Tensors, name: str, **options: Any) -> Tensors:
    """What is read of a file that was saved."""
    save(tensors, Path(name), **options)
    return read_checkpoint(name).file.tensors()


@pytest.mark.parametrize("name", ["a.safetensors", "a.pth", "a.pt", "a.bin", "a.PTH"])
def test_what_is_saved_is_read(name):
    assert same(saved(dict(SMALL.tensors), name), dict(SMALL.tensors))


@pytest.mark.parametrize(("name", "entry"), [("a.pth", "model"), ("a.safetensors", "")])
def test_an_entry_is_one_of_torch_s_files_alone(name, entry):
    save(SMALL.tensors, Path(name), entry="model")
    assert read_checkpoint(name).file.weights == entry


def test_safetensors_say_what_transformers_asks_of_them():
    save(SMALL.tensors, Path("a.safetensors"))
    with safe_open("a.safetensors", "pt") as file:
        assert file.metadata() == {"format": "pt"}


def test_transformers_loads_what_is_written():
    theirs = transformers_model(load_spec("levit128s"))
    theirs.save_pretrained("theirs")
    weights = weights_of(plan(load_spec("levit128s")))
    save(written(weights, KeyLayout.HF), Path("theirs/model.safetensors"))
    again = LevitForImageClassificationWithTeacher.from_pretrained("theirs").state_dict()
    assert same(again, written(weights, KeyLayout.HF))


def test_a_file_may_be_written_over_the_one_it_is_made_of():
    path = file_of(SMALL.tensors)
    save(converted(read_checkpoint(path), KeyLayout.HF), path)
    assert same(read_checkpoint(path).tensors(), dict(SMALL.tensors))


@pytest.mark.parametrize("name", ["a.safetensors", "a.pth"])
def test_tensors_in_shared_memory_are_saved_apart(name):
    shared = torch.arange(200_000.0)
    tensors = dict(SMALL.tensors) | {"one": shared[:9], "other": shared[:9], "turned": shared[:6].view(2, 3).T}
    save(tensors, Path(name))
    assert same(dict(read_checkpoint(name).file.tensors()), tensors)
    assert Path(name).stat().st_size < shared.nbytes


@pytest.mark.parametrize(("name", "writer"), [("a.safetensors", "save_file"), ("a.pth", "torch.save")])
def test_a_file_is_whole_or_not_there(name, writer, monkeypatch):
    def fail(state: object, file: Any, **options: object) -> None:
        (file.write_bytes if isinstance(file, Path) else file.write)(b"the beginning")
        raise OSError(28, "No space left on device")

    Path(name).write_text("before")
    monkeypatch.setattr(f"levit_explore.model.convert.{writer}", fail)
    with pytest.raises(LevitError) as error:
        save(SMALL.tensors, Path(name))
    assert str(error.value) == f"{name}: cannot be written (No space left on device)"
    assert [(path.name, path.read_text()) for path in Path().iterdir()] == [(name, "before")]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.safetensors", "Error while serializing: I/O error: File too large (os error 27)"),
        ("a.pth", "writing stopped halfway; the disk may be full"),
    ],
)
def test_a_disk_that_fills_up_is_said(name, reason):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(LevitError) as error:
            save(dict.fromkeys("abc", torch.zeros(200_000)), Path(name))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert str(error.value) == f"{name}: cannot be written ({reason})"
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("name", ["no/a.safetensors", "no/a.pth"])
def test_a_folder_that_is_not_there_is_said(name):
    with pytest.raises(LevitError) as error:
        save(SMALL.tensors, Path(name))
    assert str(error.value) == f"{name}: cannot be written (No such file or directory)"


@pytest.mark.parametrize(
    ("name", "given"),
    [("a.ckpt", "the suffix .ckpt"), ("a", "a name without a suffix"), ("a.pth.gz", "the suffix .gz")],
)
def test_another_suffix_is_refused(name, given):
    with pytest.raises(LevitError) as error:
        save(SMALL.tensors, Path(name))
    assert str(error.value) == f"-o {name}: {given} names no kind of checkpoint; end it in .safetensors or .pth"


def test_a_refused_file_is_not_begun():
    with pytest.raises(LevitError):
        save(SMALL.tensors, Path("a.ckpt"))
    assert list(Path().iterdir()) == []
