"""Bias maps of networks that are no LeViT, against what the networks themselves add to their attention."""

import json
from functools import partial

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file
from timm.models.efficientformer_v2 import Attention2d
from timm.models.levit import AttentionDownsample
from timm.models.swin_transformer import WindowAttention
from transformers import BeitConfig, BeitModel, SwinConfig, SwinModel

from levit_explore import CheckpointError, LevitError
from levit_explore.analysis.bias_changes import class_token_change, compare
from levit_explore.analysis.biases import BiasMap, bias_maps
from levit_explore.analysis.head_facts import head_facts
from levit_explore.analysis.offsets import signed_offsets
from levit_explore.model.checkpoint import recognise
from levit_explore.model.families import foreign, foreign_maps
from levit_explore.model.files import open_checkpoint
from levit_explore.render import figures, npz, plain
from levit_explore.render.heatmap import offsets_heatmap
from levit_explore.render.panels import View, rows
from levit_explore.render.results.bias_changes import bias_changes_sheet
from levit_explore.render.results.biases import biases_sheet
from tests.cli.call import call
from tests.model.checkpoints import PUBLISHED, held, published

TABLES = ("attention_biases", "relative_position_bias_table")
INDEXES = ("attention_bias_idxs", "relative_position_index")
UNSIGNED = [
    *(f"tiny_vit_{size}" for size in ("5m_224", "11m_224", "21m_224", "21m_384", "21m_512")),
    *(f"efficientformer_{size}" for size in ("l1", "l3", "l7")),
    *(f"efficientformerv2_{size}" for size in ("s0", "s1", "s2", "l")),
    *(f"efficientvit_m{size}" for size in range(6)),
]
LEVIT = [
    f"{kind}_{size}"
    for kind in ("levit", "levit_conv")
    for size in ("128s", "128", "192", "256", "384", "384_s8", "512", "512_s8", "256d", "512d")
]
SIGNED = [
    "swin_tiny_patch4_window7_224",
    "gcvit_xxtiny",
    "coatnet_nano_rw_224",
    "maxvit_nano_rw_256",
    "maxvit_tiny_tf_224",
]


def with_tables(model):
    """A model in eval mode with random values in its tables."""
    random = torch.Generator().manual_seed(0)
    for name, parameter in model.named_parameters():
        if name.endswith(TABLES):
            parameter.data.normal_(generator=random)
    model.eval()  # which returns None in some of timm
    return model


def kept(model):
    """A state dict in which all but tables and their indexes have one value, so that files are small."""
    return {
        key: tensor.contiguous() if key.endswith((*TABLES, *INDEXES)) else torch.zeros(1)
        for key, tensor in model.state_dict().items()
    }


def saved(tensors, path):
    """A file that is opened again, of torch.save or safetensors."""
    if path.suffix == ".pth":
        torch.save({"model": tensors}, path)
    else:
        save_file(tensors, path)
    return open_checkpoint(path)


def owners(model):
    """The modules with a table, in the order that they are registered."""
    return {
        path: module
        for path, module in model.named_modules()
        if any(name in TABLES for name, _ in module.named_parameters(recurse=False))
    }


def added(module):
    """What a module adds to its logits, by its own method: (heads, queries, keys)."""
    methods = (
        "get_attention_biases",
        "_get_rel_pos_bias",
        "get_bias",
        "get_relative_position_bias",
        "get_relative_positional_bias",
    )
    method = next(getattr(module, name) for name in methods if hasattr(module, name))
    bias = method(torch.device("cpu")) if method.__name__ == methods[0] else method()
    return bias.detach().reshape(bias.shape[-3:]).double().numpy()


def assert_same(file, model, bias_of=added):
    """Every map has what its module adds; none is missing, and none is there twice."""
    assert foreign(file.shapes)
    found = {one.path: one for one in foreign_maps(file)}
    own = {
        path.removesuffix(".rel_pos").removesuffix(".relative_position_bias"): m for path, m in owners(model).items()
    }
    assert found.keys() == own.keys()
    for path, one in found.items():
        assert np.array_equal(one.bias, bias_of(own[path]))
        assert one.support.tolist() == np.bincount(one.index.ravel(), minlength=one.offsets).tolist()


@pytest.mark.parametrize("name", UNSIGNED)
def test_maps_by_distance_are_what_timm_adds(name, tmp_path):
    model = with_tables(timm.create_model(name, num_classes=0))
    file = saved(kept(model), tmp_path / "model.safetensors")
    assert_same(file, model)
    maps = foreign_maps(file)
    assert not any(one.signed for one in maps)
    assert [one.path for one in maps] == list(owners(model))
    assert [one.path for one in maps if one.stride == 2] == [path for path in owners(model) if "downsample" in path]


