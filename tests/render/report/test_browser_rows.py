"""The table of rows in a browser sorts by every column, filters by words, and is copied as `flops` prints it."""

import csv
import io
import re

import pytest

from tests.cli.call import printed
from tests.render.report.pages import ONE, shown_rows


def natural(words):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", words)]


def amount(words):
    return float(words.replace(",", "").removesuffix(" %"))


@pytest.mark.parametrize(
    ("column", "order", "first"),
    [
        ("path", natural, "ascending"),
        ("role", str.lower, "ascending"),
        ("output", natural, "ascending"),
        ("params", amount, "descending"),
        ("FLOPs", amount, "descending"),
        ("share", amount, "descending"),
    ],
)
def test_columns_sort_both_ways_and_back(visit, column, order, first):
    tab = visit(ONE)
    before = shown_rows(tab)
    head = tab.locator("#spec0-rows").get_by_role("columnheader", name=column, exact=True)
    place = ["path", "role", "output", "params", "FLOPs", "share"].index(column)
    for direction in (first, {"ascending": "descending", "descending": "ascending"}[first]):
        head.locator("button").press("Enter")
        assert head.get_attribute("aria-sort") == direction
        expected = sorted(before, key=lambda row: order(row[place]), reverse=direction == "descending")
        assert shown_rows(tab) == expected != before
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "none"
    assert shown_rows(tab) == before


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("MLP", ["mlp"]),
        ("stages.1.", ["stages.1."]),
        ("MLP stages.1", ["mlp", "stages.1."]),
        (" blocks.0,  attn ", ["blocks.0", "attn"]),
        ("attn mlp", ["attn", "mlp"]),
        (None, ["stages.1", "mlp"]),
    ],
)
def test_the_filter_keeps_rows_with_all_its_words(visit, words, kept):
    tab = visit(ONE)
    every = [row[0] for row in shown_rows(tab)]
    box = tab.get_by_label("Filter")
    box.fill(box.get_attribute("placeholder") if words is None else words)
    expected = [path for path in every if all(word in path for word in kept)]
    assert [row[0] for row in shown_rows(tab)] == expected
    assert tab.locator("#spec0-rows .found").inner_text() == f"{len(expected)} of {len(every)} rows"
    assert expected or words == "attn mlp"


@pytest.mark.parametrize("allowed", [True, False])
def test_rows_are_copied_as_flops_prints_them(visit, allowed):
    tab = visit(ONE)
    refused = "() => Promise.reject(new Error())"
    kept = "words => { window.copied = words; return Promise.resolve(); }"
    tab.evaluate(
        f"Object.defineProperty(navigator, 'clipboard', {{ value: {{ writeText: {kept if allowed else refused} }} }})"
    )
    tab.get_by_role("button", name="Copy as CSV").click()
    field = tab.get_by_label("The rows as CSV")
    assert field.is_visible() is not allowed
    copied = tab.evaluate("window.copied") if allowed else field.input_value()
    expected = printed("flops", "levit256", "--format", "csv")
    assert table(copied) == table(expected)


def table(words):
    """The rows of a CSV; a share is a number, however it is written."""
    return [{**row, "share": float(row["share"])} for row in csv.DictReader(io.StringIO(words))]
