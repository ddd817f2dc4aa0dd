"""The FLOP counters themselves say what their conventions say, and leave the model and torch as they found them."""

import dataclasses
import logging
from functools import cache
from types import ModuleType
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from torch import Tensor, nn

from levit_explore import CONVENTIONS, build, flops, fuse, fuse_model, load_spec, plan, tally
from levit_explore.analysis.conventions import Convention
from levit_explore.errors import CounterError
from levit_explore.model.counters import COUNTERS, installed, measure
from levit_explore.model.modules import Levit
from levit_explore.plan.ops import MatMul, Subsample
from levit_explore.plan.tree import Plan, walk
from levit_explore.plan.work import Work
from levit_explore.spec.fields import NormKind, Spec
from levit_explore.spec.load import bundled_names
from tests import golden_data
from tests.golden_data import FIVE
from tests.model.models import OPTIONS, small
from tests.strategies import specs

TOOLS = {  # their names in the golden data
    "fvcore": "fvcore",
    "torch": "torch_FlopCounterMode",
    "ptflops": "ptflops_pytorch",
    "ptflops-aten": "ptflops_aten",
    "calflops": "calflops",
    "thop": "thop",
    "torchinfo": "torchinfo",
}
each_counter = pytest.mark.parametrize("counter", TOOLS)


def test_the_test_extra_installs_all_counters_but_deepspeed():
    assert [name for name in installed() if name != "deepspeed"] == list(TOOLS)


def test_a_counter_that_is_not_installed_is_left_out(monkeypatch):
    monkeypatch.setitem(COUNTERS, "deepspeed", ("no_such_package", COUNTERS["deepspeed"][1]))
    assert installed() == list(TOOLS)


def test_every_counter_has_a_convention():
    assert COUNTERS.keys() <= CONVENTIONS.keys()


# What they count


def measured(model: Levit) -> dict[str, int]:
    return {counter: measure(model, counter) for counter in TOOLS}


def charged(model: Levit) -> dict[str, int]:
    """What the conventions say, which is to be what the counters say."""
    return {counter: flops(model.plan, counter) for counter in TOOLS}


@each_counter
@pytest.mark.parametrize("name", FIVE)
def test_counters_say_of_a_built_model_what_they_say_of_the_official_one(name, counter):
    assert measured_by_name(name)[counter] == golden_data.COUNTERS["models"][name]["tools"][TOOLS[counter]]["total"]


@cache
def measured_by_name(name: str) -> dict[str, int]:
    return measured(build(plan(load_spec(name))))


@pytest.mark.parametrize("name", FIVE)
def test_conventions_say_of_the_published_models_what_their_counters_say(name):
    planned = plan(load_spec(name))
    assert {counter: flops(planned, counter) for counter in TOOLS} == measured_by_name(name)


@pytest.mark.parametrize("name", [name for name in bundled_names() if name not in FIVE])
def test_conventions_say_of_the_other_bundled_specs_what_their_counters_say(name):
    model = build(plan(shallow(load_spec(name))))
    assert charged(model) == measured(model)


def shallow(spec: Spec) -> Spec:
    """A spec with one block, its downsamples and a small image: the same kinds of work in a fraction of the time."""
    stages = tuple(dataclasses.replace(stage, depth=int(stage is spec.stages[0])) for stage in spec.stages)
    return dataclasses.replace(spec, stages=stages, image_size=(64, 64))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_conventions_say_of_every_option_what_their_counters_say(options):
    model = build(small(**options))
    assert charged(model) == measured(model)


@settings(deadline=None, max_examples=5)
@given(specs())
def test_conventions_say_of_random_specs_what_their_counters_say(spec):
    planned = plan(spec)
    assume(not (spec.norm is NormKind.LAYERNORM and takes_without_a_copy(planned)))
    model = build(planned)
    assert charged(model) == measured(model)


