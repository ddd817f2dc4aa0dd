"""A state as a spec file: what was opened with its comments and its order, changed where the fields are."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

import yaml

from levit_explore.errors import LevitError, SpecError
from levit_explore.explorer.declared import effective
from levit_explore.explorer.differences import Value
from levit_explore.explorer.json_text import is_json, json_text
from levit_explore.explorer.state import State, key, spec_of
from levit_explore.explorer.words import words
from levit_explore.spec.document import Document, merge
from levit_explore.spec.load import bundled_names, load_document
from levit_explore.spec.parse import parse
from levit_explore.spec.reader import MAX_BYTES, read_yaml
from levit_explore.spec.write import to_yaml
from levit_explore.writing import write_file

_OF_ONE = ("name", "source", "published")  # what a spec does not take from the one that it extends
_LONGEST = 10_000  # characters of a source


def saved_text(state: State, text: str | None = None) -> str:
    """The text of a spec file that reads as the state's spec: `text`, the file opened, changed where fields differ.

    Without a text, the fields as `new NAME --from` writes them. A field that the file takes from what it extends and
    that was left to its default since is written out. Raises SpecError where `text` is no spec file.
    """
    if text is None:
        return to_yaml(dict(state.value))
    return _changed_text(state, text)[0]


def save(state: State, path: str | os.PathLike[str], seen: bytes | None = None) -> bytes:
    """The bytes that it wrote to `path`, whole or not at all; `Saved(path)` is the action that goes with it.

    Raises LevitError where the file cannot be written, SpecError where the opened file is no spec file any more, and
    SavedMeanwhileError where `path` no longer holds what was `seen` there.
    """
    target = FilePath(path)
    data = saved_text(adopted(state, target), _opened_text(state, target)).encode(errors="replace")

    def fill(file: FilePath) -> None:
        file.write_bytes(data)
        if seen is not None and content(target) != seen:
            raise SavedMeanwhileError(
                f"{target}: was just saved by another program; look at what it holds, then save again"
            )

    write_file(target, fill)
    return data


class SavedMeanwhileError(LevitError):
    """Another program saved a file while it was being saved here."""


def content(path: str | os.PathLike[str]) -> bytes | None:
    """What a file holds, as far as a spec may be long; None where there is no file that can be read."""
    try:
        if not FilePath(path).is_file():
            return None
        with FilePath(path).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError):
        return None


def lost_text(state: State, path: str | os.PathLike[str]) -> str:
    """What of the opened file's text saving to `path` would lose, in words; nothing where that text can be changed.

    All fields are written anew where the file is of a form that cannot be changed, and where what it extends would
    not be found from `path`. Raises what `save` does.
    """
    text = _opened_text(state, FilePath(path))
    if text is None:
        return "" if _own_text(state, FilePath(path)) is None else "comments and `extends`"
    return "comments" if "#" in text and not _changed_text(adopted(state, path), text)[1] else ""


def adopted(state: State, path: str | os.PathLike[str]) -> State:
    """The state as it is saved to `path`: of a bundled spec, a network of its own that says what it was made from.

    A name and a source that were edited stay. Anything else than a bundled spec stays as it is.
    """
    if state.source not in bundled_names():
        return state
    kept = {name: item for name, item in state.value.items() if name not in _OF_ONE}
    edited = {name: state.value[name] for name in ("name", "source") if state.value.get(name) != state.base.get(name)}
    own = {"name": FilePath(path).stem, "source": _origin(state)} | {key: item for key, item in edited.items() if item}
    return replace(state, value=own | kept)


def _origin(state: State) -> str:
    """What the network was made from, and how."""
    origin = spec_of(state.base, state.name).name
    edits = [edit for edit in words(state) if edit.partition("=")[0] not in _OF_ONE]
    text = f"{origin} with {', '.join(edits)}" if edits else origin
    return text if len(text) <= _LONGEST else f"{origin} with changes"


def _opened_text(state: State, target: FilePath) -> str | None:
    """The text of the file that was opened, if the state can be written as a change of it."""
    found = _own_text(state, target)
    if found is None:
        return None
    text, parent = found
    moved = FilePath(state.source).resolve().parent != target.resolve().parent
    return None if moved and parent is not None and parent not in bundled_names() else text


def _own_text(state: State, target: FilePath) -> tuple[str, Any] | None:
    """The text of the file that was opened, and what that extends; None for what is no spec file."""
    source = FilePath(state.source)
    if state.source in (*bundled_names(), "-") or not source.is_file():
        return None
    same = target.exists() and source.samefile(target)
    try:
        data = source.read_bytes()
        own = read_yaml(data, state.source)
    except OSError as error:
        raise LevitError(f"{state.source}: cannot be read ({error.strerror or error})") from None
    except SpecError:
        if same:
            raise
        return None  # a checkpoint, or no spec file any more
    parent = own.value.get("extends") if isinstance(own.value, Mapping) else None
    return data.decode("utf-8"), parent


def _extended(own: Mapping[str, Any], source: str) -> Value:
    """The fields that a file takes from what it extends."""
    parent = own.get("extends")
    if parent is None:
        return {}
    if parent not in bundled_names():
        parent = str(FilePath(source).parent / str(parent))
    document, _ = load_document(parent)
    return {name: item for name, item in document.value.items() if name not in _OF_ONE}


def _changed_text(state: State, text: str) -> tuple[str, bool]:
    """The text changed where fields differ, or written anew where that cannot be done; and whether it could."""
    own = read_yaml(text.encode(errors="surrogatepass"), state.source)
    if own.problems or not isinstance(own.value, Mapping):
        raise SpecError(*own.problems or [f"{state.source}: is not a mapping of fields any more"])
    base = _extended(own.value, state.source)
    new = _own_fields(state, own.value, base)
    for candidate in (_rewritten(text, own.value, new), _rewritten(text, _wholes(own.value, new), new)):
        if candidate is not None and _reads_as(candidate, base, state):
            return candidate, True
    return f"{json_text(new)}\n" if is_json(text) else to_yaml(dict(new)), False


def _own_fields(state: State, own: Mapping[str, Any], base: Value) -> Mapping[str, Any]:
    """The fields that the file must have of its own, those that say what they did left as they are."""
    merged = merge(Document(base, {}), Document(own, {})).value
    new = {name: item for name, item in own.items() if name in state.value or name == "extends" or name in base}
    for name in state.value.keys() | base.keys():
        if name not in state.value:
            new[name] = effective((name,), state.spec)
        elif name not in merged or key(merged[name]) != key(state.value[name]):
            new[name] = state.value[name]
    return new


def _rewritten(text: str, old: Any, new: Any) -> str | None:
    from levit_explore.explorer.in_place import rewritten  # which nobody needs before a file is written

    try:
        return rewritten(text, old, new)
    except (ValueError, yaml.YAMLError):  # parts of it stand for several fields, or only the reader's parser takes it
        return None


def _wholes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields as they were, None where they differ, so that each is written anew as a whole."""
    return {name: item if name in new and key(item) == key(new[name]) else None for name, item in old.items()}


def _reads_as(text: str, base: Value, state: State) -> bool:
    """Whether a spec file of this text, with what it extends below it, is the state's spec."""
    try:
        own = read_yaml(text.encode(errors="surrogatepass"), state.source)
        fields = {name: item for name, item in own.value.items() if name != "extends"}
        return parse(merge(Document(base, {}), replace(own, value=fields)), state.name) == state.spec
    except SpecError:
        return False
