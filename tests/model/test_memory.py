"""Memory of activations against torch: the bytes that its operators make, and those that are held at once."""

import weakref
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, fx
from torch.fx.experimental.proxy_tensor import make_fx
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from levit_explore import build, fuse, load_spec, plan
from levit_explore.analysis.memory import activation_memory, peak_memory
from levit_explore.plan.flow import IMAGE, flow
from levit_explore.plan.ops import AttentionBias, Average, Linear, MatMul, Norm, Normalization, Op, Subsample
from levit_explore.plan.tree import Block, Kind, Plan, transform, walk
from levit_explore.plan.work import Work
from levit_explore.sizes import elements
from tests.model.models import OPTIONS, small
from tests.strategies import specs

FLOAT32 = 4  # bytes


class Meter(TorchDispatchMode):
    """Adds up the bytes of every storage that an operator makes, and notes the most that are held at once."""

    def __init__(self) -> None:
        super().__init__()
        self.total = self.held = self.peak = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        taken = {storage._cdata for storage in storages((args, kwargs))}
        made = func(*args, **(kwargs or {}))
        for storage in storages(made):
            if storage._cdata not in taken:  # a view has the storage of what it views
                self.total += storage.nbytes()
                self.held += storage.nbytes()
                weakref.finalize(storage, self._free, storage.nbytes())
        self.peak = max(self.peak, self.held)
        return made

    def _free(self, size: int) -> None:
        self.held -= size


def storages(values: Any) -> list[torch.UntypedStorage]:
    return [value.untyped_storage() for value in tree_leaves(values) if isinstance(value, Tensor)]


def measured(planned: Plan) -> Meter:
    """The memory of torch for one image, where every tensor goes as soon as no operator is still to take it."""
    model = build(planned).eval()
    image = torch.zeros(1, *model.image_shape)
    with torch.no_grad():
        traced = make_fx(model)(image)
        traced.graph.eliminate_dead_code()  # the interpreter would keep what nobody takes
        with Meter() as meter:
            fx.Interpreter(traced, garbage_collect_values=True).run(image)
    return meter


@dataclass(frozen=True)
class Kernel:
    """What makes a tensor out of others, named by their makers; nobody takes the elements `beside` it."""

    name: str
    takes: tuple[str, ...]
    made: int
    beside: int = 0


def total(run: list[Kernel]) -> int:
    return FLOAT32 * sum(kernel.made + kernel.beside for kernel in run)


def peak(run: list[Kernel]) -> int:
    """The most that is held at any kernel, by definition: all made until then that it makes or somebody still takes."""
    held = []
    for index, kernel in enumerate(run):
        needed = {kernel.name, *(name for later in run[index:] for name in later.takes)}
        held.append(kernel.beside + sum(one.made for one in run[: index + 1] if one.name in needed))
    return FLOAT32 * max(held)


def own_kernels(planned: Plan) -> list[Kernel]:
    """One kernel for each op."""
    return [Kernel(path, takes, elements(op.out)) for path, op, takes in ops(planned, planned)]


def ops(planned: Plan, order: Plan) -> list[tuple[str, Op, tuple[str, ...]]]:
    """Paths and ops in the order of another plan of the same ops, with the paths that each takes."""
    wires = flow(planned)
    return [
        (step.path, step.node, tuple(wire.source for wire in wires if wire.target == step.path))
        for step in walk(order)
        if isinstance(step.node, Op)
    ]


# torch's kernels: what it makes besides, what it does not make, and its order


def torch_kernels(planned: Plan) -> list[Kernel]:
    """The kernels that torch runs in place of the plan's."""
    run: list[Kernel] = []
    gives = {IMAGE: IMAGE}  # path of an op -> the kernel that makes its output
    order = replace(planned, root=transform(planned.root, queries_first))
    *_, entrance = (path for path, _, _ in ops(planned, planned) if path.startswith(("stem", "pos_embed")))
    before: dict[str, Op] = {}
    for path, op, sources in ops(planned, order):
        before[path] = op
        takes = tuple(gives[source] for source in sources)
        kernels = torchs(op, Kernel(path, takes, elements(op.out)), before.get(sources[0]))
        if path == entrance and elements(op.out) > planned.spec.stages[0].dim:  # more than one token
            kernels.append(copy(kernels[-1]))  # (channels, H, W) -> (tokens, channels)
        run += kernels
        (gives[path],) = [kernel.name for kernel in kernels[-1:]] or takes
    return run


