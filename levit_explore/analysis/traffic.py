"""How many bytes a forward pass moves between memory and kernels, if every op is a kernel of its own.

An op reads its weights and the whole output of every op that it takes from, and writes its own output. So q.k and
attention.v both read all of qkv, and a Subsample reads the grid that it thins. Nothing is kept in a cache from one op
to the next: what is counted is an upper bound of the traffic of kernels that are not fused.
"""

from collections.abc import Mapping
from dataclasses import replace

from levit_explore.analysis.memory import FLOAT32
from levit_explore.plan.flow import IMAGE, flow
from levit_explore.plan.ops import Op
from levit_explore.plan.tree import Block, Plan, join, transform, walk
from levit_explore.sizes import Size, elements, total


def bytes_moved(plan: Plan, bytes_per_element: int = FLOAT32) -> Size:
    """The bytes that all ops read and write for one image, in float32 unless told otherwise.

    >>> from levit_explore import load_spec, plan
    >>> bytes_moved(plan(load_spec("levit128s")))
    78452968
    """
    moved = elements_moved(plan)
    return bytes_per_element * _runs(plan.root, "", moved)


def elements_moved(plan: Plan) -> Mapping[str, Size]:
    """How many elements one run of every op reads and writes, by the op's path in the first body of its stage.

    All bodies of a stage take and give the same sizes, so one stands for all, and depth may be an array.
    """
    single = replace(plan, root=transform(plan.root, _once))
    ops = {step.path: step.node for step in walk(single) if isinstance(step.node, Op)}
    outs = {path: elements(op.out) for path, op in ops.items()}
    outs[IMAGE] = elements((plan.spec.in_channels, *plan.spec.image_size))
    read: dict[str, list[Size]] = {path: [elements(shape) for shape in op.weights.values()] for path, op in ops.items()}
    for wire in flow(single):
        read[wire.target].append(outs[wire.source])
    return {path: total([*read[path], outs[path]]) for path in ops}


def _once(block: Block) -> Block:
    return block if block.times is None else replace(block, times=1)


def _runs(node: Block | Op, path: str, moved: Mapping[str, Size]) -> Size:
    if isinstance(node, Op):
        return moved[path]
    body = path if node.times is None else join(path, "0")
    parts = total(_runs(child, join(body, child.name), moved) for child in node.children)
    return parts if node.times is None else node.times * parts
