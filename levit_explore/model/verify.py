"""Holding the plan against torch and fvcore: every module path, every kind of work, every total."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from levit_explore.analysis.conventions import lookup
from levit_explore.model.build import build
from levit_explore.model.counters import by_module, quiet
from levit_explore.plan.ops import Op
from levit_explore.plan.tree import Block, Plan, out, params, tally, walk
from levit_explore.plan.work import Work
from levit_explore.sizes import single

_aten = torch.ops.aten


@dataclass(frozen=True)
class Mismatch:
    """A module path ("" is the whole model) at which the plan and a counter disagree on some work."""

    path: str
    work: str
    planned: int
    measured: int


@dataclass(frozen=True)
class Verification:
    """How many paths were compared, what did not agree, and the totals of torch's and fvcore's own counters."""

    paths: int
    mismatches: tuple[Mismatch, ...]
    totals: Mapping[str, int]

    @property
    def ok(self) -> bool:
        """Whether everything agreed."""
        return not self.mismatches


@dataclass(frozen=True)
class Check:
    """Kinds of work, and the ATen operators that do them; `weight` is what torch charges for a unit."""

    work: tuple[Work, ...]
    operators: tuple[Any, ...]
    weight: int = 1

    @property
    def name(self) -> str:
        """The kinds of work in words."""
        return " + ".join(self.work)


_MACS = (  # in torch's own count
    Check((Work.CONV,), (_aten.convolution,), weight=2),
    Check((Work.LINEAR,), (_aten.mm, _aten.addmm), weight=2),
    Check((Work.QK, Work.AV), (_aten.bmm,), weight=2),
)
_ELEMENTS = (  # in a count of elements by the formulas below
    Check((Work.SOFTMAX,), (_aten._softmax,)),
    Check(
        (Work.BATCHNORM_1D, Work.BATCHNORM_2D), (_aten.native_batch_norm, _aten._native_batch_norm_legit_no_training)
    ),
    Check((Work.LAYERNORM,), (_aten.native_layer_norm,)),
    Check((Work.HARDSWISH,), (_aten.hardswish,)),
    Check((Work.SILU,), (_aten.silu,)),
    Check((Work.GELU,), (_aten.gelu,)),
    Check((Work.RELU,), (_aten.relu,)),
    Check((Work.SCALE,), (_aten.mul,)),
    Check((Work.POOL,), (_aten.mean,)),
    Check((Work.AVERAGE,), (_aten.div,)),
    Check(
        (Work.RESIDUAL, Work.ATTENTION_BIAS, Work.POSITION, Work.AVERAGE, Work.LINEAR_BIAS, Work.CONV_BIAS),
        (_aten.add, _aten.addmm, _aten.convolution),
    ),
)
# Operators that move or name elements and compute nothing.
_FREE = (
    _aten.view, _aten._unsafe_view, _aten.reshape, _aten.transpose, _aten.permute, _aten.t, _aten.expand, _aten.clone,
    _aten.slice, _aten.split_with_sizes, _aten.index, _aten.detach, _aten.alias, _aten.unsqueeze, _aten.squeeze,
    _aten.empty,
)  # fmt: skip
_KNOWN = {*_FREE, *(operator for check in (*_MACS, *_ELEMENTS) for operator in check.operators)}


def verify(plan: Plan) -> Verification:
    """The plan against its torch model, run on the meta device under FlopCounterMode, and against fvcore on the CPU.

    For every module path: output shape, parameters and every kind of work are compared, q.k with a.v as one sum, and
    all that is added as one sum. An operator that no kind of work knows is a mismatch too. What a plan leaves out,
    the model leaves out as well; that the plan is a LeViT's is for timm and transformers to prove.
    """
    with torch.device("meta"):
        model = build(plan).eval()
        shapes: dict[str, tuple[int, ...]] = {}
        for path, module in model.named_modules():
            module.register_forward_hook(partial(_note_shape, shapes, path))
        with (
            torch.no_grad(),
            _Unknown() as unknown,
            FlopCounterMode(display=False) as macs,
            _element_counter() as elements,
        ):
            model(torch.empty(1, *model.image_shape))
    modules = dict(model.named_modules())
    steps = {step.path: step.node for step in walk(plan) if step.path in modules}
    mismatches = [Mismatch("", f"calls of {operator}", 0, calls) for operator, calls in unknown.calls.items()]
    for path, node in steps.items():
        mismatches += _compare_sizes(path, node, modules[path], shapes)
    for counter, checks in ((macs, _MACS), (elements, _ELEMENTS)):
        counts = counter.get_flop_counts()
        for path, node in steps.items():
            mismatches += _compare(
                path, tally(node), counts.get(f"{type(model).__name__}.{path}".rstrip("."), {}), checks
            )
    with quiet(), torch.no_grad():  # fvcore traces, which needs values, though not which
        charged = by_module(build(plan).eval(), torch.zeros(1, *model.image_shape))
    for path, node in steps.items():
        expected = single(lookup("fvcore").total(tally(node)))
        if expected != charged.get(path, 0):
            mismatches.append(Mismatch(path, "fvcore's total", expected, charged.get(path, 0)))
    return Verification(len(steps), tuple(mismatches), {"torch": macs.get_total_flops(), "fvcore": charged[""]})


def _note_shape(shapes: dict[str, tuple[int, ...]], path: str, _: nn.Module, __: Any, output: Tensor) -> None:
    shapes[path] = tuple(output.shape)


def _compare_sizes(
    path: str, node: Block | Op, module: nn.Module, shapes: Mapping[str, tuple[int, ...]]
) -> Iterator[Mismatch]:
    """Parameters and the elements of the output at a path; the output's sides are named where they differ."""
    expected, found = single(params(node)), sum(parameter.numel() for parameter in module.parameters())
    if expected != found:
        yield Mismatch(path, "parameters", expected, found)
    shape, seen = tuple(single(size) for size in out(node)), shapes.get(path)
    if seen is not None and seen not in ((1, *shape), shape):  # the latter within a layer that flattens the batch
        yield Mismatch(path, f"output {shape}, seen as {seen}; elements", math.prod(shape), math.prod(seen))


