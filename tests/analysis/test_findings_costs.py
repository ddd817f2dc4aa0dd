"""What rules of findings take costs for is what the analyses say, which walk every block."""

import math

from hypothesis import given, settings

from levit_explore import flops, plan, rows
from levit_explore.analysis.balance import Rule, balance
from levit_explore.analysis.counts import By
from levit_explore.analysis.network import Network
from levit_explore.analysis.published import subsamples
from tests.strategies import specs


def as_ratio(part):
    return 1.0 if not part.attention and not part.mlp else math.inf if part.ratio is None else part.ratio


@settings(max_examples=40)
@given(specs(max_dim=64))
def test_costs_and_ratios_of_a_network_are_those_of_the_analyses(spec):
    planned, network = plan(spec), Network(spec)
    parts = {part.part: as_ratio(part) for part in balance(planned, Rule.STAGE).parts}
    assert network.flops == flops(planned)
    assert network.ratio == as_ratio(balance(planned, Rule.NET).whole)
    assert {f"stage {index}": cost.ratio for index, cost in enumerate(network.costs) if cost.whole} == {
        name: parts.get(name, 1.0)
        for name in (f"stage {index}" for index, cost in enumerate(network.costs) if cost.whole)
    }
    assert [cost.whole for cost in network.costs] == [
        row.flops for row in rows(planned, By.STAGE) if row.stage is not None
    ]
    assert network.subsamples == subsamples(planned)
