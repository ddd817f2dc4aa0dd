"""The plan against the official code, timm, nine counters and the paper, to the last unit."""

from collections import Counter
from functools import cache

import pytest

from levit_explore import load_spec, params, plan, tally, walk
from levit_explore.plan.ops import AttentionBias, Linear, MatMul, Nonlinearity, Op, Softmax
from levit_explore.plan.tree import Block, Kind, Node, Plan, Role, out
from levit_explore.plan.work import Work
from levit_explore.spec.fields import Spec
from tests.golden_data import COUNTERS, FIVE, OFFICIAL, PAPER, TIMM

COUNTED = (Work.CONV, Work.LINEAR, Work.QK, Work.AV, Work.SOFTMAX)  # what FLOPS_COUNTER counts
SUFFIXES = {"0": "ln1", "2": "ln2", "proj.1": "proj.ln", "q.1": "q.ln"}  # official layer -> ours


@cache
def planned(name: str) -> Plan:
    return plan(load_spec(name))


def flops(node: Node) -> int:
    return sum(tally(node).get(kind, 0) for kind in COUNTED)


def official_blocks(spec: Spec) -> dict[str, str]:
    """The official code's flat block names and the paths that we know them by."""
    paths = []
    for index, stage in enumerate(spec.stages):
        if stage.downsample:
            paths += [f"stages.{index}.downsample.attn_downsample", f"stages.{index}.downsample.mlp"]
        for block in range(stage.depth):
            paths += [f"stages.{index}.blocks.{block}.attn", f"stages.{index}.blocks.{block}.mlp"]
    return {f"blocks.{number}": path for number, path in enumerate(paths)} | {"patch_embed": "stem"}


def our_path(official: str, blocks: dict[str, str]) -> str:
    """The path at which we know an official layer or product.

    >>> our_path("blocks.1.m.0", {"blocks.1": "stages.0.blocks.0.mlp"})
    'stages.0.blocks.0.mlp.ln1'
    """
    if official in ("head", "head_dist"):
        return official
    kind, number, *rest = official.split(".")
    if kind == "patch_embed":
        return f"stem.conv{int(number) // 2 + 1}"
    layer = ".".join(rest).removeprefix("m.")
    return f"{blocks[f'{kind}.{number}']}.{SUFFIXES.get(layer, layer)}"


def layers(model: Plan) -> dict[str, Node]:
    """The nodes that the official code counts one by one."""
    counted = (Kind.LAYER, Kind.HEAD)
    return {
        step.path: step.node
        for step in walk(model)
        if (isinstance(step.node, Block) and step.node.kind in counted) or isinstance(step.node, MatMul | Softmax)
    }


@pytest.mark.parametrize("name", FIVE)
def test_flops_are_the_official_counter_s(name):
    assert flops(planned(name).root) == OFFICIAL["models"][name]["FLOPS"]


@pytest.mark.parametrize("name", FIVE)
def test_params_are_the_official_model_s(name):
    assert params(planned(name)) == OFFICIAL["models"][name]["params"]


@pytest.mark.parametrize("name", FIVE)
def test_every_op_counts_as_in_the_official_code(name):
    model = planned(name)
    blocks = official_blocks(model.spec)
    official = {our_path(row["name"], blocks): row["flops"] for row in OFFICIAL["models"][name]["ops"]}
    assert {path: flops(node) for path, node in layers(model).items()} == official


@pytest.mark.parametrize("name", FIVE)
def test_every_weight_has_the_official_shape(name):
    model = planned(name)
    blocks = official_blocks(model.spec)
    rows = [row for row in OFFICIAL["models"][name]["ops"] if "weight" in row]
    official = {our_path(row["name"], blocks): tuple(row["weight"]) for row in rows}
    shapes = {
        path: op.weights["weight"]
        for path, node in layers(model).items()
        if isinstance(node, Block)
        for op in node.children
        if op.name == "linear"
    }
    assert shapes == official


