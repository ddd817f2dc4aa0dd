"""Findings about widths, grids and fields that are unlike those of published models."""

from collections.abc import Iterator
from itertools import pairwise

from levit_explore.analysis.finding import Case, Finding, Fix, apart, following, short
from levit_explore.analysis.network import Network
from levit_explore.analysis.published import Span, fields_of, rounding, spans, width
from levit_explore.plan.ops import Subsample
from levit_explore.sizes import single, truncate
from levit_explore.spec.fields import ConvStem, Spec
from levit_explore.spec.rules import Path


def widths(network: Network) -> Iterator[Case]:
    """The values of all heads together against the dim that they are projected to."""
    published = spans()["width"]
    for index, stage in enumerate(network.spec.stages):
        if single(stage.depth) and width(stage) not in published:
            heads = _count(single(stage.heads), "head")
            given, low, high = apart(width(stage), published.low, published.high)
            what = (
                f"{heads} of key_dim {stage.key_dim} and attn_ratio {stage.attn_ratio:g} give {given} times dim "
                f"{stage.dim}; published models {low} to {high} times"
            )
            why = "that is what attention passes on: less is a bottleneck, more is projected back to dim"
            yield Case(Finding("width", ("stages", index), what, why), _mend_width(network.spec, index))


def _mend_width(spec: Spec, index: int) -> Iterator[Fix]:
    """The heads that bring the width nearest to 1, which most published stages have; or attn_ratio, or key_dim."""
    stage, path = spec.stages[index], ("stages", index)
    heads = single(stage.dim) / single(truncate(stage.attn_ratio, stage.key_dim))
    for count in sorted(range(max(1, int(heads) - 1), int(heads) + 3), key=lambda count: abs(count - heads)):
        yield (((*path, "heads"), count),)
    wished = single(stage.dim) / single(stage.heads)  # of a head's values
    yield (((*path, "attn_ratio"), max(0.5, short(round(2 * wished / single(stage.key_dim)) / 2))),)
    yield following(spec, ((*path, "key_dim"), max(1, round(wished / float(stage.attn_ratio)))))


def downsample_heads(network: Network) -> Iterator[Case]:
    """A downsample with other heads than C // D, C the dim of the stage before."""
    for index, (before, stage) in enumerate(pairwise(network.spec.stages), start=1):
        part = stage.downsample
        if part is not None and 0 < before.dim // part.key_dim != part.heads:
            path: Path = ("stages", index, "downsample", "heads")
            heads = _count(single(part.heads), "head")
            what = f"{heads}; C // D, the dim of the stage before over key_dim, is {before.dim // part.key_dim}"
            why = "the paper's five models have C // D heads here, so that the queries are as wide as their input"
            yield Case(Finding("downsample heads", path, what, why), [((path, None),)])


def grids(network: Network) -> Iterator[Case]:
    """An image that the stem does not divide, or a grid that is rounded up further than in any published model."""
    image, stride = network.spec.image_size, _stem_stride(network.spec)
    odd = list(dict.fromkeys(f"{side}" for side in image if side % stride))
    if odd:
        what = f"{image[0]} x {image[1]} pixels; the stem's stride {stride} does not divide {' and '.join(odd)}"
        why = "the last tokens of a row or column see padding too"
        if not isinstance(network.spec.stem, ConvStem):
            why = "the pixels that are left over at the right or below are not seen"
        yield Case(Finding("grid", ("image_size",), what, why), _divided(network, [stride, _total_stride(network)]))
    for index, op in network.subsamples.items():
        if rounding(op) > spans()["rounding"].high:
            given, _, high = apart(rounding(op), 0, spans()["rounding"].high)
            what = f"{_tokens(op)}; the stride {op.stride} leaves {single(op.out[0])}"
            why = f"that is {given} times what an even division would leave; in published models it is at most {high}"
            finding = Finding("grid", ("stages", index, "downsample", "stride"), what, why)
            yield Case(finding, _divided(network, [_total_stride(network)], finding.path))


def _tokens(op: Subsample) -> str:
    height, width = (single(side) for side in op.grid)
    return f"{height} x {width} token{'s' * (height * width > 1)}"


def _divided(network: Network, strides: list[int], own: Path = ()) -> Iterator[Fix]:
    """The default of a downsample's own stride; then the images next to this one whose sides a stride divides."""
    if own:
        yield ((own, None),)
    image = [single(side) for side in network.spec.image_size]
    for stride in strides:
        for up in (stride // 2, stride - 1, 0):
            height, width = (max(1, (side + up) // stride) * stride for side in image)
            yield ((("image_size",), height if height == width else [height, width]),)


def _total_stride(network: Network) -> int:
    """The stem's stride and those of all downsamples."""
    total = _stem_stride(network.spec)
    for op in network.subsamples.values():
        total *= single(op.stride)
    return total


def _stem_stride(spec: Spec) -> int:
    return 2 ** len(spec.stem.dims) if isinstance(spec.stem, ConvStem) else single(spec.stem.size)


def unpublished(network: Network) -> Iterator[Case]:
    """A number outside of what the published models use, unless it does not count or another rule speaks of it."""
    for path, name, value in fields_of(network.spec):
        published = spans()[name]
        if value not in published and not _passed(path, network.spec):
            given, low, high = apart(value, published.low, published.high)
            what = f"{given}; {_among(low, high)}"
            why = "no published result shows how well such a network learns"
            yield Case(Finding("unpublished", path, what, why), _mend_value(network.spec, path, value, published))


def _passed(path: Path, spec: Spec) -> bool:
    """Whether a field follows others, is held against C // D, or belongs to blocks of which there are none."""
    match path:
        case ("stages", int(index), "downsample", "key_dim" | "heads" as name):
            part, stage, before = spec.stages[index].downsample, spec.stages[index], spec.stages[index - 1]
            assert part is not None
            return part.key_dim == stage.key_dim if name == "key_dim" else bool(before.dim // part.key_dim)
        case ("stages", int(index), "heads" | "key_dim" | "attn_ratio" | "mlp_ratio"):
            return not single(spec.stages[index].depth)
        case _:
            return False


def _mend_value(spec: Spec, path: Path, value: float, published: Span) -> Iterator[Fix]:
    """The nearest published value, for dim a multiple of key_dim; the stage's heads as they are, or in proportion."""
    nearest = published.nearest(value)
    match path:
        case ("stages", int(), "downsample", "heads" | "key_dim"):
            yield following(spec, (path, None))
            yield following(spec, (path, short(nearest)))
        case ("stages", int(index), "dim" | "key_dim" | "attn_ratio" as name):
            stage = spec.stages[index]
            near = [nearest]
            if name == "dim":
                step = single(stage.key_dim)
                whole = -(-int(nearest) // step) * step if value < nearest else int(nearest) // step * step
                near = [whole, nearest] if whole in published else [nearest]
            for one in near:
                share = one / value if name == "dim" else value / one
                yield following(spec, (path, short(one)))
                heads = max(1, round(single(stage.heads) * share))
                yield following(spec, (path, short(one)), (("stages", index, "heads"), heads))
        case _:
            yield following(spec, (path, short(nearest)))


def _among(low: str, high: str) -> str:
    return f"all published models have {low}" if low == high else f"published models have {low} to {high}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