def test_all_of_timm_s_models_with_such_tables_are_compared():
    assert sorted(UNSIGNED + LEVIT) == sorted(
        name
        for family in ("levit", "tiny_vit", "efficientformer", "efficientvit_m")
        for name in timm.list_models(f"{family}*")
    )


@pytest.mark.parametrize("name", LEVIT)
def test_maps_of_levits_are_what_timm_adds(name):
    model = with_tables(timm.create_model(name))
    found = recognise(held(model.state_dict()))
    maps = bias_maps(found.plan, {path: table.numpy() for path, table in found.biases().items()})
    own = owners(model)
    assert [one.path for one in maps] == list(own)
    for one in maps:
        assert np.array_equal(one.bias, added(own[one.path]))


def test_maps_of_a_rectangle_are_what_timm_adds_where_an_index_tells_it():
    model = with_tables(timm.create_model("levit_128s", img_size=(256, 224)))
    found = recognise(held(with_index(model)))
    maps = bias_maps(found.plan, {path: table.numpy() for path, table in found.biases().items()})
    assert list(dict.fromkeys(one.key_grid for one in maps)) == [(16, 14), (8, 7), (4, 4)]
    assert found.assumed[-1].startswith("activation")
    for one, module in zip(maps, owners(model).values(), strict=True):
        assert np.array_equal(one.bias, added(module))


def with_index(model):
    """A state dict with the index buffers that timm does not save."""
    tensors = dict(model.state_dict())
    return tensors | {f"{path}.attention_bias_idxs": one.attention_bias_idxs for path, one in owners(model).items()}


def test_a_table_of_three_sides_tells_a_rectangle(tmp_path):
    model = with_tables(timm.create_model("maxvit_tiny_tf_224", img_size=(224, 320), num_classes=0))
    file = saved(kept(model), tmp_path / "model.safetensors")
    assert_same(file, model)
    assert {one.key_grid for one in foreign_maps(file)} == {(7, 10)}


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
def test_maps_by_signed_offset_are_what_timm_adds(name, suffix, tmp_path):
    model = with_tables(timm.create_model(name, num_classes=0))
    file = saved(kept(model), tmp_path / f"model.{suffix}")
    assert_same(file, model)
    assert all(one.signed for one in foreign_maps(file))


@pytest.mark.parametrize("name", ["swin_t", "maxvit_t"])
def test_maps_of_torchvision_are_what_it_adds(name, tmp_path):
    model = with_tables(getattr(pytest.importorskip("torchvision").models, name)())
    assert_same(saved(kept(model), tmp_path / "model.pth"), model)


SWIN = partial(SwinConfig, image_size=64, embed_dim=16, depths=[2, 1], num_heads=[2, 4], window_size=4)


def test_maps_of_transformers_swin_are_what_it_adds(tmp_path):
    model = with_tables(SwinModel(SWIN()))
    assert_same(saved(kept(model), tmp_path / "model.safetensors"), model, lambda one: one()[0].detach().numpy())


def test_old_names_of_transformers_swin_are_read_alike(tmp_path):
    tensors = kept(with_tables(SwinModel(SWIN())))
    old = {f"swin.{key.replace('.relative_position_bias.', '.self.')}": value for key, value in tensors.items()}
    assert old.keys() > {"swin.encoder.layers.0.blocks.0.attention.self.relative_position_bias_table"}
    new, before = (
        foreign_maps(saved(each, tmp_path / f"{name}.safetensors")) for name, each in (("new", tensors), ("old", old))
    )
    assert [one.path for one in before] == [f"swin.{one.path}.self" for one in new]
    assert all(np.array_equal(a.bias, b.bias) for a, b in zip(new, before, strict=True))


def assert_apart(one, whole):
    """A map has the bias of all tokens but the class token, which comes first, and that one's apart."""
    to_keys, from_queries, to_itself = one.class_token.T[:, :, None]
    assert np.allclose(one.bias, whole[:, 1:, 1:], rtol=0, atol=1e-6)
    assert (whole[:, 0, 1:] == to_keys).all()
    assert (whole[:, 1:, 0] == from_queries).all()
    assert (whole[:, 0, :1] == to_itself).all()


