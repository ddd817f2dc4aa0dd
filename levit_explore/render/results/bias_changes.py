"""What changed in attention biases from one set of weights to another."""

from collections.abc import Sequence

from levit_explore.analysis.bias_changes import HeadChange
from levit_explore.render.results.biases import named, titled
from levit_explore.render.sheet import Column, Record, Sheet, Table, count, document, ratio, rounded
from levit_explore.spec.fields import Spec


def bias_changes_sheet(
    subject: Spec | str, other: str, changes: Sequence[HeadChange], class_token: float | None = None
) -> Sheet:
    """What changed in every head from one set of weights to `other`, the largest change first.

    `class_token` is the largest change of biases that have no offset.
    """
    records: list[Record] = [
        {
            "path": change.path,
            "head": change.head,
            "largest": change.largest,
            "offset": list(change.offset),
            "dy": change.offset[0],
            "dx": change.offset[1],
            "mean": change.mean,
        }
        for change in changes
    ]
    token = [] if class_token is None else [f"class token: its biases, kept apart, change by up to {class_token:.3f}."]
    return Sheet(
        title=f"{titled(subject)} -> {other}: attention biases, what changed by head",
        document=document(
            "bias-changes",
            named(subject),
            rounded({"other": other, "heads": records, "class_token": class_token}),
        ),
        tables=(Table(_change_columns(any(change.signed for change in changes)), records),),
        notes=[
            "absolute differences after each head's maximum is subtracted, which softmax does not see; largest: over",
            "offsets, and where it is; mean: over all pairs of query and key.",
            *token,
        ],
    )


def _change_columns(signed: bool) -> tuple[Column, ...]:
    return (
        Column("path", "attention"),
        Column("head", "head", count),
        Column("largest", "largest", ratio),
        Column("dy", "dy" if signed else "|dy|", count),
        Column("dx", "dx" if signed else "|dx|", count),
        Column("mean", "mean", ratio),
    )
