"""Graphs that several tests render: of every bundled spec, of random ones, and with names that mean harm."""

from dataclasses import replace

from hypothesis import strategies as st

from levit_explore import load_spec, plan
from levit_explore.analysis.graph import Graph, graph
from levit_explore.analysis.parts import Box, Cluster, Level
from levit_explore.spec.load import bundled_names
from tests.strategies import specs

HOSTILE = [
    "",
    "end",
    "a b",
    "a \"b\" 'c' `d`",
    "a<b>&amp;#lt;</text></svg><script>alert(1)</script>",
    "two\nlines\r\n%% three",
    "--- a\n---\nb: [c, {d}]",
    '%%{init: {"theme": "dark"}}%%',
    "]) end; n0 --> n1",
    "click n0 href javascript:alert(1)",
    r"\N \x \" \u0025 {convention} %s",
    "a/b;c.d|e",
    "😀 ü 名前 \u202e\u2028\x00\x7f",
    "x" * 10_000,
]


def named(name: str, level: Level = Level.STAGE) -> Graph:
    """The graph of a spec of that name."""
    return graph(plan(replace(load_spec("levit_digits"), name=name)), level)


def mangled(name: str) -> Graph:
    """A graph in which every text of every part ends in `name`, which no plan would give."""
    plain = named(name, Level.BLOCK)

    def end(words: str) -> str:
        return words and words + name

    def part(one: Box | Cluster) -> Box | Cluster:
        return replace(one, path=end(one.path), kind=end(one.kind), cluster=end(one.cluster))

    boxes = [
        replace(part(box), traits={end(key): end(str(value)) for key, value in box.traits.items()})
        for box in plain.boxes
    ]
    edges = [replace(edge, source=end(edge.source), target=end(edge.target)) for edge in plain.edges]
    return replace(plain, boxes=tuple(boxes), clusters=tuple(map(part, plain.clusters)), edges=tuple(edges))


def random_graphs() -> st.SearchStrategy[Graph]:
    """Graphs of random specs, at all levels, with and without every repetition drawn."""
    return st.builds(graph, specs().map(plan), st.sampled_from(Level), expand=st.booleans())


BUNDLED = [(name, level) for name in bundled_names() for level in Level]


def bundled(name: str, level: Level) -> Graph:
    """The graph of a bundled spec."""
    return graph(plan(load_spec(name)), level)
