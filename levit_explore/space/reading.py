"""A document's fields with slots and formulas in place of its choices and expressions, and all that is wrong there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from levit_explore.space.cells import Axis
from levit_explore.space.choices import Value, is_choice, misshapen, plain, repeated, values, wrong
from levit_explore.space.grammar import expression
from levit_explore.space.names import RESERVED, reads
from levit_explore.space.nodes import Number as Literal
from levit_explore.space.nodes import UnreadableError
from levit_explore.space.template import Formula, Slot, rule_at
from levit_explore.spec.document import field_name
from levit_explore.spec.rules import Choice, Flag, Integer, Number, Path, Rule
from levit_explore.spec.structures import Sides
from levit_explore.spec.words import did_you_mean, shown, word

_ONE_VALUE = ("name", "source", "drop_path", "published")  # no count depends on them
_A_NAME = "letters, digits and _, and none of " + ", ".join(sorted(RESERVED))


@dataclass
class Reading:
    """Walks the fields in the order of the document and collects axes, shared choices and complaints."""

    shared: dict[str, list[Value]] = field(default_factory=dict)
    axes: dict[str, Axis] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    taken: set[Path] = field(default_factory=set)  # where slots and formulas stand, which rules for values do not know
    complaints: list[tuple[Path, str]] = field(default_factory=list)
    kind: str = "convs"

    def template(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a document, without `where` and `constraints`."""
        match document.get("stem"):
            case {"kind": "patch"}:
                self.kind = "patch"
        where = document.get("where", {})
        self.shared = self._shared(where)
        made: dict[str, Any] = {}
        for key, value in document.items():
            if key == "where":
                self.axes |= {
                    name: Axis(name, tuple(plain(v.given) for v in given)) for name, given in self.shared.items()
                }
            elif key != "constraints":
                made[key] = self._walk(value, (key,))
        return made

    def stands_at(self, path: Path) -> bool:
        """Whether a slot, a formula or a choice out of place stands at a path or around it."""
        return any(path[:length] in self.taken for length in range(1, len(path) + 1))

    def _shared(self, where: Any) -> dict[str, list[Value]]:
        if not isinstance(where, Mapping):
            self.complaints.append((("where",), f"is {shown(where)}; it must be a mapping of names to choices"))
            return {}
        found: dict[str, list[Value]] = {}
        for name, choice in where.items():
            if not (isinstance(name, str) and name.isascii() and name.isidentifier()) or name in RESERVED:
                self.complaints.append((("where", name), f"is no name for a choice; a name has {_A_NAME}"))
                continue
            found[name] = self._values(choice, ("where", name), shared=True)
        return found

    def _walk(self, value: Any, path: Path) -> Any:
        rule = rule_at(path, self.kind)
        match rule:
            case Sides() if not (isinstance(value, list) and len(value) != 2):
                return self._sides(rule, value, path)
            case Integer() | Number() | Choice() | Flag() if path[0] not in _ONE_VALUE:
                return self._leaf(rule, value, path)
        if is_choice(value):
            self.taken.add(path)
            self.complaints.append(
                (path, "is a choice; choices stand on single fields that a count rests on, and this is none")
            )
        elif isinstance(value, Mapping):
            return {key: self._walk(item, (*path, key)) for key, item in value.items()}
        elif isinstance(value, list):
            return [self._walk(item, (*path, index)) for index, item in enumerate(value)]
        return value

    def _sides(self, rule: Rule, value: Any, path: Path) -> Any:
        """An image size as a pair: of one number, one choice or one expression both sides."""
        if isinstance(value, list):
            return [self._leaf(Integer(), side, (*path, index)) for index, side in enumerate(value)]
        leaf = self._formula(Integer(), value, path) if isinstance(value, str) else self._leaf(rule, value, path)
        match leaf:
            case Slot():
                self.taken |= {(*path, 0), (*path, 1)}
                return [replace(leaf, side=0), replace(leaf, side=1)]
            case Formula():
                self.taken |= {(*path, 0), (*path, 1)}
                return [replace(leaf, path=(*path, 0)), replace(leaf, path=(*path, 1))]
        return leaf if any(rule.check(leaf)) else [leaf, leaf]

    def _leaf(self, rule: Rule, value: Any, path: Path) -> Any:
        if isinstance(value, Mapping):
            self.taken.add(path)
            return self._slot(rule, value, path)
        if isinstance(value, list):
            self.taken.add(path)
            self.complaints.append(
                (path, f"is a list; it must be {rule.allowed}, or a choice such as {{choices: [...]}}")
            )
        if isinstance(value, str) and isinstance(rule, Integer | Number):
            return self._formula(rule, value, path)
        return value

    def _slot(self, rule: Rule, choice: Mapping[str, Any], path: Path) -> Slot:
        if set(choice) == {"as"}:
            return self._use(rule, choice["as"], path)
        given = self._values(choice, path)
        self.complaints += [((*path, *inner), words) for inner, words in wrong(given, rule)]
        name = field_name(path)
        if name in self.shared:
            self.complaints.append((("where", name), "is called like a field that has a choice of its own; rename it"))
        self.axes[name] = Axis(name, tuple(plain(value.given) for value in given))
        return Slot(name)

    def _use(self, rule: Rule, name: Any, path: Path) -> Slot:
        if not isinstance(name, str) or name not in self.shared:
            known = ", ".join(word(each) for each in self.shared)
            fix = did_you_mean(name, self.shared) or (f"; they are {known}" if known else "; there are none")
            self.complaints.append(((*path, "as"), f"is {shown(name)}; it must be a name under `where`{fix}"))
            return Slot("")
        self.used.add(name)
        use = f" (for {field_name(path)})"
        self.complaints += [(("where", name, *inner), words) for inner, words in wrong(self.shared[name], rule, use)]
        return Slot(name)

    def _values(self, choice: Any, path: Path, shared: bool = False) -> list[Value]:
        """The values of a choice; none where it is not a sound one."""
        found = list(misshapen(choice, shared))
        given = [] if found else values(choice)
        found += repeated(given)
        self.complaints += [((*path, *inner), words) for inner, words in found]
        return given

    def _formula(self, rule: Integer | Number, text: str, path: Path) -> Any:
        try:
            node = expression(text)
        except UnreadableError as error:
            self.taken.add(path)
            self.complaints.append((path, f"{error}"))
            return text
        if all(isinstance(part, Literal) for part in reads(node)):  # a number in quotes
            return text
        self.taken.add(path)
        return Formula(path, " ".join(text.split()), node, rule)
