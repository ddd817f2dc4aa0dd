"""How fast spaces are searched: `pytest tests/bench/test_search.py -n 0 --benchmark-only -s`.

Nothing is asserted of time. The other side of each ratio is building a variant in torch and counting it with fvcore.
"""

import resource
import time
import warnings
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from levit_explore import build, make_spec, plan
from levit_explore.search.count import count
from levit_explore.search.enumerate import enumerate_cell
from levit_explore.search.evaluate import evaluate, within
from levit_explore.search.factors import Factors, factors
from levit_explore.search.fit import fit
from levit_explore.search.fit_around import around
from levit_explore.search.fit_kinds import kinds, weights
from levit_explore.search.forms import limit
from levit_explore.search.front import front
from levit_explore.search.pareto import pareto
from levit_explore.search.sample import sample
from levit_explore.spec.load import load_document
from levit_explore.spec.parse import parse
from tests.search.cells import Bounded, cell

DIMS = list(range(128, 513, 32))
STAGE = {"depth": [1, 2, 3, 4, 5, 6], "heads": [2, 3, 4, 5, 6, 8, 10, 12], "mlp_ratio": [1, 1.5, 2, 2.5, 3, 3.5, 4, 5]}
CHOICES = {f"stages.{index}.{name}": values for index in range(3) for name, values in ({"dim": DIMS} | STAGE).items()}
START = {"stages": [{"dim": 128, "depth": 1, "heads": 4, "key_dim": 16} for _ in range(3)]}
BAND = (Bounded({"flops": 1}, 400_000_000), Bounded({"flops": -1}, -380_000_000))
BUDGET = (Bounded({"flops": 1}, 400_000_000), Bounded({"params": 1}, 10_000_000))
BALANCE = (
    Bounded({"mlp": Fraction(4, 5), "attention": -1}, 0),
    Bounded({"attention": 1, "mlp": -Fraction(5, 4)}, 0),
)


@cache
def space() -> Factors:
    """Three stages with dim, depth, heads and mlp_ratio, no dim less than that before: 1.2 * 10^11 variants."""

    def dim(stage: int) -> np.ndarray:
        return np.array(DIMS).reshape([-1 if axis == 4 * stage else 1 for axis in range(len(CHOICES))])

    return factors(cell(START, CHOICES, [dim(0) <= dim(1), dim(1) <= dim(2)]))


@cache
def seconds_to_build_and_count() -> float:
    """What one variant takes fvcore, its model built before."""
    analysis = pytest.importorskip("fvcore.nn", reason="fvcore is the other side of the ratio").FlopCountAnalysis
    torch = pytest.importorskip("torch")
    start = time.perf_counter()
    for depth in range(1, 6):
        stages = [stage | {"depth": depth} for stage in START["stages"]]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            counted = analysis(build(plan(make_spec({"stages": stages}))).eval(), torch.zeros(1, 3, 224, 224))
            counted.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total()
    return (time.perf_counter() - start) / 5


def told(what: str, seconds: float, variants: float) -> None:
    """One line on what was done, and how long building and counting as many would take."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    ratio = variants * seconds_to_build_and_count() / seconds
    print(f"\n{what}: {seconds:.3g} s, {variants / seconds / 1e6:,.1f} M variants a second on one core, {ratio:,.0f}")
    print(f"times as fast as building and counting with fvcore; {peak:.2f} GB at the peak")


@pytest.mark.parametrize("bounds", [(), BUDGET], ids=["all", "within-a-budget"])
def test_enumeration(benchmark, bounds):
    names = ("flops", "params", "attention", "mlp", "activation_memory")
    length = 10**8

    def enumerate_all() -> int:
        first = space().size // 2
        return sum(len(part.places) for part in enumerate_cell(space(), names, bounds, first, first + length))

    found = benchmark.pedantic(enumerate_all, rounds=1)
    told(f"{length:,} variants visited, {found:,} kept", benchmark.stats["mean"], length)


@pytest.mark.parametrize("bounds", [BAND, BUDGET, BALANCE, BUDGET + BALANCE], ids=["band", "budget", "balance", "both"])
def test_exact_counts(benchmark, bounds):
    found = benchmark.pedantic(lambda: count(space(), bounds), rounds=1)
    drawn = sample(space(), 10**6, seed=0)
    share = within([limit(space(), bound) for bound in bounds], drawn.places).mean()
    error = np.sqrt(share * (1 - share) / 10**6)
    assert found / count(space()) == pytest.approx(share, abs=6 * error)
    told(f"{found:,} of {space().size:.3g} variants counted", benchmark.stats["mean"], space().size)


@pytest.mark.parametrize("objectives", [1, 2, 3, 4, 5])
def test_fronts_of_points(benchmark, objectives):
    values = np.random.default_rng(0).random((10**7, objectives))
    found = benchmark.pedantic(lambda: pareto(values), rounds=1)
    print(f"\n{objectives} objectives: {found.sum():,} of 10^7 points in {benchmark.stats['mean']:.2f} s")


def test_the_front_of_a_space(benchmark):
    objectives = [{"flops": 1}, {"params": -1}]
    found = benchmark.pedantic(lambda: front(space(), objectives), rounds=1)
    places = np.stack(np.unravel_index(found.places, space().shape), axis=1)
    sums = evaluate(space(), places)
    assert found.values.tolist() == np.stack([sums["flops"], -sums["params"]], axis=1).tolist()
    told(f"{len(found):,} of {space().size:.3g} variants on the front", benchmark.stats["mean"], space().size)


ALL = "dims,depths,heads,key_dims,attn_ratios,mlp_ratios"


@pytest.mark.parametrize(
    ("vary", "weight"),
    [(None, "1"), ("dims,depths,heads,mlp_ratios", "1"), (ALL, "0")],
    ids=["dims-and-depths", "four-kinds", "all-kinds-without-weight"],
)
def test_the_nearest_within_a_budget(benchmark, vary, weight):
    document, name = load_document("levit256", [])
    varied = kinds(vary)
    centre = around(document, parse(document, name), varied, [], ["flops <= 400M", "balance <= 1.25"])
    given = weights([f"{kind.name}={weight}" for kind in varied], varied)
    found = benchmark.pedantic(lambda: fit(centre, given), rounds=1)
    assert len(found.variants) == 5
    told(f"the nearest of {found.searched:.3g} variants", benchmark.stats["mean"], found.searched)
