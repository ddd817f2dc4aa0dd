"""What FLOP counters charge for each kind of work, as one table.

Every number was read off the counter itself on modules small enough to count by hand, in eval mode and for a
batch of one, and is held against the running counter by `reconcile --measure`. What a convention is *not*: a
measure of time, of memory traffic, or of what a compiler would fuse away.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from levit_explore.errors import LevitError
from levit_explore.plan.work import Facts, Work
from levit_explore.sizes import Size, total
from levit_explore.spec.words import did_you_mean, listed, quoted


@dataclass(frozen=True)
class Convention:
    """A weight for every kind of work. Raises ValueError where a kind is missing or unknown."""

    name: str
    weights: Mapping[Work, int]
    summary: str  # a sentence: what is counted, what is not
    source: str

    def __post_init__(self) -> None:
        if set(self.weights) != set(Work):
            odd = ", ".join(sorted(map(str, set(self.weights) ^ set(Work))))
            raise ValueError(f"convention {self.name}: missing or unknown kinds of work: {odd}")

    def total(self, work: Facts) -> Size:
        """The FLOPs of some work under this convention."""
        return total(count * self.weights[kind] for kind, count in work.items() if self.weights[kind])

    def uncounted(self, work: Facts) -> tuple[Size, Size]:
        """What the convention charges nothing for: multiply-adds, and elements of norms, activations, adds and such."""
        free = {kind: count for kind, count in work.items() if not self.weights[kind] and not self._charges_once(kind)}
        return (
            total(count for kind, count in free.items() if kind in MACS),
            total(count for kind, count in free.items() if kind not in MACS and kind not in ONCE.values()),
        )

    def _charges_once(self, kind: Work) -> bool:
        return kind in ONCE and self.weights[ONCE[kind]] != 0


MACS = (Work.CONV, Work.LINEAR, Work.QK, Work.AV)
# The kinds that count parameters, by the work that is done with them; only a counter that ignores tokens weighs them.
ONCE = {
    Work.LINEAR: Work.LINEAR_PARAMS,
    Work.BATCHNORM_2D: Work.BATCHNORM_2D_PARAMS,
    Work.LAYERNORM: Work.LAYERNORM_PARAMS,
}

# What it is and where the weights come from, a column of the table below each.
_COUNTERS = {
    "levit": (
        "levit.py counts 1 per multiply-add and per softmax element; norms, activations and adds are not counted",
        "facebookresearch/LeViT 3772b8e, levit.py FLOPS_COUNTER",
    ),
    "macs": ("macs counts 1 per multiply-add, of layers and of attention; nothing else is counted", "the definition"),
    "fvcore": (
        "fvcore counts 1 per multiply-add, 2 per BatchNorm and 5 per LayerNorm element; "
        "softmax, activations and adds are not counted",
        "fvcore 0.1.5, FlopCountAnalysis",
    ),
    "torch": (
        "torch counts 2 per multiply-add; nothing else is counted",
        "torch 2.14.1, torch.utils.flop_counter.FlopCounterMode",
    ),
    "ptflops": (
        "ptflops counts modules: 1 per multiply-add of layers, per bias and per SiLU element, 2 per BatchNorm, GELU "
        "and ReLU element, 1 per LayerNorm element; the products of attention, softmax and adds are not counted",
        "ptflops 0.7.5, backend pytorch",
    ),
    "ptflops-aten": (
        "ptflops on aten counts 1 per multiply-add and per bias; nothing else is counted",
        "ptflops 0.7.5, backend aten",
    ),
    "calflops": (
        "calflops (its MACs) counts 1 per multiply-add of layers; attention and all else are not counted",
        "calflops 0.3.2, MACs",
    ),
    "deepspeed": (
        "deepspeed (its MACs) counts 1 per multiply-add; nothing else is counted",
        "deepspeed 0.19.8, flops_profiler MACs",
    ),
    "thop": (
        "thop counts modules: 1 per multiply-add of layers, 4 per norm element; attention and all else are not counted",
        "thop 0.1.1",
    ),
    "torchinfo": (
        "torchinfo counts convolutions in full but a linear layer or LayerNorm for one token only, BatchNorm of tokens "
        "2 per element and of maps once per parameter; attention and all else are not counted",
        "torchinfo 1.8.0, total_mult_adds",
    ),
}

_WEIGHTS = {
    #                           levit macs fvcore torch ptflops aten calflops deepspeed thop torchinfo
    Work.CONV:                  (1,   1,   1,     2,    1,      1,   1,       1,        1,   1),
    Work.LINEAR:                (1,   1,   1,     2,    1,      1,   1,       1,        1,   0),
    Work.QK:                    (1,   1,   1,     2,    0,      1,   0,       1,        0,   0),
    Work.AV:                    (1,   1,   1,     2,    0,      1,   0,       1,        0,   0),
    Work.SOFTMAX:               (1,   0,   0,     0,    0,      0,   0,       0,        0,   0),
    Work.BATCHNORM_2D:          (0,   0,   2,     0,    2,      0,   0,       0,        4,   0),
    Work.BATCHNORM_1D:          (0,   0,   2,     0,    2,      0,   0,       0,        4,   2),
    Work.LAYERNORM:             (0,   0,   5,     0,    1,      0,   0,       0,        4,   0),
    Work.HARDSWISH:             (0,   0,   0,     0,    0,      0,   0,       0,        0,   0),
    Work.SILU:                  (0,   0,   0,     0,    1,      0,   0,       0,        0,   0),
    Work.GELU:                  (0,   0,   0,     0,    2,      0,   0,       0,        0,   0),
    Work.RELU:                  (0,   0,   0,     0,    2,      0,   0,       0,        0,   0),
    Work.CONV_BIAS:             (0,   0,   0,     0,    1,      1,   0,       0,        0,   1),
    Work.LINEAR_BIAS:           (0,   0,   0,     0,    1,      1,   0,       0,        0,   0),
    Work.ATTENTION_BIAS:        (0,   0,   0,     0,    0,      0,   0,       0,        0,   0),
    Work.SCALE:                 (0,   0,   0,     0,    0,      0,   0,       0,        0,   0),
    Work.RESIDUAL:              (0,   0,   0,     0,    0,      0,   0,       0,        0,   0),
    Work.POSITION:              (0,   0,   0,     0,    0,      0,   0,       0,        0,   0),
    Work.POOL:                  (0,   0,   0,     0,    0,      0,   0,       0,        0,   0),
    Work.AVERAGE:               (0,   0,   0,     0,    0,      0,   0,       0,        0,   0),
    Work.LINEAR_PARAMS:         (0,   0,   0,     0,    0,      0,   0,       0,        0,   1),
    Work.BATCHNORM_2D_PARAMS:   (0,   0,   0,     0,    0,      0,   0,       0,        0,   1),
    Work.LAYERNORM_PARAMS:      (0,   0,   0,     0,    0,      0,   0,       0,        0,   1),
}  # fmt: skip

CONVENTIONS = {
    name: Convention(name, dict(zip(_WEIGHTS, weights, strict=True)), *words)
    for (name, words), weights in zip(_COUNTERS.items(), zip(*_WEIGHTS.values(), strict=True), strict=True)
}


def lookup(name: str) -> Convention:
    """The convention called `name`. Raises LevitError for any other name."""
    if name not in CONVENTIONS:
        fix = did_you_mean(name, CONVENTIONS)
        raise LevitError(f"convention {quoted(name)} is not known; choose {listed(list(CONVENTIONS))}{fix}")
    return CONVENTIONS[name]
