"""The design space around a spec: some of its fields vary, those that follow them go along, all others stay."""

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from levit_explore.errors import LevitError, SpecError
from levit_explore.search.fit_kinds import KINDS, Kind, Values
from levit_explore.sizes import single
from levit_explore.space.load import MOST_AXES, MOST_VARIANTS, make_space
from levit_explore.space.space import Space
from levit_explore.space.template import value_at
from levit_explore.spec.document import Document, assign, field_name
from levit_explore.spec.fields import ConvStem, Spec
from levit_explore.spec.rules import Path
from levit_explore.spec.words import did_you_mean, printable
from levit_explore.spec.write import fields


@dataclass(frozen=True)
class Free:
    """A field that varies."""

    path: Path
    kind: Kind
    values: Values  # its own among them


@dataclass(frozen=True)
class Around:
    """A spec, the space around it, and which axis of that is which field."""

    spec: Spec
    document: Document  # the spec as it is written
    space: Space
    free: Mapping[str, Free]  # by the name of the axis

    @property
    def budgets(self) -> tuple[str, ...]:
        """The bounds as they were given, each once, however many sums it bounds."""
        return tuple(dict.fromkeys(bound.text for bound in self.space.bounds))

    @property
    def fewer(self) -> str:
        """What to do where there are too many variants."""
        return _fewer(list(self.free.values()))


def around(
    document: Document, spec: Spec, varied: Sequence[Kind], keep: Sequence[str], constraints: Sequence[str]
) -> Around:
    """The space around a spec in which all stages' fields of some kinds vary, but for those at the paths to keep.

    Raises LevitError where a path to keep is no field, and where nothing or too much is left to vary.
    """
    kept = [_kept(each, spec) for each in keep]
    free = [each for each in _free(spec, varied) if not _under(each.path, kept)]
    _check(spec, free)
    template = _written(document)
    for each in free:
        template = assign(template, each.path, {"choices": each.values}, "the space")
    for path, value in _followers(document, spec, {each.path for each in free}, kept):
        template = assign(template, path, value, "the space")
    space = make_space(template.value | {"constraints": list(constraints)}, spec.name)
    return Around(spec, document, space, {field_name(each.path): each for each in free})


def _free(spec: Spec, varied: Sequence[Kind]) -> Iterator[Free]:
    """The fields of some kinds that have more than their own value to take, in the order of the format."""
    for index, stage in enumerate(spec.stages):
        for kind in varied:
            values = kind.around(stage)
            if len(values) > 1:
                yield Free(("stages", index, kind.field), kind, values)


def _check(spec: Spec, free: Sequence[Free]) -> None:
    """Raises LevitError where nothing varies, or too much to be numbered."""
    if not free:
        raise LevitError(f"{spec.name}: nothing is left to vary; keep less, or give more kinds to --vary")
    if len(free) > MOST_AXES:
        raise LevitError(f"{spec.name}: {len(free)} fields vary; at most {MOST_AXES} can: {_fewer(free)}")
    variants = math.prod(len(each.values) for each in free)
    if variants > MOST_VARIANTS:
        many = f"{variants:.3g} variants; at most {MOST_VARIANTS:.3g} can be searched"
        raise LevitError(f"{spec.name}: {many}: {_fewer(free)}")


def _fewer(free: Sequence[Free]) -> str:
    """What to do where there are too many variants: the kind that makes most of them is named."""
    sizes: dict[str, int] = {}
    for each in free:
        sizes[each.kind.name] = sizes.get(each.kind.name, 1) * len(each.values)
    most = max(sizes, key=lambda name: sizes[name])
    return f"leave {most} out of --vary, or --keep a stage" if len(sizes) > 1 else "--keep a stage"


def _written(document: Document) -> Document:
    """A spec's own fields, none of which is the same object as another, as YAML's anchors make them."""
    own = {name: _apart(item) for name, item in document.value.items() if name != "published"}
    return replace(document, value=own)


def _apart(value: Any) -> Any:
    match value:
        case dict():
            return {key: _apart(item) for key, item in value.items()}
        case list():
            return [_apart(item) for item in value]
    return copy.copy(value)


