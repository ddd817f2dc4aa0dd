"""Model Explorer: the documents have the form that its source declares, and the graph's parts and numbers."""

import json
from collections import Counter

import jsonschema
import pytest
from hypothesis import given

from levit_explore.analysis.graph import Graph
from levit_explore.analysis.parts import Level
from levit_explore.render.graphs.model_explorer import model_explorer, namespaces, node_data
from levit_explore.render.sheet import shape, text
from tests.render.graphs.graphs import BUNDLED, HOSTILE, bundled, named, random_graphs


def closed(required: dict, **optional: dict) -> dict:
    return {
        "type": "object",
        "properties": required | optional,
        "required": list(required),
        "additionalProperties": False,
    }


def listed(items: dict) -> dict:
    return {"type": "array", "items": items}


# GraphCollection in input_graph.ts and NodeDataProviderGraphData in types.ts, as model_explorer.py names them
TEXT = {"type": "string"}
PAIRS = listed(closed({"key": TEXT, "value": TEXT}))
METADATA = listed(closed({"id": TEXT, "attrs": PAIRS}))
IN = closed({"sourceNodeId": TEXT}, sourceNodeOutputId=TEXT, targetNodeInputId=TEXT)
NODE = closed(
    {"id": TEXT, "label": TEXT, "namespace": TEXT},
    attrs=PAIRS,
    incomingEdges=listed(IN),
    inputsMetadata=METADATA,
    outputsMetadata=METADATA,
)
GROUPS = {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": TEXT}}
GRAPH = closed({"id": TEXT, "nodes": listed(NODE)}, groupNodeAttributes=GROUPS)
COLLECTION = closed({"label": TEXT, "graphs": listed(GRAPH)}, schema={"const": "levit-explore/graph/1"}, spec=TEXT)
RESULTS = {"type": "object", "additionalProperties": closed({"value": {"type": "number"}})}
STOP = closed({"stop": {"type": "number", "minimum": 0, "maximum": 1}, "bgColor": {"pattern": "^#[0-9a-f]{6}$"}})
DATA = {"type": "object", "additionalProperties": closed({"name": TEXT, "results": RESULTS, "gradient": listed(STOP)})}


def read(graph: Graph) -> dict:
    """The one graph of a collection that has been written and read, and is what Model Explorer declares."""
    collection = json.loads(json.dumps(model_explorer(graph)))
    jsonschema.validate(collection, COLLECTION)
    (found,) = collection["graphs"]
    return found


def check_parts(graph: Graph) -> None:
    """Asserts that nodes, edges with their shapes, and groups are those of the graph."""
    nodes = read(graph)["nodes"]
    assert [node["id"] for node in nodes] == [box.path for box in graph.boxes]
    assert Counter(
        (edge["sourceNodeId"], node["id"], given["attrs"][0]["value"], len(given["attrs"]) > 1)
        for node in nodes
        for edge, given in zip(node["incomingEdges"], node["inputsMetadata"], strict=True)
    ) == Counter((edge.source, edge.target, shape(edge.shape), edge.skip) for edge in graph.edges)
    spaces = namespaces(graph)
    assert [node["namespace"] for node in nodes] == [spaces[box.cluster] for box in graph.boxes]
    assert len(set(spaces.values())) == len(graph.clusters) + 1


def check_data(graph: Graph) -> None:
    """Asserts that what nodes cost adds up to what the network costs."""
    documents = json.loads(json.dumps(node_data(graph)))
    assert list(documents) == ["flops", "params", "share"]
    for document in documents.values():
        jsonschema.validate(document, DATA)
        (data,) = document.values()
        assert list(data["results"]) == [box.path for box in graph.boxes]
        assert [stop["stop"] for stop in data["gradient"]][:: len(data["gradient"]) - 1] == [0, 1]
    sums = {
        metric: sum(result["value"] for data in document.values() for result in data["results"].values())
        for metric, document in documents.items()
    }
    assert sums == {
        "flops": graph.flops,
        "params": graph.params,
        "share": pytest.approx(1 if graph.flops else 0, abs=0.00005 * len(graph.boxes)),
    }


@pytest.mark.parametrize(("name", "level"), BUNDLED)
def test_a_collection_has_the_nodes_edges_and_groups_of_its_graph(name, level):
    check_parts(bundled(name, level))


@given(random_graphs())
def test_a_collection_of_any_network_has_its_parts_and_its_costs(graph):
    check_parts(graph)
    check_data(graph)


@pytest.mark.parametrize(("name", "level"), BUNDLED)
def test_node_data_add_up_to_the_network(name, level):
    check_data(bundled(name, level))


@pytest.mark.parametrize(("name", "level"), BUNDLED)
def test_attributes_of_nodes_times_their_runs_add_up_to_the_network(name, level):
    graph = bundled(name, level)
    facts = [{pair["key"]: pair["value"] for pair in node["attrs"]} for node in read(graph)["nodes"]]
    for key in ("flops", "params"):
        assert sum(int(fact[key]) * int(fact["times"]) for fact in facts) == getattr(graph, key)


@pytest.mark.parametrize("level", Level)
def test_groups_say_what_their_stage_costs(level):
    graph = bundled("levit256", level)
    groups = read(graph)["groupNodeAttributes"]
    costs = {cluster.path: cluster.cost for cluster in graph.clusters}
    assert {groups[f"stage {stage}"]["flops"] for stage in range(3)} == {
        str(costs[f"stages.{stage}"].flops) for stage in range(3)
    }
    assert groups[""]["flops"] == str(graph.flops)


def test_groups_are_called_by_words():
    assert sorted(namespaces(bundled("levit256", Level.BLOCK)).values()) == [
        "",
        "stage 0",
        "stage 0/blocks x4",
        "stage 1",
        "stage 1/blocks x4",
        "stage 1/downsample",
        "stage 2",
        "stage 2/blocks x4",
        "stage 2/downsample",
    ]


@pytest.mark.parametrize(("name", "level"), BUNDLED)
def test_no_node_is_called_like_a_group(name, level):
    graph = bundled(name, level)  # graph_processor.ts keeps both in one map, groups by their namespace and this suffix
    groups = {f"{space}___group___" for space in namespaces(graph).values()}
    assert not groups & {box.path for box in graph.boxes}


@pytest.mark.parametrize("name", HOSTILE)
def test_data_are_found_under_the_graph_s_id_whatever_a_spec_is_called(name):
    graph = named(name)
    assert read(graph)["id"] == text(name)
    assert all(list(document) == [text(name)] for document in node_data(graph).values())
    check_parts(graph)
    check_data(graph)
