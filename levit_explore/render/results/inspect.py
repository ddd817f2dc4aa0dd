"""What a checkpoint is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from levit_explore.model.state import COUNT, INDEX
from levit_explore.render.sheet import Column, Record, Sheet, Table, document, shape
from levit_explore.spec.words import listed, word
from levit_explore.spec.write import fields, to_yaml

if TYPE_CHECKING:
    from levit_explore.model.checkpoint import Checkpoint  # imports torch

_DIFFERENCES = (Column("found", "found"), Column("tensor", "tensor"), Column("shape", "shape", shape))


def inspect_sheet(found: "Checkpoint") -> Sheet:
    """The layout, the spec behind the tensors, what of it was assumed, and tensors that are missing or unexpected."""
    file, spec = found.file, found.spec
    differences: list[Record] = [{"found": "missing", "tensor": name} for name in found.missing]
    differences += [{"found": "unexpected", "tensor": key, "shape": list(file.shapes[key])} for key in found.unexpected]
    name = found.bundled or "none that is bundled; its spec is"
    return Sheet(
        title=f"{file.path}: {found.layout} layout{', BatchNorm folded' if found.plan.fused else ''}",
        document=document(
            "inspect",
            found.bundled or spec.name,
            {
                "container": file.container,
                "layout": str(found.layout),
                "fused": found.plan.fused,
                "weights": file.weights or None,
                "choices": [name for name in file.choices if name],
                "tensors": len(file.shapes),
                "types": _types(found),
                "missing": list(found.missing),
                "unexpected": list(found.unexpected),
                "bundled": found.bundled,
                "assumed": list(found.assumed),
                "inferred": fields(spec),
            },
        ),
        tables=(Table(_DIFFERENCES, differences),),
        intro=[
            f"container: {file.container}, {len(file.shapes)} tensors in {listed(_types(found), 'and')}"
            f"{_entry(file.weights, file.choices)}",
            f"spec: {name}",
            *([] if found.bundled else to_yaml(fields(spec)).splitlines()),
        ],
        notes=[f"assumed {words}" for words in found.assumed],
    )


def _types(found: "Checkpoint") -> list[str]:
    """The types that tensors come in, but for counts and index buffers."""
    counted = (COUNT, INDEX)
    dtypes = [
        str(dtype).removeprefix("torch.") for key, dtype in found.file.dtypes.items() if not key.endswith(counted)
    ]
    return sorted(dict.fromkeys(dtypes), key=lambda name: (-dtypes.count(name), name))


def _entry(weights: str, choices: Sequence[str]) -> str:
    """Which state dict of a file it is, and which others there are."""
    others = [word(name) for name in choices if name != weights]
    also = f" (--weights takes {listed(others)} too)" if others else ""
    return f" of {word(weights)}{also}" if weights else ""
