"""Graphviz: whichever is there draws, says nothing unless it fails, and what is missing is named."""

import io
import shutil
import sys
from pathlib import Path

import pytest

from levit_explore import LevitError
from levit_explore.analysis.parts import Level
from levit_explore.render.graphs.dot import dot
from levit_explore.render.graphs.engine import Drawn, draw
from levit_explore.render.graphs.looks import look
from levit_explore.render.graphs.picture import SUFFIXES, picture
from levit_explore.render.graphs.svg import svg
from tests.render.graphs.drawings import groups, parsed
from tests.render.graphs.graphs import HOSTILE, bundled, named

BLOCKS = bundled("levit128s", Level.BLOCK)
STUB = '<svg xmlns="http://www.w3.org/2000/svg"/>'
OWN = Path(sys.executable).with_name("graphviz-pure")
ENGINES = [
    "graphviz-pure",
    pytest.param("dot", marks=pytest.mark.skipif(not shutil.which("dot"), reason="the system has no Graphviz")),
]


@pytest.fixture(params=ENGINES)
def engine(request, monkeypatch):
    """The path of each Graphviz in turn, the only one there is."""
    if request.param == "dot":
        return shutil.which("dot")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    return str(OWN)


@pytest.fixture
def system_dot(tmp_path, monkeypatch):
    """Puts a shell script under the name of `dot` on the path."""

    def put(script: str) -> Path:
        (tmp_path / "dot").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "dot").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        return tmp_path / "dot"

    return put


@pytest.mark.parametrize("level", Level)
def test_every_engine_draws_every_part(engine, level):
    shown = bundled("levit128s", level)
    drawn = draw(dot(shown), "svg")
    assert drawn.engine == engine
    assert groups(parsed(drawn.content), "node").keys() == {box.path for box in shown.boxes}
    assert groups(parsed(svg(shown)), "node").keys() == {box.path for box in shown.boxes}


@pytest.mark.parametrize(("form", "start"), [("svg", b"<svg "), ("png", b"\x89PNG"), ("dot", b"digraph network {")])
def test_a_form_is_what_it_says(engine, form, start):
    assert picture(BLOCKS, look(BLOCKS), form).content.startswith(start)


@pytest.mark.parametrize("name", [HOSTILE[4], HOSTILE[10], HOSTILE[12]], ids=["markup", "backslashes", "letters"])
def test_any_name_is_drawn_without_a_word(engine, name, capfd):
    shown = named(name)
    assert groups(parsed(svg(shown)), "node").keys() == {box.path for box in shown.boxes}
    assert capfd.readouterr() == ("", "")


def test_png_is_crisp_and_on_white(engine):
    image = pytest.importorskip("PIL.Image")
    drawn = image.open(io.BytesIO(picture(BLOCKS, look(BLOCKS), "png").content)).convert("RGBA")
    assert drawn.getpixel((0, 0)) == (255, 255, 255, 255)
    assert drawn.width == pytest.approx(1.5 * float(parsed(svg(BLOCKS)).attrib["width"]), rel=0.01)  # 144 dpi of 96


def test_pdf_is_written_with_every_engine(engine):
    pytest.importorskip("svglib")
    assert picture(BLOCKS, look(BLOCKS), "pdf").content.startswith(b"%PDF")


def test_pdf_of_svglib_is_the_same_every_time(monkeypatch):
    pytest.importorskip("svglib")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    first, second = (draw(dot(BLOCKS), "pdf") for _ in range(2))
    assert first.content == second.content
    assert first.engine == f"{OWN}, and svglib for PDF"


def test_a_dot_of_the_system_comes_first(system_dot):
    found = system_dot(f"cat > /dev/null; echo '{STUB}'")
    assert draw("digraph {}", "svg") == Drawn(f"{STUB}\n".encode(), str(found))


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo rubbish", "it gave no {form} but 'rubbish')"),
        (":", "it gave no {form} but nothing"),
        ("printf '\\033[31m\\377'", "it gave no {form} but "),
        ("echo 'no such\nplugin' >&2; exit 3", "no such plugin"),
        ("exit 4", "exit status 4"),
    ],
)
def test_what_a_dot_gives_that_is_no_picture_is_one_line_with_its_name(script, why, form, system_dot):
    found = system_dot(f"cat > /dev/null; {script}")
    with pytest.raises(LevitError) as error:
        draw("digraph {}", form)
    message = str(error.value)
    assert message.startswith(f"{found}: cannot draw this graph ({why.format(form=form.upper())}")
    assert message.endswith("); without this dot on PATH, graphviz-pure draws")
    assert message.isprintable()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<svg><g>", "gave an SVG that cannot be read (no element found: line 2, column 0)"),
        ("<svg/>", "gave an SVG without width, height and viewBox"),
    ],
)
def test_an_svg_that_is_not_whole_is_one_line(content, why, system_dot):
    found = system_dot(f"cat > /dev/null; echo '{content}'")
    with pytest.raises(LevitError) as error:
        svg(BLOCKS)
    assert str(error.value) == f"{found}: {why}"


def test_a_system_without_pdf_falls_back_too(system_dot):
    pytest.importorskip("svglib")
    found = system_dot(f'exec {OWN} "$@"')  # which makes no PDF
    assert draw("digraph {}", "pdf").engine == f"{found}, and svglib for PDF"


def test_pdf_without_svglib_says_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "svglib.svglib", None)
    with pytest.raises(LevitError) as error:
        draw("digraph {}", "pdf")
    assert str(error.value) == "PDF from this Graphviz needs svglib: pip install 'levit-explore[figures]'"


def test_without_any_graphviz_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(LevitError) as error:
        draw("digraph {}", "svg")
    assert str(error.value) == (
        "drawing needs Graphviz, and there is none: pip install graphviz-pure, or install the system's"
    )


def test_graphviz_elsewhere_on_the_path_is_found(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setattr(shutil, "which", lambda name: str(OWN) if name == "graphviz-pure" else None)
    assert draw("digraph {}", "svg").engine == str(OWN)


def test_a_graph_that_it_cannot_read_is_one_line(engine):
    with pytest.raises(LevitError) as error:
        draw("digraph {", "svg")
    message = str(error.value)
    assert message.startswith(f"{engine}: cannot draw this graph (")
    assert "\n" not in message


def test_what_cannot_be_run_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "dot").write_text("no program")
    (tmp_path / "dot").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LevitError) as error:
        draw("digraph {}", "svg")
    assert str(error.value) == f"{tmp_path / 'dot'}: cannot be run (Exec format error)"


def test_every_suffix_names_a_form():
    assert all(picture(BLOCKS, look(BLOCKS), form).content for form in set(SUFFIXES.values()) - {"pdf"})