@pytest.mark.parametrize("name", FIVE)
def test_every_block_has_the_official_params(name):
    model = planned(name)
    names = official_blocks(model.spec) | {"head": "head", "head_dist": "head_dist"}
    nodes = {step.path: step.node for step in walk(model)}
    official = {row["name"]: row["params"] for row in OFFICIAL["models"][name]["blocks"]}
    assert {row: params(nodes[names[row]]) for row in official} == official


@pytest.mark.parametrize("name", FIVE)
def test_every_attention_has_the_official_queries_keys_and_offsets(name):
    model = planned(name)
    names = official_blocks(model.spec)
    biases = {step.path: step.node for step in walk(model) if isinstance(step.node, AttentionBias)}
    official = {
        f"{names[row['name']]}.attention_biases": (row["heads"], *row["bias_idx_shape"], row["n_offsets"])
        for row in OFFICIAL["models"][name]["blocks"]
        if "bias_idx_shape" in row
    }
    assert {path: (*bias.out, bias.weights[""][1]) for path, bias in biases.items()} == official


@pytest.mark.parametrize("name", FIVE)
def test_roles_divide_the_flops_as_the_official_blocks_do(name):
    found: Counter[str] = Counter()
    for step in walk(planned(name)):
        shrinking = step.downsample and step.role is Role.ATTENTION
        found["attention_subsample" if shrinking else step.role] += flops(step.node) if isinstance(step.node, Op) else 0
    assert +found == OFFICIAL["models"][name]["by_block_kind"]


@pytest.mark.parametrize("name", FIVE)
def test_stages_divide_the_flops_as_the_official_blocks_do(name):
    found: dict[str, Counter[str]] = {}
    for step in walk(planned(name)):
        if isinstance(step.node, Op) and step.stage is not None and flops(step.node):
            shrinking = step.downsample and step.role is Role.ATTENTION
            part = f"sub{step.stage}" if shrinking else str(step.stage)
            role = "attention_subsample" if shrinking else step.role
            found.setdefault(part, Counter())[role] += flops(step.node)
    assert found == OFFICIAL["models"][name]["stage_balance"]


OTHER_SIZES = [(name, side) for name, sides in OFFICIAL["image_sizes"].items() for side in sides]


@pytest.mark.parametrize(("name", "side"), OTHER_SIZES)
def test_flops_at_other_image_sizes_are_the_official_counter_s(name, side):
    assert flops(plan(load_spec(name, size=side)).root) == OFFICIAL["image_sizes"][name][side]


@pytest.mark.parametrize("name", FIVE)
def test_without_distillation_flops_and_params_are_the_official_ones(name):
    model = plan(load_spec(name, ["distillation=false"]))
    official = OFFICIAL["models"][name]
    assert (flops(model.root), params(model)) == (official["FLOPS_no_distill"], official["params_no_distill"])


@pytest.mark.parametrize("name", OFFICIAL["ablations"])
def test_ablations_count_as_the_official_classes_do(name):
    model, official = planned(name), OFFICIAL["ablations"][name]
    assert (flops(model.root), params(model)) == (official["FLOPS"], official["params"])


@pytest.mark.parametrize("name", OFFICIAL["ablations_with_distillation"])
def test_ablations_with_two_heads_count_as_the_official_classes_do(name):
    model, official = plan(load_spec(name, ["distillation=true"])), OFFICIAL["ablations_with_distillation"][name]
    assert (flops(model.root), params(model)) == (official["FLOPS"], official["params"])


@pytest.mark.parametrize("row", OFFICIAL["a6_with_other_downsample_ratios"])
def test_downsample_ratios_count_as_the_official_classes_do(row):
    ratios = ("attn_ratio", "mlp_ratio")
    edits = [f"stages.{stage}.downsample.{ratio}={row[ratio]}" for stage in (1, 2) for ratio in ratios]
    model = plan(load_spec("levit128s_a6", edits))
    assert (flops(model.root), params(model)) == (row["FLOPS"], row["params"])


