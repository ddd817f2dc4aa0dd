"""What a sweep of a design space found."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from levit_explore.render.results.sweep_rows import grouped, records
from levit_explore.render.sheet import Column, Record, Sheet, Table, count, ratio, si, text
from levit_explore.search.rows import Rows
from levit_explore.search.sweep_found import Number, Sweep
from levit_explore.search.sweep_spread import SHARES
from levit_explore.spec.words import listed

MOST_SHOWN = 20  # variants of a front in a table
_SHORT = {"flops": "FLOPs", "params": "params", "activation_memory": "memory", "bytes_moved": "moved"}
_LONG = {
    "flops": "FLOPs",
    "attention": "attention FLOPs",
    "mlp": "MLP FLOPs",
    "params": "params",
    "activation_memory": "memory, bytes",
    "bytes_moved": "moved, bytes",
    "depth": "blocks",
    "balance": "balance",
}


def sweep_sheets(found: Sweep, most: int = MOST_SHOWN) -> list[Sheet]:
    """The results for people: counts and the front, at most so many of it, the best, those drawn, how costs spread."""
    front = records(found, _evenly(_along(found), most))
    sheets = [Sheet(_title(found), {}, (_table(front, found),), _intro(found), _front_notes(found, front))]
    if len(found.best) or found.unranked:
        best = records(found, found.best)
        title = f"{_many(len(best), 'variant')} with the least {text(found.wanted.by)}{_from(found, 'best')}"
        sheets.append(Sheet(title, {}, (_table(best, found),), (), _unranked_notes(found)))
    if len(found.representatives):
        drawn = records(found, found.representatives)
        title = f"{_many(len(drawn), 'variant')} drawn evenly from those that fit (seed {found.wanted.seed})"
        sheets.append(Sheet(title, {}, (_table(drawn, found),)))
    if found.spread:
        title = f"how many per cent of the variants that fit have at most{_from(found, 'spread')}"
        sheets.append(Sheet(title, {}, (_quantiles(found),), (), _spread_notes(found)))
    return sheets


def sweep_data(found: Sweep) -> Sheet:
    """The results for programs: the whole document, and in CSV all variants of all results."""
    front, best = records(found, _along(found)), records(found, found.best)
    drawn = records(found, found.representatives)
    rows = [
        {"result": result} | one["choices"] | {key: value for key, value in one.items() if key != "choices"}
        for result, variants in (("front", front), ("best", best), ("representative", drawn))
        for one in variants
    ]
    keys = ["result", "number", *(axis.name for axis in found.space.axes)]
    keys += [key for key in (front or [{}])[0] if key not in ("number", "choices")]
    written = [row | {"unpublished": " ".join(row["unpublished"])} for row in rows]
    return Sheet(
        _title(found), sweep_document(found, front, best, drawn), (Table(tuple(Column(k, k) for k in keys), written),)
    )


def sweep_document(
    found: Sweep, front: Sequence[Record], best: Sequence[Record], drawn: Sequence[Record]
) -> dict[str, Any]:
    """The JSON document of a sweep with these variants."""
    wanted = found.wanted
    return {
        "schema": "levit-explore/sweep/1",
        "space": found.space.name,
        "digest": found.space.digest,
        "convention": wanted.convention,
        "size": found.space.size,
        "allowed": found.allowed.value,
        "within": found.within.value,
        "way": found.way,
        "why": found.why,
        "exact": found.exact,
        "sources": dict(found.sources),
        "sample": _drew(found),
        "axes": {axis.name: list(axis.values) for axis in found.space.axes},
        "constraints": [one.text for one in found.space.constraints],
        "objectives": [str(one) for one in wanted.objectives],
        "by": wanted.by and wanted.by.text,
        "seed": wanted.seed,
        "front": front,
        "best": best,
        "representatives": drawn,
        "quantiles": {n: {str(share): v for share, v in s.quantiles.items()} for n, s in found.spread.items()},
        "quantile_widths": {name: one.width for name, one in found.spread.items()},
        "edf": {n: [[v, share] for v, share in one.distribution] for n, one in found.spread.items()},
    }


def _drew(found: Sweep) -> dict[str, Any] | None:
    if found.drew is None:
        return None
    errors = {"allowed": found.allowed.error, "within": found.within.error}
    share = {"share": found.drew.share, "standard_error": found.drew.error}
    return {"drawn": found.drew.drawn, "fit": found.drew.fit, **share, "errors": errors}


def _title(found: Sweep) -> str:
    return f"{found.space.name}: a design space of {_many(found.space.size, 'variant')}"


def _intro(found: Sweep) -> list[str]:
    lines = [
        f"{_number(found.allowed)} sound and within the constraints on fields,",
        f"{_number(found.within)} within those on totals too (FLOPs under {found.wanted.convention})",
    ]
    if found.drew is not None and not found.within.exact:
        share, error = _per_cent(found.drew.share), _per_cent(found.drew.error)
        lines.append(f"{share} of {found.drew.drawn:,} variants drawn fit (standard error {error})")
    return [*lines, f"way: {found.way} ({found.why}){_exactly(found)}"]


def _number(number: Number) -> str:
    if number.exact:
        return f"{number.value:,} {'is' if number.value == 1 else 'are'}"
    return f"about {number.value:,} (standard error {number.error:,}) are"


def _per_cent(share: float) -> str:
    """A share in per cent with three digits, however small it is."""
    return f"{np.format_float_positional(100 * share, 3, fractional=False, trim='-')} %"


def _front_notes(found: Sweep, shown: Sequence[Record]) -> list[str]:
    unfound = _unfound(found)
    if not len(found.front):
        return unfound
    aims = ", ".join(str(one) for one in found.wanted.objectives)
    cut = "" if len(shown) == len(found.front) else f"; {len(shown)} are shown, evenly along it"
    notes = [f"the front of {aims}: {_many(len(found.front), 'variant')}{cut}{_from(found, 'front')}."]
    outside = Counter(field for one in shown for field in one["unpublished"])
    if outside:
        some = ", ".join(f"{field} in {times} of them" for field, times in outside.most_common(4))
        more = f" and {len(outside) - 4} more fields" if len(outside) > 4 else ""
        notes.append(f"Outside what published models use, of those shown: {some}{more}.")
    return [
        *notes,
        *unfound,
        "memory: activations of one image as float32; blocks: the sum of depths; balance: attention / MLP.",
    ]


def _exactly(found: Sweep) -> str:
    """Which results are no estimate."""
    named = {
        "counts": found.within.exact,
        "front": found.part_of("front") is None,
        "best": found.part_of("best") is None,
    }
    exact = [name for name, holds in named.items() if holds and (name != "best" or found.exact or found.wanted.best)]
    return f"; {listed(exact, 'and')} {'is' if exact == ['front'] else 'are'} exact" if exact else ""


def _unfound(found: Sweep) -> list[str]:
    if found.drew is None or found.drew.fit:
        return []
    return [f"None of {found.drew.drawn:,} variants drawn fits: what would come from them is left out."]


def _unranked_notes(found: Sweep) -> list[str]:
    if not found.unranked:
        return []
    return [f"Left out: {_many(found.unranked, 'variant')} for which {text(found.wanted.by)} divides by zero."]


def _from(found: Sweep, result: str) -> str:
    source = found.part_of(result)
    return "" if source is None else f" (of {source})"


def _along(found: Sweep) -> Rows:
    """The front in the order of its first objective."""
    return found.front.take(np.lexsort((found.front.numbers, found.wanted.objectives[0](found.front))))


def _evenly(rows: Rows, most: int) -> Rows:
    if len(rows) <= most:
        return rows
    return rows.take(np.arange(most) * (len(rows) - 1) // (most - 1))


def _table(variants: Sequence[dict[str, Any]], found: Sweep) -> Table:
    """Variants with what not all of them chose alike, and costs with three digits."""
    groups = grouped(variants)
    costs = ["flops", "params", "activation_memory"]
    costs += ["bytes_moved"] if any(one.name == "bytes_moved" for one in found.wanted.objectives) else []
    rows = [
        {"number": str(one["number"]), **own, "balance": one["balance"], "blocks": one["depth"]}
        | {cost: si(one[cost]) for cost in costs}
        for one, own in zip(variants, groups, strict=True)
    ]
    columns = [Column("number", "number"), *(Column(name, name) for name in (groups or [{}])[0])]
    columns += [Column(cost, _SHORT[cost]) for cost in costs]
    columns.append(Column("balance", "balance", ratio))
    if "depth" not in (groups or [{}])[0] or any(one.name == "depth" for one in found.wanted.objectives):
        columns.append(Column("blocks", "blocks", count))  # else told by the depths beside
    return Table(tuple(columns), _set_right(rows, costs))


def _quantiles(found: Sweep) -> Table:
    rows = [
        {"quantity": _LONG[name]} | {str(share): _value(name, value) for share, value in one.quantiles.items()}
        for name, one in found.spread.items()
    ]
    shares = [str(share) for share in SHARES]
    columns = (Column("quantity", ""), *(Column(share, f"{share:>5} %") for share in shares))
    return Table(columns, _set_right(rows, shares, 7))


def _value(name: str, value: float) -> str:
    return ratio(value) if name == "balance" else si(int(value))


def _set_right(rows: Sequence[dict[str, Any]], keys: Sequence[str], least: int = 6) -> list[Mapping[str, Any]]:
    """The rows with texts of numbers set to the right."""
    widths = {key: max([least, *(len(row[key]) for row in rows)]) for key in keys}
    return [row | {key: row[key].rjust(widths[key]) for key in keys} for row in rows]


def _spread_notes(found: Sweep) -> list[str]:
    notes = [f"balance: {found.sources['balance']}."] if "balance" in found.sources else []
    shares = [one.width / (one.quantiles[100] - one.quantiles[0]) for one in found.spread.values() if one.width]
    too_high = math.ceil(max(shares, default=0) * 10_000) / 10_000
    return [*notes, *([f"Quantiles are at most {too_high:.2%} of the range shown too high."] if shares else [])]


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
