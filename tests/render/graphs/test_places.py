"""Labels: no edge runs through what a cluster is called, whatever is drawn by op."""

import re

import pytest

from levit_explore import load_spec, plan, walk
from levit_explore.analysis.graph import Graph, graph
from levit_explore.analysis.parts import Level
from levit_explore.plan.tree import Block
from levit_explore.render.graphs.dot import dot
from levit_explore.render.graphs.engine import draw
from tests.render.graphs.drawings import SVG, groups, parsed
from tests.render.graphs.graphs import bundled

NARROW = " .,:ilt%1"
PLANS = {name: plan(load_spec(name)) for name in ("levit128s", "levit256")}
PARTS = [
    (name, step.path)
    for name, planned in PLANS.items()
    for step in walk(planned)
    if isinstance(step.node, Block) and step.path and not re.search(r"blocks\.[1-9]", step.path)
]


def curve(path):
    """Points on the Bezier curves of a path, half a point apart and less."""
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", path.attrib["d"])]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    for at in range(0, len(points) - 3, 3):
        ends = points[at : at + 4]
        steps = 1 + int(2 * sum(abs(ends[3][side] - ends[0][side]) for side in (0, 1)))
        for step in range(steps + 1):
            t, s = step / steps, 1 - step / steps
            weights = (s**3, 3 * s * s * t, 3 * s * t * t, t**3)
            yield tuple(sum(w * end[side] for w, end in zip(weights, ends, strict=True)) for side in (0, 1))


def room(text):
    """The sides of a text: left, top, right, bottom."""
    size, x, y = (float(text.attrib[name]) for name in ("font-size", "x", "y"))
    width = size * sum(0.28 if letter in NARROW else 0.56 for letter in text.text)
    start = x - width / 2 if text.attrib["text-anchor"] == "middle" else x
    return start, y - 0.75 * size, start + width, y + 0.2 * size


def crossed(shown: Graph) -> list[tuple[str, str]]:
    """The labels of clusters that an edge runs through, and those edges."""
    root = parsed(draw(dot(shown), "svg").content)
    labels = [(name, room(text)) for name, part in groups(root, "cluster").items() for text in part.iter(f"{SVG}text")]
    edges = {name: list(curve(next(part.iter(f"{SVG}path")))) for name, part in groups(root, "edge").items()}
    return [
        (name, edge)
        for name, (left, top, right, bottom) in labels
        for edge, points in edges.items()
        if any(left <= x <= right and top <= y <= bottom for x, y in points)
    ]


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("name", PLANS)
def test_at_every_level_no_edge_runs_through_a_label(name, level):
    assert crossed(bundled(name, level)) == []


@pytest.mark.parametrize(("name", "path"), PARTS)
def test_with_any_focus_no_edge_runs_through_a_label(name, path):
    assert crossed(graph(PLANS[name], focus=path)) == []


def test_a_label_that_an_edge_runs_through_would_be_found():
    source = (
        'digraph { subgraph "cluster_a" { id="a" label="a very long label of the cluster" b [id=b] } c -> b [id=e] }'
    )
    root = parsed(draw(source, "svg").content)
    ((_, label),) = [(name, room(next(part.iter(f"{SVG}text")))) for name, part in groups(root, "cluster").items()]
    (edge,) = groups(root, "edge").values()
    left, top, right, bottom = label
    points = curve(next(edge.iter(f"{SVG}path")))
    assert any(left <= x <= right and top <= y <= bottom for x, y in points)
