"""What holds for every command, and the commands about specs: list, show, new and schema."""

import csv
import json
from pathlib import Path

import pytest

from levit_explore import load_spec
from levit_explore.spec.load import bundled_names
from levit_explore.spec.write import fields
from tests.cli.call import TINY, call, document, printed


@pytest.mark.parametrize("command", ["flops", "balance"])
def test_several_specs_give_a_list_of_documents(command):
    assert document(command, "levit128s", "levit256") == [document(command, "levit128s"), document(command, "levit256")]


@pytest.mark.parametrize("command", ["flops", "balance"])
def test_several_specs_give_a_column_of_specs_in_csv(command):
    rows = list(csv.DictReader(printed(command, "levit128s", "levit256", "--format", "csv").splitlines()))
    assert [row["spec"] for row in rows] == sorted(row["spec"] for row in rows)
    assert {row["spec"] for row in rows} == {"levit128s", "levit256"}


@pytest.mark.parametrize(
    "command",
    [
        ["flops", "levit256"],
        ["list"],
        ["balance", "levit256"],
        ["reconcile", "levit256"],
        ["diff", "levit256", "levit384"],
    ],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize(
    ("form", "suffix", "start"),
    [("table", "txt", "lev"), ("csv", "csv", ""), ("markdown", "md", "### "), ("json", "json", "{")],
)
def test_every_command_that_prints_rows_writes_them_in_every_format(command, form, suffix, start):
    content = printed(*command, "--format", form)
    assert printed(*command, "-o", f"a.{suffix}") == ""
    assert Path(f"a.{suffix}").read_text(encoding="utf-8") == content
    assert content.startswith(start) or command == ["list"]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["flops", "levit256"], "levit256"),
        (["show", "levit256"], "levit256"),
        (["list"], None),
        (["balance", "levit256"], "levit256"),
        (["reconcile", "levit256"], "levit256"),
        (["diff", "levit256", "levit384"], "levit256"),
    ],
)
def test_every_document_starts_with_its_schema_and_its_spec(command, name):
    assert list(document(*command).items())[:2] == [("schema", f"levit-explore/{command[0]}/1"), ("spec", name)]


@pytest.mark.parametrize("command", ["show", "flops", "balance", "reconcile"])
def test_edits_and_size_come_before_everything(command):
    edited = printed("show", "levit256", "--set", "stages.1.depth=5", "--set", "activation=silu", "--size", "192x256")
    edits = ("--set", "stages.1.depth=5", "--set", "activation=silu", "--size", "192x256")
    assert printed(command, "levit256", *edits) == printed(command, "-", stdin=edited)


def test_list_document_has_every_bundled_spec():
    found = {row["name"]: row for row in document("list")["specs"]}
    assert set(found) == set(bundled_names())
    assert found["levit256"] == {
        "name": "levit256",
        "image_size": [224, 224],
        "flops": 1128024056,
        "params": 18893876,
        "top1": 81.6,
        "source": "Graham et al., ICCV 2021, Table 2; levit.py LeViT_256",
    }
    assert found["levit512"]["top1"] is None


def test_list_keeps_the_models_of_a_source_together():
    sources = [row["source"] for row in document("list")["specs"]]
    assert sources == sorted(sources)


@pytest.mark.parametrize("name", bundled_names())
def test_show_reads_back_the_same(name):
    shown = document("show", name)
    assert document("show", "-", stdin=printed("show", name)) == shown
    assert shown == {"schema": "levit-explore/show/1", "spec": name} | fields(load_spec(name))


def test_show_writes_a_spec_file():
    printed("show", "levit256", "--set", "stages.1.depth=5", "-o", "mine.yaml")
    assert printed("show", "mine.yaml") == printed("show", "levit256", "--set", "stages.1.depth=5")


def test_show_writes_json_where_the_suffix_says_so():
    printed("show", "levit256", "-o", "mine.json")
    assert json.loads(Path("mine.json").read_text(encoding="utf-8")) == document("show", "levit256")


def test_show_writes_nothing_where_the_suffix_is_no_spec_s():
    assert call("show", "levit256", "-o", "mine.csv")[0] == 2
    assert list(Path().iterdir()) == []


def test_new_writes_a_spec_that_keeps_defaults_derived():
    assert call("new", "mine", "--from", "-", "--set", "stages.0.dim=24", "--size", "48x32", stdin=TINY) == (
        0,
        "",
        "wrote mine.yaml\n",
    )
    assert Path("mine.yaml").read_text(encoding="utf-8") == (
        "name: mine\n"
        "source: stdin with stages.0.dim=24, image_size=48x32\n"
        "image_size: [48, 32]\n"
        "num_classes: 10\n"
        "stages:\n"
        "  - {dim: 24, depth: 1, heads: 1, key_dim: 8}\n"
    )


@pytest.mark.parametrize("name", ["mine.yaml", "mine.yml"])
def test_new_takes_a_file_name_too(name):
    call("new", name, "--from", "levit256")
    assert document("show", name)["name"] == "mine"


def test_new_does_not_overwrite():
    Path("mine.yaml").write_text("old", encoding="utf-8")
    assert call("new", "mine", "--from", "levit256") == (
        2,
        "",
        "mine.yaml: exists already; choose another name, or remove it first\n",
    )
    assert Path("mine.yaml").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(
    "arguments",
    [
        ["mine", "--from", "nope"],
        ["mine", "--from", "levit256", "--set", "stages.1.depth=-1"],
        ["mine", "--from", "levit256", "--size", "8"],
        ["missing/mine", "--from", "levit256"],
        ["", "--from", "levit256"],
        ["x" * 201, "--from", "levit256"],
        ["levit256", "--from", "levit256"],
    ],
)
def test_new_writes_nothing_on_an_error(arguments):
    status, out, err = call("new", *arguments)
    assert (status, out, err.count("\n"), list(Path().iterdir())) == (2, "", 1, [])


def test_schema_prints_what_ships_with_the_specs():
    shipped = Path(__file__).parents[2] / "specs" / "levit.schema.json"
    assert printed("schema") == shipped.read_text(encoding="utf-8")


def test_schema_writes_a_file():
    printed("schema", "-o", "levit.schema.json")
    assert Path("levit.schema.json").read_text(encoding="utf-8") == printed("schema")
