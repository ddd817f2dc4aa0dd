"""A finding about a network, and the trial of edits that would mend it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from levit_explore.plan.levit import plan
from levit_explore.plan.tree import Plan
from levit_explore.spec.constraints import broken
from levit_explore.spec.document import field_name
from levit_explore.spec.fields import Spec, Stage
from levit_explore.spec.rules import Path

Fix: TypeAlias = tuple[tuple[Path, Any], ...]  # edits of one step; None leaves a field to its default


@dataclass(frozen=True)
class Finding:
    """One thing found: where it is, what it is, why it matters, and the edits that would mend it, if any would."""

    kind: str
    path: Path  # the field or the stage that it is about; empty for the whole network
    what: str
    why: str
    fix: Fix = ()

    @property
    def fix_words(self) -> str:
        """The edits in words, such as "set stages[1].heads to 6"; empty for none."""
        return "; ".join(
            f"leave {field_name(path)} to its default" if value is None else f"set {field_name(path)} to {value}"
            for path, value in self.fix
        )


def first(spec: Spec, fixes: Iterable[Fix], mends: Callable[[Plan], bool]) -> Fix:
    """The first of `fixes`, all of fields of stages, that leaves the spec sound and its plan as asked; or none."""
    for fix in fixes:
        trial = edited(spec, fix)
        if trial is not None and not broken(trial) and mends(plan(trial)):
            return fix
    return ()


def edited(spec: Spec, fix: Fix) -> Spec | None:
    """The spec with other fields in its stages; None where a field may not have such a value."""
    stages = list(spec.stages)
    for path, value in fix:
        match path:
            case ("stages", int(index), str(name)):
                if any(Stage.__dataclass_fields__[name].metadata["rule"].check(value)):
                    return None
                stages[index] = replace(stages[index], **{name: value})
            case _:
                raise ValueError(f"{field_name(path)} is no field of a stage")
    return replace(spec, stages=tuple(stages))


def short(value: float) -> float:
    """A number as one would type it: 2 for 2.0."""
    return int(value) if value == int(value) else value
