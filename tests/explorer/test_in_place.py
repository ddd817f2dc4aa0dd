"""What goes and what stays with a text that is changed in place: comments, aliases, JSON."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levit_explore import load_spec
from levit_explore.explorer.actions import AddStage, Apply, DuplicateStage, RemoveStage, SetField
from levit_explore.explorer.saving import saved_text
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update
from levit_explore.spec.write import to_yaml
from tests.explorer.strategies import EDITS

COMMENTS = """\
# a net
stages:
  # all of them

  # the first, of which
  # there are two lines
  - dim: 64
    depth: 2
    heads: 2
    key_dim: 16
    # mlp_ratio: 3

  # apart

  # the second
  - {dim: 128, depth: 3, heads: 4, key_dim: 16}
# the third
  - {dim: 192, depth: 4, heads: 6, key_dim: 16}
# the end
"""
ALIASES = """\
# a net
stages:
  # the pattern
  - &first {dim: 64, depth: &two 2, heads: *two, key_dim: 16, mlp_ratio: *two}  # shared
  # the same again
  - *first
  # and wider
  - &wide
    dim: 128   # C
    depth: *two
    heads: 4
    key_dim: 16
    downsample: &down {stride: 2}
  # twice
  - dim: 128
    depth: 3
    heads: 4
    key_dim: 16
    downsample: *down  # as before
# words
activation: &act silu
attention_activation: *act
"""
JSON = """\
{
  "name": "net",
  "distillation": true,
  "drop_path": 0.10, "source": "a \\"trial\\"",
  "stages": [
    {"dim": 64, "depth": 2, "heads": 2, "key_dim": 16},
    {"dim": 128, "depth": 3, "heads": 4, "key_dim": 16, "downsample": {"stride": 2}}
  ]
}
"""
STAGE = "{dim: 64, depth: 2, heads: 2, key_dim: 16, mlp_ratio: 2}"
FIRST = """\
  # the first, of which
  # there are two lines
  - dim: 64
    depth: 2
    heads: 2
    key_dim: 16
    # mlp_ratio: 3
