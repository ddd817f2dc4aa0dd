"""What tables show in a browser is what the other commands print; they sort, filter and copy."""

from dataclasses import replace

import pytest

from levit_explore import CONVENTIONS, load_spec, make_spec, plan
from levit_explore.analysis.counts import By
from levit_explore.render.report.page import report
from tests.cli.call import document
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


def test_a_ledger_never_leads_from_a_total_to_itself(visit):
    tab = visit(ONE)
    base = tab.get_by_label("Explain the shown total from that of")
    shown = tab.get_by_label("FLOPs counted as")
    for convention in (base.evaluate("one => one.selectedOptions[0].textContent"), "levit", "thop"):
        shown.select_option(label=convention)
        chosen = base.evaluate("one => one.selectedOptions[0].textContent")
        caption = tab.locator("#spec0-ledger caption").last.inner_text()
        assert caption == f"From {chosen} to {convention}"
        assert chosen != convention
        assert base.locator("option:disabled").all_text_contents() == [convention]


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


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (1000, 999, "-1,024 (< 0.1 %)"),
        (1000, 1001, "+1,024 (< 0.1 %)"),
        (1000, 1000, "the same"),
        (1000, 10000, "+9,216,000 (+0.8 %)"),
        (10000, 1000, "-9,216,000 (-0.8 %)"),
    ],
)
def test_a_difference_has_the_sign_of_what_was_gained(visit_page, before, after, words):
    spec = load_spec("levit256")  # two heads of 512 channels: 1,024 FLOPs a class
    tab = visit_page(report([plan(replace(spec, num_classes=classes)) for classes in (before, after)]))
    assert tab.locator("#comparison tbody tr").first.locator("small").inner_text() == words


def test_counts_beyond_a_trillion_are_shortened_too(visit_page):
    stage = {"dim": 65536, "depth": 1, "heads": 1024, "key_dim": 65536}
    spec = make_spec({"image_size": 2048, "stages": [stage]}, "huge")
    tab = visit_page(report([plan(spec)]))
    short, exact = tab.locator("#spec0-totals .tile").first.inner_text().splitlines()[1:]
    assert short.endswith(" P")
    assert float(short.split()[0]) == pytest.approx(int(exact.replace(",", "")) / 1000**5, rel=1e-3)


@pytest.mark.parametrize("level", ["stage", "block"])
def test_a_graph_has_its_boxes_and_edges_as_tables(visit, level):
    tab = visit(ONE)
    tab.locator("#spec0-graph .choice select").select_option(level)
    tab.locator("#spec0-graph summary").click()
    boxes, edges = tab.locator("#spec0-graph details table").all()
    assert boxes.locator("thead").inner_text().split() == ["path", "kind", "output", "FLOPs", "each", "times", "share"]
    drawn = tab.locator("#spec0-graph .node[data-path]").evaluate_all("all => all.map(one => one.dataset.path)")
    paths = boxes.locator("tbody th").all_inner_texts()
    assert sorted(paths) == sorted(["image", *drawn])
    ends = edges.locator("tbody tr").evaluate_all(
        "all => all.map(one => [one.cells[0].innerText, one.cells[1].innerText])"
    )
    assert {path for pair in ends for path in pair} == set(paths)
    assert len(ends) == tab.locator("#spec0-graph .edge").count()
