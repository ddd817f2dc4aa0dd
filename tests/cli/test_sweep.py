"""The command that sweeps a design space: its texts, files, pictures and words about what cannot be done."""

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from levit_explore import flops, load_spec, params, plan
from levit_explore.analysis.published import fields_of, spans
from levit_explore.errors import LevitError
from levit_explore.render.front import figure
from levit_explore.render.front_points import FAMILY, shown
from levit_explore.render.results.sweep import sweep_sheets
from levit_explore.search.counting import counting
from levit_explore.search.factors import QUANTITIES
from levit_explore.search.sweep import sweep
from levit_explore.search.sweep_found import Wanted
from levit_explore.search.sweep_measures import objectives
from levit_explore.space.load import load_space
from tests.cli.call import call, document, printed

SPACE = """\
name: tiny
image_size: 64
num_classes: 10
stages:
  - {dim: {choices: [32, 48]}, depth: {range: [1, 2]}, heads: 2, key_dim: 16}
  - {dim: {choices: [48, 64]}, depth: 1, heads: 2, key_dim: 16}
constraints: [params <= 90k]
"""


@pytest.fixture(autouse=True)
def _space(tmp_path):
    (tmp_path / "tiny.yaml").write_text(SPACE, encoding="utf-8")


def _published(number):
    return {one.name: one for one in number.published}


def test_every_number_that_is_printed_is_that_of_the_variant():
    found = document("sweep", "tiny.yaml", "--by", "-flops", "--best", "3", "--representatives", "2")
    space = load_space("tiny.yaml")
    variants = found["front"] + found["best"] + found["representatives"]
    assert [len(found[name]) for name in ("best", "representatives")] == [3, 2]
    for one in variants:
        planned = plan(space.spec(one["number"]))
        assert (one["flops"], one["params"]) == (flops(planned), params(planned))
        assert one["choices"] == space.chosen(one["number"])


def test_document_says_what_was_swept_and_how():
    found = document("sweep", "tiny.yaml")
    assert list(found)[:8] == ["schema", "space", "digest", "convention", "size", "allowed", "within", "way"]
    assert (found["schema"], found["space"], found["size"], found["way"]) == (
        *("levit-explore/sweep/1", "tiny", 8, "enumerate"),
    )
    assert found["digest"] == load_space("tiny.yaml").digest
    assert found["constraints"] == ["params <= 90k"]
    assert found["exact"] is True


def test_distribution_ends_at_all_variants():
    found = document("sweep", "tiny.yaml")
    for values in found["edf"].values():
        assert values[-1][1] == 1
        assert values == sorted(values)
    assert {name: values[-1][0] for name, values in found["edf"].items()} == {
        name: quantiles["100"] for name, quantiles in found["quantiles"].items()
    }


