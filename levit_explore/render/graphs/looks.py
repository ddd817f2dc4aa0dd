"""How a graph is painted: the fill of every box, what the legend says, and the words above it all."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from levit_explore.analysis.graph import Graph
from levit_explore.plan.tree import Role
from levit_explore.render.graphs.colors import ROLE_FILLS, Color, scale
from levit_explore.render.graphs.labels import clipped
from levit_explore.render.sheet import count, percent, shape

_ROLE_WORDS = {Role.MLP: "MLP"}
HOW = "In boxes: what one run costs, and the share of all FLOPs, all runs together"
_STEPS = 5  # swatches of a scale


@dataclass(frozen=True)
class Swatch:
    """One colour of a legend and what it stands for."""

    fill: str
    words: str
    dashed: bool = False


@dataclass(frozen=True)
class Mark:
    """What sets a part apart from others of its kind: words below or beside its name, and its line."""

    words: tuple[str, ...] = ()
    more: tuple[str, ...] = ()  # words in the tooltip alone
    line: str | None = None  # a colour
    dashed: bool = False
    bold: bool = False


@dataclass(frozen=True)
class Look:
    """Everything about a picture of a graph that does not follow from the graph itself."""

    title: str
    notes: tuple[str, ...]  # below the title
    legend: tuple[Swatch, ...]
    fills: Mapping[str, str]  # of boxes, by path
    marks: Mapping[str, Mark] = field(default_factory=dict)  # by path; of edges, by `edge_id`


def look(graph: Graph, color: Color = Color.ROLE) -> Look:
    """A graph's boxes filled by what they are there for, or by their share of the network's FLOPs or parameters."""
    if color is Color.ROLE:
        fills = {box.path: ROLE_FILLS[box.role] for box in graph.boxes}
        shown = [role for role in Role if any(box.role is role for box in graph.boxes)]
        legend = tuple(Swatch(ROLE_FILLS[role], _ROLE_WORDS.get(role, role)) for role in shown)
        return Look(title(graph), (totals(graph), HOW), legend, fills)
    shares = _shares(graph, color)
    most = max(shares.values())
    fills = {path: scale(share / most if most else 0) for path, share in shares.items()}
    unit = "FLOPs" if color is Color.FLOPS else "params"
    note = f"Colour: a box's share of all {unit}, all runs together, from 0 to {percent(most)}"
    return Look(title(graph), (totals(graph), HOW, note), _steps(most), fills)


def title(graph: Graph) -> str:
    """What is drawn: "levit256 at 224x224"."""
    spec = graph.plan.spec
    return f"{clipped(spec.name.strip() or 'spec')} at {shape(spec.image_size)}"  # type: ignore[arg-type]


def totals(graph: Graph) -> str:
    """What the network costs, exactly, and by whose count."""
    return f"{count(graph.flops)} FLOPs ({graph.convention}), {count(graph.params)} params"


def _shares(graph: Graph, color: Color) -> dict[str, float]:
    if color is Color.FLOPS:
        return {box.path: box.cost.share for box in graph.boxes}
    return {box.path: box.cost.params * box.times / graph.params if graph.params else 0.0 for box in graph.boxes}


def _steps(most: float) -> tuple[Swatch, ...]:
    """The swatches of a scale from nothing to the largest share."""
    places = [step / (_STEPS - 1) for step in range(_STEPS)] if most else [0.0]
    return tuple(Swatch(scale(place), percent(place * most)) for place in places)
