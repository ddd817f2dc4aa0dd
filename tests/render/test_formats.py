"""CSV, Markdown, JSON and YAML: other programs read back what was found."""

import csv
import json
import re
from pathlib import Path

import pytest
import yaml as pyyaml

from levit_explore import LevitError, load_spec, make_spec, plan
from levit_explore.analysis.counts import By
from levit_explore.render import csv as as_csv
from levit_explore.render import json as as_json
from levit_explore.render import markdown, yaml
from levit_explore.render.results import flops_sheet
from levit_explore.render.sheet import Column, Sheet, Table, count, rounded
from levit_explore.spec.load import bundled_names
from levit_explore.spec.write import fields
from tests.render.sheets import sheet

ODD_NAMES = ["a,b", 'a "b"', "two\nlines", "a\rb", "a|b", r"a\|b", "*a* _b_ `c` [d](e) <f> &amp;", "😀", "=1+1", ""]
BEYOND_FLOATS = 2**53 + 1


def huge_sheet() -> Sheet:
    sizes = {"dim": 65536, "depth": 1, "heads": 65536, "key_dim": 16}
    return flops_sheet(plan(make_spec({"image_size": 65536, "stages": [sizes]})), By.MODEL, "levit")


def test_csv_of_one_sheet():
    assert as_csv.render([sheet()]) == (
        "path,role,out,flops,share\nstem,stem,8x2x2,1000,0.25\nhead,head,10,3000,0.75\n"
    )


def test_csv_of_several_sheets_has_a_column_of_specs():
    assert as_csv.render([sheet("a"), sheet("b")]) == (
        "spec,path,role,out,flops,share\n"
        "a,stem,stem,8x2x2,1000,0.25\n"
        "a,head,head,10,3000,0.75\n"
        "b,stem,stem,8x2x2,1000,0.25\n"
        "b,head,head,10,3000,0.75\n"
    )


@pytest.mark.parametrize("name", ODD_NAMES)
def test_csv_reads_back_whatever_a_name_holds(name):
    table = as_csv.render([sheet(name), sheet("other")])
    rows = list(csv.DictReader(table.splitlines()))
    escaped = name.replace("\n", r"\n").replace("\r", r"\r")
    assert [row["spec"] for row in rows] == [escaped, escaped, "other", "other"]


def test_csv_of_a_network_reads_back_as_its_rows():
    found = flops_sheet(plan(load_spec("levit256")), By.OP, "levit")
    rows = list(csv.DictReader(as_csv.render([found]).splitlines()))
    assert [(row["path"], int(row["flops"]), int(row["params"]), float(row["share"])) for row in rows] == [
        (row["path"], row["flops"], row["params"], row["share"]) for row in found.document["rows"]
    ]


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, ""), (True, "true"), (False, "false"), (0, "0"), (1 / 3, "0.3333"), ([3, 4], "3x4"), (BEYOND_FLOATS,) * 2],
)
def test_csv_writes_values_raw(value, cell):
    found = Sheet("", {}, (Table((Column("path", "path"), Column("value", "value")), [{"path": "a", "value": value}]),))
    assert as_csv.render([found]) == f"path,value\na,{cell}\n"


def test_markdown_of_one_sheet():
    assert markdown.render([sheet(source="a note")]) == (
        "### tiny: FLOPs\n"
        "\n"
        "- counted by hand\n"
        "\n"
        "| path | output | FLOPs | share |\n"
        "| --- | --- | ---: | ---: |\n"
        "| stem | 8x2x2 | 1,000 | 25.0% |\n"
        "| head | 10 | 3,000 | 75.0% |\n"
        "| **total** |  | **4,000** | **100.0%** |\n"
        "\n"
        "a note\n"
    )


def test_markdown_of_several_sheets_has_sections():
    one = markdown.render([sheet()])
    assert markdown.render([sheet(), sheet("other")]) == f"{one}\n{one.replace('tiny', 'other')}"


