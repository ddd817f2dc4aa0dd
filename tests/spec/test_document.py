"""YAML in: what is read, and what is refused with which words."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from levit_explore import SpecError
from levit_explore.spec.document import Document, assign, field_name, merge
from levit_explore.spec.parse import parse
from levit_explore.spec.reader import read_value, read_yaml

STAGES = "stages:\n  - {dim: 128, depth: 2, heads: 4, key_dim: 16}\n"


def value(text: str | bytes):
    return read_yaml(text if isinstance(text, bytes) else text.encode(), "my.yaml").value


def refusal(text: str | bytes) -> str:
    with pytest.raises(SpecError) as error:
        value(text)
    return str(error.value)


ALIAS_BOMB = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
CHARACTER = (
    "not valid YAML: found character that cannot start any token, such as a tab, @ or `; "
    "indent with spaces, and put other text in quotes"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "my.yaml: the file is empty; a spec needs at least `stages`"),
        ("# a comment\n", "my.yaml: the file is empty; a spec needs at least `stages`"),
        ("a: 1\n---\nb: 2\n", "my.yaml:2: not valid YAML: found another document"),
        ("stages:\n\t- a\n", f"my.yaml:2: {CHARACTER}"),
        ("a: 1\nname: @x\n", f"my.yaml:2: {CHARACTER}"),
        ("a: *nothing\n", "my.yaml:1: not valid YAML: found undefined alias"),
        ("a: [1\nb: 2\n", "my.yaml:2: not valid YAML: did not find expected ',' or ']'"),
        ("a: b: c\n", "my.yaml:1: not valid YAML: mapping values are not allowed in this context"),
        (ALIAS_BOMB, "my.yaml:1: more than 10000 values once aliases are expanded"),
        ("&a [*a]\n", "my.yaml:1: nested more than 20 deep once aliases are expanded"),
        ("a: &a {b: *a}\n", "my.yaml:1: nested more than 20 deep once aliases are expanded"),
        ("\n" + "[" * 100_000, "my.yaml:2: nested more than 20 deep"),
        ("{a: " * 21 + "1" + "}" * 21, "my.yaml:1: nested more than 20 deep"),
        ("a: [" + "1," * 10_000 + "]\n", "my.yaml:1: more than 10000 values once aliases are expanded"),
        (b"a" * 1_000_001, "my.yaml: has more than 1000000 bytes, too many for a spec"),
        (b"\x80\x02}q\x00", "my.yaml: not a text file (byte 0 is not UTF-8); a spec is YAML text"),
        (b"PK\x03\x04\x00\x00", "my.yaml: not a text file (it holds NUL bytes); a spec is YAML text"),
        ("name: x\n".encode("utf-16"), "my.yaml: not a text file (byte 0 is not UTF-8); a spec is YAML text"),
    ],
)
def test_what_is_no_spec_file_is_refused(text, message):
    assert refusal(text) == message


@pytest.mark.parametrize(
    ("tag", "content"),
    [
        ("!!python/object:os.system", "x"),
        ("!!python/name:os.system", ""),
        ("!!python/object/apply:os.system", "[x]"),
        ("!mine", "{b: 1}"),
        ("!!set", "{b, c}"),
        ("!!binary", "aGk="),
    ],
)
def test_tags_are_noted(tag, content):
    found = document(f"a: {tag} {content}\n", "my.yaml")
    assert found.problems == (f"my.yaml:1: the tag '{tag}' is not allowed; a spec holds plain values",)


@pytest.mark.parametrize(
    ("tagged", "plain"),
    [("!x 1", 1), ("!x '1'", "1"), ("!x", None), ("!x yes", True), ("!x {b: 1}", {"b": 1}), ("!x [1, !y 2]", [1, 2])],
)
def test_what_has_a_tag_reads_as_without_it(tagged, plain):
    assert value(f"a: {tagged}\n") == {"a": plain}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "my.yaml:3: a is given twice, first on line 1; remove one"),
        ("a: {b: 1,\n b: 2}\n", "my.yaml:2: b is given twice, first on line 1; remove one"),
        ("? [a, b]\n: 1\n", "my.yaml:1: a field's name must be a word"),
    ],
)
def test_keys_that_are_no_fields_of_their_own_are_noted(text, problem):
    assert document(text, "my.yaml").problems == (problem,)


def test_a_field_given_twice_keeps_its_first_value():
    assert value("a: 1\na: 2\n") == {"a": 1}


@pytest.mark.parametrize("lines", [f"{STAGES}name: !x my\n", f"{STAGES}name: a\nname: b\n"])
def test_what_was_noted_is_refused_when_a_spec_is_made(lines):
    read = document(lines, "my.yaml")
    with pytest.raises(SpecError) as error:
        parse(read, "my")
    assert error.value.problems == read.problems


def test_a_tag_in_an_edit_is_explained():
    with pytest.raises(SpecError) as error:
        read_value("!x 1", "--set a=!x 1")
    assert str(error.value) == "--set a=!x 1: the tag '!x' is not allowed; a spec holds plain values"


def test_control_characters_are_refused_in_one_line():
    assert refusal("a: \x01\n").startswith("my.yaml: not valid YAML: ")
    assert "\n" not in refusal("a: \x01\n")


def test_all_problems_of_a_file_are_noted():
    assert document("a: !x 1\nb: !y 2\nb: 3\n", "my.yaml").problems == (
        "my.yaml:1: the tag '!x' is not allowed; a spec holds plain values",
        "my.yaml:2: the tag '!y' is not allowed; a spec holds plain values",
        "my.yaml:3: b is given twice, first on line 2; remove one",
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda read: merge(read, document("b: 1\n", "other")),
        lambda read: merge(document("b: 1\n", "other"), read),
        lambda read: assign(read, ("b",), 1, "--set b=1"),
    ],
    ids=["as base", "as change", "edited"],
)
def test_what_was_noted_stays_with_a_changed_document(change):
    read = document("a: 1\na: 2\n", "x")
    assert change(read).problems == read.problems == ("x:2: a is given twice, first on line 1; remove one",)


def test_the_problems_of_a_base_come_before_those_of_its_change():
    merged = merge(document("a: !x 1\n", "base"), document("a: !y 1\n", "change"))
    assert [problem.split(":")[0] for problem in merged.problems] == ["base", "change"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("-1", -1),
        ("010", 10),  # nobody who writes a size means an octal number
        ("1_000", 1000),
        ("1:30", "1:30"),
        ("0x10", "0x10"),
        ("1.5", 1.5),
        ("1.0e+3", 1000.0),
        ("-.inf", float("-inf")),
        ("yes", True),
        ("Off", False),
        ("~", None),
        ("", None),
        ("2020-01-01", "2020-01-01"),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("!!int '+-5'", "+-5"),
        ("!!bool maybe", "maybe"),
        ("!!float x", "x"),
        ("1" * 5000, "1" * 5000),
        ("é", "é"),
    ],
)
def test_scalars_are_plain_values(text, expected):
    assert value(f"a: {text}\n") == {"a": expected}


@pytest.mark.parametrize(
    "text",
    [
        STAGES.replace("\n", "\r\n"),
        "\ufeff" + STAGES,
        "---\n" + STAGES + "...\n",
        "%YAML 1.1\n---\n" + STAGES,
        STAGES.rstrip(),
    ],
    ids=["crlf", "byte order mark", "document markers", "directive", "no last newline"],
)
def test_other_ways_to_write_the_same_file_read_the_same(text):
    assert value(text) == value(STAGES)


def test_anchors_stand_for_their_values():
    assert value("a: &s {b: 1}\nc: [*s, *s]\n") == {"a": {"b": 1}, "c": [{"b": 1}, {"b": 1}]}


def test_places_are_the_lines_of_keys_and_entries():
    places = read_yaml(b"a:\n  b: 1\n  c:\n  - 2\n  - 3\n", "x").places
    assert places == {
        (): "x:1",
        ("a",): "x:1",
        ("a", "b"): "x:2",
        ("a", "c"): "x:3",
        ("a", "c", 0): "x:4",
        ("a", "c", 1): "x:5",
    }


def test_the_place_of_what_is_missing_is_that_of_what_is_around_it():
    assert read_yaml(b"a: 1\nb:\n  c: 1\n", "x").place(("b", "d", 3)) == "x:2"


def document(text: str, file: str) -> Document:
    return read_yaml(text.encode(), file)


@pytest.mark.parametrize(
    ("base", "change", "merged"),
    [
        ("a: 1\nb: 2\n", "b: 3\n", {"a": 1, "b": 3}),
        ("a: {x: 1, y: 2}\n", "a: {y: 3}\n", {"a": {"x": 1, "y": 3}}),
        ("a: [1, 2]\n", "a: [3]\n", {"a": [3]}),
        ("stem: {kind: convs, dims: [8]}\n", "stem: {kind: patch, size: 4}\n", {"stem": {"kind": "patch", "size": 4}}),
        ("stem: {kind: patch, size: 4}\n", "stem: {size: 8}\n", {"stem": {"kind": "patch", "size": 8}}),
        ("a: {x: 1}\n", "a: 2\n", {"a": 2}),
    ],
)
def test_a_change_replaces_fields_and_whole_lists(base, change, merged):
    assert merge(document(base, "base"), document(change, "change")).value == merged


def test_merged_fields_keep_the_place_they_were_written_at():
    merged = merge(document("a: {x: 1, y: 2}\nb: [1, 2]\n", "base"), document("\na: {y: 3}\nb: [3]\n", "change"))
    assert {path: place for path, place in merged.places.items() if path} == {
        ("a",): "change:2",
        ("a", "x"): "base:1",
        ("a", "y"): "change:2",
        ("b",): "change:3",
        ("b", 0): "change:3",
    }


def test_an_assignment_leaves_the_document_as_it_was():
    before = document("a: [{b: 1}]\n", "x")
    assert (assign(before, ("a", 0, "b"), 2, "y").value, before.value) == ({"a": [{"b": 2}]}, {"a": [{"b": 1}]})


def test_an_assignment_makes_the_mappings_on_its_way():
    assert assign(document("a: 1\n", "x"), ("b", "c"), 2, "y").places[("b",)] == "y"


def test_an_edit_has_no_line():
    with pytest.raises(SpecError) as error:
        read_value("[1", "--set a=[1")
    assert str(error.value) == "--set a=[1: not valid YAML: did not find expected ',' or ']'"


def test_a_field_given_twice_in_an_edit_is_explained():
    with pytest.raises(SpecError) as error:
        read_value("{b: 1, b: 2}", "--set a={b: 1, b: 2}")
    assert str(error.value) == "--set a={b: 1, b: 2}: b is given twice, first on line 1; remove one"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (("stages", 1, "key_dim"), "stages[1].key_dim"),
        ((0, "dim"), "[0].dim"),
        (("my-field",), "my-field"),
        (("a b",), "'a b'"),
        (("a\nb",), "'a\\nb'"),
    ],
)
def test_paths_are_named_on_one_line(path, name):
    assert field_name(path) == name


def problems(data: bytes) -> tuple[str, ...]:
    try:
        parse(read_yaml(data, "x"), "x")
    except SpecError as error:
        return error.problems
    return ()


def are_lines(texts: tuple[str, ...]) -> bool:
    return all(text.isprintable() for text in texts)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_spec_error(data):
    assert are_lines(problems(data))


@given(st.text(alphabet="ab:-,[]{}&*!|>'\"%@`#?<~ \n\t.0123e+", max_size=60))
def test_no_text_like_yaml_raises_anything_but_a_spec_error(text):
    assert are_lines(problems(text.encode()))


WORDS = st.sampled_from(["stages", "dim", "depth", "heads", "key_dim", "stem", "kind", "patch", "size", "16", "1", "x"])
SCALARS = WORDS | st.builds("!!{} {}".format, st.sampled_from(["int", "float", "bool", "null", "str"]), WORDS)
YAML_LIKE = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(st.tuples(WORDS, inner), max_size=4).map(
            lambda items: "{" + ", ".join(f"{key}: {item}" for key, item in items) + "}"
        )
    ),
)


@given(YAML_LIKE)
def test_no_nested_yaml_raises_anything_but_a_spec_error(text):
    assert are_lines(problems(text.encode()))


PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=9)
NESTED = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


@given(NESTED)
def test_no_dumped_value_raises_anything_but_a_spec_error(value):
    assert are_lines(problems(yaml.safe_dump(value, allow_unicode=True).encode()))