def torchs(op: Op, kernel: Kernel, before: Op | None) -> list[Kernel]:
    """What torch runs for an op; its output is what the last of them makes, or what it takes where there is none."""
    match op:
        case Linear(bias=True) if isinstance(before, Subsample) and has_gaps(before):  # multiplies, then adds the bias
            product = replace(kernel, name=f"{kernel.name} product")
            return [product, replace(kernel, takes=(product.name,))]
        case AttentionBias():  # looks up one bias for every pair of tokens, then adds them
            pairs = Kernel(f"{kernel.name} looked up", (), kernel.made)
            return [pairs, replace(kernel, takes=(*kernel.takes, pairs.name))]
        case Normalization(kind=Norm.LAYER, shape=(*tokens, _)):  # gives the mean and deviation of every token too
            return [replace(kernel, beside=2 * elements((1, *tokens)))]
        case Average():  # adds, then divides
            added = replace(kernel, name=f"{kernel.name} sum")
            return [added, replace(kernel, takes=(added.name,))]
        case MatMul(kind=Work.AV) if 1 not in op.out:  # (heads, tokens, channels) -> (tokens, heads * channels)
            return [kernel, copy(kernel)]
        case Subsample() if not is_copied(op):  # a view
            return []
        case _:
            return [kernel]


def copy(kernel: Kernel) -> Kernel:
    return Kernel(f"{kernel.name} copied", (kernel.name,), kernel.made)


def is_copied(op: Subsample) -> bool:
    """Whether tokens that are kept lie in several rows, at distances that differ."""
    return op.stride > 1 and 1 not in kept(op)


def has_gaps(op: Subsample) -> bool:
    """Whether tokens that are kept lie in one row or column, apart from one another."""
    return op.stride > 1 and min(kept(op)) == 1 < max(kept(op))


def kept(op: Subsample) -> list[int]:
    """How many rows and columns are kept."""
    return [-(-side // op.stride) for side in op.grid]


def queries_first(block: Block) -> Block:
    """The built shrinking attention makes queries before keys and values."""
    if block.kind is not Kind.SHRINKING_ATTENTION:
        return block
    queries = block["q"]
    first = [child for child in block.children if isinstance(child, Normalization)]
    return replace(block, children=(*first, queries, *(one for one in block.children if one not in (*first, queries))))


# The proof


def assert_is_torchs(planned: Plan) -> None:
    run, meter = torch_kernels(planned), measured(planned)
    assert (total(run), peak(run)) == (meter.total, meter.peak)


@pytest.mark.parametrize("name", ["levit128s", "levit256"])
def test_bundled_specs_make_and_hold_what_torch_does_but_for_its_own_copies(name):
    assert_is_torchs(plan(load_spec(name)))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_option_makes_and_holds_what_torch_does_but_for_its_own_copies(options):
    assert_is_torchs(small(**options))
    assert_is_torchs(fuse(small(**options)))


@pytest.mark.parametrize("size", [[40, 8], [8, 40]], ids=str)
def test_one_row_or_column_of_tokens_makes_and_holds_what_torch_does_but_for_its_own_copies(size):
    assert_is_torchs(small(image_size=size))
    assert_is_torchs(fuse(small(image_size=size)))


@settings(max_examples=10)
@given(specs(), st.booleans())
def test_random_specs_make_and_hold_what_torch_does_but_for_its_own_copies(spec, fused):
    assert_is_torchs(fuse(plan(spec)) if fused else plan(spec))


@settings(max_examples=100)
@given(specs())
def test_the_plan_counts_its_own_kernels(spec):
    run = own_kernels(plan(spec))
    assert (total(run), peak(run)) == (activation_memory(plan(spec)), peak_memory(plan(spec)))


@pytest.mark.parametrize("name", ["levit128s", "levit_digits"])
def test_python_holds_some_tensors_for_longer(name):
    planned = plan(load_spec(name))
    model = build(planned).eval()
    image = torch.zeros(1, *model.image_shape)
    with torch.no_grad(), Meter() as meter:
        model(image)
    assert meter.peak >= peak(torch_kernels(planned)) >= peak_memory(planned)
    assert meter.total == total(torch_kernels(planned))