@pytest.mark.parametrize(
    "field", ["stages.0.mlp_ratio={choices: [1, 1.3, 1.7, 2, 3]}", "in_channels={choices: [1, 3]}"]
)
def test_distribution_tells_the_share_of_all_variants_that_have_at_most_each_value(field):
    edits = ["--set", field, "--set", "stages.0.attn_ratio={range: [1, 3], step: 0.25}", "--set", "constraints=[]"]
    found = document("sweep", "tiny.yaml", *edits)
    space = load_space("tiny.yaml", edits[1::2])
    every = counting(space, QUANTITIES).work(0, space.size).columns
    for name, steps in found["edf"].items():
        values = every["attention"] / every["mlp"] if name == "balance" else every[name]
        assert [share for _, share in steps] == [float((values <= value).mean()) for value, _ in steps]
    balance = np.sort(every["attention"] / every["mlp"])
    quantiles = {
        share: balance[max(1, -(-len(balance) * int(share) // 100)) - 1] for share in found["quantiles"]["flops"]
    }
    assert found["quantiles"]["balance"] == quantiles


def test_fields_outside_what_published_models_use_are_named():
    (one, *_) = document("sweep", "tiny.yaml")["front"]
    spec = load_space("tiny.yaml").spec(one["number"])
    expected = [path for path, name, value in fields_of(spec) if value not in spans()[name]]
    assert len(one["unpublished"]) == len(expected) > 0
    assert "stages[0].dim" in one["unpublished"]


@pytest.mark.parametrize("way", ["enumerate", "tables", "sample"])
def test_table_is_no_wider_than_80_columns(way):
    edits = [
        f"stages.{stage}.{field}={{choices: {values}}}"
        for stage in (0, 1)
        for field, values in {"mlp_ratio": [1.5, 2], "attn_ratio": [1, 2], "key_dim": [8, 16], "dim": [48, 64]}.items()
    ]
    edits += ["activation={choices: [gelu, hardswish]}", f"where={{{'k' * 90}: {{choices: [1, 2]}}}}"]
    edits += [f"stages.0.heads={{as: {'k' * 90}}}"]
    arguments = ["--best", "9", "--by", "flops", "--objectives", "flops,-params,-depth,bytes_moved,balance"]
    lines = printed("sweep", "tiny.yaml", "--way", way, *arguments, *(word for e in edits for word in ("--set", e)))
    assert max(map(len, lines.splitlines())) <= 80
    titles = {word for line in lines.splitlines() if line.startswith("number") for word in line.split()}
    assert {"number", "mlp_ratio", "attn_ratio", "key_dim", "dim", "activation", "FLOPs", "blocks"} <= titles


def test_variants_that_the_best_leave_out_are_counted():
    edits = ["--set", "stages.0.mlp_ratio={choices: [0, 2]}", "--set", "stages.1.mlp_ratio=0"]
    edits += ["--set", "stages.1.downsample.mlp_ratio=0", "--set", "constraints=[]"]
    text = printed("sweep", "tiny.yaml", *edits, "--by", "balance", "--best", "20")
    assert "8 variants with the least balance\n" in text
    assert "Left out: 8 variants for which balance divides by zero.\n" in text


def test_quantiles_are_as_close_as_is_said(monkeypatch):
    monkeypatch.setattr("levit_explore.search.sweep_found.KEPT", 16)
    fields = ["stages.0.dim={range: [32, 128], step: 8}", "stages.0.mlp_ratio={range: [1, 4]}", "constraints=[]"]
    found = sweep(
        load_space("tiny.yaml", [*fields, "stages.1.dim={range: [32, 256], step: 8}"]), Wanted(objectives("flops"))
    )
    every = counting(found.space, QUANTITIES).work(0, found.space.size)
    (words,) = (note for sheet in sweep_sheets(found) for note in sheet.notes if note.startswith("Quantiles"))
    (said,) = re.fullmatch(r"Quantiles are at most ([\d.]+)% of the range shown too high\.", words).groups()
    for name in QUANTITIES:
        told, ordered = found.spread[name].quantiles, np.sort(every.columns[name])
        for share, value in told.items():
            true = ordered[max(1, -(-len(ordered) * share // 100)) - 1]
            assert 0 <= value - true <= float(said) / 100 * (ordered[-1] - ordered[0])


def test_csv_has_all_variants_of_all_results():
    text = printed("sweep", "tiny.yaml", "--format", "csv", "--best", "2", "--by", "flops")
    rows = list(csv.DictReader(io.StringIO(text)))
    found = document("sweep", "tiny.yaml", "--best", "2", "--by", "flops")
    assert [int(row["number"]) for row in rows] == [one["number"] for one in found["front"] + found["best"]]
    assert {row["result"] for row in rows} == {"front", "best"}


@pytest.mark.parametrize("suffix", ["json", "csv", "md", "txt"])
def test_suffix_chooses_the_format(suffix, tmp_path):
    assert printed("sweep", "tiny.yaml", "-o", f"out.{suffix}") == ""
    form = {"md": "markdown", "txt": "table"}.get(suffix, suffix)
    assert (tmp_path / f"out.{suffix}").read_text(encoding="utf-8") == printed("sweep", "tiny.yaml", "--format", form)


def test_rows_hold_all_that_fit_and_the_table_is_printed_beside(tmp_path):
    text = printed("sweep", "tiny.yaml", "-o", "rows.parquet")
    rows = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert len(rows) == document("sweep", "tiny.yaml")["within"]
    assert text.startswith("tiny: a design space of 8 variants\n")
    assert printed("sweep", "tiny.yaml", "-o", "rows.parquet", "--resume") == text


def test_markdown_is_the_table():
    assert "| number |" in printed("sweep", "tiny.yaml", "--format", "markdown")


@pytest.mark.parametrize("suffix", ["svg", "html"])
def test_picture_marks_the_published_models_and_makes_no_accuracy_up(suffix, tmp_path):
    printed("sweep", "tiny.yaml", "--plot", f"front.{suffix}")
    text = (tmp_path / f"front.{suffix}").read_text(encoding="utf-8")
    accuracies = {name: load_spec(name).published.top1 for name in FAMILY}
    if suffix == "svg":
        assert dict(re.findall(r"(levit\w+), ([\d.]+) % top-1", text)) == {n: f"{a:.1f}" for n, a in accuracies.items()}
    else:
        assert re.findall(r">([\d.]+) %</td>", text) == [f"{accuracies[name]:.1f}" for name in FAMILY]
        assert "default-src 'none'" in text
        assert re.findall(r"(?:src|href)=\"(?!data:)", text) == []
        assert "<script" not in text
    assert text.count("top-1") <= 6


def test_document_tells_no_accuracy():
    assert "top1" not in json.dumps(document("sweep", "tiny.yaml"))


def test_picture_shows_the_rows():
    space = load_space("tiny.yaml")
    found = sweep(space, Wanted(objectives("flops,-params")))
    points = shown(found)
    assert points.front.numbers.tolist() == found.front.numbers.tolist()
    assert points.front.x.tolist() == found.front.columns["flops"].tolist()
    assert points.front.y.tolist() == found.front.columns["params"].tolist()
    assert points.joined == tuple(sorted(range(len(points.front.x)), key=lambda place: points.front.x[place]))
    model = _published(points)["levit256"]
    assert (model.x, model.y) == (flops(plan(load_spec("levit256"))), params(plan(load_spec("levit256"))))


@pytest.mark.parametrize("aims", ["balance,-depth", "depth,flops", "flops,-depth", "params,bytes_moved"])
def test_names_of_models_stay_within_the_picture(aims):
    edits = ["stages.0.depth={range: [1, 6]}", "stages.0.dim={range: [64, 192], step: 32}"]
    made = figure(sweep(load_space("levit128", edits), Wanted(objectives(aims))))
    made.canvas.draw()
    axes = made.axes[0]
    for name in axes.texts:
        box = name.get_window_extent()
        assert axes.bbox.x0 <= box.x0 < box.x1 <= axes.bbox.x1


def test_same_sweep_gives_the_same_picture(tmp_path):
    for name in ("one.svg", "two.svg"):
        printed("sweep", "tiny.yaml", "--plot", name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


@pytest.mark.parametrize("extends", ["", "extends: levit128s\n"])
def test_saved_specs_are_exactly_the_variants(extends, tmp_path):
    (tmp_path / "tiny.yaml").write_text(SPACE + extends, encoding="utf-8")
    status, _, err = call("sweep", "tiny.yaml", "--save-specs", "made")
    space, found = load_space("tiny.yaml"), document("sweep", "tiny.yaml")
    assert (status, err) == (0, f"wrote {len(found['front'])} specs to made\n".replace("1 specs", "1 spec"))
    for one in found["front"]:
        path = tmp_path / "made" / f"tiny-{one['number']}.yaml"
        spec, own = load_spec(path), space.spec(one["number"])
        assert (spec.stages, spec.name, flops(plan(spec))) == (own.stages, own.name, one["flops"])
        assert spec.source == f"sweep of tiny (digest {space.digest}), variant {one['number']}"
        assert ("extends: levit128s" in path.read_text(encoding="utf-8")) == bool(extends)


def test_saved_specs_of_a_bundled_spec_extend_it(tmp_path):
    assert call("sweep", "levit128s", "--set", "stages.0.depth={choices: [1, 2]}", "--save-specs", "made")[0] == 0
    (path,) = (tmp_path / "made").iterdir()
    assert "extends: levit128s\n" in path.read_text(encoding="utf-8")
    spec, base = load_spec(path), load_spec("levit128s")
    assert ([stage.depth for stage in spec.stages], spec.published) == ([1, 3, 4], None)
    assert spec.stages[1:] == base.stages[1:]


def test_saved_specs_replace_no_other_file(tmp_path):
    call("sweep", "tiny.yaml", "--save-specs", "made")
    assert call("sweep", "tiny.yaml", "--save-specs", "made")[0] == 0
    path = next((tmp_path / "made").iterdir())
    path.write_text("mine", encoding="utf-8")
    words = f"made/{path.name}: is there already, and is another; remove it, or choose another folder\n"
    assert call("sweep", "tiny.yaml", "--save-specs", "made") == (2, "", words)
    assert path.read_text(encoding="utf-8") == "mine"


def test_hostile_name_stays_in_the_folder(tmp_path):
    (tmp_path / "tiny.yaml").write_text(SPACE.replace("tiny", '"../../<b>$x$\\e[31m"'), encoding="utf-8")
    status, out, _ = call("sweep", "tiny.yaml", "--save-specs", "made", "--plot", "front.html")
    assert status == 0
    assert "\x1b" not in out
    assert all(re.fullmatch(r"[\w.-]+\.yaml", path.name) for path in (tmp_path / "made").iterdir())
    page = (tmp_path / "front.html").read_text(encoding="utf-8")
    assert "<b>" not in page
    assert "\x1b" not in page


def test_sample_in_which_nothing_fits_is_exit_1_and_writes_nothing(tmp_path):
    edits = ["--set", "constraints=[flops <= 900k, depth >= 3]"]
    arguments = [*edits, "--sample", "100", "-o", "out.json", "--plot", "a.svg", "--save-specs", "made"]
    status, out, err = call("sweep", "tiny.yaml", *arguments)
    words = "tiny: none of 100 variants drawn fits, so that fewer than 3 in 100 do, with 95 % confidence; "
    assert (status, out, err) == (1, "", f"{words}draw more by --sample, or try --way tables\n")
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.yaml"]


def test_sample_tells_a_share_and_a_number_with_one_error():
    text = " ".join(printed("sweep", "tiny.yaml", "--sample", "1000").split())
    number, error, share, deviation = re.search(
        r"about (\S+) \(standard error (\S+)\) are .* (\S+) % of 1,000 variants drawn fit \(standard error (\S+) %\)",
        text,
    ).groups()
    assert (int(number), int(error)) == (int(8 * float(share) / 100), max(1, round(8 * float(deviation) / 100)))


def test_counted_space_whose_sample_finds_nothing_shows_no_empty_table(monkeypatch):
    monkeypatch.setattr("levit_explore.search.sweep.DRAWN", 1000)
    rare = ["stages.0.depth={range: [1, 1000]}", "stages.1.depth={range: [1, 1000]}", "constraints=[depth <= 2]"]
    arguments = [word for edit in rare for word in ("--set", edit)]
    arguments += ["--way", "tables", "--best", "3", "--by", "flops / params", "--representatives", "2"]
    text = printed("sweep", "tiny.yaml", *arguments, "--objectives", "balance,flops")
    assert "4 are within those on totals too" in text
    assert "number" not in text
    assert text.endswith("None of 1,000 variants drawn fits: what would come from them is left out.\n")
    found = document("sweep", "tiny.yaml", *arguments, "--objectives", "balance,flops")
    assert (found["within"], found["front"], found["best"], found["edf"]) == (4, [], [], {})


def test_nothing_that_fits_is_exit_1_with_the_constraint():
    status, out, err = call("sweep", "tiny.yaml", "--set", "constraints=[flops <= 1k]")
    assert (status, out) == (1, "")
    assert re.fullmatch(
        r"--set constraints=\[flops <= 1k\]: flops <= 1k holds for no variant: flops is at least [\d,]+\n", err
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--resume"], "--resume: goes on with a file of rows; add -o FILE.parquet, as it was given before"),
        (["--best", "3"], "--best 3: does not say of what; add --by flops, or another expression of quantities"),
        (["--sample", "1Q"], "--sample 1Q: is no number of variants; write 1M or 250000, at most 10,000,000"),
        (["--sample", "0"], "--sample 0: is no number of variants; write 1M or 250000, at most 10,000,000"),
        (["--sample", "1kB"], "--sample 1kB: is no number of variants; write 1M or 250000, at most 10,000,000"),
        (["--sample", "1k", "--way", "tables"], "--sample 1k: is a way of its own; leave out --way tables"),
        (["--plot", "a.gif"], "--plot a.gif: the suffix .gif names no picture; end it in .svg, .png, .pdf or .html"),
        (["--plot", "no/a.svg"], "no/a.svg: cannot be written (there is no folder no)"),
        (["--save-specs", "tiny.yaml"], "--save-specs tiny.yaml: is a file; name a folder"),
        (
            ["-o", "a.xyz"],
            "-o a.xyz: the suffix .xyz names no format; end it in .txt, .json, .csv, .md, .parquet, or give --format",
        ),
        (
            ["-o", "a.parquet", "--sample", "1k"],
            "-o FILE.parquet: rows are written by visiting each variant, which the way sample does not",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments, words):
    assert call("sweep", "tiny.yaml", *arguments) == (2, "", words + "\n")


def test_stopped_sweep_says_how_to_go_on(monkeypatch, tmp_path):
    def interrupted(space, wanted, means):
        if means.store is not None:
            (means.store.folder / "part-000000000-01234567.parquet").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr("levit_explore.search.sweep.sweep", interrupted)
    folder = f"{tmp_path.resolve()}/rows.parquet.parts"
    words = f"levit-explore: stopped; add --resume to go on from {folder}\n"
    assert call("sweep", "tiny.yaml", "-o", "rows.parquet") == (130, "", words)
    assert call("sweep", "tiny.yaml")[2] == "levit-explore: stopped; with -o FILE.parquet it can go on\n"
    for arguments in (["--way", "tables"], ["--way", "sample"], ["--sample", "1k"]):
        assert call("sweep", "tiny.yaml", *arguments)[2] == "levit-explore: stopped\n"


def test_specs_beside_the_example_are_its_best(tmp_path):
    examples = Path(__file__).parents[2] / "docs" / "examples"
    best = ["--best", "3", "--by", "bytes_moved / params"]
    assert call("sweep", str(examples / "space.yaml"), *best, "--save-specs", "made")[0] == 0
    made = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "made").iterdir()}
    assert made == {path.name: path.read_text(encoding="utf-8") for path in examples.glob("budget-*.yaml")}


@pytest.mark.parametrize("arguments", [[], ["--resume"]])
def test_sweep_that_is_stopped_before_its_first_part_points_to_no_folder(arguments, monkeypatch, tmp_path):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("levit_explore.search.sweep.sweep", interrupted)
    words = "levit-explore: stopped before there was anything to go on from\n"
    assert call("sweep", "tiny.yaml", "-o", "rows.parquet", *arguments) == (130, "", words)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.yaml"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--way", "tables", "--workers", "2"], "--workers 2: not used, for the way tables takes one process"),
        (["--sample", "1k", "--workers", "3"], "--workers 3: not used, for the way sample takes one process"),
        (
            ["--way", "sample", "--scheduler", "tcp://host:1"],
            "--scheduler tcp://host:1: not used, for the way sample takes one process",
        ),
    ],
)
def test_workers_that_have_nothing_to_do_are_said_to_be_idle(arguments, words):
    status, out, err = call("sweep", "tiny.yaml", *arguments)
    assert (status, err) == (0, f"warning: {words}\n")
    assert out == printed("sweep", "tiny.yaml", *arguments[:2])


def test_workers_and_a_cluster_are_not_asked_at_once():
    words = "--workers 2: are processes of this machine, and --scheduler names others; leave one of them out"
    assert call("sweep", "tiny.yaml", "--workers", "2", "--scheduler", "tcp://host:1") == (2, "", words + "\n")


@pytest.mark.parametrize(
    ("output", "plot", "folder"),
    [
        ("q.html", "q.html", None),
        ("made/../q.html", "q.html", None),
        ("link.html", "q.html", None),
        ("q.json", None, "q.json"),
        (None, "q.html", "q.html"),
        ("q.json", None, "q.json/specs"),
        ("made/tiny-3.yaml", None, "made"),
        ("link/tiny-3.YAML", None, "made"),
    ],
)
def test_two_results_do_not_go_to_one_place(output, plot, folder, tmp_path):
    (tmp_path / "made").mkdir()
    (tmp_path / "link.html").symlink_to("q.html")
    (tmp_path / "link").symlink_to("made")
    before = sorted(tmp_path.rglob("*"))
    given = [(name, path) for name, path in (("-o", output), ("--plot", plot), ("--save-specs", folder)) if path]
    (one, first), (other, second) = given
    words = f"{one} {first} and {other} {second}: would be in each other's place; choose another name for one of them\n"
    options = [word for pair in given for word in pair]
    assert call("sweep", "tiny.yaml", "--format", "json", *options) == (2, "", words)
    assert sorted(tmp_path.rglob("*")) == before


def test_results_in_the_folder_of_specs_are_beside_them(tmp_path):
    (tmp_path / "made").mkdir()
    assert call("sweep", "tiny.yaml", "-o", "made/q.json", "--plot", "made/q.svg", "--save-specs", "made")[0] == 0
    assert {path.suffix for path in (tmp_path / "made").iterdir()} == {".json", ".svg", ".yaml"}


def test_specs_that_cannot_be_written_leave_no_empty_folder(monkeypatch, tmp_path):
    def full(path, content):
        raise LevitError(f"{path}: cannot be written (No space left on device)")

    monkeypatch.setattr("levit_explore.search.sweep_specs.write_text", full)
    status, _, err = call("sweep", "tiny.yaml", "--save-specs", "made")
    assert (status, err.splitlines()[-1][-43:]) == (2, "cannot be written (No space left on device)")
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.yaml"]
    (tmp_path / "made").mkdir()
    assert call("sweep", "tiny.yaml", "--save-specs", "made")[0] == 2
    assert (tmp_path / "made").is_dir()


@pytest.mark.parametrize("option", ["-o", "--plot", "--save-specs"])
def test_name_that_is_too_long_is_blamed_for_itself(option, tmp_path):
    name = "a" * 300 + {"-o": ".parquet", "--plot": ".svg", "--save-specs": ""}[option]
    status, out, err = call("sweep", "tiny.yaml", option, name)
    assert (status, out) == (2, "")
    assert re.fullmatch(r".*a{300}\S*: cannot be (written|made) \(File name too long\)\n", err)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.yaml"]


def test_help_names_what_follows_the_seed(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = printed("sweep", "--help").splitlines()
    (line,) = (line for line in lines if "--seed" in line)
    assert line.strip("│ ").split()[:3] == ["--seed", "N", "[x>=0]"]


def test_seed_beyond_63_bits_is_one_line():
    assert call("sweep", "tiny.yaml", "--seed", str(2**63 - 1))[0] == 0
    words = f"--seed {2**63}: is too large; take one below 2^63"
    assert call("sweep", "tiny.yaml", "--seed", str(2**63)) == (2, "", words + "\n")


def test_table_cuts_a_long_name_and_never_the_size_of_the_space():
    title = printed("sweep", "tiny.yaml", "--set", f"name={'n' * 90}").splitlines()[0]
    assert len(title) == 80
    assert title.endswith("n...: a design space of 8 variants")