def takes_without_a_copy(planned: Plan) -> bool:
    """Whether queries stand in one row or column, or a head's values have one channel.

    torch takes such queries from the tokens, or joins such heads, without a copy. It then runs the linear layer behind
    them as a product and an add, whose bias ptflops' ATen backend does not see.
    """
    nodes = [step.node for step in walk(planned)]
    lines = [-(-side // one.stride) for one in nodes if isinstance(one, Subsample) for side in one.grid]
    return 1 in lines + [one.columns for one in nodes if isinstance(one, MatMul) and one.kind is Work.AV]


@pytest.mark.parametrize("options", [{}, {"norm": "layernorm"}], ids=str)
def test_conventions_say_of_folded_models_what_their_counters_say(options):
    model = fuse_model(build(small(**options)))
    assert charged(model) == measured(model)


@pytest.mark.parametrize("cast", [nn.Module.double, nn.Module.bfloat16, nn.Module.eval])
def test_counts_depend_on_neither_dtype_nor_mode(cast):
    assert measured(cast(build(small()))) == charged(build(small()))


# What they leave behind


OWNERS = (torch, torch.functional, torch.nn.functional, torch.Tensor, nn, nn.Module, nn.modules.module)
COME_AND_GO = {"__warningregistry__", "__slotnames__"}  # with a first warning and a first copy
OF_TENSORS = set(vars(torch.Tensor)) - COME_AND_GO  # before any counter ran


class Breaking(nn.Module):
    """A module that cannot run."""

    def forward(self, x: Tensor) -> Tensor:
        raise RuntimeError("broken")


def state_of_torch() -> dict[tuple[str, str], Any]:
    """What stands in the namespaces that counters patch, and the hooks on all modules of any model."""
    names = {
        (owner.__name__, name): value
        for owner in OWNERS
        for name, value in vars(owner).items()
        if not isinstance(value, ModuleType) and name not in COME_AND_GO
    }
    hooks = {("hooks", name): len(value) for name, value in vars(nn.modules.module).items() if name.endswith("_hooks")}
    modes = {("modes", "grad"): torch.is_grad_enabled(), ("modes", "logging"): logging.root.manager.disable}
    return names | hooks | modes


def changed(before: dict[tuple[str, str], Any], after: dict[tuple[str, str], Any]) -> set[tuple[str, str]]:
    return {key for key in before.keys() | after.keys() if before.get(key) is not after.get(key)}


def state_of_model(model: nn.Module) -> dict[str, Any]:
    """Mode, attributes and hooks of every module."""
    return {
        path: (
            module.training,
            sorted(vars(module)),
            {name: list(value) for name, value in vars(module).items() if name.endswith(("_hooks", "_buffers"))},
        )
        for path, module in model.named_modules()
    }


@each_counter
def test_a_counter_leaves_torch_as_it_was(counter):
    before = state_of_torch()
    measure(build(small()), counter)
    assert changed(before, state_of_torch()) == set()


@each_counter
def test_a_counter_leaves_no_attributes_on_tensors(counter):
    measure(build(small()), counter)
    assert set(vars(torch.Tensor)) - COME_AND_GO == OF_TENSORS


@each_counter
def test_a_counter_that_fails_leaves_torch_as_it_was(counter):
    model = build(small())
    model.head = Breaking()
    before = state_of_torch()
    with pytest.raises(CounterError):
        measure(model, counter)
    assert changed(before, state_of_torch()) == set()


@each_counter
def test_a_counter_leaves_the_model_as_it_was(counter):
    model = build(small())
    state, weights = state_of_model(model), {name: tensor.clone() for name, tensor in model.state_dict().items()}
    measure(model, counter)
    assert state_of_model(model) == state
    assert list(model.state_dict()) == list(weights)
    assert all(torch.equal(tensor, weights[name]) for name, tensor in model.state_dict().items())


@each_counter
def test_a_counter_draws_no_random_numbers(counter):
    model = build(small())
    before = torch.get_rng_state()
    measure(model, counter)
    assert torch.equal(torch.get_rng_state(), before)


@each_counter
def test_a_counter_prints_nothing(counter, capfd):
    measure(build(small()), counter)
    assert capfd.readouterr() == ("", "")


# Conventions


@pytest.mark.parametrize("kind", Work)
def test_a_convention_without_a_kind_of_work_is_refused(kind):
    weights = {other: 1 for other in Work if other is not kind}
    with pytest.raises(ValueError, match=f"^convention mine: missing or unknown kinds of work: {kind}$"):
        Convention("mine", weights, "", "")


def test_a_convention_with_an_unknown_kind_of_work_is_refused():
    weights = {**dict.fromkeys(Work, 1), "prayer": 1}
    with pytest.raises(ValueError, match=r"^convention mine: missing or unknown kinds of work: prayer$"):
        Convention("mine", weights, "", "")


def test_every_kind_of_work_is_measured_on_some_model():
    plans = [small(**options) for options in OPTIONS] + [fuse(small())]
    assert set().union(*(tally(planned.root) for planned in plans)) == set(Work)


@pytest.mark.parametrize(
    ("fails", "message"),
    [
        (RuntimeError("no"), "thop cannot count this model: RuntimeError: no"),
        (SystemExit(1), "thop cannot count this model: SystemExit: 1"),
        (OSError(28, "full"), "thop cannot count this model: OSError: [Errno 28] full"),
    ],
)
def test_a_counter_that_fails_says_so(fails, message, monkeypatch):
    def fail(model: object, image: object) -> int:
        raise fails

    monkeypatch.setitem(COUNTERS, "thop", ("thop", fail))
    with pytest.raises(CounterError) as caught:
        measure(build(small()), "thop")
    assert str(caught.value) == message


@pytest.mark.parametrize("total", [1.5, float("nan"), float("inf")])
def test_a_count_that_is_no_number_of_operations_is_refused(total, monkeypatch):
    monkeypatch.setitem(COUNTERS, "thop", ("thop", lambda model, image: total))
    with pytest.raises(CounterError, match=f"^thop counted {total}, which is no number of operations$"):
        measure(build(small()), "thop")


def test_a_folder_that_is_called_like_a_counter_is_none(tmp_path, monkeypatch):
    (tmp_path / "deepspeed").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert "deepspeed" not in installed()


@each_counter
def test_counters_do_not_depend_on_what_torch_is_set_to(counter):
    model = build(small()).eval()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = measure(model, counter)
    finally:
        torch.set_default_dtype(torch.float32)
    assert found == flops(small(), counter)