@pytest.mark.parametrize("name", PAPER["table5"])
def test_ablations_round_to_the_paper_s_table(name):
    model, printed = planned(name), PAPER["table5"][name]
    rounded = round(params(model) / 1e6, 1), round(flops(model.root) / 1e6)
    assert rounded == (printed["params_m"], printed["flops_m"])


@pytest.mark.parametrize("name", PAPER["table3"])
def test_params_round_to_the_paper_s_table(name):
    assert round(params(planned(name)) / 1e6, 1) == PAPER["table3"][name]["params_m"]


@pytest.mark.parametrize("name", [name for name in PAPER["table3"] if name != "levit256"])  # printed 1120, counted 1128
def test_flops_round_to_the_paper_s_table(name):
    assert round(flops(planned(name).root) / 1e6) == PAPER["table3"][name]["flops_m"]


def test_the_stem_of_levit256_rounds_to_the_paper_s_number():
    assert round(flops(planned("levit256").root["stem"]) / 1e6) == PAPER["stem_mflops"]["levit256"]


@pytest.mark.parametrize("name", TIMM)
def test_flops_and_params_are_timm_s(name):
    model = planned(name)
    assert (flops(model.root), params(model)) == (TIMM[name]["official_scheme"], TIMM[name]["params"])


@pytest.mark.parametrize("name", TIMM)
def test_kinds_of_work_are_timm_s(name):
    work, traced = tally(planned(name).root), TIMM[name]["official_scheme_by_kind"]
    linear = traced["linear_bn"] + traced["bn_linear"]
    assert {kind: work[kind] for kind in COUNTED} == {
        Work.CONV: traced["conv_bn"],
        Work.LINEAR: linear,
        Work.QK: traced["qk"],
        Work.AV: traced["av"],
        Work.SOFTMAX: traced["softmax"],
    }


@pytest.mark.parametrize("name", TIMM)
def test_every_attention_has_timm_s_number_of_offsets(name):
    biases = {step.path: step.node for step in walk(planned(name)) if isinstance(step.node, AttentionBias)}
    assert {path: bias.weights[""][1] for path, bias in biases.items()} == TIMM[name]["n_offsets"]


@pytest.mark.parametrize("name", COUNTERS["models"])
def test_elementary_counts_are_those_that_explain_nine_counters(name):
    model = planned(name)
    assert components(model) == COUNTERS["models"][name]["components"]


@pytest.mark.parametrize("kind", [Work.SCALE, Work.ATTENTION_BIAS, Work.SOFTMAX])
def test_logits_are_scaled_biased_and_normalised_once(kind):
    assert tally(planned("levit256").root)[kind] == COUNTERS["models"]["levit256"]["components"]["softmax"]


def components(model: Plan) -> dict[str, int]:
    """The counts that tests/golden/counters.json calls components, read off a plan."""
    work, found = tally(model.root), Counter()
    linear = {".qkv": "qkv", ".kv": "sub_kv", ".q.ln": "sub_q", ".proj.ln": "proj"}
    acts = {Role.STEM: "act_stem", Role.ATTENTION: "act_attn", Role.MLP: "act_mlp"}
    for step in walk(model):
        match step.node:
            case Linear() as op if step.role is Role.ATTENTION:
                layer = step.path.removesuffix(".linear")
                found[next(name for end, name in linear.items() if layer.endswith(end))] += op.work[Work.LINEAR]
            case Linear() as op:
                found[step.role] += op.work[Work.LINEAR]
            case Nonlinearity() as op:
                found[acts[step.role]] += op.work[Work.HARDSWISH]
            case AttentionBias() as op:
                found["params_bias_tbl"] += params(op)
    heads = [node for node in model.root.children if isinstance(node, Block) and node.kind is Kind.HEAD]
    bn_head = sum(tally(head)[Work.BATCHNORM_1D] for head in heads)
    params_head = sum(tally(head)[Work.LINEAR_PARAMS] for head in heads)
    params_bn_head = sum(params(head["bn"]) for head in heads)
    norms = [step.node for step in walk(model) if step.path.endswith(".bn")]
    params_bn2d = work[Work.BATCHNORM_2D_PARAMS]
    return {
        **found,
        "conv": work[Work.CONV],
        "qk": work[Work.QK],
        "softmax": work[Work.SOFTMAX],
        "av": work[Work.AV],
        "bn2d": work[Work.BATCHNORM_2D],
        "bn1d": work[Work.BATCHNORM_1D] - bn_head,
        "bn_head": bn_head,
        "residual": work[Work.RESIDUAL],
        "params_lin": work[Work.LINEAR_PARAMS] - params_head,
        "params_bn_lin": sum(params(norm) for norm in norms) - params_bn2d - params_bn_head,
        "params_conv": params(model.root["stem"]) - params_bn2d,
        "params_bn2d": params_bn2d,
        "params_bn_head": params_bn_head,
        "params_head": params_head,
        "mean": work[Work.POOL],
        "bias_head": work[Work.LINEAR_BIAS],
        "lin": work[Work.LINEAR] - found[Role.HEAD],
        "bn": work[Work.BATCHNORM_2D] + work[Work.BATCHNORM_1D],
    }


