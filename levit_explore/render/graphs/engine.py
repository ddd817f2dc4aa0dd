"""Graphviz as a program: the system's `dot`, or the one that graphviz-pure brings along."""

import io
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from levit_explore.errors import LevitError
from levit_explore.render.sheet import text
from levit_explore.spec.words import quoted

_TIME = 600  # seconds, far more than any graph of ours takes
_STARTS = {"svg": (b"<?xml", b"<!DOCTYPE svg", b"<svg"), "png": (b"\x89PNG\r\n\x1a\n",), "pdf": (b"%PDF-",)}
_OPTIONS = {"png": ("-Gdpi=144", "-Gbgcolor=white"), "pdf": ("-Gbgcolor=white",)}


@dataclass(frozen=True)
class Drawn:
    """A picture as the bytes of a file, and the program that drew it."""

    content: bytes
    engine: str


def draw(source: str, form: str) -> Drawn:
    """DOT source as "svg", "png" or "pdf", the last two on white.

    Raises LevitError where there is no Graphviz, where it fails or gives something else, and for PDF where neither it
    nor svglib makes any.
    """
    engine = _engine()
    found = _run(engine, source, form)
    if found.returncode == 0 and found.stdout.startswith(_STARTS[form]):
        return Drawn(found.stdout, engine)
    if form == "pdf" and b"not recognized" in found.stderr:
        return Drawn(_pdf(draw(source, "svg").content), f"{engine}, and svglib for PDF")
    raise LevitError(f"{engine}: cannot draw this graph ({_why(found, form)}){_fix(engine)}")


def _why(found: "subprocess.CompletedProcess[bytes]", form: str) -> str:
    """What went wrong, on one line: what the program says, or how what it gave begins."""
    if found.returncode != 0:
        return _line(found.stderr)[:300] or f"exit status {found.returncode}"
    begin = _line(found.stdout[:40])
    return f"it gave no {form.upper()} but {quoted(begin) if begin else 'nothing'}"


def _line(said: bytes) -> str:
    return text(" ".join(said.decode(errors="replace").split()))


def _fix(engine: str) -> str:
    return "; without this dot on PATH, graphviz-pure draws" if Path(engine).stem == "dot" else ""


def _engine() -> str:
    """The path of a Graphviz."""
    beside = Path(sys.executable).with_name("graphviz-pure")
    own = str(beside) if beside.exists() else None
    if found := shutil.which("dot") or own or shutil.which("graphviz-pure"):
        return found
    raise LevitError("drawing needs Graphviz, and there is none: pip install graphviz-pure, or install the system's")


def _run(engine: str, source: str, form: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(
            [engine, f"-T{form}", *_OPTIONS.get(form, ())],
            input=source.encode(),
            capture_output=True,
            timeout=_TIME,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LevitError(f"{engine}: has not drawn this graph in {_TIME} seconds; try a coarser --level") from None
    except OSError as error:
        raise LevitError(f"{engine}: cannot be run ({error.strerror})") from None


def _pdf(svg: bytes) -> bytes:
    """An SVG as PDF, without a date, so that it is the same every time."""
    try:
        from reportlab.graphics import renderPDF
        from svglib.svglib import svg2rlg
    except ImportError:
        raise LevitError("PDF from this Graphviz needs svglib: pip install 'levit-explore[figures]'") from None
    return bytes(renderPDF.drawToString(svg2rlg(io.BytesIO(svg)), invariant=1))
