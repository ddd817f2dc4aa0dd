"""A finding about a network, and the edits that may mend it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from levit_explore.errors import SpecError
from levit_explore.spec.document import field_name
from levit_explore.spec.fields import ConvStem, Spec
from levit_explore.spec.parse import make_spec
from levit_explore.spec.rules import Path
from levit_explore.spec.words import listed
from levit_explore.spec.write import fields

Fix: TypeAlias = tuple[tuple[Path, Any], ...]  # edits of one step; None leaves a field to its default


@dataclass(frozen=True)
class Finding:
    """One thing found: where it is, what it is, why it matters, and the edits that mend it, if any do."""

    kind: str
    path: Path  # the field or the stage that it is about; empty for the whole network
    what: str
    why: str
    fix: Fix = ()
    sought: bool = True  # whether edits were tried; in a network of many stages they are for the first findings alone

    @property
    def about(self) -> tuple[str, Path]:
        """What tells it from other findings of a network, and by which it is known again after an edit."""
        return self.kind, self.path

    @property
    def fix_words(self) -> str:
        """The edits in words, such as "set stages[1].heads to 6"; for none, why there are none."""
        if not self.sought:
            return "what would mend it is looked for when fewer findings stand before it"
        if not self.fix:
            return "no edit that was tried mends it without bringing another finding"
        words = [f"set {field_name(path)} to {value}" for path, value in self.fix if value is not None]
        left = [field_name(path) for path, value in self.fix if value is None]
        if left:
            words.append(f"leave {listed(left, 'and')} to {'its default' if len(left) == 1 else 'their defaults'}")
        return "; ".join(words)


@dataclass(frozen=True)
class Case:
    """A finding before anything was tried, and the fixes that may mend it, the best first."""

    finding: Finding
    fixes: Iterable[Fix]


def edited(spec: Spec, fix: Fix) -> Spec | None:
    """What the parser makes of all fields of a spec with these edits; None where it refuses them."""
    values = fields(spec)
    for (*way, last), value in fix:
        target: Any = values
        for key in way:
            target = target[key]
        if value is None:
            target.pop(last, None)
        else:
            target[last] = value
    try:
        return make_spec(values)
    except SpecError:
        return None


def following(spec: Spec, *edits: tuple[Path, Any]) -> Fix:
    """Edits, and those that leave to its default what followed an edited field.

    A Spec does not say which of its fields were written. With these a fix comes to the same network either way.
    """
    return (*edits, *(led for path, value in edits for led in _led(path, value, spec)))


def _led(path: Path, value: Any, spec: Spec) -> Iterator[tuple[Path, Any]]:
    """The edits of what follows the field at `path`, which is to be `value`."""
    match path:
        case ("stages", int(index), "dim"):
            if index == 0 and isinstance(spec.stem, ConvStem):
                yield _stem(spec.stem.dims, spec.stages[0].dim, value)
            if index + 1 < len(spec.stages):
                yield from _heads(index + 1, spec)
        case ("stages", int(index), "key_dim") if index:
            part = spec.stages[index].downsample
            if part is not None and part.key_dim == spec.stages[index].key_dim:
                yield ("stages", index, "downsample", "key_dim"), None
                yield from _heads(index, spec)
        case ("stages", int(index), "downsample", "key_dim"):
            yield from _heads(index, spec)
        case _:
            pass


def _stem(dims: tuple[Any, ...], dim: Any, value: Any) -> tuple[Path, Any]:
    """The stem's default, if it has that, or its dims with the last one as the first stage's dim will be."""
    if dims == (dim // 8, dim // 4, dim // 2, dim):
        return ("stem",), None
    return ("stem", "dims"), [*dims[:-1], value]


def _heads(index: int, spec: Spec) -> Iterator[tuple[Path, Any]]:
    part = spec.stages[index].downsample
    if part is not None and part.heads == spec.stages[index - 1].dim // part.key_dim:
        yield ("stages", index, "downsample", "heads"), None


def short(value: float) -> float:
    """A number as one would type it: to two decimals, and 2 for 2.0."""
    value = round(value, 2)
    return int(value) if value == int(value) else value


def apart(value: float, low: float, high: float) -> tuple[str, str, str]:
    """A value outside of two bounds and these in words, with two decimals, or as many as leave it outside and not 0.

    >>> apart(1.8346, 0.75, 1.3333), apart(1.3334, 0.75, 1.3333)
    (('1.83', '0.75', '1.33'), ('1.3334', '0.75', '1.3333'))
    """
    for digits in range(2, 16):
        rounded, least, most = (round(number, digits) for number in (value, low, high))
        if not least <= rounded <= most and bool(rounded) == bool(value):
            return f"{rounded:.15g}", f"{least:.15g}", f"{most:.15g}"
    return f"{value}", f"{low}", f"{high}"
