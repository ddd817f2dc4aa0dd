"""Mermaid: the flowchart has the graph's nodes, subgraphs and edges, and says nothing but what they are called."""

import html
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.analysis.graph import Graph
from levit_explore.analysis.parts import Level
from levit_explore.render.graphs.colors import Color
from levit_explore.render.graphs.direction import Direction
from levit_explore.render.graphs.looks import look
from levit_explore.render.graphs.mermaid import mermaid
from levit_explore.render.sheet import shape, text
from tests.render.graphs.graphs import BUNDLED, HOSTILE, bundled, mangled, named, random_graphs

NODE = re.compile(r"(n\d+)(?:\[(\".*\")\]|\(\((\".*\")\)\))")
EDGE = re.compile(r"(n\d+) (-->|-\.->)\|(\".*\")\| (n\d+)")
SUBGRAPH = re.compile(r"subgraph (c\d+)\[(\".*\")\]")
CLASS = re.compile(r"class ([cn\d,]+) (\w+)")
CLASS_DEF = re.compile(r"classDef (\w+) fill:(#[0-9a-f]{6}|none),stroke:#[0-9a-f]{6}(,color:#[0-9a-f]{6})?")
STRING = re.compile(r'"(?:[A-Za-z0-9 .,:()+/_-]|#\d+;|<br/>)*"')
COMMENT = re.compile(r"%% (?:[A-Za-z0-9 .,:()+/_-]|#\d+;)*")


def split(source: str) -> tuple[dict, list[str]]:
    """The front matter, and the lines of the flowchart without their indents."""
    opening, front, chart = re.fullmatch(r"(---\n)(.*?)\n---\n(.*)", source, re.DOTALL).groups()
    assert opening
    return yaml.safe_load(front), [line.strip() for line in chart.splitlines()]


def read(string: str) -> str:
    """What a quoted string shows."""
    assert STRING.fullmatch(string)
    return html.unescape(string[1:-1].replace("<br/>", "\n").replace("#", "&#"))


def parsed(source: str) -> tuple[dict[str, str], dict[str, str], list[tuple[str, str, bool, str]]]:
    """Paths of nodes and subgraphs with the path of the subgraph around each, and the edges."""
    paths, nodes, subgraphs, edges, around = {}, {}, {}, [], [""]
    comment = ""
    for line in split(source)[1]:
        if found := NODE.fullmatch(line):
            paths[found[1]], nodes[comment] = comment, around[-1]
        elif found := SUBGRAPH.fullmatch(line):
            subgraphs[comment] = around[-1]
            around.append(comment)
        elif line == "end":
            around.pop()
        elif found := EDGE.fullmatch(line):
            edges.append((paths[found[1]], paths[found[4]], found[2] == "-.->", read(found[3])))
        elif COMMENT.fullmatch(line):
            comment = html.unescape(line.removeprefix("%% ").replace("#", "&#"))
        else:
            assert line.startswith("flowchart ") or CLASS.fullmatch(line) or CLASS_DEF.fullmatch(line), line
    assert around == [""]
    return nodes, subgraphs, edges


def expected(graph: Graph) -> tuple[dict[str, str], dict[str, str], list[tuple[str, str, bool, str]]]:
    return (
        {box.path: box.cluster for box in graph.boxes},
        {cluster.path: cluster.cluster for cluster in graph.clusters},
        [(edge.source, edge.target, edge.skip, shape(edge.shape)) for edge in graph.edges],
    )


@pytest.mark.parametrize(("name", "level"), BUNDLED)
def test_a_flowchart_has_the_nodes_subgraphs_and_edges_of_its_graph(name, level):
    graph = bundled(name, level)
    assert parsed(mermaid(graph)) == expected(graph)


@given(random_graphs(), st.sampled_from(Color), st.sampled_from(Direction))
def test_a_flowchart_of_any_network_has_its_parts_whatever_its_color(graph, color, direction):
    source = mermaid(graph, color, direction)
    assert parsed(source) == expected(graph)
    assert split(source)[1][0] == f"flowchart {direction}"


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_spec_is_called_stands_in_the_title_and_nowhere_else(name):
    front, chart = split(mermaid(named(name)))
    plain, plain_chart = split(mermaid(named("plain")))
    assert chart == plain_chart
    assert front["config"] == plain["config"]
    begin = text(name)[:57]
    assert front["title"].startswith(begin)
    assert front["title"].endswith(plain["title"].removeprefix("plain"))


@pytest.mark.parametrize("name", HOSTILE)
def test_no_directive_is_read_out_of_a_title(name):
    assert "%%{" not in mermaid(named(name))
    assert "<" not in mermaid(named(name)).partition("flowchart")[0]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_of_a_part_becomes_syntax(name):
    graph = mangled(name)
    nodes, subgraphs, edges = parsed(mermaid(graph))
    assert [len(found) for found in (nodes, subgraphs, edges)] == [
        len({text(path)[:200] for path in paths})
        for paths in ([box.path for box in graph.boxes], [cluster.path for cluster in graph.clusters])
    ] + [len(graph.edges)]


@pytest.mark.parametrize("color", Color)
def test_every_node_has_one_class_and_that_the_fill_of_other_pictures(color):
    graph = bundled("levit256", Level.BLOCK)
    lines = split(mermaid(graph, color))[1]
    fills = {found[1]: found[2] for line in lines if (found := CLASS_DEF.fullmatch(line))}
    classes = [(node, found[2]) for line in lines if (found := CLASS.fullmatch(line)) for node in found[1].split(",")]
    nodes = {node: fills[called] for node, called in classes if node.startswith("n")}
    assert len(classes) == len(graph.boxes) + len(graph.clusters)
    assert nodes == {f"n{index}": look(graph, color).fills[box.path] for index, box in enumerate(graph.boxes)}


def test_a_flowchart_of_levit256_by_op_is_within_what_github_draws():
    source = mermaid(bundled("levit256", Level.OP))
    assert len(source) < 50_000
    assert len(parsed(source)[2]) < 500


def test_a_node_says_what_it_is_and_costs():
    lines = split(mermaid(bundled("levit256", Level.BLOCK)))[1]
    label = next(found[2] for line in lines if (found := NODE.fullmatch(line)) and "attention" in line)
    assert read(label).split("\n") == [
        "stage 0 attention",
        "dim 256, 4 heads, key_dim 32, value_dim 64",
        "53.4 M FLOPs, 199 k params, x4: 19.0%",
    ]
