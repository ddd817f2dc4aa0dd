"""The whole message of every mistake in a space file."""

import pytest

from levit_explore import SpecError
from levit_explore.space.load import make_space
from tests.space.texts import mistakes, staged

A_CHOICE = "a choice is {choices: [...]} or {range: [low, high], step: s}, or {as: NAME} of a name under `where`"
WRITTEN = "it must be {choices: [...]} or {range: [low, high], step: s}"
NO_CHOICE = "is a choice; choices stand on single fields that a count rests on, and this is none"
A_NAME = (
    "a name has letters, digits and _, and none of activation_memory, and, as, attention, balance, bytes_moved, "
    "choices, depth, flops, max, min, mlp, params, range, step"
)
SUFFIXES = "k, M, G, T, or of bytes B, kB, MB, GB, TB, KiB, MiB, GiB, TiB"
ONE_STAGE = "stages: [{dim: 128, depth: 2, heads: 4, key_dim: 16}]\n"


@pytest.mark.parametrize(
    ("dim", "message"),
    [
        ("{choices: [0, 64]}", ".choices[0] is 0; it must be a positive integer"),
        ("{choices: [64, 65537]}", ".choices[1] is 65537; it must be at most 65536"),
        ("{choices: [64, 128, 64]}", ".choices[2] is 64, as choices[0] is; remove one"),
        ("{choices: []}", ".choices is a list of 0; it must be a list of 1 to 10000 values"),
        ("{choices: 5}", ".choices is 5; it must be a list of 1 to 10000 values"),
        ("{choice: [5]}", f" is a mapping; {A_CHOICE}"),
        ("{choices: [5], step: 3}", f".step does not belong beside choices; {A_CHOICE}"),
        ("{range: [5, 6], stop: 3}", ".stop does not belong beside range; did you mean step?"),
        ("{choices: [5], range: [1, 2]}", f" has choices and range; {A_CHOICE}"),
        ("{range: [64, 0]}", ".range is [64, 0], which is empty; write [0, 64]"),
        ("{range: [64]}", ".range is a list of 1; it must be [low, high], two numbers"),
        ("{range: 64}", ".range is 64; it must be [low, high], two numbers"),
        ("{range: [.nan, 5]}", ".range is a list of 2; it must be [low, high], two numbers"),
        ("{range: [64, 128], step: 0}", ".step is 0; it must be a number above 0"),
        ("{range: [64, 128], step: 0.5}", ".range holds 64.5; it must be a positive integer"),
        ("{range: [0, 128], step: 32}", ".range holds 0; it must be a positive integer"),
        ("{range: [1, 60000]}", ".range has more than 10000 values; give a larger step"),
        ("{range: [1, 99999], step: 33000}", ".range holds 66001; it must be at most 65536"),
        ("{as: k}", ".as is text 'k'; it must be a name under `where`; there are none"),
        ("[64, 128]", " is a list; it must be a positive integer, or a choice such as {choices: [...]}"),
        ("'128'", " is text '128'; it must be a positive integer; write 128 without quotes"),
        ("heads * 0", " is heads * 0 = 0; it must be a positive integer, at most 65536"),
        ("dim / 2", " reads itself: stages[0].dim -> stages[0].dim"),
    ],
)
def test_a_wrong_choice_is_explained(dim, message):
    assert mistakes(staged(dim=dim)) == f"my.yaml:2: stages[0].dim{message}"