def test_beit_has_its_class_token_apart(tmp_path):
    model = with_tables(timm.create_model("beit_base_patch16_224", num_classes=0, depth=2))
    maps = foreign_maps(saved(kept(model), tmp_path / "model.safetensors"))
    assert [(one.path, one.key_grid) for one in maps] == [("blocks.0.attn", (14, 14)), ("blocks.1.attn", (14, 14))]
    for one, module in zip(maps, owners(model).values(), strict=True):
        assert_apart(one, added(module))


@pytest.mark.parametrize("shared", [False, True])
def test_beit_of_transformers_has_its_class_token_apart(shared, tmp_path):
    config = BeitConfig(
        image_size=64,
        patch_size=16,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        use_relative_position_bias=not shared,
        use_shared_relative_position_bias=shared,
    )
    model = with_tables(BeitModel(config))
    maps = foreign_maps(saved(kept(model), tmp_path / "model.safetensors"))
    assert [one.path for one in maps] == (["shared_position_bias"] if shared else ["layers.0", "layers.1"])
    for one, module in zip(maps, owners(model).values(), strict=True):
        assert_apart(one, module((4, 4))[0].detach().numpy())


def attentions(grid):
    """An attention of each kind on a grid, with the index that files may hold."""
    square = Attention2d(16, 8, 2, resolution=grid)
    window = WindowAttention(16, 2, window_size=grid)
    shrinking = AttentionDownsample(16, 16, 8, 2, resolution=grid, stride=2)
    for one, buffer in (
        (square, "attention_bias_idxs"),
        (shrinking, "attention_bias_idxs"),
        (window, "relative_position_index"),
    ):
        yield with_tables(one), {f"mixer.{key}": value for key, value in one.state_dict().items()}, buffer


@pytest.mark.parametrize("grid", [(4, 6), (6, 4), (1, 7), (2, 14), (5, 5)])
def test_an_index_tells_the_grid(grid, tmp_path):
    for model, tensors, buffer in attentions(grid):
        index = getattr(model, buffer).contiguous()
        (one,) = foreign_maps(saved(tensors | {f"mixer.{buffer}": index}, tmp_path / "model.safetensors"))
        assert one.key_grid == grid
        assert np.array_equal(one.bias, added(model))


def test_without_an_index_a_grid_that_is_not_square_is_not_guessed(tmp_path):
    problems = []
    for _, tensors, _ in attentions((4, 6)):
        own = {key: tensor for key, tensor in tensors.items() if not key.endswith(INDEXES)}
        file = saved(own, tmp_path / "model.safetensors")
        with pytest.raises(CheckpointError) as error:
            foreign_maps(file)
        problems.append(str(error.value).removeprefix(f"{file.path}: "))
    ending = "without mixer.{} the file does not tell which grid it is"
    by_distance = "mixer.attention_biases has 24 offsets, which are not those of a square grid; "
    assert problems == [
        by_distance + ending.format("attention_bias_idxs"),
        by_distance + ending.format("attention_bias_idxs"),
        "mixer.relative_position_bias_table has 77 offsets, which are not those of a square grid; "
        + ending.format("relative_position_index"),
    ]


def test_an_index_of_another_order_is_refused(tmp_path):
    file = saved(
        {"a.relative_position_bias_table": torch.ones(9, 2), "a.relative_position_index": torch.zeros(4, 4).long()},
        tmp_path / "model.safetensors",
    )
    with pytest.raises(CheckpointError) as error:
        foreign_maps(file)
    assert str(error.value) == (
        f"{file.path}: a.relative_position_bias_table has 9 offsets, and a.relative_position_index is an index of none "
        "of their grids"
    )


