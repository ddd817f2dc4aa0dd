"""Random actions, sensible ones and others, and states to begin with."""

from hypothesis import strategies as st

from levit_explore.analysis.conventions import CONVENTIONS
from levit_explore.explorer.actions import (
    Action,
    AddStage,
    Apply,
    ChooseConvention,
    DuplicateStage,
    Flip,
    Pin,
    Redo,
    RemoveStage,
    ResetAll,
    ResetField,
    SetField,
    StepField,
    Undo,
    Unpin,
)
from levit_explore.explorer.state import State, opened

INDICES = st.integers(-1, 4)
TOP = ("name", "source", "image_size", "in_channels", "num_classes", "distillation", "drop_path", "activation")
TOP += ("attention_activation", "position", "norm", "stem", "stages", "published", "extends", "dpeth")
OF_STAGES = ("dim", "depth", "heads", "key_dim", "attn_ratio", "mlp_ratio", "downsample", "haeds")
OF_DOWNSAMPLES = ("heads", "key_dim", "attn_ratio", "mlp_ratio", "stride")
SMALL = (
    "0",
    "1",
    "2",
    "3",
    "5",
    "8",
    "12",
    "16",
    "32",
    "48",
    "64",
    "96",
    "128",
    "0.5",
    "1.5",
    "2.0",
    "4",
    "-1",
    "70000",
)
WORDS = (
    "",
    " ",
    "true",
    "off",
    "none",
    "silu",
    "gelu",
    "embedding",
    "layernorm",
    "patch",
    "convs",
    "levit",
    "'7'",
    "a b",
)
WHOLES = ("[64, 96]", "[160]", "{kind: patch, size: 8}", "{kind: convs, dims: [8, 16]}", "{stride: 1}", "{heads: 2}")
WHOLES += (
    "[{dim: 32, depth: 1, heads: 2, key_dim: 8}]",
    "{a: &x 1, b: *x}",
    "[",
    "!!python/name:os.system",
    "é\u2028\x00",
)

PATHS = st.one_of(
    st.sampled_from(TOP).map(lambda name: (name,)),
    st.tuples(st.just("stem"), st.sampled_from(("kind", "dims", "size"))),
    st.tuples(st.just("stages"), INDICES),
    st.tuples(st.just("stages"), INDICES, st.sampled_from(OF_STAGES)),
    st.tuples(st.just("stages"), INDICES, st.just("downsample"), st.sampled_from(OF_DOWNSAMPLES)),
    st.lists(st.sampled_from((*TOP, *OF_STAGES)) | INDICES, max_size=4).map(tuple),
)
VALUES = st.sampled_from((None, 1, 2, 16, 32, 64, 0.5, True, "silu", [32, 64], {"stride": 1}))
EDITS: st.SearchStrategy[Action] = st.one_of(
    st.builds(SetField, PATHS, st.sampled_from((*SMALL, *WORDS, *WHOLES)) | st.text(max_size=20)),
    st.builds(StepField, PATHS, st.integers(-3, 3) | st.sampled_from((-(10**9), 10**9))),
    st.builds(ResetField, PATHS),
    st.builds(AddStage, INDICES),
    st.builds(RemoveStage, INDICES),
    st.builds(DuplicateStage, INDICES),
    st.builds(Apply, st.lists(st.tuples(PATHS, VALUES), max_size=3).map(tuple)),
    st.just(ResetAll()),
)
MOVES: st.SearchStrategy[Action] = st.one_of(
    st.sampled_from((Undo(), Redo(), Pin(), Flip(), Unpin())),
    st.builds(ChooseConvention, st.sampled_from((*CONVENTIONS, "fvcroe"))),
)


def small(name: str) -> State:
    """A bundled spec at 64 pixels, so that what follows from it is quick to count."""
    return opened(name, size="64")


STARTS = st.sampled_from(("levit128s", "levit256", "levit128s_a1", "levit384_s8", "levit_digits")).map(small)