@pytest.mark.parametrize("name", ODD_NAMES)
def test_markdown_keeps_its_shape_whatever_a_name_holds(name):
    columns = (Column("name", "name"), Column("flops", "FLOPs", count))
    row = {"name": name, "flops": 1}
    shown = markdown.render([Sheet(name, {}, (Table(columns, [row], foot=[row]),), intro=[name], notes=[name])])
    body = [line for line in shown.splitlines() if line.startswith("|")]
    assert len(body) == 4
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in body} == {3}


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ("a|b", r"a\|b"),
        (r"a\|b", r"a\\\|b"),
        ("*a* _b_ `c`", r"\*a\* \_b\_ \`c\`"),
        ("[d](e) <f> &amp;", r"\[d\](e) \<f\> \&amp;"),
        ("a\nb", r"a\\nb"),
    ],
)
def test_markdown_escapes_markup(name, escaped):
    assert markdown.render([Sheet(name, {}, ())]) == f"### {escaped}\n"


def test_json_of_one_sheet_is_its_document():
    assert json.loads(as_json.render([sheet()])) == sheet().document


def test_json_of_several_sheets_is_a_list():
    assert json.loads(as_json.render([sheet("a"), sheet("b")])) == [sheet("a").document, sheet("b").document]


def test_json_is_indented_and_ends_its_line():
    assert as_json.render([Sheet("", {"schema": "x/1", "spec": "😀", "rows": [1]}, ())]) == (
        '{\n "schema": "x/1",\n "spec": "😀",\n "rows": [\n  1\n ]\n}\n'
    )


def test_json_counts_beyond_floats_are_exact():
    found = huge_sheet()
    assert found.document["flops"] > 2**53
    assert json.loads(as_json.render([found]))["flops"] == found.document["flops"]


@pytest.mark.parametrize("render", [as_csv.render, markdown.render])
def test_counts_beyond_floats_are_exact_in_every_format(render):
    found = huge_sheet()
    assert str(found.document["flops"]) in render([found]).replace(",", "")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.163335, 0.1633), (1.0, 1.0), (None, None), (BEYOND_FLOATS,) * 2, ([{"ratio": 2 / 3}], [{"ratio": 0.6667}])],
)
def test_ratios_in_documents_have_four_decimals(value, shown):
    assert rounded(value) == shown


@pytest.mark.parametrize("name", bundled_names())
def test_yaml_of_a_spec_reads_back_as_its_fields(name):
    spec = load_spec(name)
    assert pyyaml.safe_load(yaml.render(spec, yaml.Format.YAML)) == fields(spec)


@pytest.mark.parametrize("name", bundled_names())
def test_json_of_a_spec_is_its_fields_after_schema_and_name(name):
    spec = load_spec(name)
    document = json.loads(yaml.render(spec, yaml.Format.JSON))
    assert document == {"schema": "levit-explore/show/1", "spec": name} | fields(spec)
    assert list(document)[:2] == ["schema", "spec"]


@pytest.mark.parametrize(
    ("form", "output", "chosen"),
    [
        (None, None, "yaml"),
        (None, Path("a.yaml"), "yaml"),
        (None, Path("a.yml"), "yaml"),
        (None, Path("a.JSON"), "json"),
        (yaml.Format.JSON, Path("a.csv"), "json"),
        (yaml.Format.YAML, Path("a.json"), "yaml"),
        (yaml.Format.JSON, None, "json"),
    ],
)
def test_a_spec_s_format_is_asked_for_or_the_suffix_s(form, output, chosen):
    assert yaml.choose(form, output) == chosen


@pytest.mark.parametrize(
    ("name", "given"),
    [("a.csv", "the suffix .csv"), ("a.txt", "the suffix .txt"), ("a", "a name without a suffix")],
)
def test_a_suffix_that_is_no_spec_s_is_explained(name, given):
    with pytest.raises(LevitError) as error:
        yaml.choose(None, Path(name))
    assert str(error.value) == f"-o {name}: {given} names no format; end it in .yaml, .yml, .json, or give --format"
