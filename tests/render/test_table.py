"""Tables for people: whole on paper, as wide as the terminal on one, and never broken by what a name holds."""

import io
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from levit_explore import balance, diff, load_spec, plan, reconcile
from levit_explore.analysis.counts import By
from levit_explore.render import plain, table
from levit_explore.render.results import balance_sheet, diff_sheet, flops_sheet, ledger_sheet, list_sheet
from levit_explore.render.sheet import Column, Sheet, Table, count, signed
from levit_explore.spec.load import bundled_names
from tests.render.sheets import sheet

LEVIT256 = plan(load_spec("levit256"))
LARGEST = plan(load_spec("levit512_s8"))
SHEETS = [
    *(flops_sheet(one, by, "levit") for one in (LEVIT256, LARGEST) for by in By),
    list_sheet([plan(load_spec(name)) for name in bundled_names()]),
    ledger_sheet(LARGEST, reconcile(LARGEST, measured=dict.fromkeys(("torch", "fvcore"), 10**11))),
    balance_sheet(LARGEST, balance(LARGEST)),
    diff_sheet(LEVIT256, LARGEST, diff(LEVIT256, LARGEST), "levit"),
]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLORTERM", "COLUMNS", "LINES", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


def on_terminal(*sheets: Sheet, width: int = 80, colors: str | None = None, encoding: str = "utf-8") -> str:
    """What a terminal would be sent, with escape sequences only where it has `colors`."""
    screen = io.TextIOWrapper(io.BytesIO(), encoding=encoding)  # strict: what it cannot encode raises
    table.draw(sheets, Console(file=screen, width=width, force_terminal=True, color_system=colors))
    screen.flush()
    return screen.buffer.getvalue().decode(encoding)


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def test_a_sheet_off_the_terminal():
    assert plain.render([sheet(source="a note")]) == (
        "tiny: FLOPs\n"
        "counted by hand\n"
        "path  output FLOPs  share\n"
        "stem  8x2x2  1,000  25.0%\n"
        "head  10     3,000  75.0%\n"
        "total        4,000 100.0%\n"
        "a note\n"
    )


def test_a_sheet_on_a_terminal_has_bars():
    assert lines(on_terminal(sheet(source="a note"))) == [
        "tiny: FLOPs",
        "counted by hand",
        "path  output FLOPs  share",
        "stem  8x2x2  1,000  25.0% ██████▋",
        "head  10     3,000  75.0% ████████████████████",
        "total        4,000 100.0%",
        "a note",
    ]


def test_bars_take_the_cells_that_are_left():
    assert lines(on_terminal(sheet(), width=32))[3:5] == [
        "stem  8x2x2  1,000  25.0% ██",
        "head  10     3,000  75.0% ██████",
    ]


def test_bars_give_way_on_a_narrow_terminal():
    assert lines(on_terminal(sheet(), width=29))[3:5] == ["stem  8x2x2  1,000  25.0%", "head  10     3,000  75.0%"]


def test_sheets_stand_apart():
    one = plain.render([sheet()])
    assert plain.render([sheet(), sheet("other")]) == f"{one}\n{one.replace('tiny', 'other')}"


def test_a_value_that_repeats_in_a_group_is_shown_once():
    columns = (Column("name", "counter", group=True), Column("flops", "difference", signed))
    rows = [{"name": "a", "flops": 1}, {"name": "a", "flops": -2}, {"name": "b", "flops": 0}]
    assert plain.render([Sheet("ledger", {}, (Table(columns, rows),))]) == (
        "ledger\ncounter difference\na               +1\n                -2\nb               +0\n"
    )


def test_a_table_without_rows_is_left_out():
    assert plain.render([Sheet("nothing", {}, (Table((Column("flops", "FLOPs", count),), []),), notes=["why"])]) == (
        "nothing\nwhy\n"
    )


