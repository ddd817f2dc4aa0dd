"""Choices as they are written, `{choices: [...]}` or `{range: [low, high], step: s}`, as the values of an axis."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from levit_explore.space.cells import Chosen
from levit_explore.spec.document import CHOICE_KEYS, field_name
from levit_explore.spec.rules import Complaints, Path, Rule
from levit_explore.spec.words import did_you_mean, listed, shown

MOST_VALUES = 10_000
_WRITTEN = "{choices: [...]} or {range: [low, high], step: s}"
A_CHOICE = f"a choice is {_WRITTEN}, or {{as: NAME}} of a name under `where`"


@dataclass(frozen=True)
class Value:
    """One value of a choice as it was written, and where in the choice."""

    path: Path
    given: Any


def is_choice(value: Any) -> bool:
    """Whether a value is meant as a choice."""
    return isinstance(value, Mapping) and not CHOICE_KEYS.isdisjoint(value)


def misshapen(choice: Any, shared: bool = False) -> Complaints:
    """What is wrong with the form of a choice; `shared` for one under `where`, which cannot be `as` another."""
    if not isinstance(choice, Mapping):
        yield (), f"is {shown(choice)}; it must be {_WRITTEN}"
        return
    kinds = [key for key in ("choices", "range", "as") if key in choice and not (shared and key == "as")]
    if len(kinds) != 1:
        given = f"has {listed(kinds, 'and')}" if kinds else "is a mapping"
        yield (), f"{given}; {f'it must be {_WRITTEN}' if shared else A_CHOICE}"
        return
    known = [*kinds, *(["step"] if kinds == ["range"] else [])]
    for key in choice:
        if key not in known:
            yield (key,), f"does not belong beside {kinds[0]}{did_you_mean(key, known) or f'; {A_CHOICE}'}"
    if kinds == ["choices"]:
        given = choice["choices"]
        if not isinstance(given, list) or not 1 <= len(given) <= MOST_VALUES:
            yield ("choices",), f"is {_many(given)}; it must be a list of 1 to {MOST_VALUES} values"
    elif kinds == ["range"]:
        yield from _misshapen_range(choice["range"], choice.get("step", 1))


def _misshapen_range(ends: Any, step: Any) -> Complaints:
    if not isinstance(ends, list) or len(ends) != 2 or not all(_is_number(end) for end in ends):
        yield ("range",), f"is {_many(ends)}; it must be [low, high], two numbers"
    elif not _is_number(step) or step <= 0:
        yield ("step",), f"is {shown(step)}; it must be a number above 0"
    elif ends[0] > ends[1]:
        yield ("range",), f"is [{ends[0]}, {ends[1]}], which is empty; write [{ends[1]}, {ends[0]}]"
    elif _count(ends, step) > MOST_VALUES:
        yield ("range",), f"has more than {MOST_VALUES} values; give a larger step"


def values(choice: Mapping[str, Any]) -> list[Value]:
    """The values of a choice of sound form, in order; a range has both ends, and decimals without error."""
    if "choices" in choice:
        return [Value(("choices", index), given) for index, given in enumerate(choice["choices"])]
    low, step = _exact(choice["range"][0]), _exact(choice.get("step", 1))
    numbers = (low + index * step for index in range(_count(choice["range"], choice.get("step", 1))))
    return [Value(("range",), int(number) if number.denominator == 1 else float(number)) for number in numbers]


def wrong(given: list[Value], rule: Rule, use: str = "") -> Complaints:
    """What a rule complains of among the values of a choice, of a range once; `use` names the field of the rule."""
    for value in given:
        complaints = [((*value.path, *path), f"{words}{use}") for path, words in rule.check(value.given)]
        if complaints and value.path == ("range",):
            yield complaints[0][0], complaints[0][1].replace("is ", "holds ", 1)
            return
        yield from complaints


def repeated(given: Iterable[Value]) -> Complaints:
    """A complaint for each value that the choice has had before."""
    seen: dict[Any, Path] = {}
    for value in given:
        held = plain(value.given)
        key = held if type(held) in (int, float) else repr(held)
        if key in seen:
            yield value.path, f"is {_words(value.given)}, as {field_name(seen[key])} is; remove one"
        seen.setdefault(key, value.path)


def plain(given: Any) -> Chosen:
    """A value as an axis holds it: an image size of two sides as "192x256", of two equal ones as their number."""
    if not isinstance(given, list | tuple):
        return given  # type: ignore[no-any-return]
    sides = [f"{side}" for side in given]
    return given[0] if len(set(sides)) == 1 else "x".join(sides)


def _words(given: Any) -> str:
    return str(plain(given)) if isinstance(given, list) else shown(given)


def _many(given: Any) -> str:
    return f"a list of {len(given)}" if isinstance(given, list) else shown(given)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < 10**20  # nan and inf are not


def _exact(number: float) -> Fraction:
    return Fraction(repr(number))


def _count(ends: list[Any], step: Any) -> int:
    return int((_exact(ends[1]) - _exact(ends[0])) / _exact(step)) + 1
