"""Findings about what attention, MLPs and stages cost."""

import math
from collections.abc import Iterator

from levit_explore.analysis.balance import HIGH, LOW
from levit_explore.analysis.finding import Case, Finding, Fix, apart, short
from levit_explore.analysis.network import Network
from levit_explore.analysis.published import spans
from levit_explore.sizes import single
from levit_explore.spec.rules import Path

_STEPS = [step / 2 for step in range(1, 25)]  # of an MLP's ratio, which are tried: 0.5 to 12
_PAPER = 2  # the mlp_ratio of the paper's five models
_TRIES = 6  # of those nearest to what would balance


def net_balance(network: Network) -> Iterator[Case]:
    """Attention against MLP in the whole network, the design objective of the paper."""
    if not LOW <= network.ratio <= HIGH:
        what = _against(network.ratio, LOW, HIGH, "balanced is")
        why = "the paper aims at about the same FLOPs for both (section 4.2); its five models have 1.06 to 1.26 times"
        yield Case(Finding("net balance", (), what, why), _mend_net(network))


def _mend_net(network: Network) -> Iterator[Fix]:
    """The paper's mlp_ratio where one is unlike any published; or all moved alike; or all heads in proportion."""
    deep = [index for index, stage in enumerate(network.spec.stages) if single(stage.depth)]
    ratios = {index: float(network.spec.stages[index].mlp_ratio) for index in deep}
    odd = [index for index, value in ratios.items() if value not in spans()["mlp_ratio"]]
    if odd:
        yield tuple((_ratio(index), _PAPER) for index in odd)
    for by in _nearest([*_STEPS, *(-step for step in _STEPS)], _lacking(network, ratios)):
        if deep and all(value + by > 0 for value in ratios.values()):
            yield tuple((_ratio(index), short(value + by)) for index, value in ratios.items())
    for share in _shares_of_heads(network):
        heads = {index: single(network.spec.stages[index].heads) for index in deep}
        yield tuple((_heads(index), max(1, round(count * share))) for index, count in heads.items())


def _lacking(network: Network, ratios: dict[int, float]) -> float:
    """How much mlp_ratio all stages lack, or where it is negative have too much, to reach the nearest bound."""
    each = sum(network.costs[index].mlp / value for index, value in ratios.items() if value)
    if not each:
        return _PAPER
    mlp = sum(cost.mlp + cost.leading for cost in network.costs)
    return mlp * (network.ratio / _bound(network.ratio) - 1) / each


def _shares_of_heads(network: Network) -> Iterator[float]:
    """The parts of their heads with which the stages would reach the nearest bound, or be in balance."""
    attention = sum(cost.attention for cost in network.costs)
    mlp = sum(cost.mlp + cost.leading for cost in network.costs)
    for aim in (_bound(network.ratio), 1.0) if mlp and attention else ():
        share = (aim * mlp - sum(cost.shrinking for cost in network.costs)) / attention
        if share > 0:
            yield share


def _bound(ratio: float) -> float:
    return HIGH if ratio > HIGH else LOW


def stage_balance(network: Network) -> Iterator[Case]:
    """A stage that is out of balance, and further than any stage of a published model."""
    published = spans()["balance"]
    low, high = min(LOW, published.low), max(HIGH, published.high)
    for index, cost in enumerate(network.costs):
        if single(network.spec.stages[index].depth) and not low <= cost.ratio <= high:
            what = _against(cost.ratio, low, high, "stages of published models have")
            why = "one of the two has little to work with, and the other takes its FLOPs"
            yield Case(Finding("stage balance", ("stages", index), what, why), _mend_stage(network, index))


def _mend_stage(network: Network, index: int) -> Iterator[Fix]:
    """The mlp_ratio nearest to what balances the stage, published ones first; or its heads."""
    stage, ratio, published = network.spec.stages[index], network.costs[index].ratio, spans()["mlp_ratio"]
    wished = float(stage.mlp_ratio) * ratio if stage.mlp_ratio else _PAPER
    for value in sorted(_nearest(_STEPS, published.nearest(wished)), key=lambda value: value not in published):
        yield ((_ratio(index), short(value)),)
    if not math.isinf(ratio):
        heads = single(stage.heads) / ratio
        for count in _nearest(range(max(1, int(heads) - 3), int(heads) + 4), heads):
            yield ((_heads(index), int(count)),)


def largest_stage(network: Network) -> Iterator[Case]:
    """A stage that costs more than half, where there are several; fewer blocks would mend it."""
    for index, cost in enumerate(network.costs if len(network.costs) > 1 else ()):
        if 2 * cost.whole > network.flops:
            share = apart(100 * cost.whole / network.flops, 0, 50)[0]
            what = f"{share}% of all FLOPs, more than half"
            why = "all the rest together has less to save; no stage of the paper's five models has over 39%"
            yield Case(Finding("largest stage", ("stages", index), what, why), _mend_depth(network, index))


def _mend_depth(network: Network, index: int) -> Iterator[Fix]:
    """The most blocks with which a stage and its downsample cost no more than all the rest."""
    cost = network.costs[index]
    rest = network.flops - cost.whole
    most = (rest - cost.shrinking - cost.leading) // cost.pair
    if most > 0:
        yield ((("stages", index, "depth"), most),)


def _nearest(values: "list[float] | range", wished: float) -> "list[float]":
    """Those of several values that are nearest to another, the nearest first."""
    return sorted(values, key=lambda value: abs(value - wished))[:_TRIES]


def _ratio(index: int) -> Path:
    return ("stages", index, "mlp_ratio")


def _heads(index: int) -> Path:
    return ("stages", index, "heads")


def _against(ratio: float, low: float, high: float, others: str) -> str:
    if math.isinf(ratio):
        return f"there is attention and no MLP; {others} {low:.2f} to {high:.2f} times what MLPs cost"
    given, least, most = apart(ratio, low, high)
    return f"attention costs {given} times what MLPs cost; {others} {least} to {most} times"
