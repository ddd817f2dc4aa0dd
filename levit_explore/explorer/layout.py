"""Where the parts of YAML text stand, and how new ones are written beside them."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from levit_explore.explorer.fields import typed
from levit_explore.explorer.json_text import is_json, json_text
from levit_explore.spec.fields import Downsample, Spec, Stage

_BREAK = re.compile("[\r\n\x85\u2028\u2029]")
_DASH = re.compile("[\r\n\x85\u2028\u2029][ ]*(-)(?=\\s)")
# the order of the format, in which new fields are put among those that are there
_ORDER = ["extends", "kind", *(field.name for data in (Spec, Stage, Downsample) for field in dataclasses.fields(data))]


@dataclass(frozen=True)
class Entry:
    """A field of a mapping or an entry of a list: from where to where it stands, its key or dash included."""

    name: str
    node: Any  # its value
    start: int
    end: int
    column: int  # of the key or the dash


class Layout:
    """The text, and the places in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.json = is_json(text)
        self.newline = next((end for end in ("\r\n", "\n", "\r") if end in text), "\n")

    def end(self, node: yaml.Node) -> int:
        """The index behind a node's last character; comments and line ends after it are not the node's."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self.end(last[1] if isinstance(last, tuple) else last)
        return node.start_mark.index + len(self.text[node.start_mark.index : node.end_mark.index].rstrip())

    def line_end(self, index: int) -> int:
        """The index of the end of the line that `index` stands on."""
        found = _BREAK.search(self.text, index)
        return found.start() if found else len(self.text)

    def next_line(self, index: int) -> int:
        """The index of the line after that of `index`; the end of the text where there is none."""
        stop = self.line_end(index)
        return min(stop + (2 if self.text[stop : stop + 2] == "\r\n" else 1), len(self.text))

    def line_start(self, index: int) -> int:
        """The index of the beginning of the line that `index` stands on."""
        return max(self.text.rfind(mark, 0, index) for mark in "\r\n\x85\u2028\u2029") + 1

    def removal(self, node: yaml.CollectionNode, places: list[Entry], first: int, last: int) -> tuple[int, int]:
        """From where to where text goes with the entries from `first` to `last`, which in block style are one."""
        start, end = places[first].start, places[last].end
        follows = places[last + 1].start if last + 1 < len(places) else None
        line = self.line_start(start)
        if not node.flow_style and not self.text[line:start].strip(" "):  # on lines of its own
            stop = self.next_line(end)
            return self._with_comments(line, stop, places[first].column) if places[first].name == "-" else (line, stop)
        if follows is not None:
            return start, follows
        return (places[first - 1].end, end) if first else (start, end)

    def _with_comments(self, line: int, stop: int, column: int) -> tuple[int, int]:
        """The lines of an entry whose dash is at `column`, with the comments that touch it.

        Above it those that are no further to the right than the dash, below it those that are, as its fields are.
        """
        while (above := self._line_before(line)) < line and _comment(self.text[above:line]) in range(column + 1):
            line = above
        while _comment(self.text[stop : self.line_end(stop)]) > column:
            stop = self.next_line(stop)
        return line, stop

    def _line_before(self, line: int) -> int:
        """The index of the line before the one that begins at `line`; that one's own where it is the first."""
        last = line - (2 if self.text[max(line - 2, 0) : line] == "\r\n" else 1)
        return self.line_start(last) if line else line

    def inline(self, value: Any) -> str:
        """A value in flow style, safe in any place; in JSON as JSON."""
        return json_text(value) if self.json else typed([value])[1:-1]

    def field(self, name: str, value: Any) -> str:
        """A field of a mapping."""
        return f"{self.inline(name) if self.json else name}: {self.inline(value)}"

    def item(self, value: Any, like: Entry) -> str:
        """An entry of a list in the style of another."""
        block = isinstance(like.node, yaml.MappingNode) and not like.node.flow_style
        if like.name == "-" and isinstance(value, Mapping) and block:
            column = like.node.value[0][0].start_mark.column
            indent = self.newline + " " * column
            space = max(column - like.column - 1, 1)
            return f"-{' ' * space}{indent.join(self.field(name, item) for name, item in value.items())}"
        return ("- " if like.name == "-" else "") + self.inline(value)

    def rank(self, name: str) -> int:
        """The place of a field in the order of the format."""
        return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _comment(line: str) -> int:
    """The column that a comment on a line of its own begins at; -1 where the line is none."""
    return len(line) - len(line.lstrip(" ")) if line.lstrip(" ").startswith("#") else -1


def entries(node: yaml.CollectionNode, layout: Layout) -> list[Entry]:
    """The fields of a mapping, or the entries of a list, whose name is "-" where each has a dash."""
    found: list[Entry] = []
    for part in node.value:
        name, start, value = "", part, part
        if isinstance(part, tuple):
            start, value = part
            name = start.value
        index, column = start.start_mark.index, start.start_mark.column
        if not isinstance(part, tuple) and not node.flow_style:
            name, column = "-", node.start_mark.column
            dash = _DASH.search(layout.text, found[-1].end) if found else None
            index = dash.start(1) if dash else node.start_mark.index
        found.append(Entry(name, value, index, layout.end(value), column))
    return found
