"""How data flows through a plan, against the tensors that the torch model hands from operator to operator."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakTensorKeyDictionary

from levit_explore import build, fuse, load_spec, plan, walk
from levit_explore.model.layouts import LayoutName
from levit_explore.plan.flow import IMAGE, Wire, flow
from levit_explore.plan.ops import Average, MatMul, Op, Residual
from levit_explore.plan.tree import Block, Plan, join
from levit_explore.sizes import elements
from levit_explore.spec.load import bundled_names
from tests.model.models import LAYOUTS, OPTIONS, SMALL, small
from tests.strategies import specs

_aten = torch.ops.aten

# The operators that forwards write out, by the op that they are; one stands for each op, in the order they run.
WRITTEN_OUT = {
    "pos_embed": _aten.add,
    "qk": _aten.bmm,
    "scale": _aten.mul,
    "attention_biases": _aten.add,
    "softmax": _aten._softmax,
    "av": _aten.bmm,
    "pool": _aten.mean,
    "average": _aten.div,
}


class Trace(TorchDispatchMode):
    """Which op of the plan made what another takes, as seen by following tensors through a forward pass.

    An operator within a module that an op became is that op; one that the forward of a block writes out is the next
    op of this block that WRITTEN_OUT has. Any other hands on what it takes: views, copies, the sum before a mean.
    """

    def __init__(self, planned: Plan, model: nn.Module) -> None:
        super().__init__()
        self.wires: set[tuple[str, str]] = set()
        self.skips: set[tuple[str, str]] = set()
        self.makers = WeakTensorKeyDictionary()  # tensor -> paths of the ops that it comes from
        self.running = [""]
        self.ops = {step.path for step in walk(planned) if isinstance(step.node, Op)}
        self.written_out = {step.path: written_out(step.path, step.node) for step in walk(planned)}
        for path, module in model.named_modules():
            module.register_forward_pre_hook(partial(self._enter, path))
            module.register_forward_hook(lambda *_: self.running.pop() and None)

    def _enter(self, path: str, module: nn.Module, given: tuple[Tensor, ...]) -> None:
        self.running.append(path)
        if path in self.ops and len(given) > 1:
            self.skips |= {(source, path) for source in self.makers.get(given[0], ())}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        sources = {maker for tensor in tensors((args, kwargs)) for maker in self.makers.get(tensor, ())}
        op = self._op(func.overloadpacket)
        if op is not None:
            self.wires |= {(source, op) for source in sources if source != op}
            sources = {op}
        for tensor in tensors(made):
            self.makers[tensor] = sources
        return made

    def _op(self, operator: Any) -> str | None:
        path = self.running[-1]
        if path in self.ops:
            return path
        waiting = self.written_out.get(path, [])
        return waiting.pop(0) if waiting and WRITTEN_OUT[waiting[0].rsplit(".")[-1]] is operator else None


def tensors(values: Any) -> Iterator[Tensor]:
    return (value for value in tree_leaves(values) if isinstance(value, Tensor))


def written_out(path: str, node: Block | Op) -> list[str]:
    """The paths of the ops that the forward of a block writes out, in the order they run."""
    children = node.children if isinstance(node, Block) else ()
    return [join(path, child.name) for child in children if child.name in WRITTEN_OUT]


def traced(planned: Plan, layout: LayoutName = "tokens") -> Trace:
    with torch.device("meta"), torch.no_grad():
        model = build(planned, layout).eval()
        image = torch.empty(1, *model.image_shape)
        trace = Trace(planned, model)
        trace.makers[image] = {IMAGE}
        with trace:
            model(image)
    return trace


def assert_flows_as_in_torch(planned: Plan, layout: LayoutName = "tokens") -> None:
    wires, trace = flow(planned), traced(planned, layout)
    assert {(wire.source, wire.target) for wire in wires} == trace.wires
    assert {(wire.source, wire.target) for wire in wires if wire.skip} == trace.skips


VARIANTS = [
    {},
    *OPTIONS,
    {"stages": SMALL["stages"][:1]},
    {"stages": [stage | {"depth": 0} for stage in SMALL["stages"]]},
    {"stages": [SMALL["stages"][0] | {"mlp_ratio": 0}, SMALL["stages"][1] | {"downsample": {"mlp_ratio": 0}}]},
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("options", VARIANTS, ids=str)
def test_every_option_flows_as_in_torch(options, layout):
    assert_flows_as_in_torch(small(**options), layout)
    assert_flows_as_in_torch(fuse(small(**options)), layout)


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_specs_flow_as_in_torch(name):
    assert_flows_as_in_torch(plan(load_spec(name)))


@settings(max_examples=25)
@given(specs())
def test_random_specs_flow_as_in_torch(spec):
    assert_flows_as_in_torch(plan(spec))


# What holds of any flow


@given(specs())
def test_every_op_is_given_something_and_all_but_the_last_give_it_to_a_later_one(spec):
    planned = plan(spec)
    place = {path: index for index, path in enumerate([IMAGE, *ops(planned)])}
    *_, last = place
    wires = flow(planned)
    assert {wire.target for wire in wires} == place.keys() - {IMAGE}
    assert {wire.source for wire in wires} == place.keys() - {last}
    assert [wire for wire in wires if place[wire.source] >= place[wire.target]] == []


INPUTS = {Residual: 2, Average: 2}  # all others take one tensor, and products of activations one or two


@given(specs())
def test_an_op_takes_as_many_tensors_as_it_has_inputs(spec):
    planned = plan(spec)
    taken = Counter(wire.target for wire in flow(planned))
    assert max(taken.values()) <= 2
    singles = {path: op for path, op in ops(planned).items() if not isinstance(op, MatMul)}
    assert {path: taken[path] for path in singles} == {path: INPUTS.get(type(op), 1) for path, op in singles.items()}


@given(specs())
def test_each_residual_add_has_one_way_past_its_branch_and_no_other_op_has_any(spec):
    planned = plan(spec)
    skips = [wire for wire in flow(planned) if wire.skip]
    residuals = [path for path, op in ops(planned).items() if isinstance(op, Residual)]
    assert [wire.target for wire in skips] == residuals
    shapes = {IMAGE: None} | {path: op.out for path, op in ops(planned).items()}
    assert all(elements(shapes[wire.source]) == elements(shapes[wire.target]) for wire in skips)


def ops(planned: Plan) -> dict[str, Op]:
    return {step.path: step.node for step in walk(planned) if isinstance(step.node, Op)}


def test_the_wires_of_a_shrinking_attention_come_in_the_order_it_runs():
    planned = fuse(small())
    shrinking = "stages.1.downsample.attn_downsample"
    assert [wire for wire in flow(planned) if wire.target.startswith(shrinking)] == [
        Wire("stages.0.blocks.1.mlp.add", f"{shrinking}.kv"),
        Wire("stages.0.blocks.1.mlp.add", f"{shrinking}.q.down"),
        Wire(f"{shrinking}.q.down", f"{shrinking}.q.ln"),
        Wire(f"{shrinking}.q.ln", f"{shrinking}.qk"),
        Wire(f"{shrinking}.kv", f"{shrinking}.qk"),
        Wire(f"{shrinking}.qk", f"{shrinking}.scale"),
        Wire(f"{shrinking}.scale", f"{shrinking}.attention_biases"),
        Wire(f"{shrinking}.attention_biases", f"{shrinking}.softmax"),
        Wire(f"{shrinking}.softmax", f"{shrinking}.av"),
        Wire(f"{shrinking}.kv", f"{shrinking}.av"),
        Wire(f"{shrinking}.av", f"{shrinking}.proj.act"),
        Wire(f"{shrinking}.proj.act", f"{shrinking}.proj.ln"),
    ]


@pytest.mark.parametrize(("chosen", "left"), [(0, "1"), (-1, "0")])
def test_of_a_repeated_block_the_chosen_bodies_are_followed(chosen, left):
    wires = flow(small(), lambda step, bodies: [bodies[chosen]])
    assert {wire.target for wire in wires} == {
        wire.target for wire in flow(small()) if not wire.target.startswith(f"stages.0.blocks.{left}.")
    }
    assert next(wire.source for wire in wires if wire.skip) == "stem.conv3.bn"
