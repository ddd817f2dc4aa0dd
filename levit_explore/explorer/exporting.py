"""What can be exported: for each kind the suffixes, what writes it, and the plain command that writes the same."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from levit_explore.errors import LevitError
from levit_explore.explorer import writers
from levit_explore.explorer.command import command_line, quoted, whole
from levit_explore.explorer.shown import Shown
from levit_explore.explorer.sources import b_path, spec_source
from levit_explore.spec.words import listed

SHEETS = (".csv", ".json", ".md", ".txt")
DIFFERENCES = (".svg", ".png", ".pdf", ".dot", ".gv")
GRAPHS = (*DIFFERENCES, ".mmd", ".json", ".txt")
BIASES = (*SHEETS, ".npz", ".png", ".svg", ".pdf")
_LONGEST = 60  # characters of a name that becomes that of a file


@dataclass(frozen=True)
class Kind:
    """Something that can be exported; the first suffix is the usual one."""

    name: str
    about: str
    suffixes: tuple[str, ...]
    write: Callable[[Shown, Path], None]
    line: Callable[[Shown, str], str]  # the plain command, given the file as the shell takes it
    offered: Callable[[Shown], bool] = lambda shown: True
    files: Callable[[Path], tuple[Path, ...]] = lambda path: (path,)

    def path(self, shown: Shown) -> str:
        """The usual name of the file."""
        stem = re.sub(r"[^\w.-]+", "_", shown.state.name)[:_LONGEST].strip("._-") or "network"
        return f"{stem}-{self.name.replace(' ', '-')}{self.suffixes[0]}"

    def command(self, shown: Shown, path: str) -> str:
        """The plain command that writes the same, behind those that write what it reads."""
        return whole(shown.state, self.line(shown, quoted(path)))

    def check(self, path: str) -> None:
        """Raises LevitError where the suffix of a path names no format of this kind."""
        if Path(path).suffix.lower() not in self.suffixes:
            raise LevitError(
                f"{path}: its suffix names no format for {self.name}; end it in {listed([*self.suffixes])}"
            )


def export(kind: Kind, shown: Shown, path: str) -> None:
    """Writes what is seen as this kind. Raises LevitError for another suffix, and where it cannot be written."""
    kind.check(path)
    kind.write(shown, Path(path))


def kinds(shown: Shown) -> tuple[Kind, ...]:
    """The kinds that there is anything to write of."""
    return tuple(kind for kind in KINDS if kind.offered(shown))


def usual(shown: Shown) -> Kind:
    """The kind that goes with the tab that is seen."""
    name = "report" if shown.tab == "findings" else shown.tab
    return next(kind for kind in reversed(kinds(shown)) if kind.name in (name, f"learned {name}"))


def _graph(shown: Shown, file: str) -> str:
    return command_line(shown.state, "graph", f"--level {shown.level}", f"-o {file}")


def _report(shown: Shown, file: str) -> str:
    weights = [] if shown.weights is None else [f"--weights {quoted(shown.weights)}"]
    return command_line(shown.state, "report", *weights, f"-o {file}")


def _rows(shown: Shown, file: str) -> str:
    return command_line(shown.state, "flops", f"--by {shown.by}", f"-o {file}")


def _learned(shown: Shown, file: str) -> str:
    return f"levit-explore biases {quoted(shown.checkpoint or '')} -o {file}"


def _simple(command: str) -> Callable[[Shown, str], str]:
    """The line of a command without options of its own."""
    return lambda shown, file: command_line(shown.state, command, f"-o {file}")


def _changes(option: str, of_b: bool) -> Callable[[Shown, str], str]:
    """The line of what changed from what was opened, or from B."""

    def line(shown: Shown, file: str) -> str:
        before = b_path(shown.state) if of_b else spec_source(shown.state)
        return command_line(shown.state, "diff", f"--by {shown.by}", f"{option} {file}", before=quoted(before))

    return line


def _has_b(shown: Shown) -> bool:
    return shown.state.pinned is not None


def _graph_files(path: Path) -> tuple[Path, ...]:
    from levit_explore.render.graphs.output import files

    return files(path)


KINDS = (
    Kind("graph", "boxes and what flows between them", GRAPHS, writers.graph, _graph, files=_graph_files),
    Kind("report", "one page with everything known", (".html", ".htm"), writers.report, _report),
    Kind("rows", "what every part costs", SHEETS, writers.rows, _rows),
    Kind("balance", "attention against MLP", SHEETS, writers.balance, _simple("balance")),
    Kind("ledger", "why FLOP counters differ", SHEETS, writers.ledger, _simple("reconcile")),
    Kind("biases", "which pairs share a bias", BIASES, writers.biases, _simple("biases")),
    Kind(
        "learned biases",
        "what the checkpoint has learned, whatever was edited",
        BIASES,
        writers.learned,
        _learned,
        lambda shown: shown.checkpoint is not None,
    ),
    Kind(
        "changes", "from what was opened, or last saved, to this", SHEETS, writers.changes, _changes("-o", of_b=False)
    ),
    Kind(
        "changes as a graph",
        "the same, drawn as one graph",
        DIFFERENCES,
        writers.drawn_changes,
        _changes("--graph", of_b=False),
    ),
    Kind("changes from B", "from B to this", SHEETS, writers.changes_from_b, _changes("-o", of_b=True), _has_b),
    Kind(
        "changes from B as a graph",
        "the same, drawn as one graph",
        DIFFERENCES,
        writers.drawn_changes_from_b,
        _changes("--graph", of_b=True),
        _has_b,
    ),
    Kind("spec", "every field, defaults filled in", (".yaml", ".yml", ".json"), writers.spec, _simple("show")),
)
