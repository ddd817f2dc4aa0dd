"""The tensors that the model of a plan has, and the buffers that levit.py keeps beside them."""

from collections.abc import Iterable
from itertools import accumulate

from levit_explore.plan.ops import AttentionBias, Norm, Normalization, Op
from levit_explore.plan.tree import Plan, join, walk
from levit_explore.sizes import Shape, single

INDEX = "attention_bias_idxs"  # the buffer of levit.py with the offset of each query and key, beside the biases
COUNT = "num_batches_tracked"  # a buffer of BatchNorm, which old files lack


def state_shapes(plan: Plan) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor in a state dict of the plan's model."""
    shapes: dict[str, tuple[int, ...]] = {}
    for step in walk(plan):
        if isinstance(step.node, Op):
            shapes |= {join(step.path, name): int_shape(shape) for name, shape in step.node.weights.items()}
            if isinstance(step.node, Normalization) and step.node.kind is not Norm.LAYER:
                channels = (single(step.node.channels),)
                shapes |= {f"{step.path}.running_mean": channels, f"{step.path}.running_var": channels}
                shapes[f"{step.path}.{COUNT}"] = ()
    return shapes


def in_state_dict_order(names: Iterable[str]) -> list[str]:
    """Names in the order of a plan, put as torch lists them: what a module has itself before what is inside it.

    >>> in_state_dict_order(["attn.qkv.weight", "attn.biases", "head.weight", "attn.index"])
    ['attn.biases', 'attn.index', 'attn.qkv.weight', 'head.weight']
    """
    first: dict[str, int] = {}
    places: dict[str, tuple[int, ...]] = {}
    for place, name in enumerate(names):
        *modules, _ = accumulate(name.split("."), "{}.{}".format)
        places[name] = (*(first.setdefault(module, place) for module in modules), -1)
    return sorted(places, key=places.__getitem__)


def index_biases(plan: Plan) -> dict[str, AttentionBias]:
    """The attention biases of a plan by the name that levit.py's index buffer of their offsets has."""
    return {
        f"{step.path.removesuffix('attention_biases')}{INDEX}": step.node
        for step in walk(plan)
        if isinstance(step.node, AttentionBias)
    }


def same_tensors(a: Plan, b: Plan) -> bool:
    """Whether two plans have the same tensors, the same grids of keys and the same grids of queries."""
    return state_shapes(a) == state_shapes(b) and _grids(a) == _grids(b)


def _grids(plan: Plan) -> list[object]:
    return [(bias.grid, bias.stride) for bias in index_biases(plan).values()]


def int_shape(sizes: Shape) -> tuple[int, ...]:
    """A shape of single sizes."""
    return tuple(single(size) for size in sizes)
