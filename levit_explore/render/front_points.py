"""What a picture of a front shows: variants that fit, the front, and published models, at two costs each."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from levit_explore.analysis.balance import balance
from levit_explore.analysis.counts import flops
from levit_explore.analysis.memory import activation_memory
from levit_explore.analysis.traffic import bytes_moved
from levit_explore.plan.levit import plan
from levit_explore.plan.tree import params
from levit_explore.search.measures import lot
from levit_explore.search.pareto import pareto
from levit_explore.search.rows import Rows
from levit_explore.search.sweep_found import Sweep
from levit_explore.search.sweep_measures import NONE, PARTS, Objective, distance
from levit_explore.sizes import single
from levit_explore.spec.load import load_spec

FAMILY = ("levit128s", "levit128", "levit192", "levit256", "levit384")
MOST_DRAWN = 4000  # variants that fit, drawn evenly
_OTHER = {"params": "flops"}  # the second axis of a single objective
_LABELS = {
    "flops": "FLOPs",
    "params": "parameters",
    "activation_memory": "activation memory, bytes",
    "bytes_moved": "bytes moved",
    "depth": "blocks (sum of depths)",
    "balance": "distance of attention / MLP from 1",
    "attention": "FLOPs of attention",
    "mlp": "FLOPs of MLP",
}


Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Points:
    """Values of variants: their numbers, two costs, and attention over MLP (NaN for 0 / 0)."""

    numbers: NDArray[np.int64]
    x: Values
    y: Values
    balance: Values

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Which have a place in the picture, for which they need a balance where that is an axis."""
        return np.isfinite(self.x) & np.isfinite(self.y)


@dataclass(frozen=True)
class Published:
    """A published model: its two costs, its balance, and the accuracy that is printed for it."""

    name: str
    x: float
    y: float
    balance: float
    top1: float | None

    @property
    def label(self) -> str:
        """Its name and, where published, its accuracy."""
        return self.name if self.top1 is None else f"{self.name}, {self.top1:.1f} % top-1"


@dataclass(frozen=True)
class Shown:
    """All that a picture shows. `joined` are the places of front points that no other beats in these two costs."""

    axes: tuple[Objective, Objective]
    fit: Points
    front: Points
    joined: tuple[int, ...]
    published: tuple[Published, ...]

    @property
    def labels(self) -> tuple[str, str]:
        """What the two axes are called."""
        x, y = (_LABELS[one.name] + (" (more is better)" if one.sign < 0 else "") for one in self.axes)
        return x, y

    def along(self, axis: str) -> Values:
        """All values along the axis x or y."""
        if axis == "x":
            return np.array([*self.fit.x, *self.front.x, *(one.x for one in self.published)])
        return np.array([*self.fit.y, *self.front.y, *(one.y for one in self.published)])


def shown(found: Sweep) -> Shown:
    """What a picture of a sweep shows, along its first two objectives."""
    first, *others = found.wanted.objectives
    second = others[0] if others else Objective(_OTHER.get(first.name, "params"))
    axes = (first, second)
    some = found.some
    kept = np.sort(np.argsort(lot(some.numbers, found.wanted.seed), kind="stable")[:MOST_DRAWN])
    beats = pareto(np.column_stack([one(found.front) for one in axes])) if len(found.front) else np.zeros(0, bool)
    front = _points(found.front, axes)
    order = sorted(np.flatnonzero(beats & front.seen).tolist(), key=lambda place: int(first(found.front)[place]))
    models = tuple(_published(name, axes, found.wanted.convention) for name in FAMILY)
    return Shown(axes, _points(some.take(kept), axes), front, tuple(order), models)


def _points(rows: Rows, axes: tuple[Objective, Objective]) -> Points:
    x, y = (_values(rows, one.name) for one in axes)
    attention, mlp = (rows.columns[name].astype(np.float64) for name in ("attention", "mlp"))
    ratio = np.divide(attention, mlp, out=np.where(attention > 0, np.inf, np.nan), where=mlp > 0)
    return Points(rows.numbers, x, y, ratio)


def _values(rows: Rows, name: str) -> Values:
    if name != "balance":
        return rows.columns[name].astype(np.float64)
    found = distance(rows)
    return np.where(found == NONE, np.nan, found / PARTS)


def _published(name: str, axes: tuple[Objective, Objective], convention: str) -> Published:
    """A bundled model as it is, at its own image size, for which its accuracy was printed."""
    spec = load_spec(name)
    model = plan(spec)
    shares = balance(model, convention=convention).whole
    counts = {
        "flops": flops(model, convention),
        "attention": shares.attention,
        "mlp": shares.mlp,
        "params": params(model),
        "activation_memory": activation_memory(model),
        "bytes_moved": bytes_moved(model),
        "depth": sum(stage.depth for stage in spec.stages),
    }
    rows = Rows(np.zeros(1, np.int64), {key: np.array([single(value)]) for key, value in counts.items()})
    points = _points(rows, axes)
    top1 = None if spec.published is None else spec.published.top1
    return Published(name, float(points.x[0]), float(points.y[0]), float(points.balance[0]), top1)


def ratios(all_shown: Shown) -> Iterator[float]:
    """The balance of all that is shown, where there is one."""
    for points in (all_shown.fit, all_shown.front):
        yield from points.balance[np.isfinite(points.balance) & (points.balance > 0)].tolist()
