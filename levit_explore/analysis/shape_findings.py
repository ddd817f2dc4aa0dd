"""Findings about widths, grids and fields that are unlike those of published models."""

from collections.abc import Iterator
from itertools import pairwise

from levit_explore.analysis.finding import Finding, Fix, first, short
from levit_explore.analysis.published import Span, fields_of, rounding, spans, subsamples, width
from levit_explore.plan.tree import Plan
from levit_explore.sizes import single, truncate
from levit_explore.spec.fields import ConvStem, Spec
from levit_explore.spec.rules import LIMIT, Path


def widths(plan: Plan) -> Iterator[Finding]:
    """The values of all heads together against the dim that they are projected to."""
    published = spans()["width"]
    for index, stage in enumerate(plan.spec.stages):
        if width(stage) not in published:
            what = f"heads * key_dim * attn_ratio is {width(stage):.2f} of dim; {_among(published)}"
            why = "that is what attention passes on: less is a bottleneck, more is projected back to dim"
            yield Finding("width", ("stages", index), what, why, _mend_width(plan.spec, index, published))


def _mend_width(spec: Spec, index: int, published: Span) -> Fix:
    """The heads that bring the width nearest to 1, which most published stages have."""
    stage = spec.stages[index]
    heads = single(stage.dim) / single(truncate(stage.attn_ratio, stage.key_dim))
    counts = sorted(range(max(1, int(heads) - 1), int(heads) + 3), key=lambda count: abs(count - heads))
    fixes = [((("stages", index, "heads"), count),) for count in counts]
    return first(spec, fixes, lambda trial: width(trial.spec.stages[index]) in published)


def downsample_heads(plan: Plan) -> Iterator[Finding]:
    """A downsample with other heads than C // D, C the dim of the stage before."""
    stages = plan.spec.stages
    for index, (before, stage) in enumerate(pairwise(stages), start=1):
        part = stage.downsample
        if part is not None and 0 < before.dim // part.key_dim != part.heads:
            path: Path = ("stages", index, "downsample", "heads")
            what = f"{part.heads}; C // D, dim of the stage before over key_dim, is {before.dim // part.key_dim}"
            why = "the paper gives shrinking attention C/D heads, so that its queries are as wide as its input"
            yield Finding("downsample heads", path, what, why, ((path, None),))


def grids(plan: Plan) -> Iterator[Finding]:
    """An image that the stem does not divide, or a grid that is rounded up further than in any published model."""
    image, stride = plan.spec.image_size, _stem_stride(plan.spec)
    if any(side % stride for side in image):
        what = f"{image[0]} x {image[1]} pixels; the stem's stride {stride} does not divide them"
        why = "the last tokens of a row or column see padding, or the last pixels are not seen"
        yield Finding("grid", ("image_size",), what, why, _divided(plan))
    for index, op in subsamples(plan).items():
        if rounding(op) > spans()["rounding"].high:
            height, width = op.grid
            what = f"{height} x {width} tokens; the stride {op.stride} does not divide them, {op.out[0]} are left"
            why = f"that is {rounding(op):.2f} times what dividing would leave, more than in published models"
            yield Finding("grid", ("stages", index, "downsample", "stride"), what, why, _divided(plan))


def _divided(plan: Plan) -> Fix:
    """The nearest image whose sides all strides divide, so that no grid is rounded."""
    total = _stem_stride(plan.spec)
    for op in subsamples(plan).values():
        total *= single(op.stride)
    height, width = (max(1, round(single(side) / total)) * total for side in plan.spec.image_size)
    if max(height, width) > LIMIT:
        return ()
    return ((("image_size",), height if height == width else [height, width]),)


def _stem_stride(spec: Spec) -> int:
    return 2 ** len(spec.stem.dims) if isinstance(spec.stem, ConvStem) else single(spec.stem.size)


def unpublished(plan: Plan) -> Iterator[Finding]:
    """A number outside of what the published models use; of a downsample, only where it does not follow its rule."""
    for path, name, value in fields_of(plan.spec):
        published = spans()[name]
        if value not in published and not _follows(path, plan.spec):
            nearest = short(published.nearest(value))
            what = f"{value:g}; {_among(published)}"
            why = "nobody has published how well such a network learns"
            yield Finding("unpublished", path, what, why, ((path, nearest),))


def _follows(path: Path, spec: Spec) -> bool:
    """Whether a field of a downsample is what it would be if it were not written."""
    match path:
        case ("stages", int(index), "downsample", "key_dim" | "heads" as name):
            part, stage, before = spec.stages[index].downsample, spec.stages[index], spec.stages[index - 1]
            assert part is not None
            return part.key_dim == stage.key_dim if name == "key_dim" else part.heads == before.dim // part.key_dim
        case _:
            return False


def _among(published: Span) -> str:
    if published.low == published.high:
        return f"all published models have {published.low:.4g}"
    return f"published models have {published.low:.4g} to {published.high:.4g}"
