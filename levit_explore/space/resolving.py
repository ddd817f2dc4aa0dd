"""Formulas and constraints with their names looked up, and what is wrong with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from levit_explore.space.bounds import bounds, is_bound
from levit_explore.space.grammar import comparisons
from levit_explore.space.names import Scope, compared, meant, reads
from levit_explore.space.nodes import Comparison, Field, Shared, UnreadableError
from levit_explore.space.template import Formula, default_at, formulas, value_at
from levit_explore.spec.document import Document, field_name
from levit_explore.spec.rules import Path
from levit_explore.spec.words import shown

_CONSTRAINT = "such as dim[0] <= dim[1] or flops <= 400M"


@dataclass
class Resolving:
    """Looks up what formulas and constraints read, and collects which shared choices they use, and complaints."""

    scope: Scope
    used: set[str] = field(default_factory=set)
    complaints: list[tuple[Path, str]] = field(default_factory=list)

    def template(self, fields: Any) -> Any:
        """Fields with the names in their formulas looked up."""
        found = self._looked_up(fields)
        known: set[Path] = set()
        for formula in formulas(found):
            circle = _circle(formula.path, found)
            if known.isdisjoint(circle):
                known.update(circle)
                self.complaints += [(formula.path, f"reads itself: {_way(circle)}")] if circle else []
        return found

    def _looked_up(self, value: Any) -> Any:
        match value:
            case Mapping():
                return {key: self._looked_up(item) for key, item in value.items()}
            case list():
                return [self._looked_up(item) for item in value]
            case Formula():
                return self._formula(value)
        return value

    def _formula(self, formula: Formula) -> Formula:
        try:
            node = meant(formula.node, self.scope, formula.path[:-1] if formula.path[0] != "image_size" else ())
            for read in reads(node):
                if isinstance(read, Field) and self._is_derived(read.path):
                    raise UnreadableError(
                        f"reads {field_name(read.path)}, which is not written out; write it, or what it is"
                    )
        except UnreadableError as error:
            self.complaints.append((formula.path, f"{error}"))
            return formula
        self.used |= {read.axis for read in reads(node) if isinstance(read, Shared)}
        return replace(formula, node=node)

    def _is_derived(self, path: Path) -> bool:
        return value_at(self.scope.fields, path) is None and default_at(path) is None

    def constraints(self, document: Document) -> tuple[Comparison, ...]:
        """The comparisons under `constraints`, a list or a single one."""
        given = document.value.get("constraints", [])
        texts = given if isinstance(given, list) else [given]
        found: list[Comparison] = []
        for index, text in enumerate(texts):
            path: Path = ("constraints", index) if isinstance(given, list) else ("constraints",)
            if not isinstance(text, str):
                self.complaints.append((path, f"is {shown(text)}; it must be a comparison {_CONSTRAINT}"))
                continue
            try:
                found += self._compared(text, document.place(path))
            except UnreadableError as error:
                self.complaints.append((path, f"{error}"))
        return tuple(found)

    def _compared(self, text: str, place: str) -> Iterator[Comparison]:
        for comparison in comparisons(text, place):
            made = compared(comparison, replace(self.scope, totals=True))
            if is_bound(made):
                bounds(made)
            yield made


def _circle(start: Path, fields: Any) -> list[Path]:
    """The way by which the formula at a path reads itself; empty where it does not."""
    ways = [[start]]
    seen: set[Path] = set()
    while ways:
        way = ways.pop()
        for read in reads(value_at(fields, way[-1]).node):
            if not isinstance(read, Field) or not isinstance(value_at(fields, read.path), Formula):
                continue
            if read.path == start:
                return [*way, start]
            if read.path not in seen:
                seen.add(read.path)
                ways.append([*way, read.path])
    return []


def _way(circle: list[Path]) -> str:
    return " -> ".join(field_name(path) for path in circle)