@pytest.mark.parametrize(
    ("heads", "message"),
    [
        ("dim /", "is 'dim /', which ends where a number or a name is due"),
        ("dim ** 2", "is 'dim ** 2', which has '*' at character 6 where a number or a name is due"),
        ("(dim", "is '(dim', which ends where an operator or ) is due"),
        ("dim = 2", "has '=' at character 5, which means nothing here; write == or <="),
        ("dim / key_dm", "reads key_dm, which is not a field; did you mean key_dim?"),
        (
            "wide",
            "reads wide, which is not a field; the names here are dim, depth, heads, key_dim, attn_ratio, mlp_ratio, "
            "in_channels, num_classes",
        ),
        ("'dim[1] / 2'", "reads dim[1]; there is stage 0 alone"),
        ("activation", "reads activation, which is not a number"),
        ("downsample.heads", "reads downsample.heads; the first stage has no downsample"),
        ("'stem.dims[0]'", "reads stem.dims[0], which is not written out; write it, or what it is"),
        ("flops", "reads flops, a count of the whole network, which constraints alone may read"),
        ("dim / 3", "is dim / 3 = 128/3; it must be a positive integer, at most 65536"),
        ("dim / 0", "is dim / 0, which divides by zero"),
        (
            f"dim{' * 9T' * 9}",
            f"is dim{' * 9T' * 9} = a number of more than 40 digits; it must be a positive integer, at most 65536",
        ),
        ("dim" + " + 1" * 100, "has 403 characters; an expression has at most 400"),
        ("(" * 30 + "1", "is nested more than 20 deep"),
        ("dim / 1e99", "has '1e99'; an exponent is at most 30"),
        ("__import__('os')", "has ''' at character 12, which means nothing here; numbers, names, + - * / // % and "
         "comparisons do"),
    ],
)  # fmt: skip
def test_a_wrong_expression_is_explained(heads, message):
    assert mistakes(staged(heads=heads)) == f"my.yaml:2: stages[0].heads {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("drop_path: {choices: [0, 0.1]}", f"drop_path {NO_CHOICE}"),
        ("name: {choices: [a]}", f"name {NO_CHOICE}"),
        ("stem: {choices: [1]}", f"stem {NO_CHOICE}"),
        ("stem: {kind: {choices: [patch, convs]}, size: 3}", f"stem.kind {NO_CHOICE}"),
        (
            "activation: {choices: [silu, gleu]}",
            "activation.choices[1] is text 'gleu'; it must be hardswish, silu, gelu or relu; did you mean gelu?",
        ),
        ("distillation: {choices: [true, 1]}", "distillation.choices[1] is 1; it must be true or false"),
        ("image_size: {choices: [224, [224, 224]]}", "image_size.choices[1] is 224, as choices[0] is; remove one"),
        ("image_size: {choices: [[9, 0]]}", "image_size.choices[0][1] is 0; it must be a positive integer"),
        ("image_size: 0", "image_size is 0; it must be a positive integer"),
        ("image_size: x y", "image_size is 'x y', which has 'y' at character 3 where an operator is due"),
        ("where: 3", "where is 3; it must be a mapping of names to choices"),
        ("where: {k: [8, 16]}", f"where.k is a list; {WRITTEN}"),
        ("where: {k: {as: q}}", f"where.k is a mapping; {WRITTEN}"),
        ("where: {k: {choices: [8]}}", "where.k is used by no field; write {as: k} where it is meant"),
        ("where: {flops: {choices: [8]}}", f"where.flops is no name for a choice; {A_NAME}"),
        ("where: {a b: {choices: [8]}}", f"where.'a b' is no name for a choice; {A_NAME}"),
        ('where: {"\\e[2J": {choices: [8]}}', f"where.'\\x1b[2J' is no name for a choice; {A_NAME}"),
        ("constraint: dim[0] > 3", "constraint is not a field; did you mean constraints?"),
    ],
)
def test_a_wrong_field_of_a_space_is_explained(text, message):
    found = mistakes(f"{ONE_STAGE}{text}\n").splitlines()
    assert found[0] == f"my.yaml:2: {message}"
    assert len(found) == 1 or text.startswith("where: {k:")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3", "is 3; it must be a comparison such as dim[0] <= dim[1] or flops <= 400M"),
        ("flops", "is 'flops', which ends where a comparison such as <= is due"),
        ("1 < 2 or 3 < 4", "is '1 < 2 or 3 < 4', which has 'or' at character 7 where an operator, a comparison or "
         "`and` is due"),
        ("peak_memory <= 3MB", "reads peak_memory, which is no sum of parts; did you mean activation_memory?"),
        ("flop <= 3M", "reads flop, which is not a field; did you mean flops?"),
        ("flops <= 3MB", "is flops <= 3MB, but flops is not in bytes; activation_memory and bytes_moved are"),
        ("flops <= 400m", f"has '400m'; the suffixes are {SUFFIXES}; did you mean 400M?"),
        ("flops <= 4Q", f"has '4Q'; the suffixes are {SUFFIXES}"),
        ("dim <= 4", "reads dim, which is not a field; did you mean dim[0]?"),
        ("dimm[0] <= 4", "reads dimm[0], which is not a field; did you mean dim[0]?"),
        ("stages[0].dmi > 2", "reads stages[0].dmi, which is not a field; did you mean dim?"),
        ("dim[0] <= flops", "is dim[0] <= flops, which mixes flops with fields; a total is held against numbers"),
        ("flops * params <= 3", "is no sum of totals; they may be added, and multiplied or divided by numbers"),
        ("max(flops, 3) <= 2", "is no sum of totals; they may be added, and multiplied or divided by numbers"),
        ("flops <= flops + 1", "is flops <= flops + 1, in which the totals cancel out"),
        ("flops / 0 <= 1", "divides by zero"),
        ("balance + flops <= 3", "is balance + flops <= 3; balance is a ratio, held against a number alone"),
        ("1 <= 2", "is 1 <= 2, which reads no field and no total"),
        ("flops != 2", "is flops != 2; a total is compared by <, <=, ==, >= or >"),
        ("dim[1] == 3", "reads dim[1]; there is stage 0 alone"),
        ("stem.dims[4] >= 1", "reads stem.dims[4], which is not a field"),
        ("stages[0].downsample.heads > 1", "reads stages[0].downsample.heads; the first stage has no downsample"),
        ("dim[0] <= 8kB", "is dim[0] <= 8kB, but a field is not in bytes; activation_memory and bytes_moved are"),
        ("image_size > 2", "reads image_size, which has two sides; write image_size[0] (height) or image_size[1] "
         "(width)"),
    ],
)  # fmt: skip
def test_a_wrong_constraint_is_explained(text, message):
    wide = "image_size: [64, 128]\n"
    assert mistakes(f"{ONE_STAGE}{wide}constraints:\n  - {text}\n") == f"my.yaml:4: constraints[0] {message}"


