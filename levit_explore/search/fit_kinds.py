"""The kinds of field that `fit` may vary, and the values around its own that each may take."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from levit_explore.errors import LevitError
from levit_explore.sizes import single
from levit_explore.spec.fields import Stage
from levit_explore.spec.words import did_you_mean, printable, quoted

Values = list[int] | list[int | float]
_MOST = 32  # steps from half of a dim to one and a half
_MOST_DEPTH = 1000
_HALVES = 2  # a ratio goes in steps of one half


@dataclass(frozen=True)
class Kind:
    """Fields of stages that vary alike: `around` gives the values tried, its own among them; `words` says which."""

    name: str
    field: str
    around: Callable[[Stage], Values]
    words: str


def _dims(stage: Stage) -> Values:
    dim, key_dim = single(stage.dim), single(stage.key_dim)
    step = key_dim * max(1, -(-dim // (_MOST * key_dim)))
    return _with(dim, range(-(-dim // (2 * step)) * step, 3 * dim // 2 + 1, step))


def _depths(stage: Stage) -> Values:
    depth = single(stage.depth)
    return _with(depth, range(1, min(max(2, 2 * depth), _MOST_DEPTH) + 1))


def _heads(stage: Stage) -> Values:
    heads = single(stage.heads)
    return _with(heads, range(-(-heads // 2), max(heads + 1, 3 * heads // 2) + 1))


def _key_dims(stage: Stage) -> Values:
    key_dim = single(stage.key_dim)
    step = max(1, key_dim // 4)
    return _with(key_dim, (key_dim + step * by for by in range(-2, 3) if key_dim + step * by >= 1))


def _attn_ratios(stage: Stage) -> Values:
    return _ratios(float(stage.attn_ratio))


def _mlp_ratios(stage: Stage) -> Values:
    return _ratios(float(stage.mlp_ratio))


def _ratios(ratio: float) -> Values:
    exact = Fraction(str(ratio))
    steps = range(-(-exact // 1), int(3 * exact) + 1)  # halves, from half of the ratio to one and a half
    values = {Fraction(step, _HALVES) for step in steps if step > 0} | {exact}
    return [int(value) if value.denominator == 1 else float(value) for value in sorted(values)]


def _with(own: int, values: Iterable[int]) -> Values:
    return sorted({own, *values})


KINDS = {
    kind.name: kind
    for kind in (
        Kind("dims", "dim", _dims, "multiples of key_dim from half of its own to one and a half"),
        Kind("depths", "depth", _depths, "1 to twice its own"),
        Kind("heads", "heads", _heads, "half of its own to one and a half"),
        Kind("key_dims", "key_dim", _key_dims, "half of its own to one and a half, in quarters of it"),
        Kind("attn_ratios", "attn_ratio", _attn_ratios, "half of its own to one and a half, in steps of 0.5"),
        Kind("mlp_ratios", "mlp_ratio", _mlp_ratios, "half of its own to one and a half, in steps of 0.5"),
    )
}
DEFAULT = ("dims", "depths")


def kinds(names: str | None) -> tuple[Kind, ...]:
    """The kinds in a list such as "dims,depths", in the order of the format; the default ones for None.

    Raises LevitError where a name is none of them.
    """
    given = DEFAULT if names is None else tuple(name.strip() for name in names.split(","))
    for name in given:
        if name not in KINDS:
            raise LevitError(f"--vary {printable(name)[:40]}: {_unknown(name)}")
    return tuple(kind for name, kind in KINDS.items() if name in given)


def weights(given: Sequence[str], varied: Sequence[Kind]) -> dict[str, Fraction]:
    """The weight of each kind that varies: 1 unless given, as "dims=2". Raises LevitError for anything else."""
    found = {kind.name: Fraction(1) for kind in varied}
    for each in given:
        name, _, number = each.partition("=")
        place = f"--weight {printable(each[:40])}"
        if name not in KINDS:
            raise LevitError(f"{place}: {_unknown(name)}")
        if name not in found:
            raise LevitError(f"{place}: {name} do not vary here; add them to --vary, or leave the weight out")
        found[name] = _weight(number, place)
    return found


def _weight(number: str, place: str) -> Fraction:
    plain = number.replace(".", "", 1)
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= 12 and Fraction(number) <= 1000):
        raise LevitError(f"{place}: a weight is KIND=NUMBER with a number from 0 to 1000, such as dims=2")
    return Fraction(number)


def _unknown(name: str) -> str:
    fix = did_you_mean(name, KINDS) or f"; choose from {', '.join(KINDS)}"
    return f"{quoted(name)} is no kind of field{fix}"
