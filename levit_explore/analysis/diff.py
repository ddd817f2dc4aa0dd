"""What changed between two specs, and what that did to the cost of every part."""

from dataclasses import dataclass
from typing import Any

from levit_explore.analysis.counts import By, Row, rows
from levit_explore.display import Displayed
from levit_explore.plan.tree import Plan
from levit_explore.spec.write import fields


@dataclass(frozen=True)
class FieldChange:
    """A field whose value differs; None where a spec has no such field."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class RowChange:
    """A part whose cost differs; None where a network has no such part."""

    path: str
    before: Row | None
    after: Row | None

    @property
    def flops(self) -> "Change":
        """FLOPs before and after."""
        return Change(self.before.flops if self.before else None, self.after.flops if self.after else None)

    @property
    def params(self) -> "Change":
        """Parameters before and after."""
        return Change(self.before.params if self.before else None, self.after.params if self.after else None)


@dataclass(frozen=True)
class Change:
    """A count before and after; None where there is no part to count."""

    before: int | None
    after: int | None

    @property
    def gained(self) -> int:
        """How much more there is."""
        return (self.after or 0) - (self.before or 0)

    @property
    def relative(self) -> float | None:
        """What was gained as a part of what there was; None where there was nothing."""
        if self.before:
            return self.gained / self.before
        return 0.0 if self.before == self.gained == 0 else None


@dataclass(frozen=True)
class Diff(Displayed):
    """The changed fields in the order of the format, the changed parts with the largest change first."""

    fields: tuple[FieldChange, ...]
    rows: tuple[RowChange, ...]
    total: RowChange


def diff(a: Plan, b: Plan, by: By = By.BLOCK, convention: str = "levit") -> Diff:
    """The changes that lead from `a` to `b`."""
    before, after = _leaves(fields(a.spec)), _leaves(fields(b.spec))
    changes = tuple(
        FieldChange(name, before.get(name), after.get(name))
        for name in before | after
        if before.get(name) != after.get(name) and name.split(".")[0] not in ("name", "source", "published")
    )
    changed = [change for change in _paired(a, b, by, convention) if change.flops.gained or change.params.gained]
    changed.sort(key=lambda change: (-abs(change.flops.gained), -abs(change.params.gained)))
    (total,) = _paired(a, b, By.MODEL, convention)
    return Diff(changes, tuple(changed), total)


def _paired(a: Plan, b: Plan, by: By, convention: str) -> list[RowChange]:
    before = {row.path: row for row in rows(a, by, convention)}
    after = {row.path: row for row in rows(b, by, convention)}
    return [RowChange(path, before.get(path), after.get(path)) for path in before | after]


def _leaves(value: Any, path: str = "") -> dict[str, Any]:
    """The fields of nested mappings by dotted path, as `--set` writes them; a list of numbers is one value."""
    match value:
        case dict():
            items = list(value.items())
        case [dict(), *_]:
            items = list(enumerate(value))
        case _:
            return {path: value}
    return {
        leaf: inner for key, item in items for leaf, inner in _leaves(item, f"{path}.{key}".removeprefix(".")).items()
    }
