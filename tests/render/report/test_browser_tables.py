"""What tables show in a browser is what the other commands print; they sort, filter and copy."""

import csv
import io

import pytest

from levit_explore import CONVENTIONS
from levit_explore.analysis.counts import By
from tests.cli.call import document, printed
from tests.render.report.pages import ONE, TWO, shown_rows


def shown(rows):
    """Rows of `flops --format json` as the page writes them."""
    return [
        [
            row["path"],
            {"mlp": "MLP"}.get(row["role"], row["role"]),
            "x".join(map(str, row["out"])),
            f"{row['params']:,}",
            f"{row['flops']:,}",
            f"{100 * row['share']:.2f} %",
        ]
        for row in rows
    ]


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_every_convention_shows_what_flops_prints(visit, convention):
    tab = visit(ONE)
    tab.get_by_label("FLOPs counted as").select_option(label=convention)
    expected = document("flops", "levit256", "--convention", convention)
    assert tab.locator("#spec0-totals .tile").first.inner_text().splitlines()[-1] == f"{expected['flops']:,}"
    assert shown_rows(tab) == shown(expected["rows"])


@pytest.mark.parametrize("by", By)
def test_every_level_shows_what_flops_prints(visit, by):
    tab = visit(ONE)
    tab.get_by_label("A row is").select_option(str(by))
    assert shown_rows(tab) == shown(document("flops", "levit256", "--by", str(by))["rows"])


def test_a_ledger_adds_up_to_the_shown_total(visit):
    tab = visit(ONE)
    tab.get_by_label("FLOPs counted as").select_option(label="thop")
    tab.get_by_label("Explain the shown total from that of").select_option(label="fvcore")
    *terms, total = (
        int(cell.replace(",", ""))
        for cell in tab.locator("#spec0-ledger table").last.locator("tbody td:last-child").all_inner_texts()
    )
    assert sum(terms) == total == document("flops", "levit256", "--convention", "thop")["flops"]


@pytest.mark.parametrize(("column", "place"), [("params", 3), ("FLOPs", 4)])
def test_columns_sort_both_ways_and_back(visit, column, place):
    tab = visit(ONE)
    before = shown_rows(tab)
    head = tab.locator("#spec0-rows thead th", has_text=column)
    for direction in ("descending", "ascending", "none"):
        head.locator("button").press("Enter")
        assert head.get_attribute("aria-sort") == direction
        numbers = [int(row[place].replace(",", "")) for row in shown_rows(tab)]
        expected = {"descending": sorted(numbers, reverse=True), "ascending": sorted(numbers)}
        assert numbers == expected.get(direction, [int(row[place].replace(",", "")) for row in before])
    assert shown_rows(tab) == before


@pytest.mark.parametrize(("words", "kept"), [("MLP", "mlp"), ("stages.1.", "stages.1."), ("nothing", "nothing")])
def test_the_filter_keeps_rows_with_its_words(visit, words, kept):
    tab = visit(ONE)
    every = [row[0] for row in shown_rows(tab)]
    tab.get_by_label("Filter").fill(words)
    assert [row[0] for row in shown_rows(tab)] == [path for path in every if kept in path]
    assert tab.locator("#spec0-rows .found").inner_text().endswith(f"of {len(every)} rows")


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


def test_balance_is_judged_by_the_chosen_rule(visit):
    tab = visit(ONE)
    tab.get_by_label("Rule").select_option("stage")
    expected = document("balance", "levit256", "--rule", "stage")
    assert (
        tab.locator("#spec0-balance .verdict").inner_text().startswith("In balance" if expected["balanced"] else "Out")
    )
    tab.locator("#spec0-balance summary").click()
    cells = tab.locator("#spec0-balance tbody tr").evaluate_all(
        "all => all.map(one => [one.cells[0].innerText, one.cells[4].innerText])"
    )
    parts = [[part["part"], f"{part['ratio']:.3f}"] for part in expected["parts"]]
    assert cells[:-1] == parts


def test_several_networks_are_shown_with_differences_to_the_first(visit):
    tab = visit(TWO)
    tab.get_by_label("FLOPs counted as").select_option(label="fvcore")
    first, other = (document("flops", name, "--convention", "fvcore")["flops"] for name in TWO)
    row = tab.locator("#comparison tbody tr").first.inner_text()
    assert f"{first:,}" in row
    assert f"{other:,}" in row
    assert f"+{other - first:,} (+{100 * (other / first - 1):.1f} %)" in row
    for place, name in enumerate(TWO):
        assert shown_rows(tab, f"spec{place}") == shown(document("flops", name, "--convention", "fvcore")["rows"])


def test_points_are_named_and_stand_at_their_accuracy(visit):
    tab = visit(TWO)
    points = tab.locator("#comparison figure", has=tab.locator(".point")).first
    names = points.locator(".point + text").all_text_contents()
    heights = points.locator(".point").evaluate_all("all => all.map(one => Number(one.getAttribute('cy')))")
    assert sorted(names, key=dict(zip(names, heights, strict=True)).get) == ["levit256", "levit128s"]  # 81.6, 76.6


def table(words):
    """The rows of a CSV; a share is a number, however it is written."""
    return [{**row, "share": float(row["share"])} for row in csv.DictReader(io.StringIO(words))]
