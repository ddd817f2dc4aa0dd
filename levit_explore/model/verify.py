"""Holding the plan against torch and fvcore: every module path, every kind of work, every total."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from levit_explore.analysis.conventions import lookup
from levit_explore.model.build import build
from levit_explore.model.counters import by_module, quiet
from levit_explore.plan.tree import Plan, tally, walk
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


def verify(plan: Plan) -> Verification:
    """The plan against its torch model, run on the meta device under FlopCounterMode, and against fvcore on the CPU."""
    with torch.device("meta"):
        model = build(plan).eval()
        image = torch.empty(1, *model.image_shape)
        with torch.no_grad(), FlopCounterMode(display=False) as macs, _element_counter() as elements:
            model(image)
    modules = {name for name, _ in model.named_modules()}
    steps = {step.path: step.node for step in walk(plan) if step.path in modules}
    work = {path: tally(node) for path, node in steps.items()}
    root = type(model).__name__
    mismatches = [
        mismatch
        for counter, checks in ((macs, _MACS), (elements, _ELEMENTS))
        for path, planned in work.items()
        for mismatch in _compare(path, planned, counter.get_flop_counts().get(f"{root}.{path}".rstrip("."), {}), checks)
    ]
    with quiet():  # fvcore traces and cannot do so on the meta device; what the weights are does not matter to it
        charged = by_module(model.to_empty(device="cpu"), torch.zeros(1, *model.image_shape))
    for path, planned in work.items():
        expected = single(lookup("fvcore").total(planned))
        if expected != charged.get(path, 0):
            mismatches.append(Mismatch(path, "fvcore's total", expected, charged.get(path, 0)))
    return Verification(len(steps), tuple(mismatches), {"torch": macs.get_total_flops(), "fvcore": charged[""]})


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
    formulas |= {_aten.mean: _in_elements, _aten.convolution: _bias_elements, _aten.addmm: _out_elements}
    return FlopCounterMode(display=False, custom_mapping=formulas)


def _out_elements(*_: Any, out_shape: Any, **__: Any) -> int:
    """Elements of the first output."""
    return math.prod(out_shape if isinstance(out_shape, torch.Size) else out_shape[0])


def _in_elements(in_shape: Any, *_: Any, **__: Any) -> int:
    """Elements of the input."""
    return math.prod(in_shape)


def _bias_elements(_: Any, __: Any, bias_shape: Any, *___: Any, out_shape: Any, **____: Any) -> int:
    """Elements that a convolution adds a bias to."""
    return 0 if bias_shape is None else math.prod(out_shape)