# The stem's convolutions give four times (n - 1) // 2 + 1.
@pytest.mark.parametrize(
    ("side", "grids"),
    [(224, [14, 7, 4]), (225, [15, 8, 4]), (232, [15, 8, 4]), (17, [2, 1, 1]), (16, [1, 1, 1])],
)
def test_odd_grids_round_up(side, grids):
    model = plan(load_spec("levit128s", size=str(side)))
    assert [out(stage)[0] for stage in model.root["stages"].children] == [grid**2 for grid in grids]


@pytest.mark.parametrize(("stride", "grids"), [(1, (5, 7)), (2, (3, 4)), (3, (2, 3)), (8, (1, 1))])
def test_queries_stand_on_every_stride_th_row_and_column(stride, grids):
    assert AttentionBias("b", 1, (5, 7), stride).query_grid == grids


def test_mlp_ratio_0_leaves_the_mlp_out():
    model = plan(load_spec("levit128s", ["stages.0.mlp_ratio=0"]))
    assert [step.path for step in walk(model) if step.path.startswith("stages.0") and step.role is Role.MLP] == []


def test_depth_0_leaves_the_downsample_alone():
    model = plan(load_spec("levit128s", ["stages.2.depth=0"]))
    paths = [step.path for step in walk(model) if step.path.startswith("stages.2.")]
    assert [path for path in paths if "downsample" not in path] == ["stages.2.blocks"]


def test_num_classes_0_leaves_the_classifier_out():
    model = plan(load_spec("levit128s", ["num_classes=0"]))
    assert [child.name for child in model.root.children] == ["stem", "stages", "pool"]


def test_attention_activation_none_leaves_only_that_activation_out():
    base, without = (tally(planned(name).root)[Work.HARDSWISH] for name in ("levit128s_base", "levit128s_a7"))
    assert base - without == COUNTERS["models"]["levit128s"]["components"]["act_attn"]


def test_position_embedding_stands_for_the_attention_biases():
    work = tally(planned("levit128s_a5").root)
    assert (work.get(Work.ATTENTION_BIAS), work[Work.POSITION]) == (None, 196 * 128)


def test_layernorm_stands_before_each_block_and_the_stem_keeps_batchnorm():
    norms = [step.path for step in walk(planned("levit128s_a3")) if step.path.endswith((".bn", ".norm"))]
    stages = [path.rsplit(".", 1)[0] for path in norms if not path.startswith("stem")]
    assert [path for path in norms if path.endswith(".bn")] == [f"stem.conv{index}.bn" for index in (1, 2, 3, 4)]
    assert set(stages) == {
        step.path
        for step in walk(planned("levit128s_a3"))
        if isinstance(step.node, Block)
        and step.node.kind in (Kind.ATTENTION, Kind.SHRINKING_ATTENTION, Kind.MLP, Kind.HEAD)
    }
