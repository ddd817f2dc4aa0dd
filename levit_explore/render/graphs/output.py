"""Graphs as files, in the form that the suffix names."""

from pathlib import Path

from levit_explore.analysis.graph import Graph
from levit_explore.render.emit import emit_text
from levit_explore.render.graphs.colors import Color
from levit_explore.render.graphs.files import write_together
from levit_explore.render.graphs.looks import look
from levit_explore.render.graphs.model_explorer import node_data
from levit_explore.render.graphs.picture import SUFFIXES as PICTURES
from levit_explore.render.graphs.picture import picture
from levit_explore.render.graphs.texts import TEXTS, as_text
from levit_explore.render.json import to_json
from levit_explore.writing import write_file, write_text

SUFFIXES = PICTURES | {".mmd": "mermaid", ".json": "json", ".txt": "ascii"}
_BESIDE = ("flops", "params", "share")  # what Model Explorer reads beside a graph, a file each


def files(path: Path) -> tuple[Path, ...]:
    """The files that are written for one of this name: itself, and beside .json those with what the nodes cost."""
    beside = _BESIDE if path.suffix.lower() == ".json" else ()
    return (path, *(path.with_suffix(f".{name}.json") for name in beside))


def save(graph: Graph, path: Path) -> None:
    """Writes a graph as `graph -o` does without other options. Raises LevitError where that cannot be done."""
    form = SUFFIXES[path.suffix.lower()]
    if form == "json":
        save_json(graph, path)
    elif form in TEXTS:
        write_text(path, as_text(graph, form))
    else:
        content = picture(graph, look(graph, Color.ROLE), form).content
        write_file(path, lambda file: file.write_bytes(content))


def save_json(graph: Graph, path: Path) -> None:
    """Writes the document that Model Explorer opens; beside a file of it, those with what the nodes cost."""
    document = as_text(graph, "json")
    if path.exists() and not path.is_file():
        emit_text(document, path)
        return
    beside = {path.with_suffix(f".{name}.json"): to_json(data) for name, data in node_data(graph).items()}
    write_together({path: document} | beside)
