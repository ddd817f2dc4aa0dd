"""graph, and diff --graph: every format, what is refused, and files that appear whole or not at all."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from levit_explore import load_spec, plan
from levit_explore.analysis.graph import graph
from levit_explore.analysis.parts import Level
from levit_explore.render.graphs.dot import dot
from levit_explore.render.graphs.svg import svg
from tests.cli.call import call, printed
from tests.render.graphs.drawings import groups, parsed

PLAN = plan(load_spec("levit256"))
STARTS = {
    "a.svg": b"<svg ",
    "a.png": b"\x89PNG",
    "a.dot": b"digraph network {",
    "a.GV": b"digraph network {",
    "a.mmd": b"---\n",
    "a.json": b"{\n",
    "a.txt": b"levit256 at 224x224",
}


@pytest.mark.parametrize("name", STARTS)
def test_the_suffix_chooses_the_format(name):
    assert call("graph", "levit256", "-o", name) == (0, "", "")
    assert Path(name).read_bytes().startswith(STARTS[name])


def test_pdf_is_written():
    pytest.importorskip("svglib")
    assert call("graph", "levit256", "-o", "a.pdf") == (0, "", "")
    assert Path("a.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("form", "name"), [("dot", "a.dot"), ("mermaid", "a.mmd"), ("json", "a.json"), ("svg", "a.svg")]
)
def test_a_format_is_printed_as_it_is_written(form, name):
    call("graph", "levit128s", "-o", name)
    assert printed("graph", "levit128s", "--format", form) == Path(name).read_text(encoding="utf-8")


def test_without_a_format_a_terminal_gets_stages():
    out = printed("graph", "levit256")
    assert out == printed("graph", "levit256", "--format", "ascii", "--level", "stage")
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 80


def test_a_level_is_heeded_in_ascii_too():
    assert printed("graph", "levit256", "--level", "block") != printed("graph", "levit256")


def test_a_picture_shows_blocks_unless_told_otherwise():
    assert printed("graph", "levit256", "--format", "svg") == svg(graph(PLAN, Level.BLOCK))
    assert printed("graph", "levit256", "--format", "svg", "--level", "op") == svg(graph(PLAN, Level.OP))


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (["--focus", "stages.1.downsample"], graph(PLAN, focus="stages.1.downsample")),
        (["--expand"], graph(PLAN, expand=True)),
        (["--convention", "fvcore"], graph(PLAN, convention="fvcore")),
        (["--size", "192x256"], graph(plan(load_spec("levit256", size="192x256")))),
        (["--set", "stages.0.depth=0"], graph(plan(load_spec("levit256", ["stages.0.depth=0"])))),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_options_choose_the_graph(options, shown):
    assert printed("graph", "levit256", *options, "--format", "dot") == dot(shown)


@pytest.mark.parametrize("options", [["--color", "flops"], ["--color", "params"], ["--direction", "LR"]])
def test_options_choose_how_it_is_drawn(options):
    assert printed("graph", "levit256", *options, "--format", "dot") != dot(graph(PLAN))


def test_a_spec_is_read_from_standard_input():
    spec = printed("show", "levit128s")
    assert printed("graph", "-", stdin=spec) == printed("graph", "levit128s")


def test_verbose_says_what_drew_it_in_one_line():
    status, out, err = call("graph", "levit256", "-o", "a.svg", "--verbose")
    assert (status, out) == (0, "")
    assert err.startswith("drawn by ")
    assert err.endswith(" s\n")
    assert err.count("\n") == 1


def test_what_nodes_cost_stands_beside_the_document():
    assert call("graph", "levit256", "-o", "out.json") == (0, "", "")
    names = {path.name for path in Path().iterdir()}
    assert names == {"out.json", "out.flops.json", "out.params.json", "out.share.json"}
    (network,) = json.loads(Path("out.json").read_text())["graphs"]
    nodes = {node["id"] for node in network["nodes"]}
    assert all(
        json.loads(Path(name).read_text())[network["id"]]["results"].keys() == nodes for name in names - {"out.json"}
    )


def test_of_files_that_belong_together_all_appear_or_none():
    Path("out.json").write_text("before")
    Path("out.share.json").mkdir()
    status, out, err = call("graph", "levit256", "-o", "out.json")
    assert (status, out) == (2, "")
    assert err.startswith("out.share.json: cannot be written (")
    assert {path.name for path in Path().iterdir()} == {"out.json", "out.share.json"}
    assert Path("out.json").read_text() == "before"


DRAWN, PICTURED = "it is for svg, png, pdf, dot or mermaid", "it is for svg, png or pdf"
OWN_LEVELS = "--focus has levels of its own, op for its part and stage for all else"
FORMATS = ".svg, .png, .pdf, .dot, .gv, .mmd, .json, .txt"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "a.foo"], f"-o a.foo: the suffix .foo names no format; end it in {FORMATS}, or give --format"),
        (["-o", "a"], f"-o a: a name without a suffix names no format; end it in {FORMATS}, or give --format"),
        (
            ["--focus", "stages.1.down"],
            "--focus 'stages.1.down': no part of that path; did you mean stages.1.downsample?",
        ),
        (["--level", "op", "--focus", "stem"], f"--level op: {OWN_LEVELS}"),
        (["--focus", "stem", "--level", "stage", "-o", "a.svg"], f"--level stage: {OWN_LEVELS}"),
        (["--color", "flops"], f"--color flops: does nothing in ascii; {DRAWN}"),
        (["--color", "role", "-o", "a.json"], f"--color role: does nothing in json; {DRAWN}"),
        (["--direction", "TB", "-o", "a.txt"], f"--direction TB: does nothing in ascii; {DRAWN}"),
        (["--direction", "LR", "--format", "json"], f"--direction LR: does nothing in json; {DRAWN}"),
        (["--verbose"], f"--verbose: does nothing in ascii; {PICTURED}"),
        (["--verbose", "-o", "a.json"], f"--verbose: does nothing in json; {PICTURED}"),
        (["--verbose", "-o", "a.mmd"], f"--verbose: does nothing in mermaid; {PICTURED}"),
        (["--verbose", "-o", "a.gv"], f"--verbose: does nothing in dot; {PICTURED}"),
        (["-o", "no/a.svg"], "no/a.svg: cannot be written (No such file or directory)"),
        (["-o", "no/a.json"], "no/a.json: cannot be written (No such file or directory)"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_drawn_is_one_line(arguments, message):
    assert call("graph", "levit256", *arguments) == (2, "", f"{message}\n")
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("options", [[], ["--expand"], ["--focus", "stem"], ["--level", "op", "--expand"]], ids=str)
@pytest.mark.parametrize("form", ["ascii", "dot", "mermaid", "json", "svg"])
def test_what_is_drawn_may_be_chosen_for_every_format(form, options):
    assert printed("graph", "levit_digits", "--format", form, *options)


TALL = ["--set", "stages.0.depth=40", "--expand", "--level", "op"]


def test_a_flowchart_that_github_would_not_draw_comes_with_a_warning():
    source = printed("graph", "levit_digits", "--format", "mermaid")
    status, out, err = call("graph", "levit_digits", *TALL, "-o", "a.mmd")
    chart = Path("a.mmd").read_text(encoding="utf-8")
    edges = chart.count("-->|") + chart.count("-.->|")
    assert source.count("-->|") < edges
    assert (status, out) == (0, "")
    assert err == (
        f"warning: this flowchart has {len(chart):,} characters and {edges:,} edges, and GitHub draws up to "
        "50,000 characters and 500 edges: choose a coarser --level, or no --expand\n"
    )


@pytest.mark.parametrize(
    ("command", "boxes"),
    [
        (["graph", "levit256"], len(graph(PLAN).boxes)),
        (["diff", "levit256", "levit256", "--graph", "b.svg"], len(graph(PLAN).boxes)),
    ],
)
def test_before_many_boxes_are_drawn_a_warning_says_so(command, boxes, monkeypatch):
    monkeypatch.setattr("levit_explore.render.graphs.picture.MANY", boxes - 1)
    end = ["-o", "a.svg"] if command[0] == "graph" else []
    status, _, err = call(*command, *end)
    assert (status, err) == (0, f"warning: drawing {boxes} boxes may take minutes; a coarser level is quick\n")
    monkeypatch.setattr("levit_explore.render.graphs.picture.MANY", boxes)
    assert call(*command, *end)[2] == ""


def test_the_source_of_many_boxes_comes_without_a_warning(monkeypatch):
    monkeypatch.setattr("levit_explore.render.graphs.picture.MANY", 1)
    assert printed("graph", "levit256", "--format", "dot") == dot(graph(PLAN))


@pytest.mark.parametrize("name", ["a.svg", "a.png", "a.pdf"])
def test_a_dot_that_draws_nothing_leaves_no_file(name, tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "dot").write_text("#!/bin/sh\necho rubbish\n")
    (tmp_path / "bin" / "dot").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    status, out, err = call("graph", "levit_digits", "-o", name)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"{tmp_path / 'bin' / 'dot'}: cannot draw this graph (")
    assert not Path(name).exists()


@pytest.mark.parametrize("name", ["", " "])
def test_a_network_without_a_name_is_called_spec(name):
    edit = f"name={json.dumps(name)}"
    assert printed("graph", "levit_digits", "--set", edit).startswith("spec at 32x32: ")
    assert ">spec at 32x32</text>" in printed("graph", "levit_digits", "--set", edit, "--format", "svg")


@pytest.mark.parametrize("option", ["--level", "--color", "--direction", "--format", "--convention"])
def test_a_choice_that_is_none_is_one_line(option):
    status, out, err = call("graph", "levit256", option, "purple")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "purple" in err


@pytest.mark.parametrize("arguments", [["flops", "levit256"], ["graph", "levit256"], ["diff", "levit128s", "levit256"]])
def test_graphviz_is_imported_for_pictures_alone(arguments):
    code = f"import sys; from levit_explore.cli.main import run; run({arguments}); sys.exit('graphviz' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0


@pytest.mark.parametrize("name", ["d.svg", "d.png", "d.dot"])
def test_a_diff_is_printed_and_drawn(name):
    out = printed("diff", "levit128s", "levit256", "--graph", name)
    assert out == printed("diff", "levit128s", "levit256")
    assert Path(name).stat().st_size > 1000


def test_a_diff_is_drawn_with_its_fields_at_the_level_of_its_rows():
    for by, level in (("stage", Level.STAGE), ("block", Level.BLOCK), ("op", Level.OP)):
        printed("diff", "levit256", "levit256", "--set", "stages.1.depth=5", "--by", by, "--graph", "d.svg")
        picture = Path("d.svg").read_text(encoding="utf-8")
        assert groups(parsed(picture), "node").keys() == {box.path for box in graph(PLAN, level).boxes}
        assert "stages.1.depth: 4 -&gt; 5" in picture


def test_a_diff_cannot_be_drawn_as_anything_else():
    assert call("diff", "levit128s", "levit256", "--graph", "d.json") == (
        *(2, "", "d.json: names no picture of a graph; end it in .svg, .png, .pdf, .dot or .gv\n"),
    )
    assert not Path("d.json").exists()


@pytest.mark.parametrize("output", ["x.bad", "x", "x.svg"])
def test_a_diff_whose_rows_cannot_be_written_draws_nothing(output):
    status, out, err = call("diff", "levit128s", "levit256", "--graph", "k.svg", "-o", output)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"-o {output}: ")
    assert list(Path().iterdir()) == []
