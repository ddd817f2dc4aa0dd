"""The next sensible value of every field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore import SpecError, load_spec, make_spec
from levit_explore.explorer.actions import StepField
from levit_explore.explorer.declared import declared, effective
from levit_explore.explorer.edits import dotted
from levit_explore.explorer.fields import table
from levit_explore.explorer.state import opened, started
from levit_explore.explorer.steps import dim_step, stepped, total_stride
from levit_explore.explorer.update import update
from tests.strategies import spec_fields

FAR = 10**9
FIRST = ("stages", 0)


@pytest.mark.parametrize(
    ("path", "steps", "value"),
    [
        ((*FIRST, "heads"), 1, 5),
        ((*FIRST, "heads"), -FAR, 1),
        ((*FIRST, "heads"), FAR, 65_536),
        ((*FIRST, "key_dim"), 1, 40),
        ((*FIRST, "key_dim"), -FAR, 8),
        ((*FIRST, "dim"), 1, 288),
        ((*FIRST, "dim"), -FAR, 32),
        ((*FIRST, "depth"), -FAR, 0),
        ((*FIRST, "depth"), FAR, 1000),
        ((*FIRST, "mlp_ratio"), 1, 2.5),
        ((*FIRST, "mlp_ratio"), -FAR, 0),
        ((*FIRST, "attn_ratio"), -1, 1.5),
        ((*FIRST, "attn_ratio"), -FAR, 0.5),
        ((*FIRST, "attn_ratio"), FAR, 64),
        (("stages", 1, "downsample", "stride"), -1, 1),
        (("stages", 1, "downsample", "heads"), 1, 9),
        (("image_size",), 1, 288),
        (("image_size",), -FAR, 32),
        (("num_classes",), -FAR, 0),
        (("drop_path",), 1, 0.05),
        (("drop_path",), FAR, 0.95),
        (("distillation",), 1, False),
        (("activation",), 1, "silu"),
        (("activation",), -1, "relu"),
        (("attention_activation",), -1, "none"),
        (("norm",), 3, "layernorm"),
        (("stem", "kind"), 1, "patch"),
        (("stem", "dims"), 1, [16, 32, 64, 128, 256]),
        (("stem", "dims"), -2, [128, 256]),
        (("stem", "dims"), -FAR, [256]),
        (("name",), 1, "levit256"),
    ],
)
def test_a_step_is_sensible_and_stops_at_the_bounds_of_the_rule(path, steps, value):
    assert stepped(load_spec("levit256"), path, steps) == value


def test_both_sides_of_an_image_step_by_the_total_stride():
    spec = load_spec("levit256", ["image_size=[192, 256]"])
    assert total_stride(spec) == 2**4 * 2 * 2
    assert stepped(spec, ("image_size",), 1) == [256, 320]


@pytest.mark.parametrize(("key_dim", "step"), [(1, 32), (16, 32), (24, 48), (32, 32), (33, 33)])
def test_a_step_of_dim_is_a_multiple_of_key_dim(key_dim, step):
    assert dim_step(key_dim) == step


@pytest.mark.parametrize(
    "path", [(), ("stages",), FIRST, ("stem",), ("stages", 1, "downsample"), ("extends",), (*FIRST, "x")]
)
def test_what_is_no_single_field_has_no_step(path):
    with pytest.raises(SpecError):
        stepped(load_spec("levit256"), path, 1)


@given(spec_fields(), st.integers(-5, 5) | st.sampled_from((-FAR, FAR)))
def test_every_field_steps_to_a_value_that_its_rule_allows(fields, steps):
    spec = make_spec(fields)
    for entry in table(spec, started("x", "spec", fields)):
        field = declared(entry.path, spec)
        value = stepped(spec, entry.path, steps)
        assert field is None or not list(field.metadata["rule"].check(value)), (entry.path, value)


@pytest.mark.parametrize("path", [entry.path for entry in table(load_spec("levit256"), opened("levit256"))], ids=dotted)
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_steps_up_and_down_lead_back(path, steps):
    state = opened("levit256")
    there = update(state, StepField(path, steps))
    back = update(there, StepField(path, -steps))
    assert (there.problem, back.problem) == (None, None)
    assert back.spec.stages == state.spec.stages
    assert effective(path, back.spec) == effective(path, state.spec)
