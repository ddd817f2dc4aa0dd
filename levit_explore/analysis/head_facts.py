"""What each head attends to by its biases alone, in numbers and in words."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from levit_explore.analysis.biases import BiasMap, Floats, Ints, softmax

_CHUNK = 2**16  # logits of a head that are held at once


@dataclass(frozen=True)
class HeadFacts:
    """What one head attends to by its biases alone, that is under softmax(bias), as a mean over all queries."""

    head: int
    span: float  # mean distance from query to key, in tokens of the key grid
    entropy: float  # divided by log(keys), so that even attention has 1
    direction: float  # 1: along the query's row; -1: along its column; 0: as much along both
    parity: float  # correlation of the values with a pattern of period 2, -1 to 1
    low: float  # the smallest value, and the largest
    high: float
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A word for heads, when it is given, and that condition in words. `even` is the span of even attention."""

    name: str
    holds: Callable[[HeadFacts, float], bool]
    words: str


UNIFORM, LOCAL, DIRECTED, SPREAD, ALTERNATING = 0.95, 0.5, 0.5, 0.5, 0.7

MARKS = (
    Mark("uniform", lambda head, even: head.entropy >= UNIFORM, f"entropy >= {UNIFORM}; no other mark is given then"),
    Mark("local", lambda head, even: head.span <= LOCAL * even, f"span <= {LOCAL} of what even attention has"),
    Mark(
        "row",
        lambda head, even: head.direction >= DIRECTED and head.span >= SPREAD,
        f"direction >= {DIRECTED} and span >= {SPREAD}",
    ),
    Mark(
        "column",
        lambda head, even: head.direction <= -DIRECTED and head.span >= SPREAD,
        f"direction <= {-DIRECTED} and span >= {SPREAD}",
    ),
    Mark(
        "alternating",
        lambda head, even: abs(head.parity) >= ALTERNATING,
        f"parity >= {ALTERNATING} or <= {-ALTERNATING}",
    ),
)
_PERIODIC = 4  # tokens that an axis must have before a pattern of period 2 can be told from a peak


def head_facts(biases: BiasMap) -> list[HeadFacts]:
    """The facts of every head; none where nothing is learned."""
    if not biases.learned:
        return []
    down, along = abs(biases.places)
    distance = np.hypot(down, along)
    even = float(biases.support @ distance / biases.support.sum())
    means = _means(biases, np.stack([distance, down, along]))
    facts = []
    for head, (values, (entropy, span, dy, dx)) in enumerate(zip(biases.values, means.tolist(), strict=True)):
        direction = (dx - dy) / (dx + dy) if dx + dy else 0.0
        parity, low, high = _parity(values, biases), float(values.min()) + 0.0, float(values.max()) + 0.0  # no -0.0
        found = HeadFacts(head, span, entropy, direction, parity, low, high)
        facts.append(replace(found, marks=_marks(found, even)))
    return facts


def _means(biases: BiasMap, quantities: Floats) -> Floats:
    """Entropy, then the means of what `quantities` (n, offsets) say of an offset; (heads, 1 + n)."""
    sums = np.zeros((biases.heads, 1 + len(quantities)))
    for start, stop in _chunks(biases):
        index = biases.index_of(start, stop)
        shares = softmax(biases.values[:, index])  # (heads, queries of the chunk, keys)
        surprise = -np.log(np.maximum(shares, np.finfo(np.float64).tiny))
        sums[:, 0] += (shares * surprise).sum(axis=(1, 2))
        sums[:, 1:] += np.tensordot(shares, quantities[:, index], axes=([1, 2], [1, 2]))
    sums[:, 0] = sums[:, 0] / math.log(biases.keys) if biases.keys > 1 else biases.queries
    means: Floats = sums / biases.queries
    return means


def _chunks(biases: BiasMap) -> Iterator[tuple[int, int]]:
    """From which query to which, as many at a time as can be worked on in little memory."""
    step = max(1, _CHUNK // biases.keys)
    for start in range(0, biases.queries, step):
        yield start, min(start + step, biases.queries)


def _marks(head: HeadFacts, even: float) -> tuple[str, ...]:
    names = tuple(mark.name for mark in MARKS if mark.holds(head, even))
    return ("uniform",) if "uniform" in names else names


def _parity(values: Floats, biases: BiasMap) -> float:
    """The correlation, weighted by support, with (-1)^dy, (-1)^dx or (-1)^(dy+dx), whichever is the largest."""
    down, along = biases.places
    height, width = biases.key_grid
    patterns = [down] * (height >= _PERIODIC) + [along] * (width >= _PERIODIC)
    patterns += [down + along] * (min(biases.key_grid) >= _PERIODIC)
    found = [_correlation(values, (-1.0) ** steps, biases.support) for steps in patterns]
    return max(found, key=abs, default=0.0)


def _correlation(a: Floats, b: Floats, weights: Ints) -> float:
    if not (np.ptp(a) and np.ptp(b)):
        return 0.0
    a, b = (values - np.average(values, weights=weights) for values in (a, b))
    a, b = (values / abs(values).max() for values in (a, b))  # whose squares are finite
    norm = math.sqrt(float(weights @ a**2) * float(weights @ b**2))
    return float(weights @ (a * b)) / norm
