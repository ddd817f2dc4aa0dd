"""`report` writes one page, whole or not at all, and says in a line what it cannot do."""

from pathlib import Path

import pytest

from tests.cli.call import TINY, call
from tests.render.report.pages import CHECKPOINT, embedded, page


@pytest.mark.parametrize("name", ["report.html", "report.HTM"])
def test_a_report_is_written_without_a_word(name):
    assert call("report", "levit128s", "-o", name) == (0, "", "")
    assert Path(name).read_text(encoding="utf-8") == page("levit128s")


def test_several_specs_edits_and_a_convention_are_taken():
    arguments = ("--set", "stages.0.depth=1", "--size", "64", "--convention", "fvcore")
    assert call("report", "levit128s", "-", *arguments, "-o", "report.html", stdin=TINY) == (0, "", "")
    data = embedded(Path("report.html").read_text(encoding="utf-8"))
    assert [spec["name"] for spec in data["specs"]] == ["levit128s", "stdin"]
    assert [spec["image_size"] for spec in data["specs"]] == ["64x64", "64x64"]
    assert data["conventions"][data["convention"]]["name"] == "fvcore"


def test_weights_show_what_their_biases_have_learned():
    assert call("report", "levit_digits", "--weights", str(CHECKPOINT), "-o", "report.html") == (0, "", "")
    assert Path("report.html").read_text(encoding="utf-8") == page("levit_digits", weights=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["levit256"], "levit-explore: Missing option '-o' / '--output'; see --help"),
        (["levit256", "-o", "a.pdf"], "-o a.pdf: the suffix .pdf names no page; end it in .html"),
        (["levit256", "-o", "report"], "-o report: a name without a suffix names no page; end it in .html"),
        (["levit256", "-o", "no/a.html"], "no/a.html: cannot be written (No such file or directory)"),
        (
            ["levit256", "levit128", "--weights", "w.pth", "-o", "a.html"],
            "--weights w.pth: is a checkpoint of one spec, and 2 are given; give one",
        ),
        (
            ["levit256", "--weights", str(CHECKPOINT), "-o", "a.html"],
            f"--weights {CHECKPOINT}: is a checkpoint of another network than levit256; "
            "`levit-explore inspect` writes its spec",
        ),
        (
            ["levit256", "--convention", "fvcor", "-o", "a.html"],
            "convention 'fvcor' is not known; choose levit, macs, fvcore, torch, ptflops, ptflops-aten, calflops, "
            "deepspeed, thop or torchinfo; did you mean fvcore?",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_and_nothing_is_written(arguments, message):
    status, out, err = call("report", *arguments)
    assert (status, out, err) == (2, "", message + "\n")
    assert list(Path().iterdir()) == []
