"""What two sets of attention biases of one network differ in, head by head."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from levit_explore.analysis.biases import BiasMap
from levit_explore.errors import LevitError


@dataclass(frozen=True)
class HeadChange:
    """How far one head's biases moved, its maximum subtracted before and after."""

    path: str
    head: int
    largest: float  # absolute difference
    offset: tuple[int, int]  # (|dy|, |dx|) of the largest, or dy and dx from query to key
    mean: float  # absolute difference, over all pairs of query and key
    signed: bool = False  # whether the sign of the offset counts


def compare(before: Sequence[BiasMap], after: Sequence[BiasMap]) -> list[HeadChange]:
    """Every head of every attention, the one that changed most first. Raises LevitError where maps do not match."""
    found = []
    for change in differences(before, after):
        distances = abs(change.values)
        means = distances @ change.support / change.support.sum()
        for head, (row, mean) in enumerate(zip(distances, means.tolist(), strict=True)):
            at = int(row.argmax())
            y, x = change.places[:, at].tolist()
            found.append(HeadChange(change.path, head, float(row[at]), (y, x), mean, change.signed))
    return sorted(found, key=lambda change: (-change.largest, -change.mean))


def differences(before: Sequence[BiasMap], after: Sequence[BiasMap]) -> list[BiasMap]:
    """Maps of what was added from `before` to `after`, each head's maximum subtracted first.

    Raises LevitError where an attention is in one of them only, or has other heads, another grid or another stride.
    """
    pairs = matched(before, after)
    return [replace(a, table=np.asarray(b.shifted - a.shifted)) for a, b in pairs]


def class_token_change(before: Sequence[BiasMap], after: Sequence[BiasMap]) -> float | None:
    """The largest absolute difference among biases of a class token, which have no offset; None without such."""
    tokens = [(a.class_token, b.class_token) for a, b in matched(before, after)]
    found = [float(abs(b - a).max()) for a, b in tokens if a is not None and b is not None]
    return max(found, default=None)


def matched(before: Sequence[BiasMap], after: Sequence[BiasMap]) -> list[tuple[BiasMap, BiasMap]]:
    """The maps of the same attentions. Raises LevitError where they do not match."""
    others = {one.path: one for one in after}
    for one in before:
        if one.path not in others:
            raise LevitError(
                f"{one.path}: has attention biases in the first network only; nothing to compare them with"
            )
        if _form(one) != _form(others[one.path]):
            raise LevitError(
                f"{one.path}: {_form(one)} in the first network and {_form(others[one.path])} in the second"
            )
    paths = {one.path for one in before}
    for path in others:
        if path not in paths:
            raise LevitError(f"{path}: has attention biases in the second network only; nothing to compare them with")
    return [(one, others[one.path]) for one in before]


def _form(one: BiasMap) -> str:
    height, width = one.key_grid
    signed = ", signed offsets" if one.signed else ""
    signed += ", a class token" if one.class_token is not None else ""
    return f"{one.heads} heads on {height} x {width} keys at stride {one.stride}{signed}"
