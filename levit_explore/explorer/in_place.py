"""YAML text changed where its values change, and nowhere else: comments, order and style stay as they are written."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from levit_explore.explorer.layout import Entry, Layout, entries
from levit_explore.explorer.state import key

_LOADER = yaml.SafeLoader  # of its marks, `index` counts the characters of a Python string


@dataclass(frozen=True, order=True)
class Patch:
    """Text put in the place of what stands from `start` to before `end`.

    In their order, of several insertions between two lines the more indented comes first, as it must.
    """

    start: int
    end: int
    text: str


def rewritten(text: str, old: Any, new: Any) -> str:
    """`text`, which reads as `old`, changed so that it reads as `new`, if no part of it stands for several.

    Raises ValueError where two changes are of the same text, as they may be where aliases are used.
    """
    node: Any = yaml.compose(text, Loader=_LOADER)
    result, rest = [], 0
    for patch in sorted(set(_patches(node, old, new, Layout(text)))):
        if patch.start < rest:
            raise ValueError(f"changes overlap at {patch.start}")
        result += [text[rest : patch.start], patch.text]
        rest = patch.end
    return "".join([*result, text[rest:]])


def _patches(node: yaml.Node, old: Any, new: Any, layout: Layout) -> Iterator[Patch]:
    """The changes that make a node which reads as `old` read as `new`."""
    if key(old) == key(new):
        return
    match node, old, new:
        case yaml.MappingNode(), Mapping(), Mapping() if old.keys() & new.keys():
            yield from _mapping(node, old, new, layout)
        case yaml.SequenceNode(), list(), list() if old and new:
            yield from _sequence(node, old, new, layout)
        case _:
            yield Patch(node.start_mark.index, layout.end(node), layout.inline(new))


def _mapping(node: yaml.MappingNode, old: Any, new: Any, layout: Layout) -> Iterator[Patch]:
    places = entries(node, layout)
    kept = [place for place in places if place.name in new]
    for place in kept:
        yield from _patches(place.node, old[place.name], new[place.name], layout)
    for run in _runs([place.name not in new for place in places]):
        yield Patch(*layout.removal(node, places, *run), "")
    added: dict[int, list[str]] = {}
    for name in sorted(new.keys() - old.keys(), key=layout.rank):
        before = [index for index, place in enumerate(kept) if layout.rank(place.name) < layout.rank(name)]
        added.setdefault(before[-1] if before else -1, []).append(layout.field(name, new[name]))
    for after, texts in added.items():
        yield _insertion(node, kept, after, texts, layout)


def _sequence(node: yaml.SequenceNode, old: list[Any], new: list[Any], layout: Layout) -> Iterator[Patch]:
    places = entries(node, layout)
    gone, added, last = [False] * len(old), dict[int, list[str]](), -1
    for before, after in _pairs(old, new):
        if after is None:
            gone[before or 0] = True
        elif before is None:
            added.setdefault(last, []).append(layout.item(new[after], places[max(last, 0)]))
        else:
            last = before
            yield from _patches(places[before].node, old[before], new[after], layout)
    for run in _runs(gone):
        yield Patch(*layout.removal(node, places, *run), "")
    for index, texts in added.items():
        yield _insertion(node, places, index, texts, layout)


def _insertion(node: yaml.CollectionNode, places: list[Entry], after: int, texts: list[str], layout: Layout) -> Patch:
    """New entries behind the one at `after`, or before all where that is -1."""
    indent = " " * places[0].column
    between = ", " if node.flow_style else layout.newline + indent
    if after < 0:
        return Patch(places[0].start, places[0].start, "".join(f"{text}{between}" for text in texts))
    spot = places[after].end if node.flow_style else layout.next_line(places[after].end)
    if node.flow_style or layout.line_end(places[after].end) == spot:  # without a line behind it
        return Patch(spot, spot, "".join(f"{between}{text}" for text in texts))
    return Patch(spot, spot, "".join(f"{indent}{text}{layout.newline}" for text in texts))


def _pairs(old: list[Any], new: list[Any]) -> list[tuple[int | None, int | None]]:
    """Which entry of one list became which of the other, in order; None for what was added or removed."""
    pairs: list[tuple[int | None, int | None]] = []
    matcher = difflib.SequenceMatcher(None, [key(item) for item in old], [key(item) for item in new], autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        few, more = sorted((b - a, d - c))
        agree = [_alike(old[a:b], new[c:d], by) for by in range(more - few + 1)]
        shift = agree.index(max(agree))
        from_old, from_new = (a + shift, c) if b - a > d - c else (a, c + shift)
        pairs += [(index, None) for index in range(a, from_old)] + [(None, index) for index in range(c, from_new)]
        pairs += [(from_old + step, from_new + step) for step in range(few)]
        pairs += [(index, None) for index in range(from_old + few, b)]
        pairs += [(None, index) for index in range(from_new + few, d)]
    return pairs


def _alike(old: list[Any], new: list[Any], by: int) -> int:
    """How many fields agree where the longer list is moved by so many entries."""
    shorter, longer = sorted((old, new), key=len)
    return sum(len(_fields(one) & _fields(other)) for one, other in zip(longer[by:], shorter, strict=False))


def _fields(item: Any) -> set[tuple[str, str]]:
    return {(name, key(value)) for name, value in item.items()} if isinstance(item, Mapping) else set()


def _runs(marks: list[bool]) -> Iterator[tuple[int, int]]:
    """The first and last index of each unbroken run of marked entries."""
    start = None
    for index, mark in enumerate([*marks, False]):
        if mark and start is None:
            start = index
        elif not mark and start is not None:
            yield start, index - 1
            start = None
