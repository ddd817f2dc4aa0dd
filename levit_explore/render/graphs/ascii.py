"""A graph for a terminal of 80 columns: boxes from top to bottom with what each costs, in plain ASCII.

Two boxes that take the same, such as the two heads, stand side by side. What does not come from the line above is named
in the box that takes it, so that every edge of any graph is seen.
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from levit_explore.analysis.graph import Graph
from levit_explore.analysis.parts import Box, Edge
from levit_explore.render.graphs.labels import share
from levit_explore.render.sheet import heading, shape, si, text

WIDTH = 80
_INNER = 38  # of a box alone on its line
_HALF = 35  # of one of two
_BAR = 12
_INDENT = "    "  # before an arrow
_HEAD = f"{'':{_INNER + 4}} {'FLOPs':>6}  {'share':>6}  {'params':>6}"


@dataclass(frozen=True)
class _Line:
    """A box, or two side by side that take the same."""

    boxes: tuple[Box, ...]
    drawn: tuple[Edge, ...]  # as arrows, one from every box of the line above or none at all
    named: tuple[Edge, ...]  # in words


def ascii_boxes(graph: Graph) -> str:
    """A graph as lines of at most 80 ASCII characters; what a box costs is for all its repetitions."""
    longest = max((box.cost.share for box in graph.boxes), default=0.0) or 1.0
    lines = [_title(graph), *_notes(graph), "", _HEAD]
    for line in _lines(graph):
        if line.boxes[0] is not graph.boxes[0]:
            lines += _arrows(line)
        lines += _beside(line) if len(line.boxes) > 1 else _alone(line, longest)
    return "".join(f"{line[:WIDTH].rstrip()}\n" for line in lines)


def _title(graph: Graph) -> str:
    costs = f": {si(graph.flops)} FLOPs under {graph.convention}, {si(graph.params)} params"
    return _begin(heading(graph.plan.spec), WIDTH - len(costs)) + costs


def _notes(graph: Graph) -> list[str]:
    """What marks in the boxes mean, where there are any."""
    repeated = any(_times(box) > 1 for box in graph.boxes)
    skips = any(edge.skip for edge in graph.edges)
    return ["xN: runs N times; what it costs is for all of them."] * repeated + ["+: the way past a branch."] * skips


def _lines(graph: Graph) -> Iterator[_Line]:
    """The boxes line by line, in the order they run."""
    taken = {box.path: [edge for edge in graph.edges if edge.target == box.path] for box in graph.boxes}
    boxes, above = list(graph.boxes), tuple[Box, ...]()
    while boxes:
        row = tuple(boxes[: 2 if _parallel(boxes, taken) else 1])
        edges = taken[row[0].path]
        drawn = tuple(
            edge for box in above for edge in [edge for edge in edges if edge.source == box.path and not edge.skip][:1]
        )
        if len(drawn) < len(above):
            drawn = ()  # an arrow from one of two would be read as one from both
        yield _Line(row, drawn, tuple(edge for edge in edges if edge not in drawn))
        boxes, above = boxes[len(row) :], row


def _parallel(boxes: Sequence[Box], taken: Mapping[str, Sequence[Edge]]) -> bool:
    """Whether the first two boxes take one and the same result."""
    sources = [[edge.source for edge in taken[box.path]] for box in boxes[:2]]
    return len(sources) == 2 and sources[0] == sources[1] and len(sources[0]) == 1


def _arrows(line: _Line) -> list[str]:
    """The lines above the boxes of a line."""
    shapes = [f"{_INDENT}| {_shape(edge)}" for edge in line.drawn]
    second = _HALF + 6  # columns from a box to the one beside it
    fork = f"{_INDENT}+{'-' * (second - 1)}+"
    match len(line.drawn), len(line.boxes):
        case 0, _:
            return [""]
        case 2, _:
            return [f"{shapes[0]:<{second}}{shapes[1]}", fork, f"{_INDENT}v"]
        case _, 2:
            return [shapes[0], fork, f"{_INDENT}v{'v':>{second}}"]
        case _:
            return [shapes[0], f"{_INDENT}v"]


def _alone(line: _Line, longest: float) -> list[str]:
    """A box with what it costs at its right."""
    (box,) = line.boxes
    border = f"+{'-' * (_INNER + 2)}+"
    first, *rest = _content(box, line.named, _INNER)
    return [border, f"| {first} | {_costs(box, longest)}", *(f"| {words} |" for words in rest), border]


def _costs(box: Box, longest: float) -> str:
    flops, part, params = _all(box)
    bar = "#" * round(box.cost.share / longest * _BAR)
    return f"{flops:>6}  {part:>6}  {params:>6}  {bar}" if _any(box) else ""


def _beside(line: _Line) -> list[str]:
    """Two boxes with what they cost inside."""
    left, right = (_content(box, line.named, _HALF, costs=True) for box in line.boxes)
    longer = max(len(left), len(right))
    left, right = (lines + [" " * _HALF] * (longer - len(lines)) for lines in (left, right))
    border = f"+{'-' * (_HALF + 2)}+"
    return [
        f"{border}  {border}",
        *(f"| {a} |  | {b} |" for a, b in zip(left, right, strict=True)),
        f"{border}  {border}",
    ]


def _content(box: Box, named: Sequence[Edge], width: int, costs: bool = False) -> list[str]:
    """What stands in a box: its path and how often it runs, what it is, and what it takes from elsewhere."""
    repeats = f"  x{_times(box)}" if _times(box) > 1 else ""
    lines = [_end(box.path, width - len(repeats)).ljust(width - len(repeats)) + repeats]
    lines += [words.replace("\0", " ") for words in textwrap.wrap(_words(box), width)]
    for edge in named:
        sign, passed = "+ " if edge.skip else "from ", f", {_shape(edge)}"
        lines.append(sign + _end(edge.source, width - len(sign + passed)) + passed)
    if costs and _any(box):
        lines.append("{} FLOPs, {}, {} params".format(*_all(box)))
    return [line.ljust(width) for line in lines]


def _words(box: Box) -> str:
    """What a box is, where its path does not end in that, and its sizes; the name of a size stays beside it."""
    sizes = [f"{_ascii(name)}\0{_ascii(size)}" for name, size in box.traits.items() if name != "depth"]
    return ", ".join([_ascii(box.kind)] * (box.kind not in box.path.split(".")[-1]) + sizes)


def _times(box: Box) -> int:
    """How often what a box shows is run: the box itself, or the blocks in it."""
    return box.times * int(box.traits.get("depth", 1))


def _all(box: Box) -> tuple[str, str, str]:
    """FLOPs, share and params of all repetitions of a box."""
    return si(box.cost.flops * box.times), share(box), si(box.cost.params * box.times)


def _any(box: Box) -> bool:
    return bool(box.cost.flops or box.cost.params)


def _shape(edge: Edge) -> str:
    return shape(edge.shape)  # type: ignore[arg-type]


def _begin(words: str, width: int) -> str:
    """Text in ASCII, its end left out where it is too long."""
    plain = _ascii(words)
    return plain if len(plain) <= width else f"{plain[: width - 3]}..."


def _end(path: str, width: int) -> str:
    """A path in ASCII, its beginning left out where it is too long."""
    plain = _ascii(path)
    return plain if len(plain) <= width else f"...{plain[3 - width :]}"


def _ascii(words: object) -> str:
    return text(words).encode("ascii", "backslashreplace").decode()
