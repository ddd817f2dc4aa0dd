"""The network as a tree: stem, stages, downsamples, blocks and ops, each with a bar of what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from levit_explore.analysis.graph import Graph, graph
from levit_explore.analysis.parts import Box, Cluster, Level
from levit_explore.explorer.app.bars import ROLE_COLORS, bar
from levit_explore.explorer.results import Results
from levit_explore.plan.flow import IMAGE
from levit_explore.plan.tree import Role
from levit_explore.render.sheet import si, text

_BAR, _COUNT = 6, 7  # cells


@dataclass(frozen=True)
class Part:
    """A line of the tree; what it costs is for all its repetitions."""

    path: str
    within: str  # the path of the part around it, or ""
    role: Role
    times: int
    flops: int
    share: float

    @property
    def name(self) -> str:
        """The path as it reads on from that of the part around it."""
        return self.path.removeprefix(f"{self.within}.")


def parts(graph: Graph) -> list[Part]:
    """The lines of the tree in the order they run, each behind the one around it."""
    inner: dict[str, list[Part]] = {}
    clusters = {cluster.path for cluster in graph.clusters}
    for cluster in graph.clusters:
        inner.setdefault(cluster.cluster, []).append(_cluster(cluster))
    for box in graph.boxes:
        if box.path != IMAGE:
            inner.setdefault(box.cluster, []).append(_box(box))
    order = {path: place for place, path in enumerate(_running(graph))}

    def below(path: str) -> list[Part]:
        found = sorted(inner.get(path, []), key=lambda part: order[part.path])
        return [one for part in found for one in (part, *(below(part.path) if part.path in clusters else []))]

    return below("")


def _running(graph: Graph) -> list[str]:
    """The paths of all parts by the op that runs first in them."""
    around = {cluster.path: cluster.cluster for cluster in graph.clusters}
    found: dict[str, None] = {}
    for box in graph.boxes:
        chain = [box.path]
        within = box.cluster
        while within:
            chain.append(within)
            within = around[within]
        found |= dict.fromkeys(reversed(chain))
    return list(found)


def _cluster(cluster: Cluster) -> Part:
    cost = cluster.cost
    return Part(cluster.path, cluster.cluster, cluster.role, cluster.times, cost.flops, cost.share)


def _box(box: Box) -> Part:
    return Part(box.path, box.cluster, box.role, 1, box.cost.flops * box.times, box.cost.share)


class PartTree(Tree[str]):
    """The tree; the data of a node is the path of its part, "" of the whole network's."""

    def __init__(self) -> None:
        super().__init__("", data="", id="tree")
        self.guide_depth = 2
        self._parts: Mapping[str, Part] = {}
        self._whole = ""
        self._shape: Sequence[tuple[str, str]] = ()

    def present(self, results: Results) -> None:
        """Shows what another network costs; what is open stays open."""
        found = parts(graph(results.plan, Level.OP, convention=results.convention))
        self._parts = {part.path: part for part in found}
        self._whole, shape = si(results.flops), [(part.path, part.within) for part in found]
        self.root.set_label(Text(text(results.spec.name)))
        if shape != self._shape:
            self._shape = shape
            self._rebuild(found)
        self._invalidate()

    def _rebuild(self, found: Sequence[Part]) -> None:
        """Makes the nodes anew; those that were open are open again, and the cursor stands on the same part."""
        nodes = [self.root]
        for node in nodes:
            nodes += node.children
        opened = {node.data for node in nodes if node.is_expanded} or {""}
        at = self.cursor_node.data if self.cursor_node else ""
        self.root.remove_children()
        made: dict[str, TreeNode[str]] = {"": self.root}
        holding = {part.within for part in found}
        for part in found:
            home = made[part.within]
            inner = part.path in holding
            made[part.path] = home.add(part.name, part.path, expand=part.path in opened, allow_expand=inner)
        self.root.expand()
        self.call_after_refresh(self.move_cursor, made.get(at or "", self.root))

    def open_blocks(self) -> None:
        """Opens what holds blocks, as long as all lines fit."""
        nodes = list(self.root.children)
        for node in nodes:
            if any(child.allow_expand for child in node.children):
                nodes += node.children
                if len(nodes) < self.size.height:
                    node.expand()

    def render_label(self, node: TreeNode[str], base_style: Style, style: Style) -> Text:
        """The name of a part, and at the right its bar and its FLOPs."""
        part = self._parts.get(node.data or "")
        icon = (self.ICON_NODE_EXPANDED if node.is_expanded else self.ICON_NODE) if node.allow_expand else ""
        repeats = f" x{part.times}" if part and part.times > 1 else ""
        name = f"{icon}{part.name if part else self.root.label}{repeats}"
        room = self.scrollable_content_region.width - _depth(node) * self.guide_depth - _BAR - _COUNT - 2
        label = Text(name if len(name) <= room else f"{name[: max(room - 1, 1)]}…", style)
        label.pad_right(max(room - label.cell_len, 0) + 1)
        color = ROLE_COLORS.get(part.role, "") if part else ""
        label.append(bar(part.share if part else 1.0, _BAR), style + Style.parse(color))
        return label.append(f"{si(part.flops) if part else self._whole:>{_COUNT}}", style)


def _depth(node: TreeNode[str]) -> int:
    return 0 if node.parent is None else 1 + _depth(node.parent)
