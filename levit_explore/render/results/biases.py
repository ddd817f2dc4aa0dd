"""Which offsets share a bias, and where there are weights, what every head has learned to attend to."""

from collections.abc import Sequence
from typing import Any

from levit_explore.analysis.biases import BiasMap
from levit_explore.analysis.head_facts import MARKS, HeadFacts, head_facts
from levit_explore.render.sheet import (
    Column,
    Record,
    Sheet,
    Table,
    count,
    document,
    heading,
    rounded,
    shape,
    text,
)
from levit_explore.spec.fields import Spec

UNTRAINED = "All values are zero until the network is trained: there is nothing learned to show, only what is shared."

_OFFSETS = (
    Column("path", "attention"),
    Column("heads", "heads", count),
    Column("key_grid", "keys", shape),
    Column("query_grid", "queries", shape),
    Column("stride", "stride", count, data_only=True),
    Column("offsets", "offsets", count),
    Column("params", "params", count),
    Column("pairs", "pairs", count),
    Column("most", "most", count),
    Column("fewest", "fewest", count),
)
_MOST = "most, fewest: how many of a head's pairs of query and key the commonest and the rarest offset serves."
_OFFSET_NOTES = (
    "offsets: |dy| and |dx| from query to key; pairs at the same offset share one learned value in each head.",
    _MOST,
)
_SIGNED_NOTES = (
    "offsets: dy and dx from query to key, signed; pairs at the same offset share one learned value in each head.",
    _MOST,
)
_CLASS_TOKEN = (
    "class token: its biases are kept apart and no part of the above; JSON and npz have them by head,",
    "to the keys, from the queries and to itself.",
)


_LARGE = 1e5


def _hundredths(value: float) -> str:
    """A fact with two decimals, which is what a terminal of 80 columns has room for."""
    return f"{round(value, 2) + 0.0:5.2f}" if abs(value) < _LARGE else f"{value:.1e}"


_FACTS = (
    Column("path", "attention", group=True),
    Column("head", "head", count),
    Column("span", "span", _hundredths),
    Column("entropy", "entropy", _hundredths),
    Column("direction", "dir.", _hundredths),
    Column("parity", "parity", _hundredths),
    Column("low", "min", _hundredths),
    Column("high", "max", _hundredths),
    Column("marks", "marks"),
)
_FACT_NOTES = (
    "span, entropy and dir. describe softmax(bias), the attention where all q.k are equal, as means over queries.",
    "span: distance from query to key in tokens. entropy: 1 where attention is even.",
    "dir.: direction, 1 along the query's row, -1 along its column, 0 as much along both.",
    "parity: correlation of the values, weighted by pairs, with a pattern of period 2 along y, x or both.",
    *(f"{mark.name}: {mark.words}." for mark in MARKS),
)


def _value_columns(signed: bool) -> tuple[Column, ...]:
    down, along = ("dy", "dx") if signed else ("|dy|", "|dx|")
    return (
        Column("path", "attention"),
        Column("head", "head", count),
        Column("dy", down, count),
        Column("dx", along, count),
        Column("pairs", "pairs", count),
        Column("value", "value"),
    )


def biases_sheet(
    subject: Spec | str, maps: Sequence[BiasMap], values: bool = False, assumed: Sequence[str] = ()
) -> Sheet:
    """Facts by head where there is anything learned, the offset table where there is not; every value on request.

    `subject` is the spec that the maps are of, or the name of a network that has none because it is no LeViT. `assumed`
    says what of the grids the weights do not tell.
    """
    facts = {one.path: head_facts(one) for one in maps}
    learned = any(one.learned for one in maps)
    offsets = Table(_OFFSETS, [_offsets(one) for one in maps], foot=[_totals(maps)] if maps else [])
    heads = Table(_FACTS, [{"path": path} | _facts(head) for path, found in facts.items() for head in found])
    listed = [Table(_value_columns(_signed(maps)), _values(maps))] if values and learned else []
    return Sheet(
        title=f"{titled(subject)}: attention biases, {'by head' if learned else 'by offset'}",
        document=document(
            "biases",
            named(subject),
            {
                "image_size": list(subject.image_size) if isinstance(subject, Spec) else None,
                "learned": learned,
                "assumed": list(assumed),
                "blocks": [_block(one, facts[one.path], values) for one in maps],
            },
        ),
        tables=(*listed, heads if learned else offsets),
        notes=[*(f"assumed {words}" for words in assumed), *_notes(subject, maps, learned)],
    )


def titled(subject: Spec | str) -> str:
    """A spec as titles have it, or the name of a network without one."""
    return heading(subject) if isinstance(subject, Spec) else text(subject)


def named(subject: Spec | str) -> str:
    """The name of a spec, or of a network without one."""
    return subject.name if isinstance(subject, Spec) else subject


def _signed(maps: Sequence[BiasMap]) -> bool:
    return any(one.signed for one in maps)


def _notes(subject: Spec | str, maps: Sequence[BiasMap], learned: bool) -> list[str]:
    if not maps:
        why = f": the spec's position is {subject.position}" if isinstance(subject, Spec) else ""
        return [f"no attention has biases{why}."]
    apart = [*_CLASS_TOKEN] if any(one.class_token is not None for one in maps) else []
    if not learned:
        return [UNTRAINED, *(_SIGNED_NOTES if _signed(maps) else _OFFSET_NOTES), *apart]
    zero = [one.path for one in maps if not one.learned]
    return [*_FACT_NOTES, *([f"all values are still zero in {', '.join(zero)}."] if zero else []), *apart]


def _block(one: BiasMap, facts: Sequence[HeadFacts], values: bool) -> Record:
    """An attention as programs read it."""
    block = _offsets(one) | {"learned": one.learned}
    if facts:
        block["facts"] = rounded([_facts(head) | {"marks": list(head.marks)} for head in facts])
    if one.class_token is not None:
        block["class_token"] = one.class_token.tolist()
    if values:
        block["table"] = one.values.tolist()
    return block


def _offsets(one: BiasMap) -> dict[str, Any]:
    return {
        "path": one.path,
        "heads": one.heads,
        "key_grid": list(one.key_grid),
        "query_grid": list(one.query_grid),
        "stride": one.stride,
        "signed": one.signed,
        "offsets": one.offsets,
        "params": one.heads * one.offsets,
        "pairs": one.queries * one.keys,
        "most": int(one.support.max()),
        "fewest": int(one.support.min()),
    }


def _totals(maps: Sequence[BiasMap]) -> Record:
    """The sums over all attentions."""
    blocks = [_offsets(one) for one in maps]
    summed = ("heads", "offsets", "params", "pairs")
    return {"path": "total", **{key: sum(block[key] for block in blocks) for key in summed}}


def _facts(head: HeadFacts) -> dict[str, Any]:
    return {
        "head": head.head,
        "span": head.span,
        "entropy": head.entropy,
        "direction": head.direction,
        "parity": head.parity,
        "low": head.low,
        "high": head.high,
        "marks": " ".join(head.marks),
    }


def _values(maps: Sequence[BiasMap]) -> list[Record]:
    """A row for every value; written out, for a table's floats are rounded and these are data."""
    return [
        {
            "path": one.path,
            "head": head,
            "dy": dy,
            "dx": dx,
            "pairs": pairs,
            "value": repr(value),
        }
        for one in maps
        for head, row in enumerate(one.values.tolist())
        for dy, dx, pairs, value in zip(*one.places.tolist(), one.support.tolist(), row, strict=True)
    ]