@pytest.mark.parametrize(
    ("tensors", "problem"),
    [
        (
            {"a.attention_biases": torch.ones(2, 4)},
            "nothing beside a.attention_biases tells how its queries stand: neither qkv, nor q and kv, nor q, k and v",
        ),
        (
            {"relative_position_bias_table": torch.ones(2, 3, 4)},
            "relative_position_bias_table has the shape (2, 3, 4), which is not that of a table of attention biases",
        ),
        (
            {"relative_position_bias_table": torch.ones(9)},
            "relative_position_bias_table has the shape (9,), which is not that of a table of attention biases",
        ),
        (
            {"a.relative_position_bias_table": torch.ones(9, 2).long()},
            "a.relative_position_bias_table is of type int64, not floating point",
        ),
        (
            {"a.relative_position_bias_table": torch.full((9, 2), torch.inf)},
            "a.relative_position_bias_table has values that are infinite or not a number",
        ),
        (
            {"conv1.weight": torch.ones(1), "fc.bias": torch.ones(1), "fc.weight": torch.ones(1)},
            "not a LeViT of levit.py, timm or transformers, nor another network with attention biases; it holds "
            "conv1.weight, fc.bias and fc.weight",
        ),
        (
            {"blocks.0.attn.rel_pos_h": torch.ones(27, 64)},
            "has no table of attention biases: they are products of the queries (blocks.0.attn.rel_pos_h), so that "
            "they differ from image to image",
        ),
    ],
)
def test_what_is_no_table_is_explained(tensors, problem, tmp_path):
    file = saved(tensors, tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError) as error:
        foreign_maps(file)
    assert str(error.value) == f"{file.path}: {problem}"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("swinv2_tiny_window8_256", "layers.0.blocks.0.attn.cpb_mlp.0.weight"),
        ("swinv2_cr_tiny_224", "stages.0.blocks.0.attn.meta_mlp.fc1.weight"),
        ("vit_relpos_small_patch16_224", "blocks.0.attn.rel_pos.mlp.fc1.weight"),
        ("vit_srelpos_small_patch16_224", "shared_rel_pos.mlp.fc1.weight"),
        ("coatnet_rmlp_nano_rw_224", "stages.2.blocks.0.attn.rel_pos.mlp.fc1.weight"),
    ],
)
def test_biases_that_are_made_have_no_table_and_the_command_says_so(name, key, tmp_path):
    with torch.device("meta"):
        keys = timm.create_model(name, num_classes=0).state_dict()
    path = tmp_path / "model.pth"
    torch.save(dict.fromkeys(keys, torch.zeros(1)), path)
    assert call("biases", str(path)) == (
        2,
        "",
        f"{path}: has no table of attention biases: a small network makes them from coordinates "
        f"({key}), so that only running the model gives them\n",
    )


@pytest.mark.parametrize("layout", PUBLISHED)
def test_a_levit_is_not_foreign(layout):
    assert not foreign(published("levit128s", layout))


def test_only_tables_are_read(tmp_path):
    file = saved(kept(timm.create_model("efficientvit_m0", num_classes=0)), tmp_path / "model.safetensors")
    read = []

    def reading(name):
        read.append(name)
        return file.read(name)

    foreign_maps(type(file)(**(vars(file) | {"read": reading})))
    assert sorted(read) == sorted(key for key in file.shapes if key.endswith("attention_biases"))


def test_a_class_token_s_change_is_told_apart():
    tables = [np.zeros((2, 9)), np.ones((2, 9))]
    before, after = (
        [BiasMap("a", 2, (2, 2), 1, table, signed=True, class_token=np.full((2, 3), token))]
        for table, token in zip(tables, (0.0, -5.0), strict=True)
    )
    assert class_token_change(before, after) == 5.0
    assert {change.largest for change in compare(before, after)} == {0.0}
    sheet = bias_changes_sheet("beit.pth", "other.pth", compare(before, after), class_token_change(before, after))
    assert sheet.notes[-1] == "class token: its biases, kept apart, change by up to 5.000."


def numbered(grid=(3, 4)):
    """A signed map in which every value is another."""
    return BiasMap("attn", 2, grid, 1, np.sin(np.arange(2.0 * 5 * 7)).reshape(2, 35), signed=True)


def test_unfolded_shows_every_key_where_it_lies_from_the_query():
    one = numbered()
    for query in range(12):
        for key in range(12):
            (y, x), (b, a) = divmod(query, 4), divmod(key, 4)
            assert (one.unfolded[:, 2 + b - y, 3 + a - x] == one.bias[:, query, key]).all()
            assert one.places[:, one.index[query, key]].tolist() == [b - y, a - x]


def test_no_quadrant_stands_for_signed_offsets():
    problem = (
        "attn: its biases differ by the sign of the offset, so that no quadrant stands for all; "
        "the view unfolded shows all four"
    )
    for drawn in (lambda: numbered().quadrants, lambda: rows([numbered()], View.QUADRANT)):
        with pytest.raises(LevitError) as error:
            drawn()
        assert str(error.value) == problem


def test_a_signed_map_has_the_facts_of_the_same_biases_by_distance():
    folded = BiasMap("attn", 2, (3, 4), 1, np.cos(np.arange(24.0)).reshape(2, 12))
    table = np.zeros((2, 35))
    table[:, signed_offsets((3, 4))] = folded.bias
    for a, b in zip(head_facts(folded), head_facts(BiasMap("attn", 2, (3, 4), 1, table, signed=True)), strict=True):
        facts = [(one.span, one.entropy, one.direction, one.low, one.high) for one in (a, b)]
        assert facts[0] == pytest.approx(facts[1])


