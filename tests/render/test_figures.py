"""Figures have a panel for every head, say what they show, and are the same bytes every time."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from levit_explore import LevitError, load_spec, plan
from levit_explore.analysis.biases import BiasMap, bias_maps
from levit_explore.render.figures import draw, figure
from levit_explore.render.panels import View, rows
from tests.bias_tables import KINDS, made

LEARNED = [view for view in View if view is not View.OFFSETS]
IMAGES = [view for view in LEARNED if view is not View.PROFILE]
SMALL = [made(list(KINDS), (8, 8), path="stages.0.blocks.0.attn"), made(["row"], (8, 8), 2, "stages.1.downsample.attn")]
HEADS = 6
UNTRAINED = bias_maps(plan(load_spec("levit256")))


def svg(path: Path, *given, **named) -> str:
    draw(*given, path=path / "maps.svg", **named)
    return (path / "maps.svg").read_text(encoding="utf-8")


def words(picture: str) -> str:
    return " ".join(re.findall(r"<text[^>]*>(.*?)</text>", picture)).replace("&gt;", ">")


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".SVG", b"<?xml"), (".pdf", b"%PDF")])
def test_the_suffix_chooses_the_format(suffix, start, tmp_path):
    draw(SMALL, View.QUADRANT, tmp_path / f"maps{suffix}")
    assert (tmp_path / f"maps{suffix}").read_bytes().startswith(start)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
@pytest.mark.parametrize("view", View)
def test_the_same_maps_give_the_same_bytes(view, suffix, tmp_path):
    files = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for file in files:
        draw(SMALL, view, file)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("view", IMAGES)
def test_every_head_has_a_panel_named_by_its_path(view, tmp_path):
    picture = svg(tmp_path, SMALL, view)
    assert re.findall(r'id="(stages[^"]*)"', picture) == [
        *(f"stages.0.blocks.0.attn, head {head}" for head in range(5)),
        "stages.1.downsample.attn, head 0",
    ]
    assert picture.count("<image") == HEADS + 1  # and the scale


def test_every_head_has_a_profile(tmp_path):
    assert len(re.findall(r'id="stages[^"]*, head', svg(tmp_path, SMALL, View.PROFILE))) == HEADS


@pytest.mark.parametrize(
    ("view", "title"),
    [
        (View.QUERY, "tiny: attention bias of each key for a query"),
        (View.QUADRANT, "tiny: attention bias by |dy| and |dx|"),
        (View.UNFOLDED, "tiny: attention bias by dy and dx (mirrored: only |dy| and |dx| are stored)"),
        (View.PRIOR, "tiny: softmax of the attention bias, for a query"),
        (View.PROFILE, "tiny: attention bias against distance"),
        (View.OFFSETS, "tiny: pairs of query and key that share an offset"),
    ],
)
def test_a_figure_says_what_it_shows(view, title, tmp_path):
    found = words(svg(tmp_path, SMALL, view, model="tiny"))
    assert found.startswith(title)
    assert "One scale" in found
    assert "stages.0.blocks.0.attn 8x8 keys" in found
    assert "stages.1.downsample.attn 8x8 keys, 4x4 queries" in found


def test_the_scale_and_the_shift_are_stated(tmp_path):
    found = words(svg(tmp_path, [made(["row"], (8, 8))], View.QUADRANT))
    assert "One scale for all, -28 to 0: each head's maximum is subtracted, which softmax does not see." in found
    assert "White square: the query. Dots: rare offsets, which serve fewer than 0.1 pairs for each query." in found


def test_values_of_rare_offsets_do_not_stretch_the_scale(tmp_path):
    one = made(["row"], (8, 8))
    noisy = replace(one, table=np.where(one.rare, -1000.0, one.values))
    found = words(svg(tmp_path, [noisy], View.QUADRANT))
    assert "-28 to 0: each head's maximum is subtracted, which softmax does not see; values of rare offsets" in found


@pytest.mark.parametrize(("view", "shown"), [(View.QUADRANT, True), (View.QUERY, False), (View.UNFOLDED, True)])
def test_dots_are_explained_where_there_are_any(view, shown, tmp_path):
    assert ("Dots:" in words(svg(tmp_path, SMALL, view))) is shown


def test_a_query_stands_on_its_place_among_the_keys():
    full, shrinking = rows(SMALL, View.QUERY, (5, 2))
    assert (full.panels[0].query, full.detail) == ((5, 2), "8x8 keys; query 5,2")
    assert (shrinking.panels[0].query, shrinking.detail) == ((4, 2), "8x8 keys, 4x4 queries; query 2,1")


@pytest.mark.parametrize("view", [View.QUERY, View.PRIOR])
def test_panels_are_the_maps_of_the_query(view):
    one = SMALL[1]
    bias, prior = one.bias[0, one.query(1, 3)], one.prior[0, one.query(1, 3)]
    (panel,) = rows([one], view, (1, 3))[0].panels
    expected = prior if view is View.PRIOR else bias - one.values.max()
    assert np.allclose(panel.values, expected.reshape(8, 8))
    assert panel.query == (2, 6)


def test_profiles_are_means_and_ranges_by_distance():
    one = made(["local"], (3, 3))
    (curve,) = rows([one], View.PROFILE)[0].panels
    diagonal = -2 * 2**0.5
    assert np.allclose(curve.row, [0, -2, -4])
    assert np.allclose(curve.column, [0, -2, -4])
    # distance 1: offsets (0, 1) and (1, 0) for 12 pairs each, (1, 1) for 16
    assert curve.mean[1] == pytest.approx((24 * -2 + 16 * diagonal) / 40)
    assert (curve.low[1], curve.high[1]) == pytest.approx((diagonal, -2))


def test_an_untrained_network_shows_its_offsets_once_for_every_grid():
    found = rows(UNTRAINED, View.OFFSETS)
    assert [(row.path, row.detail) for row in found] == [
        ("stages.0.blocks.0.attn", "14x14 keys; query 7,7; 3 more alike"),
        ("stages.1.downsample.attn_downsample", "14x14 keys, 7x7 queries; query 3,3"),
        ("stages.1.blocks.0.attn", "7x7 keys; query 3,3; 3 more alike"),
        ("stages.2.downsample.attn_downsample", "7x7 keys, 4x4 queries; query 2,2"),
        ("stages.2.blocks.0.attn", "4x4 keys; query 2,2; 3 more alike"),
    ]
    assert found[0].panels[0].values.max() == 676 / 196


@pytest.mark.parametrize("view", LEARNED)
def test_nothing_is_drawn_of_what_is_not_learned(view, tmp_path):
    with pytest.raises(LevitError) as error:
        draw(UNTRAINED, view, tmp_path / "maps.png")
    assert str(error.value) == (
        "all values are zero until the network is trained; only --view offsets has anything to draw"
    )
    assert list(tmp_path.iterdir()) == []


def test_attentions_without_learned_values_are_named(tmp_path):
    found = svg(tmp_path, [*SMALL, BiasMap("stages.1.blocks.0.attn", 2, (4, 4), 1)], View.QUERY)
    assert "all values are zero, and so not drawn, in stages.1.blocks.0.attn." in words(found)
    assert found.count("<image") == HEADS + 1


def test_changes_are_on_a_scale_around_zero(tmp_path):
    after = [replace(one, table=2 * one.values) for one in SMALL]
    found = words(svg(tmp_path, SMALL, View.QUADRANT, model="tiny", after=after, other="tuned"))
    assert found.startswith("tiny -> tuned: change of attention bias by |dy| and |dx| One scale for all, -28 to 28: ")
    panel = rows(SMALL, View.QUADRANT, after=after)[0].panels[1]
    assert np.allclose(panel.values, SMALL[0].shifted[1].reshape(8, 8))


@pytest.mark.parametrize("view", LEARNED)
def test_where_nothing_changed_the_figure_says_so(view, tmp_path):
    assert "Nothing changed: every difference is 0." in words(svg(tmp_path, SMALL, view, after=SMALL))


@pytest.mark.parametrize("view", [View.QUADRANT, View.PROFILE])
def test_thirty_attentions_of_twelve_heads_fit(view):
    maps = [made(["local"] * 12, (14, 14), path=f"stages.0.blocks.{index}.attn") for index in range(30)]
    made_figure = figure(maps, view)
    assert tuple(made_figure.get_size_inches()) == pytest.approx((11, 21), abs=1.5)
    (page, *_) = made_figure.axes
    assert sum((artist.get_gid() or "").startswith("stages") for artist in page.get_children()) == 360


@pytest.mark.parametrize("grid", [(1, 1), (1, 9), (9, 1), (2, 3)])
@pytest.mark.parametrize("view", View)
def test_small_and_narrow_grids_are_drawn(view, grid, tmp_path):
    draw([made(["local", "uniform"], grid)], view, tmp_path / "maps.png")


def test_names_are_text_whatever_they_hold(tmp_path):
    assert words(svg(tmp_path, SMALL, View.QUERY, model="a$b$\n")).startswith(r"a$b$\n: attention bias")


@pytest.mark.parametrize(("name", "given"), [("maps.gif", "the suffix .gif"), ("maps", "a name without a suffix")])
def test_a_suffix_that_names_no_picture_is_explained(name, given):
    with pytest.raises(LevitError) as error:
        draw(SMALL, View.QUERY, Path(name))
    assert str(error.value) == f"-o {name}: {given} names no picture; end it in .png, .svg, .pdf"


def test_a_path_that_cannot_be_written_is_explained(tmp_path):
    with pytest.raises(LevitError) as error:
        draw(SMALL, View.QUERY, tmp_path / "missing" / "maps.png")
    assert str(error.value) == f"{tmp_path}/missing/maps.png: cannot be written (No such file or directory)"


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(LevitError) as error:
        draw(SMALL, View.QUERY, tmp_path / "maps.png")
    assert str(error.value) == "pictures need matplotlib: pip install 'levit-explore[figures]'"


def test_the_user_s_settings_neither_change_figures_nor_are_changed(tmp_path):
    import matplotlib

    draw(SMALL, View.QUERY, tmp_path / "a.svg")
    with matplotlib.rc_context({"font.size": 30.0, "image.cmap": "gray", "axes.facecolor": "red"}):
        before = dict(matplotlib.rcParams)
        draw(SMALL, View.QUERY, tmp_path / "b.svg")
        assert dict(matplotlib.rcParams) == before
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_matplotlib_is_imported_only_to_draw_and_pyplot_never(tmp_path):
    script = (
        "import sys; from tests.render.test_figures import SMALL, Path, View, draw;"
        "before = 'matplotlib' in sys.modules; draw(SMALL, View.QUERY, Path(sys.argv[1]));"
        "print(before, 'matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script, tmp_path / "maps.png"], capture_output=True, text=True)
    assert run.stdout == "False False\n", run.stderr
