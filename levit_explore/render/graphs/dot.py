"""A graph in DOT, the language of Graphviz: boxes with names and costs, stages as clusters, skips as dashed edges."""

import math
from collections import Counter
from collections.abc import Iterable
from html import escape

import graphviz

from levit_explore.analysis.graph import Box, Cluster, Edge, Graph
from levit_explore.render.graphs.colors import ASIDE, BORDER, FAINT, INK, LINE, OUTSIDE, Color
from levit_explore.render.graphs.direction import Direction
from levit_explore.render.graphs.labels import beside, lines, name, place, share, tooltip
from levit_explore.render.graphs.looks import Look, Mark, Swatch, look
from levit_explore.render.sheet import shape, text

__all__ = ["Direction", "dot", "edge_id", "source"]

_FONT = "Helvetica"  # graphviz-pure knows how wide its letters are
_BIG, _NAME, _INNER, _SMALL = "13", "11", "10", "9"  # points; 9 points are 12 pixels
_LETTER = 0.56  # width of a digit in the font, in parts of its size
_ABOVE = 8  # points from an arrow's head up to the middle of the label beside it
_NOTHING = Mark()


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
    _fill(drawing, "", graph, look)
    straight = _straight(graph) if direction is Direction.TB else frozenset()
    for edge in graph.edges:
        mark = look.marks.get(edge_id(edge), _NOTHING)
        drawing.edge(edge.source, edge.target, **_edge(edge, mark, edge in straight))
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


def _fill(drawing: graphviz.Digraph, around: str, graph: Graph, look: Look) -> None:
    """Adds what stands in the cluster `around`, or outside all of them, in the order that it runs."""
    for box in graph.boxes:
        if box.cluster == around:
            drawing.node(box.path, **_node(box, look))
    for cluster in graph.clusters:
        if cluster.cluster == around:
            mark = look.marks.get(cluster.path, _NOTHING)
            with drawing.subgraph(name=f"cluster_{cluster.path}", graph_attr=_cluster(cluster, mark)) as inner:
                _fill(inner, cluster.path, graph, look)


def _node(box: Box, look: Look) -> dict[str, str]:
    mark = look.marks.get(box.path, _NOTHING)
    known = _known(box.path, (tooltip(box), *mark.words, *mark.more)) | _line(mark)
    known |= {"fillcolor": look.fills[box.path], "style": f"filled,rounded{',dashed' if mark.dashed else ''}"}
    if box.kind == "add":
        marked = {"xlabel": f"<{_font(mark.words[0].partition(':')[0], _SMALL, ASIDE)}>"} if mark.words else {}
        size = {"fixedsize": "true", "width": "0.22", "height": "0.22"}
        return known | {"label": "+", "shape": "circle"} | size | marked
    head = _font(name(box), _NAME, INK, bold=True) + _font(beside(box), _SMALL, FAINT)
    rest = [_font(line, _SMALL, FAINT) for line in lines(box)]
    words = [_font(line, _SMALL, INK, bold=True) for line in mark.words]
    return known | {"label": f"<{'<BR/>'.join([head, *rest, *words])}>"}


def _cluster(cluster: Cluster, mark: Mark) -> dict[str, str]:
    words = f"x{cluster.times}" if cluster.times != 1 else name(cluster)
    rest = [place(cluster), "" if cluster.kind == "blocks" else share(cluster), *mark.words]
    label = _font(words, _INNER, OUTSIDE, bold=True)
    label += "".join(_font(f" {part}", _SMALL, ASIDE) for part in rest if part)
    known = _known(cluster.path, (tooltip(cluster), *mark.words, *mark.more)) | {"color": BORDER} | _line(mark)
    known["style"] = "rounded,dashed" if mark.dashed else "rounded"
    return known | {"label": f"<{label}>", "labeljust": "l", "margin": "4"}


def _straight(graph: Graph) -> frozenset[Edge]:
    """The edges with room for a label beside their heads: nothing runs beside them, and they leave no cluster there."""
    place = {box.path: index for index, box in enumerate(graph.boxes)}
    spans = {edge: (place[edge.source], place[edge.target]) for edge in graph.edges if not edge.skip}
    width = Counter(index for start, end in spans.values() for index in range(start, end))
    clusters = [box.cluster for box in graph.boxes]
    return frozenset(
        edge
        for edge, (start, end) in spans.items()
        if end == start + 1 and width[start] == 1 and not _leaves(clusters[start], clusters[end])
    )


def _leaves(cluster: str, other: str) -> bool:
    """Whether the way from one cluster to the other leads out of the one and into none."""
    return cluster != other and (not other or cluster.startswith(f"{other}."))


def _edge(edge: Edge, mark: Mark, straight: bool) -> dict[str, str]:
    known = _known(edge_id(edge), (tooltip(edge), *mark.words, *mark.more)) | _line(mark)
    known |= {"style": "dashed", "weight": "1"} if edge.skip else {"weight": "8"}
    words = " ".join([*([] if edge.skip else [shape(edge.shape)]), *mark.words])  # type: ignore[arg-type]
    if not words:
        return known
    if straight and not mark.words:
        return known | {"headlabel": f"<{_font(words, _SMALL, ASIDE)}>"} | _by_the_head(words)
    return known | {"label": f"<{_font(f' {words} ', _SMALL, ASIDE)}>"}


def _by_the_head(words: str) -> dict[str, str]:
    """Where a label stands to the right of an arrow's head, so that the edge need not be longer for its sake."""
    across = len(words) * float(_SMALL) * _LETTER / 2 + 5
    angle, distance = math.degrees(math.atan2(across, _ABOVE)), math.hypot(across, _ABOVE)
    return {"labelangle": f"{-angle:.1f}", "labeldistance": f"{distance / 10:.2f}"}  # Graphviz counts in ten points


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
