"""An address says what was changed of the source, whatever was done to it, and nothing else."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levit_explore.cli.main import run
from levit_explore.errors import LevitError
from levit_explore.explorer.actions import (
    AddStage,
    Apply,
    DuplicateStage,
    RemoveStage,
    ResetField,
    SetField,
    StepField,
)
from levit_explore.explorer.state import opened, spec_of
from levit_explore.explorer.update import update
from levit_explore.serve.address import query, read
from levit_explore.spec.load import bundled_names

PATHS = st.one_of(
    st.sampled_from(
        [("image_size",), ("drop_path",), ("norm",), ("attention_activation",), ("stem", "kind"), ("name",)]
    ),
    st.tuples(st.just("stages"), st.integers(0, 3), st.sampled_from(["dim", "depth", "heads", "key_dim", "mlp_ratio"])),
    st.tuples(
        st.just("stages"), st.integers(1, 3), st.just("downsample"), st.sampled_from(["heads", "stride", "attn_ratio"])
    ),
)
TEXTS = st.sampled_from(
    ["", "1", "0.5", "64", "[64, 96]", "none", "layernorm", "patch", "a=b & c", "\u6a21\u578b\n", "null"]
)
ACTIONS = st.one_of(
    st.builds(SetField, PATHS, TEXTS),
    st.builds(StepField, PATHS, st.integers(-3, 3)),
    st.builds(ResetField, PATHS),
    st.builds(AddStage, st.integers(0, 3)),
    st.builds(RemoveStage, st.integers(0, 3)),
    st.builds(DuplicateStage, st.integers(0, 3)),
    st.builds(Apply, st.lists(st.tuples(PATHS, st.none()), max_size=2).map(tuple)),
)
SOURCES = ["levit128s", "levit256", "levit128s_a5"]


@settings(max_examples=60)
@given(st.sampled_from(SOURCES), st.lists(ACTIONS, max_size=6), st.lists(ACTIONS, max_size=4))
def test_an_address_gives_back_the_fields_that_it_was_made_of(source, actions, others):
    state = opened(source)
    base = state.base
    for action in actions:
        state = update(state, action)
    other = opened(source)
    for action in others:
        other = update(other, action)
    value, pinned, convention = read(base, query(base, state.value, other.value, "fvcore"))
    assert (value, pinned, convention) == (state.value, other.value, "fvcore")
    assert spec_of(value, state.name) == state.spec


@pytest.mark.parametrize("source", bundled_names())
def test_the_source_itself_has_an_empty_address(source):
    base = opened(source).base
    assert query(base, base) == ""
    assert read(base, "") == (base, None, "levit")


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        (("stages", 1, "depth"), "5", "set=stages.1.depth%3D5"),
        (("image_size",), "[192, 256]", "set=image_size%3D%5B192%2C+256%5D"),
        (("stages", 0, "mlp_ratio"), "", "unset=stages.0.mlp_ratio"),
    ],
)
def test_an_address_reads_like_the_edit(field, text, words):
    state = update(opened("levit256"), SetField(field, text))
    assert query(state.base, state.value) == words


def test_the_words_of_an_address_are_those_of_the_command_line(capsys):
    base = opened("levit256").base
    value, _, _ = read(base, "set=stages.1.depth%3D5&set=image_size%3D256")
    assert run(["show", "levit256", "--set", "stages.1.depth=5", "--set", "image_size=256"]) == 0
    shown = capsys.readouterr().out
    (line,) = (line for line in shown.splitlines() if line.startswith("image_size"))
    assert line == "image_size: [256, 256]"
    assert spec_of(value, "levit256").stages[1].depth == 5


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("set=stages.1.depth", "the address: set='stages.1.depth': an edit is PATH=VALUE, such as stages.1.depth=5"),
        ("set==5", "the address: set='=5': an edit is PATH=VALUE, such as stages.1.depth=5"),
        (
            "set=stages.7.depth%3D1",
            "the address: set='stages.7.depth=1': stages has entries 0 to 2; 7 is none of them",
        ),
        ("unset=stages.1", "the address: unset='stages.1': only a field can be left out"),
        ("&".join(["set=depth%3D1"] * 501), "the address: has more than 500 parts"),
    ],
)
def test_what_is_no_edit_is_told_in_a_line(words, message):
    with pytest.raises(LevitError) as raised:
        read(opened("levit256").base, words)
    assert str(raised.value) == message


@given(st.text(max_size=60))
def test_any_words_are_read_or_refused(words):
    base = opened("levit128s").base
    for query_words in (words, f"set={words}&b=1&b.unset={words}"):
        with suppress(LevitError):
            assert "stages" in read(base, query_words)[0] or "unset" in query_words
