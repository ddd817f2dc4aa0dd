"""The variants that are nearest to a spec within budgets: what each costs, what changed, and how to go on with it."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from levit_explore.render.results.fit_lines import paragraph, strung
from levit_explore.render.results.fit_notes import notes
from levit_explore.render.sheet import Column, Sheet, Table, count, document, heading, ratio, rounded, text
from levit_explore.search.fit import Change, Costs, Fit, Variant
from levit_explore.search.fit_distance import UNIT
from levit_explore.search.fit_proof import Proof
from levit_explore.spec.document import field_name

_COSTS = (
    Column("variant", "variant"),
    Column("flops", "FLOPs", count),
    Column("params", "params", count),
    Column("activation_memory", "activations", count),
    Column("balance", "balance", ratio),
    Column("distance", "distance", ratio),
    Column("changes", "changes", data_only=True),
    Column("set", "set", data_only=True),
)
_CHANGES = (
    Column("variant", "variant", group=True),
    Column("field", "field"),
    Column("before", "from"),
    Column("after", "to"),
    Column("note", ""),
)


def fit_sheet(fit: Fit, first: Sequence[str]) -> Sheet:
    """The spec and its variants with their costs, then what changed; `first` are the edits that the spec came with."""
    spec = fit.centre.spec
    given = {"variant": "spec", **_costs(fit.costs), "distance": None, "changes": "", "set": _joined(first)}
    rows = [_row(str(number), each, first) for number, each in enumerate(fit.variants, start=1)]
    return Sheet(
        title=f"{heading(spec)}: the nearest variants, FLOPs under {fit.convention}",
        document=fit_document(fit, first),
        tables=(Table(_COSTS, [given, *rows]), _changes(fit)),
        intro=paragraph(f"within {', '.join(fit.centre.budgets)}"),
        notes=[*notes(fit), *_options(fit, first)],
    )


def fit_document(fit: Fit, first: Sequence[str]) -> dict[str, Any]:
    """The whole as a JSON document; without variants where nothing fits."""
    fields = {
        "image_size": list(fit.centre.spec.image_size),
        "convention": fit.convention,
        "searched": fit.searched,
        "within": fit.within,
        "distance": {name: float(weight) for name, weight in fit.weights.items()},
        "bounds": list(fit.centre.budgets),
        "varied": {name: list(free.values) for name, free in fit.centre.free.items()},
        **rounded(_costs(fit.costs)),
        "variants": [_record(each, first) for each in fit.variants],
        "none": None if fit.proof is None else proof_words(fit.proof),
    }
    return document("fit", fit.centre.spec.name, fields)


def none_line(fit: Fit) -> str:
    """Why nothing fits, in one line."""
    assert fit.proof is not None
    return f"{text(fit.centre.spec.name)}: none of {fit.searched:,} variants fits: {proof_words(fit.proof)}"


def proof_words(proof: Proof) -> str:
    """The bound that none keeps and the least there is, or the bounds that contradict each other."""
    *most, last = dict.fromkeys(bound.text for bound in proof.bounds)
    if not most:
        weights = dict(proof.bounds[0].weights)
        if proof.least is None or len(weights) > 1 or set(weights.values()) != {1}:
            return f"none has {last}"
        return f"{last}, but the least is {proof.least:,}"
    if len(most) == 1:
        return f"some have {most[0]} and some have {last}, but none has both"
    each = "both " if len(most) == 2 else ""
    return f"some have {each}{', '.join(most[:-1])} and {most[-1]}, some {last}, but none has all"


def edits_of(variant: Variant, first: Sequence[str]) -> list[str]:
    """The edits of the source that give a variant, as `--set` takes them."""
    return [*first, *(f"{'.'.join(map(str, path))}={_plain(value)}" for path, value in variant.edits)]


def _record(variant: Variant, first: Sequence[str]) -> dict[str, Any]:
    return {
        "changes": [
            {"path": field_name(each.path), "from": each.before, "to": each.after, "follows": each.follows}
            for each in variant.changes
        ],
        "set": edits_of(variant, first),
        **rounded(_costs(variant.costs)),
        "distance": variant.distance / UNIT,
        "outside": [field_name(path) for path in variant.outside],
    }


def _row(number: str, variant: Variant, first: Sequence[str]) -> dict[str, Any]:
    return {
        "variant": number,
        **_costs(variant.costs),
        "distance": variant.distance / UNIT,
        "changes": "; ".join(change_words(each) for each in variant.changes),
        "set": _joined(edits_of(variant, first)),
    }


def change_words(change: Change) -> str:
    """A change in words: "stages[1].dim 384 -> 320"."""
    return f"{field_name(change.path)} {_plain(change.before)} -> {_plain(change.after)}"


def _changes(fit: Fit) -> Table:
    return Table(_CHANGES, [row for number, each in enumerate(fit.variants, start=1) for row in _changed(number, each)])


def _changed(number: int, variant: Variant) -> Iterator[dict[str, Any]]:
    """What a variant changes, a row each."""
    if not variant.changes:
        yield {"variant": str(number), "field": "nothing", "before": "", "after": "", "note": "the spec fits"}
    for each in variant.changes:
        yield {
            "variant": str(number),
            "field": field_name(each.path),
            "before": _plain(each.before, ","),
            "after": _plain(each.after, ","),
            "note": "follows" if each.follows else "",
        }


def _options(fit: Fit, first: Sequence[str]) -> Iterator[str]:
    """How to go on with each variant, as options of any other command."""
    for number, each in enumerate(fit.variants, start=1):
        options = [f"--set {shlex.quote(edit)}" for edit in edits_of(each, first)]
        yield from strung(f"variant {number}:", options or ["as it is"], " \\")


def _costs(costs: Costs) -> Mapping[str, Any]:
    return {
        "flops": costs.flops,
        "params": costs.params,
        "activation_memory": costs.activation_memory,
        "balance": costs.balance,
    }


def _joined(edits: Sequence[str]) -> str:
    return " ".join(f"--set {shlex.quote(edit)}" for edit in edits)


def _plain(value: Any, comma: str = ", ") -> str:
    """A value as `--set` takes it."""
    return f"[{comma.join(map(str, value))}]" if isinstance(value, list) else str(value)
