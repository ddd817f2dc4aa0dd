"""How fast spaces are searched: `pytest tests/bench/test_search.py -n 0 --benchmark-only -s`.

Nothing is asserted of time. The other side of each ratio is building a variant in torch and counting it with fvcore.
Memory is that of a process which does nothing else.
"""

import re
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from levit_explore import make_spec, plan
from levit_explore.search.count import count
from levit_explore.search.enumerate import enumerate_cell
from levit_explore.search.evaluate import evaluate, within
from levit_explore.search.factors import Factors, factors
from levit_explore.search.fit import fit
from levit_explore.search.fit_around import around
from levit_explore.search.fit_kinds import kinds, weights
from levit_explore.search.forms import limit
from levit_explore.search.front import Front, front
from levit_explore.search.meet import front_within
from levit_explore.search.pareto import pareto
from levit_explore.search.sample import sample
from levit_explore.search.store import opened
from levit_explore.search.sweep import Means, sweep, task
from levit_explore.search.sweep_found import Wanted
from levit_explore.search.sweep_measures import objectives as read
from levit_explore.space.load import make_space
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
    Bounded({"attention": -5, "mlp": 4}, 0),
    Bounded({"attention": 4, "mlp": -5}, 0),
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
    from levit_explore import build  # which imports torch, and that is memory that no sweep takes

    start = time.perf_counter()
    for depth in range(1, 6):
        stages = [stage | {"depth": depth} for stage in START["stages"]]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            counted = analysis(build(plan(make_spec({"stages": stages}))).eval(), torch.zeros(1, 3, 224, 224))
            counted.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total()
    return (time.perf_counter() - start) / 5


@dataclass(frozen=True)
class Run:
    """What some work gave, the seconds that it took and the most memory that its process had, in MB."""

    found: Any
    seconds: float
    peak: float


