"""YAML text changed where its values change, and nowhere else: comments, order and style stay as they are written."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

import yaml

from levit_explore.explorer.layout import Entry, Layout, entries
from levit_explore.explorer.state import key


class Alias(yaml.Node):
    """The place of an alias such as `*first`, which reads as the node that it stands for."""

    def __init__(self, target: yaml.Node, event: Any) -> None:
        super().__init__(target.tag, target.value, event.start_mark, event.end_mark)
        self.target = target


class _Composer(yaml.SafeLoader):  # of its marks, `index` counts the characters of a Python string
    """Composes an alias as a node of its own place."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        events: Any = self  # its methods have no types
        if not events.check_event(yaml.AliasEvent):
            return super().compose_node(parent, index)
        event = events.get_event()
        return Alias(self.anchors[event.anchor], event)


@dataclass(frozen=True, order=True)
class Patch:
    """Text put in the place of what stands from `start` to before `end`.

    In their order, of several insertions between two lines the more indented comes first, as it must.
    """

    start: int
    end: int
    text: str


def rewritten(text: str, old: Any, new: Any) -> str:
    """`text`, which reads as `old`, changed so that it reads as `new`.

    An alias stays where it still says what it must, and is written out elsewhere. Raises ValueError where two changes
    are of the same text.
    """
    node: Any = yaml.compose(text, Loader=_Composer)
    result, rest = [], 0
    for patch in sorted(_patches(node, old, new, _Written(Layout(text)))):
        if patch.start < rest:
            raise ValueError(f"changes overlap at {patch.start}")
        result += [text[rest : patch.start], patch.text]
        rest = patch.end
    return "".join([*result, text[rest:]])


@dataclass(frozen=True)
class _Written:
    """The text, and what the nodes that stay in it read as afterwards, those before an alias before it."""

    layout: Layout
    reads: dict[yaml.Node, str] = field(default_factory=dict)


def _patches(node: yaml.Node, old: Any, new: Any, written: _Written) -> Iterator[Patch]:
    """The changes that make a node which reads as `old` read as `new`."""
    match node, old, new:
        case Alias(target=target), _, _ if written.reads.get(target) == key(new):
            return
        case yaml.MappingNode(), Mapping(), Mapping() if old.keys() & new.keys():
            yield from _mapping(node, old, new, written)
        case yaml.SequenceNode(), list(), list() if old and new:
            yield from _sequence(node, old, new, written)
        case yaml.Node(), _, _ if isinstance(node, Alias) or key(old) != key(new):
            start, end = node.start_mark.index, written.layout.end(node)
            yield Patch(start, end, (" " if start == end else "") + written.layout.inline(new))
            return
    written.reads[node] = key(new)


def _mapping(node: yaml.MappingNode, old: Any, new: Any, written: _Written) -> Iterator[Patch]:
    layout = written.layout
    places = entries(node, layout)
    kept = [place for place in places if place.name in new]
    for place in kept:
        yield from _patches(place.node, old[place.name], new[place.name], written)
    for run in _runs(node, [place.name not in new for place in places]):
        yield Patch(*layout.removal(node, places, *run), "")
    added: dict[int, list[str]] = {}
    for name in sorted(new.keys() - old.keys(), key=layout.rank):
        before = [index for index, place in enumerate(kept) if layout.rank(place.name) < layout.rank(name)]
        added.setdefault(before[-1] if before else -1, []).append(layout.field(name, new[name]))
    for after, texts in added.items():
        yield _insertion(node, kept, after, texts, layout)


def _sequence(node: yaml.SequenceNode, old: list[Any], new: list[Any], written: _Written) -> Iterator[Patch]:
    layout = written.layout
    places = entries(node, layout)
    gone, added, last = [False] * len(old), dict[int, list[str]](), -1
    for before, after in _pairs(old, new):
        if after is None:
            gone[before or 0] = True
        elif before is None:
            added.setdefault(last, []).append(layout.item(new[after], places[max(last, 0)]))
        else:
            last = before
            yield from _patches(places[before].node, old[before], new[after], written)
    for run in _runs(node, gone):
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
    keys, new_keys = ([key(item) for item in items] for items in (old, new))
    alike = (one == other for one, other in zip(keys, new_keys, strict=False))
    same = sum(1 for _ in takewhile(bool, alike))  # of several like entries the first ones stay
    pairs: list[tuple[int | None, int | None]] = [(index, index) for index in range(same)]
    for _, *bounds in difflib.SequenceMatcher(None, keys[same:], new_keys[same:], autojunk=False).get_opcodes():
        a, b, c, d = (bound + same for bound in bounds)
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


def _runs(node: yaml.CollectionNode, marks: list[bool]) -> Iterator[tuple[int, int]]:
    """The first and last index of each unbroken run of marked entries; in block style each by itself."""
    start = None
    for index, mark in enumerate([*marks, False]):
        if start is not None and not (mark and node.flow_style):
            yield start, index - 1
            start = None
        if mark and start is None:
            start = index
