"""Where two mappings of fields differ, as paths."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from levit_explore.spec.rules import Path

Value: TypeAlias = Mapping[str, Any]  # a spec's fields as they are written, never changed in place


def differing(before: Any, after: Any, path: Path = ()) -> Iterator[Path]:
    """The paths whose values differ; of a stage or a downsample that only one has, its own path and its fields'.

    >>> list(differing({"stages": [{"depth": 2, "heads": 4}]}, {"stages": [{"depth": 3, "heads": 4}]}))
    [('stages', 0, 'depth')]
    """
    old, new = _parts(before), _parts(after)
    if old is None or new is None:
        if before != after:
            yield path
            yield from (inner for inner in _inside(new if old is None else old, path))
        return
    for key in old | new:
        if key in old and key in new:
            yield from differing(old[key], new[key], (*path, key))
        else:
            yield (*path, key)
            yield from _inside(_parts((old | new)[key]), (*path, key))


def has(value: Any, path: Path) -> bool:
    """Whether `path` is written out in nested mappings and lists."""
    for key in path:
        parts = _items(value)
        if key not in parts:
            return False
        value = parts[key]
    return True


def at(value: Any, path: Path) -> Any:
    """What stands at `path` in nested mappings and lists; None where nothing does."""
    for key in path:
        value = _items(value).get(key)
    return value


def _items(value: Any) -> dict[Any, Any]:
    match value:
        case Mapping():
            return dict(value)
        case list():
            return dict(enumerate(value))
        case _:
            return {}


def _parts(value: Any) -> dict[Any, Any] | None:
    """What a value is compared by: the fields of a mapping, the entries of a list of mappings; None for one value."""
    whole = isinstance(value, list) and not (value and isinstance(value[0], Mapping))
    return None if whole or not isinstance(value, Mapping | list) else _items(value)


def _inside(parts: dict[Any, Any] | None, path: Path) -> Iterator[Path]:
    for key, value in (parts or {}).items():
        yield (*path, key)
        yield from _inside(_parts(value), (*path, key))
