"""Maps on terminals of every kind: whole texts where there are no colours, and the colours where there are."""

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from levit_explore import LevitError
from levit_explore.analysis.biases import BiasMap
from levit_explore.render.heatmap import Heatmap, draw, offsets_heatmap, plain, query_heatmap
from tests.bias_tables import made

SHRINKING = BiasMap("down", 1, (4, 4), 2, np.arange(16.0)[None] - 7.25)


@pytest.fixture(autouse=True)
def _terminal(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


def on_terminal(heatmap: Heatmap, colors: str | None = "truecolor", width: int = 80, encoding: str = "utf-8") -> str:
    screen = io.TextIOWrapper(io.BytesIO(), encoding=encoding)  # strict: what it cannot encode raises
    draw(heatmap, Console(file=screen, width=width, force_terminal=True, color_system=colors))
    screen.flush()
    return screen.buffer.getvalue().decode(encoding)


def test_a_query_s_map_as_text():
    assert plain(query_heatmap(SHRINKING, 0, (1, 0))) == (
        "down, head 0: bias of each key for query 1,0 (at key 2,0)\n"
        " 7 7 8 9\n"
        " 3 4 5 6\n"
        "[0]1 2 2\n"
        " 3 4 5 6\n"
        "bias: 0 is -7.25, 9 is 3.75; [ ] is the query.\n"
    )


def test_the_middle_query_is_the_default():
    assert query_heatmap(SHRINKING, 0).query == (2, 2)
    assert query_heatmap(made(["row"], (7, 5)), 0).query == (3, 2)


def test_an_untrained_map_is_zero_and_says_so():
    assert plain(query_heatmap(BiasMap("attn", 1, (2, 2), 1), 0, (0, 1))) == (
        "attn, head 0: bias of each key for query 0,1\n"
        " 0[0]\n"
        " 0 0\n"
        "bias: 0 is 0.00, 9 is 0.00; [ ] is the query.\n"
        "all values are zero until the network is trained.\n"
    )


def test_offsets_as_text():
    assert plain(offsets_heatmap(BiasMap("attn", 2, (3, 4), 1), (1, 1))) == (
        "attn: offset of each key for query 1,1\n"
        " 5 4 5 6\n"
        " 1[0]1 2\n"
        " 5 4 5 6\n"
        "[ ] is the query; pairs that each offset serves:\n"
        " 24 16 24 16\n"
        " 18[12]18 12\n"
        " 24 16 24 16\n"
        "keys with the same number share a parameter in each head; the number is |dy| * 4 + |dx|.\n"
        "this query uses 6 of 12 offsets, each for up to 4 keys.\n"
    )


@pytest.mark.parametrize(
    ("colors", "encoding"), [(None, "utf-8"), ("standard", "utf-8"), ("truecolor", "ascii"), ("256", "ascii")]
)
@pytest.mark.parametrize("heatmap", [query_heatmap(SHRINKING, 0), offsets_heatmap(SHRINKING)])
def test_without_256_colors_and_unicode_a_terminal_gets_the_text(heatmap, colors, encoding):
    assert on_terminal(heatmap, colors, encoding=encoding) == plain(heatmap)


def test_no_color_gets_the_text(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert on_terminal(query_heatmap(SHRINKING, 0)) == plain(query_heatmap(SHRINKING, 0))


def test_half_blocks_stand_in_a_margin_with_ticks_at_the_query():
    found = on_terminal(Heatmap("two keys", np.array([[0.0, 1.0]]), (0, 1), "bias", 1), width=5)
    low, high, tick = "68;1;84", "253;231;37", "214;39;40"
    assert found.splitlines()[1:3] == [
        "".join(
            [
                f"\x1b[38;2;{tick}m▄\x1b[0m",
                f"\x1b[38;2;{low}m▄\x1b[0m",
                f"\x1b[38;2;{tick};48;2;{high}m▀\x1b[0m",
                f"\x1b[38;2;{tick}m▄\x1b[0m",
            ]
        ),
        f"  \x1b[38;2;{tick}m▀\x1b[0m ",
    ]


@pytest.mark.parametrize(("colors", "escape"), [("truecolor", "\x1b[38;2;"), ("256", "\x1b[38;5;")])
def test_colors_are_as_many_as_the_terminal_has(colors, escape):
    found = on_terminal(query_heatmap(SHRINKING, 0), colors)
    assert escape in found
    assert {"truecolor": "\x1b[38;5;", "256": "\x1b[38;2;"}[colors] not in found


@pytest.mark.parametrize(("side", "width", "columns"), [(4, 80, 14), (14, 80, 30), (14, 25, 16), (32, 80, 34)])
def test_maps_are_enlarged_while_there_is_room(side, width, columns):
    found = on_terminal(query_heatmap(made(["local"], (side, side)), 0), width=width)
    line = next(line for line in found.splitlines()[1:] if line.count("▀") > 3)
    assert len("".join(part.split("m", 1)[-1] for part in line.split("\x1b["))) == columns


def test_the_legend_has_minimum_and_maximum():
    assert "bias: -5.75 " in on_terminal(query_heatmap(replace(SHRINKING, table=SHRINKING.values + 1.5), 0, (1, 0)))


def test_offsets_are_numbered_in_colors_where_they_fit():
    found = offsets_heatmap(BiasMap("attn", 1, (14, 14), 1))
    assert " 105 " in on_terminal(found)
    assert " 105 " not in on_terminal(found, width=69)
    assert "▀" in on_terminal(found, width=69)


@pytest.mark.parametrize("head", [-1, 1])
def test_a_head_that_is_not_there_is_explained(head):
    with pytest.raises(LevitError) as error:
        query_heatmap(SHRINKING, head)
    assert str(error.value) == f"head {head}: down has 1 heads; it must be 0 to 0"


def test_a_query_that_is_not_there_is_explained():
    with pytest.raises(LevitError) as error:
        offsets_heatmap(SHRINKING, (0, 2))
    assert str(error.value) == "query 0,2: down has 2 x 2 queries; Y must be 0 to 1 and X 0 to 1"
