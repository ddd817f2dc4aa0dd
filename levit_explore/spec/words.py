"""How messages word what was given and what is allowed, always on one line."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any


def shown(value: Any) -> str:
    """A given value in words short enough for one line, control characters escaped."""
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case int() if abs(value) >= 10**20:
            return f"an integer of {len(str(abs(value)))} digits" if abs(value) < 10**4000 else "a huge integer"
        case str():
            return f"text {quoted(value)}"
        case _ if type(value) in (int, float):
            return f"{value}"
        case _:
            return f"of type {type(value).__name__}"


def quoted(text: str) -> str:
    """The beginning of a text, in quotes and on one line."""
    return f"'{printable(text if len(text) <= 40 else text[:37] + '...')}'"


def word(key: str | int) -> str:
    """A key as it was written, in quotes where it does not look like a field's name."""
    text = str(key)
    return text if text.replace("-", "_").isidentifier() and len(text) <= 40 else quoted(text)


def printable(text: str) -> str:
    """Text on one line, control characters escaped."""
    return text if text.isprintable() else repr(text)[1:-1]


def listed(options: list[str], last: str = "or") -> str:
    """Options in words: "a, b or c"."""
    return options[0] if len(options) == 1 else ", ".join(options[:-1]) + f" {last} " + options[-1]


def did_you_mean(given: Any, options: Iterable[str]) -> str:
    """The question that names the option nearest to what was given; empty where none is near."""
    word = given[:100].lower() if isinstance(given, str) else ""
    near = difflib.get_close_matches(word, list(options), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""
