"""What follows from a state: its plan, every count of it, and what changed against the base."""

import json
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from levit_explore.analysis.balance import Balance, Rule, balance
from levit_explore.analysis.counts import By, Rows, flops, rows
from levit_explore.analysis.ledger import Ledgers, reconcile
from levit_explore.analysis.memory import activation_memory, peak_memory
from levit_explore.explorer.differences import Value, has
from levit_explore.explorer.state import State, key, spec_of
from levit_explore.plan.levit import plan
from levit_explore.plan.tree import Plan, params
from levit_explore.sizes import single
from levit_explore.spec.fields import Spec

if TYPE_CHECKING:
    from levit_explore.analysis.finding import Finding, Fix  # imported where findings are first asked for


@dataclass(frozen=True)
class Results:
    """The analyses of one plan under one convention, each made when it is first asked for."""

    plan: Plan
    convention: str
    value: Value  # the fields as written

    @property
    def spec(self) -> Spec:
        """The spec, every default filled in."""
        return self.plan.spec

    @cached_property
    def flops(self) -> int:
        """Of one image, under the convention."""
        return single(flops(self.plan, self.convention))

    @cached_property
    def params(self) -> int:
        """Learned parameters."""
        return single(params(self.plan))

    @cached_property
    def activation_memory(self) -> int:
        """Bytes of the outputs of all ops."""
        return single(activation_memory(self.plan))

    @cached_property
    def peak_memory(self) -> int:
        """Bytes of outputs held at once."""
        return peak_memory(self.plan)

    @cached_property
    def balance(self) -> Balance:
        """Attention against MLP in the whole network, and in its parts."""
        return balance(self.plan, Rule.NET, convention=self.convention)

    @cached_property
    def stage_balance(self) -> Balance:
        """Attention against MLP, each stage by itself."""
        return balance(self.plan, Rule.STAGE, convention=self.convention)

    @property
    def ratio(self) -> float | None:
        """Attention over MLP in the whole network; None without an MLP."""
        return self.balance.whole.ratio

    @cached_property
    def ledgers(self) -> Ledgers:
        """Why counting conventions differ for this network."""
        return reconcile(self.plan)

    @cached_property
    def findings(self) -> "tuple[Finding, ...]":
        """What a designer would want to know about this network; only written fields are left to defaults."""
        from levit_explore.analysis.findings import findings

        return tuple(replace(one, fix=self._of_written(one.fix)) for one in findings(self.plan))

    def _of_written(self, fix: "Fix") -> "Fix":
        return tuple((path, item) for path, item in fix if item is not None or has(self.value, path))

    def rows_by(self, by: By = By.BLOCK) -> Rows:
        """The parts of the network with what they cost."""
        if by not in self._rows:
            self._rows[by] = rows(self.plan, by, self.convention)
        return self._rows[by]

    @cached_property
    def _rows(self) -> dict[By, Rows]:
        return {}


@dataclass(frozen=True)
class Quantity:
    """A count or a ratio before and after; None where there is none."""

    before: float | None
    after: float | None

    @property
    def gained(self) -> float | None:
        """How much more there is; None where one of them is missing."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def relative(self) -> float | None:
        """What was gained as a part of what there was; None where there was nothing."""
        return None if self.gained is None or not self.before else self.gained / self.before


@dataclass(frozen=True)
class Change:
    """What the edits since the base did to the whole network."""

    flops: Quantity
    params: Quantity
    activation_memory: Quantity
    peak_memory: Quantity
    ratio: Quantity  # attention over MLP


def results(state: State) -> Results:
    """What follows from the fields of a state under its convention. Alike fields give the same object for a while."""
    return results_of(state.value, state.name, state.convention)


def results_of(value: Value, name: str, convention: str = "levit") -> Results:
    """What follows from sound fields, such as the base of a state or what is pinned."""
    return _results(key(value), name, convention)


def change(state: State) -> Change:
    """What differs from the base; from what is pinned, `change_between` says."""
    return change_between(results_of(state.base, state.name, state.convention), results(state))


def change_between(before: Results, after: Results) -> Change:
    """What differs between two networks."""
    return Change(
        Quantity(before.flops, after.flops),
        Quantity(before.params, after.params),
        Quantity(before.activation_memory, after.activation_memory),
        Quantity(before.peak_memory, after.peak_memory),
        Quantity(before.ratio, after.ratio),
    )


@lru_cache(maxsize=256)
def _results(text: str, name: str, convention: str) -> Results:
    value = json.loads(text)
    return Results(plan(spec_of(value, name)), convention, value)
