"""The edits, as `--set` takes them, that lead from one spec's fields to another's."""

from typing import Any

from levit_explore.explorer.declared import effective
from levit_explore.explorer.differences import Value, at, differing, has
from levit_explore.explorer.edits import OWN, dotted
from levit_explore.explorer.fields import typed
from levit_explore.explorer.state import State, spec_of
from levit_explore.spec.fields import Spec
from levit_explore.spec.rules import Path


def words(state: State) -> tuple[str, ...]:
    """The edits, as `--set` takes them, that lead from the base to what there is."""
    return edits_between(state.base, state.value, state.name)


def edits_between(before: Value, after: Value, name: str) -> tuple[str, ...]:
    """The edits that lead from one spec's fields to another's; a field that is left out is set to its default.

    `published` comes last, for any edit of the network takes it away, and so does one that changes nothing.
    """
    spec, published = spec_of(after, name), after.get("published")
    paths = dict.fromkeys(_settable(path, before, after) for path in differing(before, after) if path[0] != "published")
    edits = [(path, _value(path, after, spec)) for path in paths]
    of_network = any(path[0] not in OWN for path in paths)
    if "published" in before and published is None and not of_network:
        edits.append((("image_size",), effective(("image_size",), spec)))
    if published is not None and (of_network or published != before.get("published")):
        edits.append((("published",), published))
    return tuple(f"{dotted(path)}={typed(value)}" for path, value in edits)


def _settable(path: Path, before: Value, after: Value) -> Path:
    """The shortest path that one edit can set: a stem whole, and all stages where there are more or fewer."""
    if path[0] == "stem":
        return path[:1]
    if path[0] == "stages" and len(before["stages"]) != len(after["stages"]):
        return path[:1]
    lengths = range(1, len(path))
    return next((path[:n] for n in lengths if has(before, path[:n]) != has(after, path[:n])), path)


def _value(path: Path, after: Value, spec: Spec) -> Any:
    return at(after, path) if has(after, path) else effective(path, spec)
