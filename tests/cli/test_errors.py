"""Wrong usage and bad input: status 2, a line a mistake on stderr, nothing on stdout, no traceback."""

import sys
import tempfile
from contextlib import chdir

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore import SpecError, load_spec
from levit_explore.cli.main import main
from levit_explore.spec.load import bundled_names
from tests.cli.call import TINY, call

CONVENTIONS = "levit, macs, fvcore, torch, ptflops, ptflops-aten, calflops, deepspeed, thop or torchinfo"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["balance", "levit256", "--low", "2", "--high", "1"],
            "--low 2 --high 1: the bounds must be finite, and 0 <= low <= high",
        ),
        (
            ["balance", "levit256", "--low", "-1"],
            "--low -1 --high 1.3333: the bounds must be finite, and 0 <= low <= high",
        ),
        (
            ["balance", "levit256", "--high", "inf"],
            "--low 0.75 --high inf: the bounds must be finite, and 0 <= low <= high",
        ),
        (
            ["balance", "levit256", "--low", "nan"],
            "--low nan --high 1.3333: the bounds must be finite, and 0 <= low <= high",
        ),
        (
            ["flops", "levit256", "--convention", "thorp"],
            f"convention 'thorp' is not known; choose {CONVENTIONS}; did you mean thop?",
        ),
        (
            ["flops", "levit256", "--convention", "a\nb\x1b[31m"],
            rf"convention 'a\nb\x1b[31m' is not known; choose {CONVENTIONS}",
        ),
        (
            ["flops", "levit256", "-o", "a.png"],
            "-o a.png: the suffix .png names no format; end it in .txt, .json, .csv, .md, or give --format",
        ),
        (
            ["flops", "levit256", "-o", "no\nfolder/a.csv"],
            r"no\nfolder/a.csv: cannot be written (No such file or directory)",
        ),
        (
            ["show", "levit256", "-o", "x.csv"],
            "-o x.csv: the suffix .csv names no format; end it in .yaml, .yml, .json, or give --format",
        ),
        (
            ["new", "levit256", "--from", "levit384"],
            "levit256.yaml: levit256 is the name of a bundled spec, which commands would take instead",
        ),
        (
            ["new", "folder/levit_digits.yml", "--from", "levit384"],
            "folder/levit_digits.yml: levit_digits is the name of a bundled spec, which commands would take instead",
        ),
        (["new", "", "--from", "levit256"], ".yaml: has no name before the suffix; give the new spec a name"),
    ],
)
def test_wrong_use_of_an_option_is_explained(arguments, message):
    assert call(*arguments) == (2, "", f"{message}\n")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["flopz", "levit256"], "'flops'"),
        (["flops"], "SPEC"),
        (["diff", "levit256"], "B"),
        (["new", "mine"], "--from"),
        (["show", "levit256", "levit384"], "levit384"),
        (["flops", "levit256", "--bogus\x1b[31m\nnext"], "--bogus"),
        (["flops", "levit256", "--set"], "--set"),
        (["flops", "levit256", "--by", "layer"], "'op', 'block', 'stage', 'role', 'model'"),
        (["show", "levit256", "--format", "csv"], "'yaml', 'json'"),
        (["balance", "levit256", "--low", "x"], "--low"),
    ],
)
def test_wrong_usage_is_a_line_that_names_it_and_points_to_help(arguments, word):
    status, out, err = call(*arguments)
    line = err.removesuffix("\n")
    assert (status, out, line.isprintable()) == (2, "", True)
    assert line.startswith("levit-explore: ")
    assert word in line
    assert line.endswith("; see --help")


@pytest.mark.parametrize(
    ("source", "edits"),
    [("nope", []), ("levit265", []), (".", []), ("levit256", ["stages.9.depth=1"]), ("levit256", ["a\nb=1", "c=2"])],
)
@pytest.mark.parametrize("command", ["show", "flops", "balance", "reconcile", "verify"])
def test_mistakes_in_a_spec_are_a_line_each(command, source, edits):
    with pytest.raises(SpecError) as error:
        load_spec(source, edits)
    options = [word for edit in edits for word in ("--set", edit)]
    assert call(command, source, *options) == (2, "", "".join(f"{problem}\n" for problem in error.value.problems))


@pytest.mark.parametrize(("mistakes", "last"), [(50, "x49"), (51, "... and 1 more"), (120, "... and 70 more")])
def test_no_more_than_50_problems_are_printed(mistakes, last):
    fields = "".join(f"x{number}: 1\n" for number in range(mistakes))
    status, out, err = call("flops", "-", stdin=f"{TINY}{fields}")
    lines = err.splitlines()
    assert (status, out, len(lines)) == (2, "", min(mistakes, 50) + (mistakes > 50))
    assert lines[49].startswith("<stdin>:53: x49 is not a field")
    assert last in lines[-1]


def test_one_bad_spec_among_good_ones_prints_nothing():
    status, out, _ = call("flops", "levit256", "nope")
    assert (status, out) == (2, "")


@pytest.mark.parametrize("place", [0, 1, 3])
def test_debug_shows_the_traceback_wherever_it_stands(place, monkeypatch, capsys):
    arguments = ["flops", "nope", "--fused"]
    monkeypatch.setattr(sys, "argv", ["levit-explore", *arguments[:place], "--debug", *arguments[place:]])
    with pytest.raises(SystemExit) as leaving:
        main()
    out, err = capsys.readouterr()
    _, _, message = call(*arguments)
    assert (leaving.value.code, out) == (2, "")
    assert err.startswith("Traceback (most recent call last):\n")
    assert err.endswith(f"SpecError: {message}{message}")


WORDS = st.sampled_from(
    [
        *("list", "show", "schema", "flops", "reconcile", "balance", "diff", "new"),
        *(
            "--set",
            "--size",
            "--convention",
            "--by",
            "--fused",
            "--format",
            "-o",
            "--rule",
            "--low",
            "--high",
            "--check",
        ),
        *("--from", "--help", "--version", "--", "-", "--debug", "-x", "--nope"),
        *("levit128s", "stages.0.depth=1", "192x256", "fvcore", "stage", "json", "csv", "a.csv", "a.png", "1.5", "nan"),
        *bundled_names()[:2],
    ]
) | st.text(st.characters(exclude_characters="/~\0"), max_size=6)  # \0 cannot be in an argument


@given(st.lists(WORDS, max_size=7), st.text(max_size=20))
def test_no_arguments_give_a_traceback(arguments, stdin):
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        status, out, err = call(*arguments, stdin=stdin)
    assert status in (0, 1, 2)
    if status == 2:
        assert out == ""
        assert err
        assert all(line.isprintable() for line in err.split("\n"))
