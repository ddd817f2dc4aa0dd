"""A graph in DOT, the language of Graphviz: boxes with names and costs, stages as clusters, skips as dashed edges."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import TypeAlias

import graphviz

from levit_explore.analysis.graph import Graph
from levit_explore.analysis.parts import Box, Cluster, Edge
from levit_explore.render.graphs.colors import ASIDE, BORDER, FAINT, INK, LINE, OUTSIDE, Color
from levit_explore.render.graphs.direction import Direction
from levit_explore.render.graphs.labels import BLOCKS, NARROW, WIDE, beside, lines, name, place, share, tooltip, wrapped
from levit_explore.render.graphs.looks import Look, Mark, Swatch, look
from levit_explore.render.graphs.places import by_the_head, corners, straight
from levit_explore.render.sheet import shape, text

__all__ = ["Direction", "dot", "edge_id", "source"]

_FONT = "Helvetica"  # graphviz-pure knows how wide its letters are
_BIG, _NAME, _INNER, _SMALL = "13", "11", "10", "9"  # points; 9 points are 12 pixels
_WIDTH = "3.2"  # inches, at least, of a block above its cluster's label: what leaves its middle passes by that
_NOTHING = Mark()
_Known: TypeAlias = Mapping[str, dict[str, str]]  # attributes by path


def dot(graph: Graph, color: Color = Color.ROLE, direction: Direction = Direction.TB) -> str:
    """A graph as DOT source, every node, edge and cluster with its path as id and a tooltip."""
    return source(graph, look(graph, color), direction)


def source(graph: Graph, look: Look, direction: Direction = Direction.TB) -> str:
    """A graph painted as `look` says, as DOT source."""
    drawing = graphviz.Digraph(
        "network",
        graph_attr=_page(look, direction),
        node_attr={"fontname": _FONT, "fontsize": _NAME, "fontcolor": INK, "color": BORDER, "height": "0.3"}
        | {"shape": "box", "style": "filled,rounded", "margin": "0.1,0.03"},
        edge_attr={"fontname": _FONT, "fontsize": _SMALL, "fontcolor": ASIDE, "color": LINE, "arrowsize": "0.6"},
    )
    down = direction is Direction.TB
    places = corners(graph, direction)
    boxes = {box.path: _node(box, look, WIDE if down else NARROW) for box in graph.boxes}
    for box in graph.boxes:
        if box.kind in BLOCKS and places.get(box.cluster, {}).get("labelloc") == "b":
            boxes[box.path]["width"] = _WIDTH
    clusters = {cluster.path: _cluster(cluster, look) | places[cluster.path] for cluster in graph.clusters}
    _fill(drawing, "", graph, boxes, clusters)
    roomy = straight(graph) if down else frozenset()
    for edge in graph.edges:
        mark = look.marks.get(edge_id(edge), _NOTHING)
        drawing.edge(edge.source, edge.target, **_edge(edge, mark, edge in roomy, down))
    return str(drawing.source)


def edge_id(edge: Edge) -> str:
    """What an edge is called: "stem->pool", or "stem->pool:skip" for the way past a branch."""
    return f"{edge.source}->{edge.target}{':skip' if edge.skip else ''}"


def _page(look: Look, direction: Direction) -> dict[str, str]:
    return {
        "rankdir": direction.value,
        "bgcolor": "transparent",
        "fontname": _FONT,
        "fontsize": _NAME,
        "fontcolor": OUTSIDE,
        "label": _heading(look),
        "labelloc": "t",
        "tooltip": graphviz.escape(text(look.title)),
        "nodesep": "0.15",
        "ranksep": "0.14",
        "pad": "0.1",
    }


def _heading(look: Look) -> str:
    """The title with its notes and the legend."""
    rows = [_row(_font(look.title, _BIG, OUTSIDE, bold=True))]
    rows += [_row(_font(note, _SMALL, ASIDE)) for note in look.notes]
    swatches = "".join(_swatch(swatch) for swatch in look.legend)
    legend = f'<TABLE BORDER="0" CELLSPACING="3" CELLPADDING="3"><TR>{swatches}</TR></TABLE>'
    return _table([*rows, _row(legend)])


def _swatch(swatch: Swatch) -> str:
    style = ' STYLE="dashed"' if swatch.dashed else ""
    words = _font(swatch.words, _SMALL, INK)
    return f'<TD BORDER="1" COLOR="{BORDER}" BGCOLOR="{swatch.fill}"{style}>{words}</TD>'


def _fill(drawing: graphviz.Digraph, around: str, graph: Graph, boxes: _Known, clusters: _Known) -> None:
    """Adds what stands in the cluster `around`, or outside all of them, in the order that it runs."""
    for box in graph.boxes:
        if box.cluster == around:
            drawing.node(box.path, **boxes[box.path])
    for cluster in graph.clusters:
        if cluster.cluster == around:
            with drawing.subgraph(name=f"cluster_{cluster.path}", graph_attr=clusters[cluster.path]) as inner:
                _fill(inner, cluster.path, graph, boxes, clusters)


def _node(box: Box, look: Look, width: int) -> dict[str, str]:
    mark = look.marks.get(box.path, _NOTHING)
    known = _known(box.path, (tooltip(box), *mark.words, *mark.more)) | _line(mark)
    known |= {"fillcolor": look.fills[box.path], "style": f"filled,rounded{',dashed' if mark.dashed else ''}"}
    if box.kind == "add":
        marked = {"xlabel": f"<{_font(mark.words[0].partition(':')[0], _SMALL, ASIDE)}>"} if mark.words else {}
        size = {"fixedsize": "true", "width": "0.22", "height": "0.22"}
        return known | {"label": "+", "shape": "circle"} | size | marked
    head = [_font(line, _NAME, INK, bold=True) for line in wrapped(name(box), width)]
    head[-1] += _font(beside(box, width), _SMALL, FAINT)
    rest = [_font(line, _SMALL, FAINT) for line in lines(box, width)]
    words = [_font(line, _SMALL, INK, bold=True) for line in mark.words]
    return known | {"label": f"<{'<BR/>'.join([*head, *rest, *words])}>"}


def _cluster(cluster: Cluster, look: Look) -> dict[str, str]:
    mark = look.marks.get(cluster.path, _NOTHING)
    called = place(cluster) or name(cluster).removeprefix("shrinking ")  # the downsample around it says that
    words = called if cluster.times == 1 else f"x{cluster.times}"
    rest = ["" if cluster.kind == "blocks" else share(cluster), *mark.words]
    label = _font(words, _INNER, OUTSIDE, bold=True)
    label += "".join(_font(f" {part}", _SMALL, ASIDE) for part in rest if part)
    known = _known(cluster.path, (tooltip(cluster), *mark.words, *mark.more)) | {"color": BORDER} | _line(mark)
    known["style"] = "rounded,dashed" if mark.dashed else "rounded"
    return known | {"label": f"<{label}>", "margin": "4"}


def _edge(edge: Edge, mark: Mark, roomy: bool, down: bool) -> dict[str, str]:
    known = _known(edge_id(edge), (tooltip(edge), *mark.words, *mark.more)) | _line(mark)
    known |= {"style": "dashed", "weight": "1"} if edge.skip else {"weight": "8"}
    words = " ".join([*([] if edge.skip else [shape(edge.shape)]), *mark.words])  # type: ignore[arg-type]
    if not words:
        return known
    if roomy and not mark.words:
        return known | {"headlabel": f"<{_font(words, _SMALL, ASIDE)}>"} | by_the_head(words, float(_SMALL))
    gap = " " if down else ""  # between the label and the line at its left
    return known | {"label": f"<{_font(f'{gap}{words}{gap}', _SMALL, ASIDE)}>"}


def _known(path: str, words: Iterable[str]) -> dict[str, str]:
    return {"id": graphviz.escape(path), "tooltip": graphviz.escape(", ".join(text(word) for word in words))}


def _line(mark: Mark) -> dict[str, str]:
    return ({"color": mark.line} if mark.line else {}) | ({"penwidth": "2"} if mark.bold else {})


def _font(words: str, size: str, color: str, bold: bool = False) -> str:
    """Words as HTML-like text, whatever is in them; Graphviz takes no empty element."""
    if not words:
        return ""
    inner = escape(text(words))
    return f'<FONT POINT-SIZE="{size}" COLOR="{color}">{f"<B>{inner}</B>" if bold else inner}</FONT>'


def _table(rows: Iterable[str]) -> str:
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{"".join(rows)}</TABLE>>'


def _row(content: str) -> str:
    return f"<TR><TD>{content}</TD></TR>"