def _followers(document: Document, spec: Spec, free: set[Path], kept: Sequence[Path]) -> list[tuple[Path, Any]]:
    """What else must be written: fields that follow one that varies, and those to keep that would."""
    found: list[tuple[Path, Any]] = []
    for index, stage in enumerate(spec.stages):
        own: Path = ("stages", index)
        dim, key_dim, heads = single(stage.dim), single(stage.key_dim), single(stage.heads)
        if (
            {(*own, "dim"), (*own, "key_dim")} & free
            and (*own, "heads") not in free
            and not _under((*own, "heads"), kept)
        ):
            above = f"2 * {heads * key_dim} * dim + {dim} * key_dim"
            found.append(((*own, "heads"), f"({above}) // (2 * {dim} * key_dim)"))
        if index:
            found += _downsample(document, spec, index, free, kept)
    return found + (_stem(document, spec, kept) if ("stages", 0, "dim") in free else [])


def _downsample(
    document: Document, spec: Spec, index: int, free: set[Path], kept: Sequence[Path]
) -> list[tuple[Path, Any]]:
    part, stage, before = spec.stages[index].downsample, spec.stages[index], spec.stages[index - 1]
    assert part is not None
    own: Path = ("stages", index, "downsample")
    key_dim = f"stages[{index}].key_dim"
    by = key_dim if value_at(document.value, (*own, "key_dim")) is None else "key_dim"
    rules = (
        ("key_dim", key_dim, stage.key_dim, {("stages", index, "key_dim")}),
        ("heads", f"stages[{index - 1}].dim // {by}", single(before.dim) // single(part.key_dim), None),
    )
    found: list[tuple[Path, Any]] = []
    moved = bool({("stages", index - 1, "dim"), ("stages", index, "key_dim")} & free)
    for name, formula, usual, reads in rules:
        path, value = (*own, name), single(getattr(part, name))
        if _under(path, kept):
            found += [(path, value)] if moved else []
        elif (
            value == usual and value_at(document.value, path) is not None and (moved if reads is None else reads & free)
        ):
            found.append((path, formula))
    return found


def _stem(document: Document, spec: Spec, kept: Sequence[Path]) -> list[tuple[Path, Any]]:
    """The channels of a stem that has its default or whole parts of the first dim; of one not written, if it stays."""
    if not isinstance(spec.stem, ConvStem):
        return []
    dims, dim = [single(each) for each in spec.stem.dims], single(spec.stages[0].dim)
    if _under(("stem",), kept):
        return [(("stem",), {"kind": "convs", "dims": dims})]
    if value_at(document.value, ("stem", "dims")) is None:
        return []
    usual = dims == [dim // 8, dim // 4, dim // 2, dim]  # which need not be whole parts
    by = [8, 4, 2, 1] if usual else [0 if dim % each else dim // each for each in dims]
    parts: list[Any] = [f"stages[0].dim // {part}" if part else each for part, each in zip(by, dims, strict=True)]
    return [(("stem", "dims"), parts)]


def _under(path: Path, kept: Sequence[Path]) -> bool:
    return any(path[: len(each)] == each for each in kept)


def _kept(text: str, spec: Spec) -> Path:
    """The path that a text such as "stages.0" or "stages[0].dim" names in a spec."""
    if not text.strip():
        raise SpecError("--keep: is empty; name a stage or a field, such as stages.0 or stages.0.dim")
    words = text.strip().replace("[", ".").replace("]", "").split(".")
    path: Path = tuple(int(word) if word.isdecimal() and len(word) < 10 else word for word in words)
    value: Any = fields(spec)
    for length, key in enumerate(path):
        inside = dict(enumerate(value)) if isinstance(value, list) else value if isinstance(value, dict) else {}
        if key not in inside:
            owner = field_name(path[:length]) or "the spec"
            near = did_you_mean(key, map(str, inside)) or did_you_mean(key, [kind.field for kind in KINDS.values()])
            known = f"; it has {', '.join(map(str, inside))}" if inside else ""
            raise SpecError(f"--keep {printable(text[:60])}: {owner} has no {printable(str(key))[:40]}{near or known}")
        value = inside[key]
    if path[0] not in ("stages", "stem"):
        raise SpecError(f"--keep {printable(text[:60])}: never varies; name stem, a stage or a field of one")
    return path
