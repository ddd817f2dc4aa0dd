"""Expressions and comparisons as trees: `dim / key_dim`, `0.8 <= balance <= 1.25 and flops <= 400M`. Nothing is run."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from levit_explore.space.nodes import Calculation, Comparison, Name, Node, Number, UnreadableError
from levit_explore.spec.rules import Path
from levit_explore.spec.words import quoted

MAX_LENGTH = 400
_MAX_DEPTH = 20
_MAX_EXPONENT = 30
_THOUSANDS = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_BYTES = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_BYTES |= {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_SUFFIXES = {"": 1} | _THOUSANDS | _BYTES
_COMPARED = ("<=", ">=", "==", "!=", "<", ">")
_TOKEN = re.compile(
    r"(?P<number>\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+(?!\w))?)(?P<suffix>[A-Za-z]*)"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<sign>//|<=|>=|==|!=|[-+*/%()<>,\[\].])",
    re.ASCII,
)


def expression(text: str) -> Node:
    """The tree of an expression such as "dim / key_dim". Raises UnreadableError."""
    reader = _Reader(text)
    node = reader.sum()
    reader.expect_end("an operator")
    return node


def comparisons(text: str, place: str = "") -> tuple[Comparison, ...]:
    """The comparisons in a text, a chain such as `1 <= balance <= 2` as several. Raises UnreadableError."""
    reader = _Reader(text)
    found = [*reader.chain(place)]
    while reader.take("and"):
        found += reader.chain(place)
    reader.expect_end("an operator, a comparison or `and`")
    return tuple(found)


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int
    number: Number | None = None


class _Reader:
    """A recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise UnreadableError(f"has {len(text)} characters; an expression has at most {MAX_LENGTH}")
        self.text = text
        self.tokens = _tokens(text)
        self.index = self.depth = 0

    def chain(self, place: str) -> list[Comparison]:
        found: list[Comparison] = []
        start, left = self._here(), self.sum()
        while sign := self.take(*_COMPARED):
            middle, right = self._here(), self.sum()
            found.append(Comparison(left, sign, right, self._between(start), place))
            start, left = middle, right
        if not found:
            self._fail("a comparison such as <=")
        return found

    def sum(self) -> Node:
        node = self._product()
        while sign := self.take("+", "-"):
            node = Calculation(sign, node, self._product())
        return node

    def _product(self) -> Node:
        node = self._signed()
        while sign := self.take("*", "/", "//", "%"):
            node = Calculation(sign, node, self._signed())
        return node

    def _signed(self) -> Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise UnreadableError(f"is nested more than {_MAX_DEPTH} deep")
        node = Calculation("-", Number(Fraction(0)), self._signed()) if self.take("-") else self._atom()
        self.depth -= 1
        return node

    def _atom(self) -> Node:
        if self.take("("):
            node = self.sum()
            self._expect(")")
            return node
        token = self._peek()
        if token is None or (token.number is None and not token.text.isidentifier()) or token.text == "and":
            self._fail("a number or a name")
        self.index += 1
        if token.number is not None:
            return token.number
        if token.text in ("max", "min") and self.take("("):
            return self._extreme(token.text)
        return Name(self._path(token.text))

    def _extreme(self, name: str) -> Node:
        node = self.sum()
        while self.take(","):
            node = Calculation(name, node, self.sum())
        self._expect(")")
        return node

    def _path(self, first: str) -> Path:
        path: Path = (first,)
        while sign := self.take("[", "."):
            token = self._peek()
            if sign == "[" and (token is None or not token.text.isdecimal() or len(token.text) > 4):
                self._fail("the number of a stage or an entry")
            if sign == "." and (token is None or not token.text.isidentifier()):
                self._fail("the name of a field")
            assert token is not None
            self.index += 1
            path = (*path, int(token.text) if sign == "[" else token.text)
            if sign == "[":
                self._expect("]")
        return path

    def take(self, *texts: str) -> str:
        """The next token where it is one of `texts`, stepped over; otherwise empty."""
        token = self._peek()
        if token is None or token.text not in texts:
            return ""
        self.index += 1
        return token.text

    def expect_end(self, due: str) -> None:
        if self._peek() is not None:
            self._fail(due)

    def _expect(self, text: str) -> None:
        if not self.take(text):
            self._fail(f"an operator or {text}")

    def _peek(self) -> _Token | None:
        return self.tokens[self.index] if self.index < len(self.tokens) else None

    def _here(self) -> int:
        token = self._peek()
        return token.start if token else len(self.text)

    def _between(self, start: int) -> str:
        """The text from a start to the last token, on one line."""
        return " ".join(self.text[start : self.tokens[self.index - 1].end].split())

    def _fail(self, due: str) -> NoReturn:
        token = self._peek()
        found = f"has {quoted(token.text)} at character {token.start + 1}" if token else "ends"
        raise UnreadableError(f"is {quoted(self.text)}, which {found} where {due} is due")


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            fix = "write == or <=" if text[at] == "=" else "numbers, names, + - * / // % and comparisons do"
            raise UnreadableError(f"has {quoted(text[at])} at character {at + 1}, which means nothing here; {fix}")
        number = _number(match) if match["number"] else None
        tokens.append(_Token(match[0], at, match.end(), number))
        at = match.end()
    return tokens


def _number(match: "re.Match[str]") -> Number:
    digits, suffix = match["number"].replace("_", ""), match["suffix"]
    _, _, exponent = digits.lower().partition("e")
    if suffix not in _SUFFIXES:
        near = [known for known in _SUFFIXES if known.lower() == suffix.lower()]
        fix = f"; did you mean {match['number']}{near[0]}?" if near else ""
        known = f"{', '.join(_THOUSANDS)}, or of bytes {', '.join(_BYTES)}"
        raise UnreadableError(f"has {quoted(match[0])}; the suffixes are {known}{fix}")
    if len(exponent) > 4 or abs(int(exponent or 0)) > _MAX_EXPONENT:
        raise UnreadableError(f"has {quoted(match[0])}; an exponent is at most {_MAX_EXPONENT}")
    return Number(Fraction(digits) * _SUFFIXES[suffix], suffix in _BYTES)