"""
SECOND = "  # the second\n  - {dim: 128, depth: 3, heads: 4, key_dim: 16}\n"
THIRD = "# the third\n  - {dim: 192, depth: 4, heads: 6, key_dim: 16}\n"


def saved(folder, text, *actions):
    """The state after some actions on a file of this text, and the text that it is saved as."""
    (folder / "net.yaml").write_bytes(text.encode())
    state = opened(folder / "net.yaml")
    for action in actions:
        state = update(state, action)
    return state, saved_text(state, text)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("index", "gone"), [(0, FIRST), (1, SECOND), (2, THIRD)])
def test_a_removed_stage_takes_the_comments_that_touch_it_and_no_other(index, gone, newline, tmp_path):
    text = COMMENTS.replace("\n", newline)
    state, left = saved(tmp_path, text, RemoveStage(index))
    assert (left, len(state.spec.stages)) == (text.replace(gone.replace("\n", newline), ""), 2)


def test_of_stages_removed_together_the_comments_between_them_that_stand_apart_stay(tmp_path):
    state, left = saved(tmp_path, COMMENTS, RemoveStage(0), RemoveStage(0))
    assert (left, state.problem) == (COMMENTS.replace(FIRST, "").replace(SECOND, ""), None)


def test_the_last_stage_goes_from_a_text_without_a_last_line_end_too(tmp_path):
    _, left = saved(tmp_path, COMMENTS.removesuffix("\n# the end\n"), RemoveStage(2))
    assert left == COMMENTS.removesuffix(THIRD + "# the end\n")


@pytest.mark.parametrize(
    ("actions", "changed"),
    [
        ([], {}),
        ([SetField(("stages", 0, "dim"), "96")], {"&first {dim: 64": "&first {dim: 96", "*first": STAGE}),
        ([SetField(("stages", 1, "dim"), "96")], {"*first": STAGE.replace("64", "96")}),
        ([Apply(tuple((("stages", index, "dim"), 96) for index in (0, 1)))], {"&first {dim: 64": "&first {dim: 96"}),
        (
            [SetField(("stages", 0, "depth"), "5")],
            {
                "&two 2": "5",
                "heads: *two": "heads: 2",
                "mlp_ratio: *two": "mlp_ratio: 2",
                "depth: *two": "depth: 2",
                "*first": STAGE,
            },
        ),
        ([SetField(("stages", 3, "downsample", "stride"), "1")], {"*down ": "{stride: 1} "}),
        ([SetField(("attention_activation",), "gelu")], {"*act": "gelu"}),
        ([SetField(("activation",), "gelu")], {"&act silu": "gelu", "*act": "silu"}),
        ([RemoveStage(1)], {"  # the same again\n  - *first\n": ""}),
    ],
)
def test_only_what_an_alias_cannot_say_any_more_is_written_out(actions, changed, tmp_path):
    state, text = saved(tmp_path, ALIASES, *actions)
    wanted = ALIASES
    for old, new in changed.items():
        assert old in wanted
        wanted = wanted.replace(old, new)
    assert (text, state.problem) == (wanted, None)


@settings(max_examples=60)
@given(edits=st.lists(EDITS, max_size=5))
def test_aliases_cost_no_comment_and_the_text_reads_as_the_spec(edits, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "aliases"
    path.mkdir(exist_ok=True)
    state, text = saved(path, ALIASES, *edits)
    (path / "net.yaml").write_bytes(text.encode())
    assert load_spec(path / "net.yaml") == state.spec
    assert {"# a net", "# words"} <= set(text.splitlines())


@pytest.mark.parametrize(
    "text", [JSON, json.dumps(json.loads(JSON)), json.dumps(json.loads(JSON), indent=1), "\ufeff" + JSON]
)
@settings(max_examples=40)
@given(edits=st.lists(EDITS, max_size=5))
def test_what_was_json_is_saved_as_json_that_reads_as_the_spec(text, edits, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "json"
    path.mkdir(exist_ok=True)
    state, text = saved(path, text, *edits)
    copy = path / "net.yaml"
    copy.write_bytes(text.encode(errors="replace"))
    assert load_spec(copy) == state.spec
    copy.write_text(to_yaml(json.loads(copy.read_bytes())))
    assert load_spec(copy) == state.spec


@pytest.mark.parametrize(
    ("action", "part"),
    [
        (SetField(("drop_path",), "1.0e-7"), '"drop_path": 1.0e-07,'),
        (SetField(("activation",), "silu"), ', "activation": "silu"'),
        (SetField(("distillation",), "off"), '"distillation": false,'),
        (SetField(("name",), "'yes'"), '"name": "yes",'),
        (SetField(("name",), '"\\u2028\\x85é"'), '"name": "\\u2028\\u0085é",'),
        (DuplicateStage(0), ', {"dim": 64, "depth": 2, "heads": 2, "key_dim": 16}'),
        (RemoveStage(1), '"stages": [\n    {"dim": 64, "depth": 2, "heads": 2, "key_dim": 16}\n  ]'),
    ],
)
def test_what_is_new_in_json_is_written_as_json(action, part, tmp_path):
    state, text = saved(tmp_path, JSON, action)
    assert state.problem is None
    assert part in text
    assert json.loads(text)["stages"]


def test_flow_style_that_is_no_json_stays_yaml(tmp_path):
    text = JSON.replace('"drop_path": 0.10', '"drop_path": 0.10 # low\n')
    assert "activation: silu" in saved(tmp_path, text, SetField(("activation",), "silu"), AddStage(0))[1]


def test_an_empty_value_that_only_an_edit_made_sound_is_written_behind_a_blank(tmp_path):
    text = "drop_path:  # none\nstages:\n  - {dim: 64, depth: 2, heads: 2, key_dim: 16}\n"
    (tmp_path / "net.yaml").write_text(text)
    state = opened(tmp_path / "net.yaml", ["drop_path=0.1"])
    assert saved_text(state, text) == text.replace("drop_path:", "drop_path: 0.1")
