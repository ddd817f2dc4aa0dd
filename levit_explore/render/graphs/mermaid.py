"""A graph as a Mermaid flowchart, which GitHub and others draw where it stands in a Markdown file.

GitHub draws up to 500 edges and 50,000 characters: enough for every published model by op, but not for many stages, and
not for many blocks where every repetition is drawn. Entities and comments are those of
https://mermaid.js.org/syntax/flowchart.html.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from levit_explore.analysis.graph import Graph
from levit_explore.analysis.parts import Box, Cluster, Edge
from levit_explore.render.graphs.colors import BORDER, INK, Color
from levit_explore.render.graphs.direction import Direction
from levit_explore.render.graphs.labels import cost, name, place, traits
from levit_explore.render.graphs.looks import look
from levit_explore.render.sheet import shape, text

MOST_EDGES, MOST_CHARACTERS = 500, 50_000  # maxEdges and maxTextSize of Mermaid, which GitHub leaves as they are
_LONGEST = 200  # characters of a text
_CONFIG = "{flowchart: {wrappingWidth: 400, subGraphTitleMargin: {bottom: 12}}}"  # labels have their own line ends


def mermaid(graph: Graph, color: Color = Color.ROLE, direction: Direction = Direction.TB) -> str:
    """A graph as the source of a flowchart; above each node and subgraph stands its path as a comment."""
    seen = look(graph, color)
    title = f"title: {_yaml(f'{seen.title}: {seen.notes[0]}')}"
    head = ["---", title, f"config: {_CONFIG}", "---", f"flowchart {direction.value}"]
    ids = {box.path: f"n{index}" for index, box in enumerate(graph.boxes)}
    edges = (_edge(edge, ids) for edge in graph.edges)
    notes = (_comment(note) for note in seen.notes[1:])
    body = [*notes, *_inside("", graph, ids), *edges, *_classes(graph, color, seen.fills, ids)]
    return "\n".join([*head, *(f"  {line}" for line in body)]) + "\n"


def too_large(graph: Graph, source: str) -> str | None:
    """What to tell of a flowchart that is larger than GitHub draws; None for one that is not."""
    if len(graph.edges) <= MOST_EDGES and len(source) <= MOST_CHARACTERS:
        return None
    has, draws = (len(source), len(graph.edges)), (MOST_CHARACTERS, MOST_EDGES)
    sizes = ["{:,} characters and {:,} edges".format(*counts) for counts in (has, draws)]
    return f"this flowchart has {sizes[0]}, and GitHub draws up to {sizes[1]}: choose a coarser --level, or no --expand"


def _inside(around: str, graph: Graph, ids: dict[str, str]) -> Iterator[str]:
    """The nodes and subgraphs in the cluster `around`, or outside all of them."""
    for box in graph.boxes:
        if box.cluster == around:
            yield _comment(box.path)
            yield _node(box, ids[box.path])
    for index, cluster in enumerate(graph.clusters):
        if cluster.cluster == around:
            yield _comment(cluster.path)
            yield f"subgraph c{index}[{_label([_title(cluster)])}]"
            yield from (f"  {line}" for line in _inside(cluster.path, graph, ids))
            yield "end"


def _node(box: Box, node: str) -> str:
    words = filter(None, (name(box), place(box), traits(box), cost(box)))
    return f'{node}(("+"))' if box.kind == "add" else f"{node}[{_label(words)}]"


def _title(cluster: Cluster) -> str:
    """A repeated block says how often; anything else what it is and costs."""
    return f"x{cluster.times}" if cluster.times != 1 else ": ".join(filter(None, (name(cluster), cost(cluster))))


def _edge(edge: Edge, ids: dict[str, str]) -> str:
    arrow = "-.->" if edge.skip else "-->"
    return f"{ids[edge.source]} {arrow}|{_label([shape(edge.shape)])}| {ids[edge.target]}"  # type: ignore[arg-type]


def _classes(graph: Graph, color: Color, fills: Mapping[str, str], ids: dict[str, str]) -> Iterator[str]:
    """A class for every fill, called by its role where it stands for one, and one for all subgraphs."""
    groups: dict[str, list[Box]] = {}
    for box in graph.boxes:
        groups.setdefault(fills[box.path], []).append(box)
    for index, (fill, boxes) in enumerate(groups.items()):
        called = boxes[0].role if color is Color.ROLE else f"share{index}"
        yield f"classDef {called} fill:{fill},stroke:{BORDER},color:{INK}"
        yield f"class {','.join(ids[box.path] for box in boxes)} {called}"
    if graph.clusters:
        yield f"classDef around fill:none,stroke:{BORDER}"
        yield f"class {','.join(f'c{index}' for index in range(len(graph.clusters)))} around"


def _label(words: Iterable[str]) -> str:
    """Lines of text as a quoted string."""
    return '"' + "<br/>".join(_escaped(line) for line in words) + '"'


def _comment(words: str) -> str:
    return f"%% {_escaped(words)}"


def _escaped(words: str) -> str:
    """Text in which only letters, digits and harmless signs stand for themselves.

    >>> _escaped('a "b" %%{c}')
    'a #34;b#34; #37;#37;#123;c#125;'
    """
    return re.sub(r"[^A-Za-z0-9 .,:()+/_-]", lambda sign: f"#{ord(sign[0])};", text(words)[:_LONGEST])


def _yaml(words: str) -> str:
    """Text as a quoted YAML string, without what Mermaid would read in it before YAML does."""
    return json.dumps(text(words), ensure_ascii=False).replace("%", r"\u0025").replace("<", r"\u003c")
