"""A graph as Model Explorer reads it (https://github.com/google-ai-edge/model-explorer), with what it costs beside it.

Names of fields: `GraphCollection` and `Graph` in its src/ui/src/components/visualizer/common/input_graph.ts, and
`NodeDataProviderGraphData` in types.ts beside it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from levit_explore.analysis.graph import Graph
from levit_explore.analysis.parts import Box, Cluster, Edge
from levit_explore.render.graphs.colors import scale
from levit_explore.render.graphs.labels import name
from levit_explore.render.sheet import document, heading, percent, shape, text
from levit_explore.sizes import Shape

_METRICS: Mapping[str, tuple[str, Callable[[Box], float]]] = {
    "flops": ("FLOPs ({convention})", lambda box: box.cost.flops * box.times),
    "params": ("params", lambda box: box.cost.params * box.times),
    "share": ("share of FLOPs ({convention})", lambda box: round(box.cost.share, 4)),
}
_STOPS = (0, 0.5, 1)


def model_explorer(graph: Graph) -> dict[str, Any]:
    """The graph collection with one graph, its nodes called by their paths and nested as the clusters are.

    Counts in a node's attributes are of one run; those of a group are of all that is in it, repetitions included.
    """
    spaces = namespaces(graph)
    nodes = [_node(box, spaces, [edge for edge in graph.edges if edge.target == box.path]) for box in graph.boxes]
    groups = {spaces[cluster.path]: _texts(_facts(cluster)) for cluster in graph.clusters}
    label = text(heading(graph.plan.spec))
    network = {"spec": label, "convention": graph.convention}
    network |= {"flops": str(graph.flops), "params": str(graph.params)}
    drawn = {"id": _id(graph), "nodes": nodes, "groupNodeAttributes": {"": network} | groups}
    return document("graph", _id(graph), {"label": label, "graphs": [drawn]})


def node_data(graph: Graph) -> dict[str, dict[str, Any]]:
    """What each node costs in all its runs, a document for each metric: "flops", "params" and "share".

    So the sums that Model Explorer shows are those of the network and of its stages.
    """
    gradient = [{"stop": stop, "bgColor": scale(stop)} for stop in _STOPS]
    return {
        metric: {
            _id(graph): {
                "name": title.format(convention=graph.convention),
                "results": {box.path: {"value": value(box)} for box in graph.boxes},
                "gradient": gradient,
            }
        }
        for metric, (title, value) in _METRICS.items()
    }


def namespaces(graph: Graph) -> dict[str, str]:
    """By path, the cluster in words as a path of its own: "stage 1/blocks x4/attention (0.attn)"."""
    spaces = {"": ""}
    for cluster in graph.clusters:
        above = spaces[cluster.cluster]
        spaces[cluster.path] = f"{above}/{_words(cluster)}".removeprefix("/")
    return spaces


def _words(cluster: Cluster) -> str:
    """A cluster's name, what of its path tells it from its like, and how often it is repeated."""
    inner = cluster.path.removeprefix(f"{cluster.cluster}.")
    called = name(cluster) if cluster.kind == "stage" else cluster.kind
    own = "" if cluster.kind in ("stage", inner) else f" ({inner})"
    return f"{called}{own}{f' x{cluster.times}' if cluster.times != 1 else ''}"


def _node(box: Box, spaces: Mapping[str, str], edges: list[Edge]) -> dict[str, Any]:
    return {
        "id": box.path,
        "label": box.kind,
        "namespace": spaces[box.cluster],
        "attrs": _attrs(_texts(_facts(box) | dict(box.traits))),
        "incomingEdges": [
            {"sourceNodeId": edge.source, "sourceNodeOutputId": "0", "targetNodeInputId": str(place)}
            for place, edge in enumerate(edges)
        ],
        "inputsMetadata": [
            _metadata(place, edge.shape, "the way past a branch" if edge.skip else "")
            for place, edge in enumerate(edges)
        ],
        "outputsMetadata": [_metadata(0, box.out)],
    }


def _metadata(place: int, size: Shape, way: str = "") -> dict[str, Any]:
    facts = {"shape": shape(size)} | ({"way": way} if way else {})  # type: ignore[arg-type]
    return {"id": str(place), "attrs": _attrs(facts)}


def _facts(part: Box | Cluster) -> dict[str, Any]:
    """What is said of every part, by the names that the JSON of `flops` has for it."""
    return {
        "role": part.role,
        "times": part.times,
        "flops": part.cost.flops,
        "params": part.cost.params,
        "share": percent(part.cost.share),
    }


def _attrs(facts: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in facts.items()]


def _texts(facts: Mapping[str, Any]) -> dict[str, str]:
    """Model Explorer takes texts alone."""
    return {key: text(value) for key, value in facts.items()}


def _id(graph: Graph) -> str:
    return text(graph.plan.spec.name)
