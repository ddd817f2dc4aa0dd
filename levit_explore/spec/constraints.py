"""What the fields of a spec owe to each other. A constraint is one row with two readers.

`broken` lists the rows that do not hold for a single spec, `feasible` is the mask of a spec that stands for many.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from levit_explore.sizes import Mask, Size, arrays, is_array, truncate
from levit_explore.spec.fields import ConvStem, Downsample, PatchStem, Spec, Stage
from levit_explore.spec.rules import Path

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Constraint:
    """`holds` for the values at `path`; where it does not, `complaint()` says why and what would mend it."""

    path: Path
    holds: Mask
    complaint: Callable[[], str]
    reads: tuple[Path, ...] = ()  # where else it looks that has a default

    def rests_on(self, paths: set[Path]) -> bool:
        """Whether any of its values comes from one of `paths` or from inside it."""
        return any(path[:length] in paths for path in (self.path, *self.reads) for length in range(len(path) + 1))


def broken(spec: Spec) -> list[Constraint]:
    """The constraints that a single spec breaks, in the order of its fields; those over arrays are for `feasible`."""
    return [row for row in constraints(spec) if not is_array(row.holds) and not row.holds]


def feasible(spec: Spec) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Which of the variants that an array spec stands for satisfy every constraint, in the arrays' common shape."""
    import numpy as np

    shape = np.broadcast_shapes(*(array.shape for array in arrays(spec)))
    masks = [np.broadcast_to(row.holds, shape) for row in constraints(spec)]
    mask: np.ndarray[Any, np.dtype[np.bool_]] = np.logical_and.reduce(masks)
    return mask


def constraints(spec: Spec) -> Iterator[Constraint]:
    """Every constraint of `spec`, held or not."""
    yield from _stem(spec)
    yield Constraint(
        ("num_classes",),
        not is_array(spec.num_classes) or spec.num_classes >= 1,
        lambda: f"is {spec.num_classes}; among variants each must be positive, for all have heads or none",
    )
    before = None
    for index, stage in enumerate(spec.stages):
        path: Path = ("stages", index)
        yield from _ratios(path, stage, stage.dim)
        if stage.downsample is not None and before is not None:
            yield _derived_heads((*path, "downsample", "heads"), stage.downsample, before)
            yield from _ratios((*path, "downsample"), stage.downsample, stage.dim)
        before = stage


def _stem(spec: Spec) -> Iterator[Constraint]:
    dim = spec.stages[0].dim
    match spec.stem:
        case ConvStem(dims):
            stride: Size = 2 ** len(dims)
            yield Constraint(
                ("stages", 0, "dim"),
                dims[0] >= 1,
                lambda: (
                    f"is {dim}; the default stem halves it three times, so it must be at least 8 (or write stem.dims)"
                ),
                (("stem",),),
            )
            yield Constraint(
                ("stem", "dims"),
                dims[-1] == dim,
                lambda: f"ends with {dims[-1]}; the last must be stages[0].dim, which is {dim}",
            )
        case PatchStem(size):
            stride = size
    yield Constraint(
        ("image_size",),
        (spec.image_size[0] >= stride) & (spec.image_size[1] >= stride),
        lambda: (
            f"is {spec.image_size[0]} x {spec.image_size[1]}; each side must be at least the stem's stride, {stride}"
        ),
        (("stem",),),
    )


def _derived_heads(path: Path, downsample: Downsample, before: Stage) -> Constraint:
    return Constraint(
        path,
        downsample.heads >= 1,
        lambda: (
            f"is {before.dim} // {downsample.key_dim} = 0, the dim of the stage before // key_dim; "
            "it must be a positive integer: write it out, or lower key_dim"
        ),
        ((*path[:-1], "key_dim"),),
    )


def _ratios(path: Path, part: Stage | Downsample, dim: Size) -> Iterator[Constraint]:
    yield Constraint(
        (*path, "attn_ratio"),
        truncate(part.attn_ratio, part.key_dim) >= 1,
        lambda: (
            f"is {part.attn_ratio}; with key_dim {part.key_dim} it gives a value dimension of 0, at least 1 is needed"
        ),
        ((*path, "key_dim"),),
    )
    without_mlp = not is_array(part.mlp_ratio) and part.mlp_ratio == 0
    yield Constraint(
        (*path, "mlp_ratio"),
        without_mlp or truncate(part.mlp_ratio, dim) >= 1,
        lambda: (
            f"is {part.mlp_ratio}; with dim {dim} it gives a hidden dimension of 0; "
            "at least 1 is needed, or exactly 0 for no MLP"
        ),
    )
