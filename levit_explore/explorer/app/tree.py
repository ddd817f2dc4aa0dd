"""The network as a tree: stem, stages, downsamples, blocks and ops, each with a bar of what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from levit_explore.analysis.conventions import lookup
from levit_explore.analysis.counts import flops
from levit_explore.analysis.graph import CLUSTERS
from levit_explore.explorer.app.bars import ROLE_COLORS, bar
from levit_explore.explorer.results import Results
from levit_explore.plan.ops import Op
from levit_explore.plan.tree import Block, Node, Plan, Role, fold, once
from levit_explore.render.sheet import si, text
from levit_explore.sizes import single

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


def parts(plan: Plan, convention: str) -> list[Part]:
    """The lines of the tree in the order they run, each behind the one around it."""
    charge, total = lookup(convention), single(flops(plan, convention))
    found: list[Part] = []
    around: list[str] = []  # the paths of the parts around what comes next
    for step, times in once(plan):
        while around and not step.path.startswith(f"{around[-1]}."):
            around.pop()
        if not _shown(step.node):
            continue
        cost = times * single(fold(step.node, lambda op: charge.total(op.work)))
        repeats = single(step.node.times or 1) if isinstance(step.node, Block) else 1
        within = around[-1] if around else ""
        found.append(Part(step.path, within, step.role, repeats, cost, cost / total if total else 0.0))
        around.append(step.path)
    return found


def _shown(node: Node) -> bool:
    """Whether a node has a line of its own; a block that repeats its body no times has none."""
    if isinstance(node, Op):
        return True
    return node.kind in CLUSTERS if node.times is None else single(node.times) > 0


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
        found = parts(results.plan, results.convention)
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
