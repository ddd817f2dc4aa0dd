"""YAML text as plain values that remember where each was written. Nothing in a file is run, or expanded at length."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from levit_explore.errors import SpecError
from levit_explore.spec.document import Document
from levit_explore.spec.rules import Path
from levit_explore.spec.words import quoted, word

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = yaml.resolver.Resolver()  # says what a scalar without a tag is
MAX_BYTES = 1_000_000
_MAX_VALUES = 10_000  # aliases count each time they are used, so that nested aliases stay small
_MAX_DEPTH = 20
_Where: TypeAlias = Callable[[Any], str]  # the place of a YAML mark, as messages name it
_BOOLEANS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


def read_yaml(data: bytes, file: str, lines: bool = True) -> Document:
    """The one YAML document in `data`; `file` names it in messages, followed by a line's number if `lines`.

    Raises SpecError for what is not UTF-8 text, not YAML, or more than 10,000 values once aliases are expanded;
    duplicate keys, and tags other than the plain ones, are noted in its problems and otherwise ignored.
    """

    def where(mark: Any) -> str:
        return f"{file}:{mark.line + 1}" if mark and lines else file

    text = _text(data, file)
    try:
        _check_depth(text, where)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        place = where(error.problem_mark or error.context_mark)
        if error.problem == "exceeded maximum nesting depth":  # PyYAML 6.0.4, at once
            raise SpecError(f"{place}: nested more than {_MAX_DEPTH} deep") from None
        raise SpecError(f"{place}: not valid YAML: {_reason(error)}") from None
    except yaml.YAMLError as error:
        raise SpecError(f"{file}: not valid YAML: {' '.join(str(error).split())[:200]}") from None
    if node is None:
        raise SpecError(f"{file}: the file is empty; a spec needs at least `stages`")
    reader = _Reader(where)
    value = reader.read(node, ())
    return Document(value, reader.places, tuple(reader.problems))


def read_value(text: str, place: str) -> Any:
    """The YAML value on the right of an assignment such as `--set image_size=[192, 256]`; raises SpecError."""
    if not text.strip():
        return None
    document = read_yaml(text.encode(errors="surrogatepass"), place, lines=False)
    if document.problems:
        raise SpecError(*document.problems)
    return document.value


def _text(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES:
        raise SpecError(f"{file}: has more than {MAX_BYTES} bytes, too many for a spec")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(f"{file}: not a text file (byte {error.start} is not UTF-8); a spec is YAML text") from None
    if "\0" in text:
        raise SpecError(f"{file}: not a text file (it holds NUL bytes); a spec is YAML text")
    return text


def _reason(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem or error.context)
    if problem == "found character that cannot start any token":
        return f"{problem}, such as a tab, @ or `; indent with spaces, and put other text in quotes"
    return problem.removeprefix("but ")  # "but found another document"


def _check_depth(text: str, where: _Where) -> None:
    """Raises before the recursive reader would meet too deep a nesting. The events themselves are flat."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            raise SpecError(f"{where(event.start_mark)}: nested more than {_MAX_DEPTH} deep")


@dataclass
class _Reader:
    """Turns nodes into values, collecting places and problems as it goes."""

    where: _Where
    places: dict[Path, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    values: int = 0

    def read(self, node: yaml.Node, path: Path) -> Any:
        self.values += 1
        if len(path) > _MAX_DEPTH:
            raise SpecError(f"{self._line(node)}: nested more than {_MAX_DEPTH} deep once aliases are expanded")
        if self.values > _MAX_VALUES:
            raise SpecError(f"{self._line(node)}: more than {_MAX_VALUES} values once aliases are expanded")
        self.places.setdefault(path, self._line(node))
        match node:
            case yaml.MappingNode():
                self._expect("map", node)
                return self._mapping(node, path)
            case yaml.SequenceNode():
                self._expect("seq", node)
                return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
            case yaml.ScalarNode():
                return self._scalar(node)
            case _:
                raise AssertionError(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._complain(key_node, "a field's name must be a word")
                continue
            key = key_node.value
            if key in mapping:
                self._complain(key_node, f"{word(key)} is given twice, first on line {lines[key]}; remove one")
                continue
            lines[key] = key_node.start_mark.line + 1
            self.places[*path, key] = self._line(key_node)
            mapping[key] = self.read(value_node, (*path, key))
        return mapping

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        """Null, booleans and decimal numbers as Python values; everything else, dates included, as text."""
        text: str = node.value
        match node.tag.removeprefix("tag:yaml.org,2002:"):
            case "null":
                return None
            case "bool":
                return _BOOLEANS.get(text.lower(), text)
            case "int":
                return _number(int, text)
            case "float":
                return _number(float, text.lower().replace(".inf", "inf").replace(".nan", "nan"))
            case "str" | "timestamp" | "value" | "merge":
                return text
            case _:
                self._complain(node, _tagged(node))
                tag = _RESOLVER.resolve(yaml.ScalarNode, text, (not node.style, False))
                return self._scalar(yaml.ScalarNode(tag, text, node.start_mark))

    def _expect(self, tag: str, node: yaml.Node) -> None:
        if node.tag != f"tag:yaml.org,2002:{tag}":
            self._complain(node, _tagged(node))

    def _complain(self, node: yaml.Node, problem: str) -> None:
        self.problems.append(f"{self._line(node)}: {problem}")

    def _line(self, node: yaml.Node) -> str:
        return self.where(node.start_mark)


def _tagged(node: yaml.Node) -> str:
    tag = node.tag.replace("tag:yaml.org,2002:", "!!")
    return f"the tag {quoted(tag)} is not allowed; a spec holds plain values"


def _number(kind: type[int] | type[float], text: str) -> int | float | str:
    try:
        return kind(text)
    except ValueError:  # base 16, base 60 and the like, which YAML 1.1 also calls numbers
        return text