@pytest.mark.parametrize("view", [view for view in View if view is not View.QUADRANT])
def test_every_other_view_of_signed_offsets_is_drawn_and_not_called_mirrored(view, tmp_path):
    figures.draw([numbered()], view, tmp_path / "maps.svg")
    assert "mirrored" not in (tmp_path / "maps.svg").read_text()


def test_profiles_of_signed_offsets_are_means_of_both_directions():
    (row,) = rows([numbered()], View.PROFILE)
    shifted = numbered().shifted[0].reshape(5, 7)
    assert row.detail.endswith("along an axis the mean of both directions")
    assert row.panels[0].row == pytest.approx([(shifted[2, 3 - d] + shifted[2, 3 + d]) / 2 for d in range(4)])
    assert row.panels[0].column == pytest.approx([(shifted[2 - d, 3] + shifted[2 + d, 3]) / 2 for d in range(3)])


def test_offsets_are_numbered_by_their_column():
    heatmap = offsets_heatmap(numbered())
    assert heatmap.notes == (
        "keys with the same number share a parameter in each head; the number is (qy - ky + 2) * 7 + qx - kx + 3 of "
        "query q and key k.",
        "this query uses 12 of 35 offsets, each for up to 1 keys.",
    )


def test_arrays_of_a_signed_map_say_so(tmp_path):
    one = numbered()
    npz.save([BiasMap("a", 2, (3, 4), 1, one.table, signed=True, class_token=np.ones((2, 3)))], tmp_path / "maps.npz")
    with np.load(tmp_path / "maps.npz") as found:
        assert (found["a/table"][:, found["a/index"]] == one.bias).all()
        assert (found["a/signed"], found["a/class_token"].shape) == (True, (2, 3))


def test_the_sheet_of_another_network_has_its_name_and_says_what_is_apart():
    untrained = BiasMap("blocks.0.attn", 2, (2, 2), 1, np.zeros((2, 9)), signed=True, class_token=np.zeros((2, 3)))
    sheet = biases_sheet("beit.pth", [untrained])
    assert plain.render([sheet]) == (
        "beit.pth: attention biases, by offset\n"
        "attention     heads keys queries offsets params pairs most fewest\n"
        "blocks.0.attn     2 2x2  2x2           9     18    16    4      1\n"
        "total             2                    9     18    16\n"
        "All values are zero until the network is trained: there is nothing learned to show, only what is shared.\n"
        "offsets: dy and dx from query to key, signed; pairs at the same offset share one learned value in each head.\n"
        "most, fewest: how many of a head's pairs of query and key the commonest and the rarest offset serves.\n"
        "class token: its biases are kept apart and no part of the above; JSON and npz have them by head,\n"
        "to the keys, from the queries and to itself.\n"
    )
    assert (sheet.document["spec"], sheet.document["image_size"]) == ("beit.pth", None)
    assert sheet.document["blocks"][0]["class_token"] == [[0.0] * 3] * 2


def test_the_command_reads_swin_and_compares_it(tmp_path):
    paths = []
    for name in "ab":
        paths.append(str(tmp_path / f"{name}.safetensors"))
        save_file(kept(SwinModel(SWIN())) | {f"{name}.extra": torch.zeros(1)}, paths[-1])
    tensors = kept(SwinModel(SWIN()))
    key = "encoder.layers.0.blocks.1.attention.relative_position_bias.relative_position_bias_table"
    tensors[key] = torch.zeros(49, 2)
    tensors[key][10, 1] = -2.0  # qy - ky = -2, qx - kx = 0
    save_file(tensors, paths[1])
    status, out, err = call("biases", paths[1], "--format", "json", "--values")
    blocks = {block["path"]: block for block in json.loads(out)["blocks"]}
    assert (status, err) == (0, "")
    assert blocks["encoder.layers.0.blocks.1.attention"]["signed"]
    assert blocks["encoder.layers.0.blocks.1.attention"]["table"][1][10] == -2.0
    status, out, err = call("biases", paths[0], "--compare", paths[1])
    assert (status, err) == (0, "")
    assert out.splitlines()[1:3] == [
        "attention                           head largest dy dx  mean",
        "encoder.layers.0.blocks.1.attention    1   2.000  2  0 0.062",
    ]
