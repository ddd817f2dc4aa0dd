"""The new value that an edit makes. Nothing here asks whether it is sound; the parser does."""

from typing import Any

from levit_explore.errors import SpecError
from levit_explore.explorer.actions import (
    AddStage,
    Apply,
    DuplicateStage,
    Edit,
    RemoveStage,
    ResetAll,
    ResetField,
    SetField,
    StepField,
)
from levit_explore.explorer.declared import effective
from levit_explore.explorer.differences import Value, at, has
from levit_explore.explorer.stages import added, doubled, removed
from levit_explore.explorer.state import State
from levit_explore.explorer.steps import stem_stride, stepped
from levit_explore.spec.document import Document, assign
from levit_explore.spec.rules import Path
from levit_explore.spec.typed import read_typed
from levit_explore.spec.words import printable

OWN = ("name", "source")  # what says nothing of the network


def edited(state: State, edit: Edit) -> Value:
    """The fields after an edit. Raises SpecError where the edit leads nowhere; the fields may be unsound."""
    match edit:
        case SetField(path, text):
            where = place(path, text)
            value = with_field(state, path, read_typed(path, text, where) if text.strip() else None, where)
        case StepField(path, steps):
            item = stepped(state.spec, path, steps)
            value = state.value if item == effective(path, state.spec) else with_field(state, path, item)
        case ResetField(path):
            value = _reset(state, path)
        case ResetAll():
            return state.base
        case Apply(edits):
            value = state.value
            for path, item in edits:
                value = with_field(State(state.source, state.name, value, state.base), path, item)
        case AddStage(index):
            value = added(state.value, index)
        case RemoveStage(index):
            value = _followed(removed(state.value, index), state)
        case DuplicateStage(index):
            value = doubled(state.value, index)
    return _settled(value, state)


def with_field(state: State, path: Path, item: Any, where: str = "spec") -> Value:
    """The fields with another one at `path`, or where it is None without one, and what it takes with it.

    The last of a stem's dims follows the first stage's dim. Raises SpecError where the path leads nowhere; `where`
    names the edit in messages.
    """
    value = state.value
    if path[:1] == ("published",):
        raise SpecError(f"{where}: published is what a paper prints of one network; it is not edited here")
    if item is None:
        return _followed(_without(value, path), state)
    if path == ("stem", "kind"):
        path, item = ("stem",), _stem(item, state)
    elif path[:1] == ("stem",) and len(path) > 1 and not has(value, ("stem",)):
        value = {**value, "stem": effective(("stem",), state.spec)}
    if not path:
        raise SpecError(f"{where}: an edit needs a field, such as stages.1.depth")
    return _followed(assign(Document(value, {}), path, item, where).value, state)


def place(path: Path, text: str) -> str:
    """How messages name an edit that was typed, as they do on the command line."""
    edit = f"{dotted(path)}={text}"
    return f"--set {printable(edit if len(edit) <= 80 else edit[:77] + '...')}"


def dotted(path: Path) -> str:
    """A path as `--set` takes it.

    >>> dotted(("stages", 1, "depth"))
    'stages.1.depth'
    """
    return ".".join(str(key) for key in path)


def _followed(value: Value, state: State) -> Value:
    """The fields with a written stem that ends with the first stage's dim, if it did so before and was not edited."""
    old, new = (at(one, ("stages", 0, "dim")) for one in (state.value, value))
    dims = at(value, ("stem", "dims"))
    if old == new or not isinstance(dims, list) or at(state.value, ("stem", "dims")) != dims or dims[-1] != old:
        return value
    return {**value, "stem": {**value["stem"], "dims": [*dims[:-1], new]}}


def _stem(kind: Any, state: State) -> Any:
    """A stem of another kind with about the same stride; anything else for the parser to refuse."""
    spec = state.spec
    if kind == at(effective(("stem",), spec), ("kind",)):
        return effective(("stem",), spec)
    match kind:
        case "patch":
            return {"kind": "patch", "size": stem_stride(spec)}
        case "convs":
            dim = spec.stages[0].dim
            return {"kind": "convs", "dims": [max(dim // share, 1) for share in (8, 4, 2, 1)]}
        case _:
            return {**effective(("stem",), spec), "kind": kind}


def _reset(state: State, path: Path) -> Value:
    if path[:1] == ("stem",) and at(state.base, ("stem", "kind")) != at(state.value, ("stem", "kind")):
        path = ("stem",)  # the fields of a stem of another kind say nothing here
    return with_field(state, path, at(state.base, path))


def _without(value: Any, path: Path) -> Any:
    """Nested fields without the one at `path`, or the mappings that this leaves empty. Lists keep their length."""
    if not path or not has(value, path):
        return value
    first, rest = path[0], path[1:]
    if isinstance(value, list):
        if not rest:
            raise SpecError(f"entry {first} of a list has no default; remove it from the list")
        return [_without(item, rest) if index == first else item for index, item in enumerate(value)]
    kept = {key: item for key, item in value.items() if key != first}
    inner = _without(value[first], rest) if rest else {}
    return {key: inner if key == first else item for key, item in value.items()} if inner else kept


def _settled(value: Value, state: State) -> Value:
    """The fields with `published`, which is true of one network, only where they are that network's again."""
    network = _network(value)
    if network == _network(state.value):
        return value
    known = (fields for fields in (state.base, *reversed(state.past)) if "published" in fields)
    printed = next((fields["published"] for fields in known if _network(fields) == network), None)
    kept = {name: item for name, item in value.items() if name != "published"}
    return kept if printed is None else kept | {"published": printed}


def _network(value: Value) -> Value:
    return {name: item for name, item in value.items() if name not in (*OWN, "published")}
