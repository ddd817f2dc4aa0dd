"""What a page asks, read out of JSON that anybody may have written."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from levit_explore.explorer.actions import (
    Action,
    AddStage,
    Apply,
    ChooseConvention,
    DuplicateStage,
    Flip,
    Pin,
    RemoveStage,
    ResetAll,
    ResetField,
    SetField,
    StepField,
    Unpin,
)
from levit_explore.explorer.differences import Value
from levit_explore.spec.rules import Path

_Words: TypeAlias = Mapping[str, Any]
_STEPS = 1000  # at once


class BadRequest(Exception):  # noqa: N818  as HTTP calls it
    """A body that no page of this server sends."""


@dataclass(frozen=True)
class Ask:
    """A state as a page has it, and what to do to it; `version` is that of the source that the page knows."""

    value: Value
    pinned: Value | None
    convention: str
    version: str
    action: Action | None


def asked(body: bytes) -> Ask:
    """The question in a body. Raises BadRequest for any other body; the values may be unsound."""
    try:
        words = json.loads(body)
        pinned, action = words["pinned"], words["action"]
        return Ask(
            _mapping(words["value"]),
            None if pinned is None else _mapping(pinned),
            _text(words["convention"]),
            _text(words["version"]),
            None if action is None else _ACTIONS[_text(action["do"])](action),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadRequest from None


def _typed(kind: type[Any]) -> Callable[[Any], Any]:
    """What passes on a value of one type and raises TypeError for any other."""

    def passed(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(kind)
        return value

    return passed


_text, _whole, _mapping, _list = _typed(str), _typed(int), _typed(dict), _typed(list)


def _path(words: _Words) -> Path:
    keys = _list(words["path"])
    return tuple(key if type(key) is int else _text(key) for key in keys)


def _steps(words: _Words) -> int:
    steps: int = _whole(words["steps"])
    return max(-_STEPS, min(_STEPS, steps))


def _edits(words: _Words) -> tuple[tuple[Path, Any], ...]:
    return tuple((_path({"path": path}), value) for path, value in _list(words["edits"]))


_ACTIONS: dict[str, Callable[[_Words], Action]] = {
    "set": lambda words: SetField(_path(words), _text(words["text"])),
    "step": lambda words: StepField(_path(words), _steps(words)),
    "reset": lambda words: ResetField(_path(words)),
    "reset_all": lambda words: ResetAll(),
    "add_stage": lambda words: AddStage(_whole(words["index"])),
    "remove_stage": lambda words: RemoveStage(_whole(words["index"])),
    "duplicate_stage": lambda words: DuplicateStage(_whole(words["index"])),
    "apply": lambda words: Apply(_edits(words)),
    "pin": lambda words: Pin(),
    "unpin": lambda words: Unpin(),
    "flip": lambda words: Flip(),
    "convention": lambda words: ChooseConvention(_text(words["name"])),
}
