"""What is said below the variants: what was searched, how near is measured, and what published models do not have."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from levit_explore.analysis.published import fields_of, spans
from levit_explore.render.results.fit_lines import paragraph, strung
from levit_explore.search.fit import Fit
from levit_explore.search.fit_around import Around
from levit_explore.search.fit_kinds import KINDS
from levit_explore.spec.document import field_name

if TYPE_CHECKING:
    from levit_explore.spec.rules import Path


def notes(fit: Fit) -> Iterator[str]:
    """What was searched, how near is measured, and what published models do not have."""
    within = "how many fit was not counted, for it would take long" if fit.within is None else f"{fit.within:,} fit"
    yield from paragraph(f"searched {fit.searched:,} variants: {within}")
    yield from searched(fit.centre)
    yield from _left_out(fit)
    weights = ", ".join(f"{name} {float(weight):g}" for name, weight in fit.weights.items())
    zero = ", in which 0 counts as 1/2" if any(0 in each.values for each in fit.centre.free.values()) else ""
    yield from paragraph(f"distance: the sum of weight * |log2(new / old)|{zero} (weights: {weights})")
    yield from _unlike(fit)


def _left_out(fit: Fit) -> Iterator[str]:
    """The ratios of 0, which leave a part out and so do not vary."""
    free = {each.path for each in fit.centre.free.values()}
    for name in fit.weights:
        for index, stage in enumerate(fit.centre.spec.stages):
            path: Path = ("stages", index, KINDS[name].field)
            if getattr(stage, KINDS[name].field) == 0 and path not in free:
                yield f"  {field_name(path)} is 0, which leaves the part out: it does not vary"


def _unlike(fit: Fit) -> Iterator[str]:
    """Each changed value that no published model has, and the variants that have it."""
    found: dict[tuple[Path, str, float], list[str]] = {}
    for number, each in enumerate(fit.variants, start=1):
        changed = {change.path for change in each.changes} & set(each.outside)
        for path, name, value in fields_of(each.spec):
            if path in changed:
                found.setdefault((path, name, value), []).append(str(number))
    for (path, name, value), numbers in found.items():
        span = f"published models have {spans()[name].low:g} to {spans()[name].high:g}"
        variants = f"variant{'s' * (len(numbers) > 1)} {', '.join(numbers)}"
        yield from paragraph(f"{field_name(path)} {value}: {span} ({variants})")


def searched(centre: Around) -> Iterator[str]:
    """What varies, a line a kind: "dims: stages[0] 128 to 384 (9 values), ..."."""
    lines: dict[str, list[str]] = {}
    for free in centre.free.values():
        low, high = free.values[0], free.values[-1]
        lines.setdefault(free.kind.name, []).append(f"{field_name(free.path[:2])} {low} to {high} ({len(free.values)})")
    for name, parts in lines.items():
        yield from strung(f"  {name}:", [*(f"{part}," for part in parts[:-1]), parts[-1]])
