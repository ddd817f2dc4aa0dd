"""Where the labels of clusters and edges stand, so that no edge runs through them."""

import math
from collections import Counter

from levit_explore.analysis.graph import Graph
from levit_explore.analysis.parts import Edge
from levit_explore.render.graphs.direction import Direction

_LETTER = 0.56  # width of a digit in the font, in parts of its size
_ABOVE = 8  # points from an arrow's head up to the middle of the label beside it


def corners(graph: Graph, direction: Direction) -> dict[str, dict[str, str]]:
    """Where the label of each cluster stands, by its path: from top to bottom at the left, and above.

    Below where several edges enter, for one leaves; at the right where the edge comes from a box that leads to another
    cluster at the left too, and from left to right.
    """
    if direction is Direction.LR:
        return {cluster.path: {"labelloc": "t", "labeljust": "r"} for cluster in graph.clusters}
    entered = _entered(graph)
    first: dict[tuple[str, ...], str] = {}
    found = {}
    for path, sources in entered.items():
        left = first.setdefault(tuple(sources), path)
        beside = path != left and not path.startswith(f"{left}.")
        found[path] = {"labelloc": "b" if len(sources) > 1 else "t", "labeljust": "r" if beside else "l"}
    return found


def straight(graph: Graph) -> frozenset[Edge]:
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


def by_the_head(words: str, size: float) -> dict[str, str]:
    """Where a label stands to the right of an arrow's head, with room above the box; `size` in points."""
    across = len(words) * size * _LETTER / 2 + 5
    angle, distance = math.degrees(math.atan2(across, _ABOVE)), math.hypot(across, _ABOVE)
    return {"labelangle": f"{-angle:.1f}", "labeldistance": f"{distance / 10:.2f}"}  # Graphviz counts in ten points


def _entered(graph: Graph) -> dict[str, list[str]]:
    """By path of a cluster, the boxes that edges lead into it from, ways past a branch left out."""
    outer = {box.path: box.cluster for box in graph.boxes} | {part.path: part.cluster for part in graph.clusters}
    found: dict[str, list[str]] = {cluster.path: [] for cluster in graph.clusters}
    for edge in graph.edges:
        path = "" if edge.skip else outer[edge.target]
        while path and not edge.source.startswith(f"{path}."):
            found[path].append(edge.source)
            path = outer[path]
    return found


def _leaves(cluster: str, other: str) -> bool:
    """Whether the way from one cluster to the other leads out of the one and into none."""
    return cluster != other and (not other or cluster.startswith(f"{other}."))
