"""What a graph says of its parts: names for people, short counts for boxes, exact ones for tooltips."""

from collections.abc import Mapping
from textwrap import wrap

from levit_explore.analysis.parts import Box, Cluster, Edge
from levit_explore.render.sheet import count, percent, shape, si, text

_NAMES = {"mlp": "MLP"}  # where the field writes a kind in another way
BLOCKS = ("attention", "shrinking attention", "mlp", "blocks", "downsample")  # what a stage is made of
_PLURALS = {"heads": "head", "classes": "class", "offsets": "offset"}  # traits that are counts
WIDE, NARROW = 46, 22  # characters in a line of a box; narrow ones are for graphs from left to right
_BESIDE = 20  # characters of traits that need no line of their own
_LONGEST = 60  # of a line in the heading


def name(part: Box | Cluster) -> str:
    """A part in words, with its stage where the part is one of those a stage is made of.

    >>> from levit_explore import load_spec, plan
    >>> from levit_explore.analysis.graph import graph
    >>> [name(box) for box in graph(plan(load_spec("levit256"))).boxes][:3]
    ['image', 'stem', 'stage 0 attention']
    """
    kind = _NAMES.get(part.kind, part.kind)
    stage = part.path.split(".")[1] if part.path.startswith("stages.") else ""
    if part.kind == "stage":
        return f"stage {stage}"
    return f"stage {stage} {kind}" if stage and part.kind in BLOCKS and isinstance(part, Box) else kind


def place(part: Box | Cluster) -> str:
    """Where a part stands in the cluster around it, "qkv.linear"; nothing where that is no more than its name."""
    inner = part.path.removeprefix(f"{part.cluster}.")
    return "" if part.kind in ("stage", *BLOCKS) or inner == part.kind else inner


def traits(box: Box) -> str:
    """What tells a box from others of its kind: "dim 256, 4 heads, key_dim 32, value_dim 64"."""
    return ", ".join(_trait(key, value) for key, value in box.traits.items())


def _trait(key: str, value: int | str) -> str:
    if key in _PLURALS:
        return f"{value} {_PLURALS[key] if value == 1 else key}"
    return f"{key} {value}"


def cost(part: Box | Cluster) -> str:
    """What a part costs in short: "53.4 M FLOPs, 199 k params, x4: 19.0%"; nothing where it costs nothing.

    Counts are of one time; the share is of the network's FLOPs, all times together.
    """
    counts = [f"{si(part.cost.flops)} FLOPs"] if part.cost.flops else []
    counts += [f"{si(part.cost.params)} params"] if part.cost.params else []
    times = f"x{part.times}: " if isinstance(part, Box) and part.times != 1 and counts else ""
    shares = [share(part)] if part.cost.flops else []
    return ", ".join(counts + ([times + shares[0]] if shares else [times.removesuffix(": ")] if times else []))


def share(part: Box | Cluster) -> str:
    """A part's share of the network's FLOPs: "19.0%", or "<0.1%" for what rounds to nothing."""
    return "<0.1%" if 0 < part.cost.share < 0.0005 else percent(part.cost.share)


def beside(box: Box, width: int = WIDE) -> str:
    """What stands beside the name of a box `width` characters wide: its traits, where there is room."""
    words = traits(box)
    return f"  {words}" if 0 < len(words) <= _BESIDE and len(words) + len(name(box)) < width else ""


def lines(box: Box, width: int = WIDE) -> list[str]:
    """What stands below the name of a box `width` characters wide."""
    described = "" if beside(box, width) else traits(box)
    return [line for words in (place(box), described, cost(box)) for line in wrapped(words, width)]


def wrapped(words: str, width: int = WIDE) -> list[str]:
    """Words in lines that are short enough for a box, broken at commas where that will do.

    >>> wrapped("depth 4, 4 heads, key_dim 32, value_dim 64, hidden 512")
    ['depth 4, 4 heads, key_dim 32, value_dim 64,', 'hidden 512']
    """
    joined: list[str] = []
    for part in words.split(", "):
        if joined and len(joined[-1]) + len(part) + 2 < width:
            joined[-1] += f", {part}"
        else:
            joined = [*joined[:-1], f"{joined[-1]},", part] if joined else [part]
    return [line for words in joined for line in wrap(words, width)]


def tooltip(part: Box | Cluster | Edge) -> str:
    """A part's path and all that is known of it, exactly."""
    match part:
        case Edge():
            way = "the way past a branch, " if part.skip else ""
            return f"{part.source} -> {part.target}: {way}passes {shape(part.shape)}"  # type: ignore[arg-type]
        case Box():
            times = f" each time, {part.times} x" if part.times != 1 else ""
            return f"{part.path}: {part.kind}, {_counts(part)}{times}, {_share(part)}{_known(part.traits)}"
        case Cluster():
            times = f"{part.times} x what is drawn; " if part.times != 1 else ""
            return f"{part.path}: {part.kind}, {times}{_counts(part)} in all, {_share(part)}"


def _counts(part: Box | Cluster) -> str:
    given = shape(part.out)  # type: ignore[arg-type]
    return f"gives {given}, {count(part.cost.flops)} FLOPs and {count(part.cost.params)} params"


def _share(part: Box | Cluster) -> str:
    return f"{part.cost.share:.2%} of all FLOPs"


def _known(traits: Mapping[str, int | str]) -> str:
    return "".join(f", {key} {value}" for key, value in traits.items())


def clipped(words: str) -> str:
    """Words on one line that is not too long for a picture."""
    line = text(words)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."
