"""Bytes moved are those of every op's weights, of what each wire brings it, and of what it gives."""

import numpy as np
import pytest
from hypothesis import given, settings

from levit_explore import fuse, load_spec, make_spec, params, plan
from levit_explore.analysis.memory import activation_memory
from levit_explore.analysis.traffic import bytes_moved
from levit_explore.plan.flow import IMAGE, flow
from levit_explore.plan.ops import Op
from levit_explore.plan.tree import walk
from levit_explore.sizes import elements
from levit_explore.spec.load import bundled_names
from tests.model.models import SMALL
from tests.strategies import specs


def by_wires(model) -> int:
    """The bytes of a single plan, every repetition unrolled."""
    outs = {step.path: elements(step.node.out) for step in walk(model) if isinstance(step.node, Op)}
    outs[IMAGE] = elements((model.spec.in_channels, *model.spec.image_size))
    read = sum(outs[wire.source] for wire in flow(model))
    return 4 * (read + params(model)) + activation_memory(model)


@settings(max_examples=50)
@given(specs())
def test_every_wire_is_read_once_and_every_weight_and_output_moves_once(spec):
    assert bytes_moved(plan(spec)) == by_wires(plan(spec))


@pytest.mark.parametrize("name", bundled_names())
def test_folding_batchnorm_saves_traffic(name):
    model = plan(load_spec(name))
    assert bytes_moved(fuse(model)) == by_wires(fuse(model)) < bytes_moved(model)


def test_half_precision_moves_half():
    model = plan(load_spec("levit256"))
    assert 2 * bytes_moved(model, 2) == bytes_moved(model)


@pytest.mark.parametrize(("name", "sizes"), [("depth", [0, 1, 5]), ("heads", [1, 2, 5]), ("dim", [8, 16, 32])])
def test_traffic_of_arrays_is_that_of_each_variant(name, sizes):
    def model(size):
        return plan(
            make_spec(SMALL | {"stages": [SMALL["stages"][0] | {name: size}]} | {"stem": {"kind": "patch", "size": 4}})
        )

    assert bytes_moved(model(np.array(sizes))).tolist() == [bytes_moved(model(size)) for size in sizes]
