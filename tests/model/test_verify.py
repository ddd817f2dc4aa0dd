"""verify finds nothing wrong with right plans, and finds what is wrong with wrong ones, where it is."""

import dataclasses
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings

from levit_explore import fuse, load_spec, plan, verify
from levit_explore.analysis.conventions import ONCE
from levit_explore.model import verify as module
from levit_explore.model.modules import ResidualAdd
from levit_explore.model.verify import Mismatch, Verification
from levit_explore.plan.ops import Op
from levit_explore.plan.tree import Block, Node, Plan, tally, walk
from levit_explore.plan.work import Work
from levit_explore.spec.load import bundled_names
from tests.golden_data import TIMM
from tests.model.models import SMALL, small
from tests.strategies import specs

NORMS = "batchnorm_1d + batchnorm_2d"
ADDS = "residual + attention_bias + position + average + linear_bias + conv_bias"
DOWNSAMPLE = "stages.1.downsample"
SHRINKING = f"{DOWNSAMPLE}.attn_downsample"


@cache
def verified(name: str) -> Verification:
    return verify(plan(load_spec(name)))


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_specs_hold(name):
    assert verified(name).mismatches == ()


@pytest.mark.parametrize("name", TIMM)
def test_totals_are_what_the_counters_say_of_timm_s_models(name):
    assert verified(name).totals == {"torch": TIMM[name]["torch_FlopCounterMode"], "fvcore": TIMM[name]["fvcore"]}


@pytest.mark.parametrize("size", ["225", "200x312"])
def test_other_image_sizes_hold(size):
    assert verify(plan(load_spec("levit128s", size=size))).mismatches == ()


@pytest.mark.parametrize("name", ["levit128s", "levit128s_a3"])
def test_folded_plans_hold(name):
    assert verify(fuse(plan(load_spec(name)))).mismatches == ()


@settings(deadline=None, max_examples=8)
@given(specs())
def test_random_specs_hold(spec):
    assert verify(plan(spec)).mismatches == ()


@settings(deadline=None, max_examples=5)
@given(specs())
def test_random_specs_hold_folded(spec):
    assert verify(fuse(plan(spec))).mismatches == ()


def test_what_holds_is_ok():
    assert verified("levit128s").ok


def test_what_does_not_hold_is_not_ok():
    assert not Verification(1, (Mismatch("stem", "conv", 2, 1),), {}).ok


# Wrong counts


@pytest.mark.parametrize("kind", [kind for kind in Work if kind not in ONCE.values()], ids=str)
def test_a_wrong_count_of_any_kind_of_work_is_found_at_every_path(kind, monkeypatch):
    def one_too_many(node: Node) -> dict[Work, int]:
        return tally(node) | {kind: tally(node).get(kind, 0) + 1}

    monkeypatch.setattr(module, "tally", one_too_many)
    found = verify(small(stages=SMALL["stages"][:1], distillation=False))
    assert len({mismatch.path for mismatch in found.mismatches if kind in mismatch.work.split(" + ")}) == found.paths


def miscounted(planned: Plan, path: str) -> Plan:
    """The plan with one unit too many of all work that the op at `path` does."""
    return dataclasses.replace(planned, root=_changed(planned.root, path.split("."), _one_too_many))


def _changed(block: Block, path: list[str], change: Callable[[Op], Op]) -> Block:
    name, *rest = path
    child = block[name]
    new = _changed(child, rest, change) if isinstance(child, Block) else change(child)
    return dataclasses.replace(block, children=tuple(new if old is child else old for old in block.children))


def _one_too_many(op: Op) -> Op:
    wrong = {kind: count + 1 for kind, count in op.work.items()}
    values = {field.name: getattr(op, field.name) for field in dataclasses.fields(op)}
    return type(f"Wrong{type(op).__name__}", (type(op),), {"work": wrong})(**values)


@pytest.mark.parametrize(
    ("path", "work", "innermost"),
    [
        ("stem.conv1.linear", "conv", "stem.conv1.linear"),
        ("stem.conv1.bn", NORMS, "stem.conv1.bn"),
        ("stem.act1", "hardswish", "stem.act1"),
        (f"{SHRINKING}.kv.linear", "linear", f"{SHRINKING}.kv.linear"),
        (f"{SHRINKING}.kv.bn", NORMS, f"{SHRINKING}.kv.bn"),
        (f"{SHRINKING}.kv.bn", "fvcore's total", f"{SHRINKING}.kv.bn"),
        (f"{SHRINKING}.qk", "qk + av", SHRINKING),
        (f"{SHRINKING}.scale", "scale", SHRINKING),
        (f"{SHRINKING}.attention_biases", ADDS, SHRINKING),
        (f"{SHRINKING}.softmax", "softmax", SHRINKING),
        (f"{SHRINKING}.av", "qk + av", SHRINKING),
        (f"{DOWNSAMPLE}.mlp.add", ADDS, f"{DOWNSAMPLE}.mlp.add"),
        ("pool", "pool", ""),
        ("head_dist.linear", ADDS, "head_dist.linear"),
        ("average", "average", ""),
    ],
)
def test_one_wrong_op_is_found_in_it_and_in_all_around_it_and_nowhere_else(path, work, innermost):
    planned = miscounted(small(stages=[stage | {"depth": 0} for stage in SMALL["stages"]]), path)
    found = [mismatch.path for mismatch in verify(planned).mismatches if mismatch.work == work]
    around = innermost.split(".") if innermost else []
    assert found == [".".join(around[:depth]) for depth in range(len(around) + 1)]


def test_a_mismatch_says_what_was_planned_and_what_was_measured():
    found = verify(miscounted(small(), f"{SHRINKING}.softmax")).mismatches
    heads, queries, keys = 4, 9, 25
    assert found[-1] == Mismatch(SHRINKING, "softmax", heads * queries * keys + 1, heads * queries * keys)


def test_a_residual_missing_from_the_model_is_found(monkeypatch):
    monkeypatch.setattr(ResidualAdd, "forward", lambda self, x, branch: branch)
    found = verify(small()).mismatches
    residuals = {step.path for step in walk(small()) if step.path.endswith(".add")}
    assert {mismatch.path for mismatch in found if mismatch.path.endswith(".add")} == residuals


def with_shape(op: Op) -> Op:
    values = {field.name: getattr(op, field.name) for field in dataclasses.fields(op)}
    return type(f"Wrong{type(op).__name__}", (type(op),), {"out": (1, 2, 3)})(**values)


@pytest.mark.parametrize("path", ["stem.conv1.linear", "stem.act1", f"{SHRINKING}.q.down"])
def test_a_wrong_output_shape_is_found_where_it_is(path):
    planned = small()
    wrong = dataclasses.replace(planned, root=_changed(planned.root, path.split("."), with_shape))
    assert [mismatch.path for mismatch in verify(wrong).mismatches if mismatch.work.startswith("output (1, 2, 3)")] == [
        path
    ]


def test_a_wrong_number_of_parameters_is_found(monkeypatch):
    monkeypatch.setattr(module, "params", lambda node: 1)
    found = verify(small())
    assert len([mismatch for mismatch in found.mismatches if mismatch.work == "parameters"]) == found.paths


def test_an_operator_that_no_kind_of_work_knows_is_found(monkeypatch):
    monkeypatch.setattr(ResidualAdd, "forward", lambda self, x, branch: x + branch.tanh())
    residuals = [step for step in walk(small()) if step.path.endswith(".add")]
    assert verify(small()).mismatches == (Mismatch("", "calls of aten.tanh", 0, len(residuals)),)