@pytest.mark.parametrize("found", SHEETS, ids=lambda found: found.title)
def test_no_line_is_longer_than_a_terminal_of_80_columns(found):
    assert max(cell_len(line) for line in on_terminal(found).splitlines()) <= 80


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
@pytest.mark.parametrize("found", SHEETS, ids=lambda found: found.title)
def test_no_number_is_cut_on_a_terminal(found, width):
    shown = on_terminal(found, width=width).split()
    numbers = [word for word in plain.render([found]).split() if word[-1].isdecimal() and "," in word]
    assert [number for number in numbers if number not in shown] == []


@pytest.mark.parametrize("found", SHEETS, ids=lambda found: found.title)
def test_a_table_too_wide_for_a_terminal_is_whole(found):
    tables = replace(found, title="title", intro=(), notes=())
    shown, whole = (text.splitlines() for text in (on_terminal(tables, width=20), plain.render([tables])))
    assert [line.split() for line in shown] == [line.split() for line in whole]


def test_a_long_source_is_cut_on_a_terminal():
    columns = (Column("name", "name"), Column("source", "source", clip=True))
    rows = [{"name": "tiny", "source": "Graham et al., ICCV 2021"}]
    found = Sheet("specs", {}, (Table(columns, rows),))
    assert lines(on_terminal(found, width=18)) == ["specs", "name source", "tiny Graham et a…"]


def test_colors_are_by_role():
    assert on_terminal(sheet(), width=29, colors="standard").splitlines()[3:5] == [
        "\x1b[36mstem \x1b[0m 8x2x2  1,000  25.0%",
        "\x1b[33mhead \x1b[0m 10     3,000  75.0%",
    ]


def test_no_color_leaves_colors_out(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert on_terminal(sheet(), width=29, colors="standard").splitlines()[3:5] == [
        "stem  8x2x2  1,000  25.0%",
        "head  10     3,000  75.0%",
    ]


def test_settings_for_terminals_do_not_reach_files(monkeypatch):
    before = plain.render([sheet()])
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")
    assert plain.render([sheet()]) == before


def test_a_terminal_without_unicode_gets_no_bars():
    assert lines(on_terminal(sheet(), encoding="ascii")) == plain.render([sheet()]).splitlines()


def test_a_terminal_without_unicode_gets_no_ellipsis():
    columns = (Column("name", "name"), Column("source", "source", clip=True))
    found = Sheet("specs", {}, (Table(columns, [{"name": "tiny", "source": "Graham et al., ICCV 2021"}]),))
    assert lines(on_terminal(found, width=18, encoding="ascii")) == ["specs", "name source", "tiny Graham et al"]


ODD_NAMES = [
    ("[red]danger[/red]", "[red]danger[/red]"),
    ("[/]", "[/]"),
    ("two\nlines", r"two\nlines"),
    ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
    ("tab\tbell\a\r", r"tab\tbell\x07\r"),
    ("left\u202eright", r"left\u202eright"),
    (":smile: 😀 模型", ":smile: 😀 模型"),
    ("\udcff", r"\udcff"),
    ("x" * 9_000, "x" * 9_000),
]


@pytest.mark.parametrize(("name", "shown"), ODD_NAMES)
def test_what_a_name_holds_does_not_break_a_table(name, shown):
    assert plain.render([sheet(name, source=name)]) == (
        plain.render([sheet()]).replace("tiny", shown).removesuffix("\n") + f"\n{shown}\n"
    )


@pytest.mark.parametrize("name", [name for name, _ in ODD_NAMES] + ["x" * 10_000])
def test_what_a_name_holds_does_not_break_a_terminal(name):
    columns = (Column("name", "name"), Column("flops", "FLOPs", count), Column("source", "source", clip=True))
    rows = [{"name": name, "flops": 1000, "source": source} for source in ("Graham et al., ICCV 2021", name)]
    shown = on_terminal(Sheet(name, {}, (Table(columns, rows),), notes=[name]))
    assert shown.split().count("1,000") == 2
    assert "\x1b" not in shown
    assert max(map(cell_len, shown.splitlines())) <= 80