@pytest.mark.parametrize(
    "size", ["{choices: [64, [32, 64]]}", "[{choices: [32, 64]}, {choices: [32, 64]}]", "[64, in_channels * 16]"]
)
def test_an_image_size_that_is_not_square_in_every_variant_is_read_by_its_sides(size):
    found = mistakes(f"{staged(mlp_ratio='image_size / 32')}image_size: {size}\n")
    words = "reads image_size, which has two sides; write image_size[0] (height) or image_size[1] (width)"
    assert found == f"my.yaml:2: stages[0].mlp_ratio {words}"


def test_all_mistakes_of_a_space_are_listed_at_once_in_its_order():
    text = staged(dim="{choices: [0, 64]}", heads="dim / key_dm", key_dim="{as: q}") + "constraints: [flop < 3, 4]\n"
    assert mistakes(text) == (
        "my.yaml:2: stages[0].dim.choices[0] is 0; it must be a positive integer\n"
        "my.yaml:2: stages[0].heads reads key_dm, which is not a field; did you mean key_dim?\n"
        "my.yaml:2: stages[0].key_dim.as is text 'q'; it must be a name under `where`; there are none\n"
        "my.yaml:3: constraints[0] reads flop, which is not a field; did you mean flops?\n"
        "my.yaml:3: constraints[1] is 4; it must be a comparison such as dim[0] <= dim[1] or flops <= 400M"
    )


def test_a_shared_value_is_checked_for_every_field_that_takes_it():
    text = staged(depth="{as: k}", heads="{as: k}") + "where: {k: {choices: [8, 1001]}}\n"
    assert mistakes(text) == "my.yaml:3: where.k.choices[1] is 1001; it must be at most 1000 (for stages[0].depth)"


def test_a_shared_name_that_is_also_an_axis_is_explained():
    text = staged(dim="{as: in_channels}") + "in_channels: {choices: [1, 3]}\nwhere: {in_channels: {choices: [8]}}\n"
    words = "where.in_channels is called like a field that has a choice of its own; rename it"
    assert mistakes(text) == f"my.yaml:4: {words}"


def test_a_circle_of_formulas_is_told_once():
    circle = "stages[0].heads -> stages[0].key_dim -> stages[0].heads"
    text = staged(heads="dim / key_dim", key_dim="dim / heads")
    assert mistakes(text) == f"my.yaml:2: stages[0].heads reads itself: {circle}"


def test_what_a_paper_prints_is_not_true_of_a_space():
    text = staged(dim="{choices: [64, 128]}") + "published: {source: x}\n"
    words = "published is what a paper prints about one network; remove it from a space of several"
    assert mistakes(text) == f"my.yaml:3: {words}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (staged(dim="{choices: [64, 128]}") + "constraints: dim[0] > 128\n", "my.yaml:3: dim[0] > 128 does not hold"),
        (
            staged(heads="dim / key_dim", key_dim="{choices: [48, 96]}"),
            "my.yaml:2: stages[0].heads is dim / key_dim = 8/3; it must be a positive integer, at most 65536",
        ),
        (
            staged(depth="{choices: [1, 2]}") + "image_size: 8\n",
            "my.yaml:3: image_size is 8 x 8; each side must be at least the stem's stride, 16",
        ),
    ],
)
def test_a_space_without_a_sound_variant_is_refused(text, problem):
    assert mistakes(text) == f"no variant is sound; variant 0: {problem}"


def test_expressions_that_read_too_much_at_once_are_refused():
    many = "{range: [1, 1000]}"
    text = staged(dim=many, depth=many, heads="(dim + depth + key_dim) % 7 + 1", key_dim=many)
    words = "stages[0].heads reads choices with 1000000000 combinations; at most 16777216 are read"
    assert mistakes(text) == f"my.yaml:2: {words}"


def spread(stages: int, count: int, **fields: object) -> dict[str, object]:
    """A space with `count` depths and heads in each stage."""
    some = {"range": [1, count]}
    return {"stages": [{"dim": 64, "depth": some, "heads": some, "key_dim": 16} | fields for _ in range(stages)]}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (spread(2, 1000, dim={"range": [64, 9000]}, key_dim={"range": [1, 2000]}), "has 3.19e+26 variants; at most "
         "4.61e+18 can be numbered: take choices away"),
        (spread(31, 2), "has 62 choices of several values; at most 60 are allowed"),
        (spread(14, 1, mlp_ratio={"choices": [0, 2]}), "has 16384 structures, as activation, position, norm, "
         "distillation, and what is 0 or not make them; at most 10000 are allowed"),
    ],
)  # fmt: skip
def test_a_space_that_is_too_large_is_refused(fields, words):
    with pytest.raises(SpecError) as error:
        make_space(fields)
    assert str(error.value) == f"spec: the space {words}"