class _Unknown(TorchDispatchMode):
    """Notes the operators that a forward pass calls and that neither do any kind of work nor are known to be free."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Runs the operator, and counts it where nothing else does."""
        if func.overloadpacket not in _KNOWN:
            self.calls[str(func.overloadpacket)] += 1
        return func(*args, **(kwargs or {}))


def _compare(
    path: str, planned: Mapping[Work, Any], counted: Mapping[Any, int], checks: tuple[Check, ...]
) -> Iterator[Mismatch]:
    for check in checks:
        expected = sum(single(planned.get(kind, 0)) for kind in check.work)
        measured = sum(counted.get(operator, 0) for operator in check.operators)
        if measured != expected * check.weight:
            yield Mismatch(path, check.name, expected * check.weight, measured)


def _element_counter() -> FlopCounterMode:
    formulas: dict[Any, Any] = {operator: _out_elements for check in _ELEMENTS for operator in check.operators}
    formulas |= {_aten.mean: _in_elements, _aten.convolution: _bias_elements}
    return FlopCounterMode(display=False, custom_mapping=formulas)


def _out_elements(*_: Any, out_shape: Any, **__: Any) -> int:
    """Elements of the first output."""
    return math.prod(out_shape if isinstance(out_shape, torch.Size) else out_shape[0])


def _in_elements(in_shape: Any, *_: Any, **__: Any) -> int:
    """Elements of the input."""
    return math.prod(in_shape)


def _bias_elements(*arguments: Any, out_shape: Any, **_: Any) -> int:
    """Elements that a convolution adds a bias to."""
    _image, _weight, bias_shape, *_rest = arguments
    return 0 if bias_shape is None else math.prod(out_shape)
