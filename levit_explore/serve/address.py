"""A state as the query of an address: what was set and what was left out, relative to the source that is served."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias
from urllib.parse import parse_qsl, urlencode

from levit_explore.errors import SpecError
from levit_explore.explorer.differences import Value, at, differing, has
from levit_explore.explorer.fields import typed
from levit_explore.spec.document import Document, assign
from levit_explore.spec.reader import read_value
from levit_explore.spec.rules import Path
from levit_explore.spec.words import quoted

LONGEST = 64 * 1024  # bytes of a query
_MOST = 500  # parts of an address
_MANY = 200  # edits of stages, beyond which all stages are written whole
_PINNED = "b."  # before the names of the pinned spec's parts
_OWN = ("name", "source")  # what says nothing of the network
_Part: TypeAlias = tuple[str, str]


def query(base: Value, value: Value, pinned: Value | None = None, convention: str = "levit") -> str:
    """The query of the address that stands for a state; empty where nothing differs from the source.

    >>> query({"stages": [{"depth": 4}]}, {"stages": [{"depth": 5}]})
    'set=stages.0.depth%3D5'
    """
    parts = [*_parts(base, value)]
    if pinned is not None:
        parts += [("b", "1"), *((_PINNED + name, words) for name, words in _parts(base, pinned))]
    if convention != "levit":
        parts.append(("convention", convention))
    return urlencode(parts)


def read(base: Value, words: str) -> tuple[Value, Value | None, str]:
    """The value, the pinned value and the convention that a query stands for; the values may be unsound.

    Raises SpecError for what is no edit of the base.
    """
    try:
        parts = parse_qsl(words, keep_blank_values=True, max_num_fields=_MOST)
    except ValueError:
        raise SpecError(f"the address: has more than {_MOST} parts") from None
    named = dict(parts)
    pinned = [(name.removeprefix(_PINNED), text) for name, text in parts if name.startswith(_PINNED)]
    return _edited(base, parts), _edited(base, pinned) if "b" in named else None, named.get("convention", "levit")


def _parts(base: Value, value: Value) -> Iterator[_Part]:
    paths = [path for path in differing(base, value) if path[0] != "published"]
    inside = [path for path in paths if path[0] == "stages"]
    if len(inside) > _MANY or any(len(path) == 2 for path in inside):  # or a stage more or less
        paths = [("stages",), *(path for path in paths if path[0] != "stages")]
    for path in (path for path in paths if not any(path[:length] in paths for length in range(1, len(path)))):
        name = ".".join(str(key) for key in path)
        yield ("set", f"{name}={typed(at(value, path))}") if has(value, path) else ("unset", name)


def _edited(base: Value, parts: Sequence[_Part]) -> Value:
    """The base with parts carried out; what a paper prints is true of an unedited network alone."""
    value: Value = base
    for name, words in parts:
        if name == "set":
            field, equals, text = words.partition("=")
            place = f"the address: set={quoted(words)}"
            if not equals or not all(field.split(".")):
                raise SpecError(f"{place}: an edit is PATH=VALUE, such as stages.1.depth=5")
            value = assign(Document(value, {}), _path(field), read_value(text, place), place).value
        elif name == "unset":
            value = _without(value, _path(words))
    same = all(path[0] in _OWN for path in differing(base, value))
    return value if same else _without(value, ("published",))


def _without(value: Value, path: Path) -> Value:
    """Nested fields without what stands at `path`, if anything does there."""
    if not has(value, path):
        return value
    *around, last = path
    whole = at(value, tuple(around))
    if not isinstance(whole, dict):
        raise SpecError(f"the address: unset={quoted('.'.join(map(str, path)))}: only a field can be left out")
    kept = {key: item for key, item in whole.items() if key != last}
    left: Value = assign(Document(value, {}), tuple(around), kept, "the address").value if around else kept
    return left


def _path(field: str) -> Path:
    return tuple(int(name) if name.isdecimal() and len(name) < 10 else name for name in field.split("."))