def fresh(work: Callable[..., Any], *given: Any) -> Run:
    """Some work done by a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(measured, work, *given).result()


def measured(work: Callable[..., Any], *given: Any) -> Run:
    """Some work done by this process."""
    start = time.perf_counter()
    found = work(*given)
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status")  # for getrusage counts what the process had that started this one
    peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return Run(found, seconds, float("nan") if peak is None else int(peak[1]) / 1e3)


def told(what: str, run: Run, variants: float) -> None:
    """Two lines on what was done, and how long building and counting as many would take."""
    ratio = variants * seconds_to_build_and_count() / run.seconds
    rate = variants / run.seconds / 1e6
    print(f"\n{what}: {run.seconds:.3g} s, {rate:,.3g} M variants a second on one core, {ratio:,.0f} times as fast")
    print(f"as building and counting with fvcore; {run.peak:,.0f} MB at the peak")


def flat(runs: list[Run]) -> None:
    """One line on what ten times the variants do to memory."""
    few, many = runs
    print(f"{many.peak / few.peak:.2f} times the memory for ten times the variants")
    assert not many.peak > 1.5 * few.peak


def kept(bounds: tuple[Bounded, ...], length: int) -> int:
    """How many of so many variants are within bounds, each counted with what its balance is made of."""
    names = ("flops", "params", "attention", "mlp", "activation_memory")
    first = space().size * 3 // 64  # where a seventh is within the budget
    found = 0
    for part in enumerate_cell(space(), names, bounds, first, first + length):
        balance = part.values["attention"] / part.values["mlp"]
        found += np.count_nonzero(balance)
    return found


@pytest.mark.parametrize("bounds", [(), BUDGET], ids=["all", "within-a-budget"])
def test_enumeration(benchmark, bounds):
    runs = benchmark.pedantic(lambda: [fresh(kept, bounds, length) for length in (10**7, 10**8)], rounds=1)
    for run, length in zip(runs, (10**7, 10**8), strict=True):
        assert run.found > length / 10
        told(f"{length:,} variants visited, {run.found:,} kept with balance", run, length)
    flat(runs)


def swept(size: int, output: Path | None) -> int:
    """How many variants of a space of 10^7 or 10^8 fit, by the sweep that a user has; their rows go to a file."""
    stages = [{"dim": {"range": [64, 208], "step": 16}, "key_dim": 16, "depth": {"range": [1, 5]}} for _ in range(3)]
    stages[0] |= {"heads": 2, "mlp_ratio": {"range": [0.5, 5], "step": 0.5}}
    stages[1] |= {"heads": 4, "mlp_ratio": {"range": [0.5, 5], "step": 0.5}}
    stages[2] |= {"heads": 6, "depth": {"range": [1, 4]}}
    classes = {"range": [991, 990 + size // 10**7]}  # the slowest, so that as many fit of each ten million
    fields = {"num_classes": classes, "stages": stages, "constraints": ["flops <= 150M", "balance <= 1.5"]}
    design = make_space(fields, "swept")
    assert design.size == size
    wanted = Wanted(read("balance,activation_memory,-params"), way="enumerate")
    with nullcontext() if output is None else opened(output, task(design).header) as store:
        return sweep(design, wanted, Means(store)).within.value


@pytest.mark.parametrize("written", [False, True], ids=["counted", "with-rows"])
def test_a_sweep_with_balance_and_memory(benchmark, written, tmp_path):
    sizes = (10**7, 10**8)
    names = [tmp_path / f"{size}.parquet" if written else None for size in sizes]
    runs = benchmark.pedantic(lambda: [fresh(swept, *given) for given in zip(sizes, names, strict=True)], rounds=1)
    for run, size in zip(runs, sizes, strict=True):
        assert run.found > size / 10
        rows = f"{run.found:,} rows written" if written else f"{run.found:,} fit"
        told(f"{size:,} variants swept, {rows}", run, size)
    flat(runs)


def counted(bounds: tuple[Bounded, ...]) -> int:
    """How many variants of the space are within bounds."""
    return count(space(), bounds)


@pytest.mark.parametrize("bounds", [BAND, BUDGET, BALANCE, BUDGET + BALANCE], ids=["band", "budget", "balance", "both"])
def test_exact_counts(benchmark, bounds):
    run = benchmark.pedantic(lambda: fresh(counted, bounds), rounds=1)
    drawn = sample(space(), 10**6, seed=0)
    share = within([limit(space(), bound) for bound in bounds], drawn.places).mean()
    error = np.sqrt(share * (1 - share) / 10**6)
    assert run.found / counted(()) == pytest.approx(share, abs=6 * error)
    told(f"{run.found:,} of {space().size:.3g} variants counted", run, space().size)


def best_points(objectives: int) -> int:
    """How many of 10^7 random points no other beats."""
    return int(pareto(np.random.default_rng(0).random((10**7, objectives))).sum())


@pytest.mark.parametrize("objectives", [1, 2, 3, 4, 5])
def test_fronts_of_points(benchmark, objectives):
    run = benchmark.pedantic(lambda: fresh(best_points, objectives), rounds=1)
    assert run.found >= 1
    told(f"{objectives} objectives: {run.found:,} of 10^7 points on the front", run, 10**7)


def front_of_all() -> Front:
    """The front of the space."""
    return front(space(), [{"flops": 1}, {"params": -1}])


def test_the_front_of_a_space(benchmark):
    run = benchmark.pedantic(lambda: fresh(front_of_all), rounds=1)
    found = run.found
    places = np.stack(np.unravel_index(found.places, space().shape), axis=1)
    sums = evaluate(space(), places)
    assert found.values.tolist() == np.stack([sums["flops"], -sums["params"]], axis=1).tolist()
    told(f"{len(found):,} of {space().size:.3g} variants on the front", run, space().size)


def front_of_fitting(signs: tuple[int, int], bounds: tuple[Bounded, ...]) -> Front:
    """The front of what is within bounds, with that of a sample known."""
    objectives = [{"flops": signs[0]}, {"params": signs[1]}]
    drawn = sample(space(), 10**6, seed=0)
    fit = within([limit(space(), bound) for bound in bounds], drawn.places)
    sums = evaluate(space(), drawn.places[fit])
    known = np.stack([sign * sums[name] for sign, name in zip(signs, ("flops", "params"), strict=True)], axis=1)
    return front_within(space(), objectives, bounds, known[pareto(known)])


@pytest.mark.parametrize("bounds", [BAND, BUDGET, BUDGET + BALANCE], ids=["band", "budget", "budget-and-balance"])
@pytest.mark.parametrize("signs", [(1, 1), (1, -1)], ids=["least-params", "most-params"])
def test_the_front_within_bounds(benchmark, signs, bounds):
    run = benchmark.pedantic(lambda: fresh(front_of_fitting, signs, bounds), rounds=1)
    places = np.stack(np.unravel_index(run.found.places, space().shape), axis=1)
    assert within([limit(space(), bound) for bound in bounds], places).all()
    told(f"{len(run.found):,} of {space().size:.3g} variants on the front", run, space().size)


ALL = "dims,depths,heads,key_dims,attn_ratios,mlp_ratios"


def nearest(vary: str | None, weight: str) -> tuple[int, int]:
    """How many variants were searched for the nearest to a published one within a budget, and how many were found."""
    document, name = load_document("levit256", [])
    varied = kinds(vary)
    centre = around(document, parse(document, name), varied, [], ["flops <= 400M", "balance <= 1.25"])
    found = fit(centre, weights([f"{kind.name}={weight}" for kind in varied], varied))
    return found.searched, len(found.variants)


@pytest.mark.parametrize(
    ("vary", "weight"),
    [(None, "1"), ("dims,depths,heads,mlp_ratios", "1"), (ALL, "0")],
    ids=["dims-and-depths", "four-kinds", "all-kinds-without-weight"],
)
def test_the_nearest_within_a_budget(benchmark, vary, weight):
    run = benchmark.pedantic(lambda: fresh(nearest, vary, weight), rounds=1)
    searched, found = run.found
    assert found == 5
    told(f"the nearest of {searched:.3g} variants", run, searched)
