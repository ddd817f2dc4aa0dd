"""Several networks are compared as `diff` compares them, and their costs held against published accuracies."""

import pytest

from levit_explore import CONVENTIONS, diff, load_spec, plan
from levit_explore.analysis.counts import By
from levit_explore.render.report.data import report_data


def test_a_comparison_says_what_diff_says():
    a, b = (plan(load_spec(name)) for name in ("levit128s", "levit256"))
    found = report_data([a, b])["comparison"]
    fields = {change.field: (change.before, change.after) for change in diff(a, b).fields}
    assert {one["field"]: tuple(one["values"]) for one in found["fields"]} == {
        name: tuple(str(value) for value in values) for name, values in fields.items()
    }
    changed = {row.path: row.flops for row in diff(a, b, By.STAGE, "fvcore").rows}
    shown = {row["path"]: row["values"][list(CONVENTIONS).index("fvcore")][1] for row in found["stages"]}
    assert {path: one["gained"] for path, one in shown.items() if one["gained"]} == {
        path: change.gained for path, change in changed.items() if change.gained
    }
    assert {path: shown[path]["relative"] for path in changed} == {
        path: round(change.relative, 4) for path, change in changed.items()
    }


def test_a_stage_that_only_some_networks_have_is_nothing_in_the_others():
    found = report_data([plan(load_spec(name)) for name in ("levit128s_a1", "levit128s_base")])["comparison"]
    row = next(row for row in found["stages"] if row["path"] == "stages.2")
    first, other = row["values"][0]
    assert (first["value"], other["relative"], other["gained"]) == (None, None, other["value"])


@pytest.mark.parametrize(
    ("names", "points"),
    [
        (["levit128s", "levit256"], [("levit128s", 76.6), ("levit256", 81.6)]),
        (["levit128s", "levit256", "levit512"], [("levit128s", 76.6), ("levit256", 81.6)]),
        (["levit128s", "levit512"], None),
    ],
)
def test_cost_is_held_against_accuracy_where_there_is_one(names, points):
    scatter = report_data([plan(load_spec(name)) for name in names])["comparison"]["scatter"]
    assert (scatter and [(point["name"], point["top1"]) for point in scatter["points"]]) == points


def test_accuracies_of_one_source_are_of_one_set():
    names = ["levit128s", "levit128s_base", "levit256", "levit128s_a1"]
    scatter = report_data([plan(load_spec(name)) for name in names])["comparison"]["scatter"]
    assert [point["set"] for point in scatter["points"]] == [0, 1, 0, 1]
    assert [point["source"] for point in scatter["points"][:2]] == scatter["sources"]
