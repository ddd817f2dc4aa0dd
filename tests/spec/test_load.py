"""Specs by name, by path and from standard input; extends and edits; the bundled specs themselves."""

import io
import os
import sys
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from levit_explore import SpecError, load_spec
from levit_explore.spec.fields import PatchStem, Published
from levit_explore.spec.load import BUNDLED, bundled_names
from tests.golden_data import PAPER

STAGES = "stages:\n  - {dim: 128, depth: 2, heads: 4, key_dim: 16}\n"
NO_SUCH = "no such file or bundled spec"
THE_BUNDLED = "the bundled specs are " + ", ".join(bundled_names())


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes files into an empty current directory."""
    monkeypatch.chdir(tmp_path)
    return lambda name, text: (tmp_path / name).write_text(text, encoding="utf-8")


def refusal(source: str, edits: list[str] | None = None, size: str | None = None) -> str:
    with pytest.raises(SpecError) as error:
        load_spec(source, edits or [], size)
    return str(error.value)


def test_the_bundled_specs_are_these():
    assert bundled_names() == [
        *("levit128", "levit192", "levit256", "levit384", "levit512"),
        *("levit128s", "levit256d", "levit512d"),
        *("levit384_s8", "levit512_s8"),
        *("levit128s_a1", "levit128s_a2", "levit128s_a3", "levit128s_a4"),
        *("levit128s_a5", "levit128s_a6", "levit128s_a7", "levit_digits", "levit128s_base"),
    ]


@pytest.mark.parametrize("name", bundled_names())
def test_a_bundled_spec_is_called_like_its_file(name):
    assert load_spec(name).name == name


@pytest.mark.parametrize("name", bundled_names())
def test_a_bundled_spec_names_its_source(name):
    sources = ("Graham et al., ICCV 2021, Table ", "timm 1.0.31, levit.py ", "docs/examples/train_digits.py; ")
    assert load_spec(name).source.startswith(sources)


@pytest.mark.parametrize("name", bundled_names())
def test_a_bundled_spec_names_its_schema_for_editors(name):
    first = (BUNDLED / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=levit.schema.json"


@pytest.mark.parametrize("name", [name for name in bundled_names() if not name.startswith("levit128s_a6")])
def test_a_bundled_spec_leaves_to_be_derived_what_can_be(name):
    written = yaml.safe_load((BUNDLED / f"{name}.yaml").read_text(encoding="utf-8"))
    downsamples = [stage.get("downsample", {}) for stage in written.get("stages", [])]
    assert not any({"heads", "key_dim"} & set(downsample) for downsample in downsamples)


@pytest.mark.parametrize("name", PAPER["table3"])
def test_published_numbers_are_those_of_table_3(name):
    printed = Published(
        source="Graham et al., ICCV 2021, Table 3", note=load_spec(name).published.note, **PAPER["table3"][name]
    )
    assert load_spec(name).published == printed


@pytest.mark.parametrize("name", PAPER["table5"])
def test_published_numbers_are_those_of_table_5(name):
    printed = Published(source="Graham et al., ICCV 2021, Table 5 (trained for 100 epochs)", **PAPER["table5"][name])
    assert load_spec(name).published == printed


def test_only_levit384_differs_between_print_and_code():
    noted = {name for name in bundled_names() if load_spec(name).published and load_spec(name).published.note}
    assert noted == {"levit384"}


def test_a_file_is_read_and_called_like_it(write):
    write("my_levit.yaml", STAGES)
    assert load_spec("my_levit.yaml").name == "my_levit"


def test_a_path_object_is_read_too(write, tmp_path):
    write("my_levit.yaml", STAGES)
    assert load_spec(tmp_path / "my_levit.yaml").name == "my_levit"


def test_a_dash_is_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(STAGES.encode())))
    assert load_spec("-").name == "stdin"


def test_standard_input_is_named_in_messages(monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"stages: 3\n")))
    assert refusal("-") == "<stdin>:1: stages is 3; it must be a list of 1 to 64 entries"


def test_a_file_is_named_in_messages(write):
    write("my.yaml", "\n\nstages: 3\n")
    assert refusal("./my.yaml") == "./my.yaml:3: stages is 3; it must be a list of 1 to 64 entries"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("levit25", f"levit25: {NO_SUCH}; did you mean levit256 or levit256d or levit512?"),
        ("levit256.yaml", f"levit256.yaml: {NO_SUCH}; did you mean levit256 or levit256d or levit512?"),
        ("resnet", f"resnet: {NO_SUCH}; {THE_BUNDLED}"),
        (".", ".: is a directory; give a YAML file in it, or a bundled name"),
        ("", "'': is a directory; give a YAML file in it, or a bundled name"),
        ("a\0b", "a\\x00b: cannot be read (embedded null byte)"),
        ("x" * 300, f"{'x' * 300}: cannot be read (File name too long)"),
        ("\n", f"\\n: {NO_SUCH}; {THE_BUNDLED}"),
    ],
)
def test_a_source_that_cannot_be_read_is_explained(write, source, message):
    assert refusal(source) == message


def test_a_file_that_may_not_be_read_is_explained(write):
    os.symlink("loop.yaml", "loop.yaml")
    assert refusal("loop.yaml") == "loop.yaml: cannot be read (Too many levels of symbolic links)"


def test_an_endless_file_is_not_read_to_its_end():
    assert refusal("/dev/zero") == "/dev/zero: has more than 1000000 bytes, too many for a spec"


def test_extends_changes_what_it_says(write):
    write("base.yaml", STAGES + "activation: silu\nimage_size: 192\n")
    write("my.yaml", "extends: base.yaml\nimage_size: 256\n")
    assert (load_spec("my.yaml").image_size, load_spec("my.yaml").activation) == ((256, 256), "silu")


def test_extends_takes_a_bundled_name(write):
    write("my.yaml", "extends: levit256\nstem: {kind: patch, size: 16}\n")
    assert load_spec("my.yaml").stem == PatchStem(16)


def test_extends_is_relative_to_its_file(write, tmp_path):
    (tmp_path / "sub").mkdir()
    write("sub/base.yaml", STAGES)
    write("sub/my.yaml", "extends: base.yaml\n")
    assert load_spec("sub/my.yaml").stages[0].dim == 128


def test_extends_drops_what_describes_the_base_alone(write):
    write("my.yaml", "extends: levit256\n")
    spec = load_spec("my.yaml")
    assert (spec.name, spec.source, spec.published) == ("my", "", None)


def test_extends_goes_through_several_files(write):
    write("a.yaml", STAGES + "image_size: 160\n")
    write("b.yaml", "extends: a.yaml\nin_channels: 1\n")
    write("c.yaml", "extends: b.yaml\nnum_classes: 10\n")
    spec = load_spec("c.yaml")
    assert (spec.image_size, spec.in_channels, spec.num_classes) == ((160, 160), 1, 10)


def test_a_mistake_in_the_base_is_placed_there(write):
    write("base.yaml", STAGES + "image_size: 0\n")
    write("my.yaml", "extends: base.yaml\n")
    assert refusal("my.yaml") == "base.yaml:3: image_size is 0; it must be a positive integer"


def test_what_a_base_gives_twice_is_placed_there(write):
    write("base.yaml", STAGES + "image_size: 192\nimage_size: 224\n")
    write("my.yaml", "extends: base.yaml\n")
    assert refusal("my.yaml") == "base.yaml:4: image_size is given twice, first on line 3; remove one"


@pytest.mark.parametrize(
    ("extends", "message"),
    [
        ("!x levit256", "my.yaml:2: the tag '!x' is not allowed; a spec holds plain values"),
        (
            "5",
            "my.yaml:4: name is given twice, first on line 3; remove one\n"
            "my.yaml:2: extends is 5; it must be a bundled name or a YAML path",
        ),
    ],
)
def test_a_wrong_base_hides_nothing_else(write, extends, message):
    twice = "" if extends.startswith("!") else "name: a\nname: b\n"
    write("my.yaml", f"\nextends: {extends}\n{twice}")
    assert refusal("my.yaml") == message


@pytest.mark.parametrize(
    ("extends", "message"),
    [
        ("5", "extends is 5; it must be a bundled name or a YAML path"),
        ("", "extends is empty; it must be a bundled name or a YAML path"),
        ("nothing.yaml", f"extends: nothing.yaml: {NO_SUCH}; {THE_BUNDLED}"),
        ("levit25", f"extends: levit25: {NO_SUCH}; did you mean levit256 or levit256d or levit512?"),
        ("list.yaml", "extends: list.yaml is a list; it must be a mapping of fields"),
        ("broken.yaml", "extends: broken.yaml:2: not valid YAML: did not find expected ',' or ']'"),
        ('"a\\0b"', "extends: a\\x00b: cannot be read (embedded null byte)"),
        ("loop.yaml", "extends: loop.yaml: cannot be read (Too many levels of symbolic links)"),
    ],
)
def test_a_base_that_cannot_be_read_is_explained(write, extends, message):
    os.symlink("loop.yaml", "loop.yaml")
    write("list.yaml", "- a\n")
    write("broken.yaml", "a: [1\nb: 2\n")
    write("my.yaml", f"{STAGES}extends: {extends}\n")
    assert refusal("my.yaml") == f"my.yaml:3: {message}"


def test_a_file_that_extends_itself_is_explained(write, tmp_path):
    write("my.yaml", "extends: ./my.yaml\n")
    path = tmp_path.resolve() / "my.yaml"
    assert refusal("my.yaml") == f"my.yaml:1: extends goes round in a circle: {path} -> {path}"


def test_files_that_extend_each_other_are_explained(write, tmp_path):
    write("a.yaml", "extends: b.yaml\n")
    write("b.yaml", "extends: a.yaml\n")
    a, b = tmp_path.resolve() / "a.yaml", tmp_path.resolve() / "b.yaml"
    circle = f"extends goes round in a circle: {a} -> {b} -> {a}"
    assert refusal("a.yaml") == f"a.yaml:1: extends: b.yaml:1: {circle}"


@pytest.mark.parametrize(
    ("edit", "read"),
    [
        ("stages.1.depth=5", lambda spec: spec.stages[1].depth == 5),
        ("stages[1].depth=5", lambda spec: spec.stages[1].depth == 5),
        (" stages.1.depth = 5", lambda spec: spec.stages[1].depth == 5),
        ("image_size=[192, 256]", lambda spec: spec.image_size == (192, 256)),
        ("stem={kind: patch, size: 16}", lambda spec: spec.stem == PatchStem(16)),
        ("name=my=levit", lambda spec: spec.name == "my=levit"),
        ("stages.1.key_dim=32", lambda spec: spec.stages[1].downsample.heads == 128 // 32),
        ("stages.0.dim=256", lambda spec: spec.stem.dims == (32, 64, 128, 256)),
    ],
)
def test_an_edit_changes_one_field(edit, read):
    assert read(load_spec("levit128s", [edit]))


def test_later_edits_see_earlier_ones():
    spec = load_spec("levit128s", ["stem.kind=patch", "stem.size=16", "stem.size=32"])
    assert spec.stem == PatchStem(32)


@pytest.mark.parametrize("field", ["name", "source", "published"])
def test_an_edit_of_what_describes_the_model_keeps_its_published_numbers(field):
    value = "{source: x}" if field == "published" else "x"
    assert load_spec("levit128s", [f"{field}={value}"]).published is not None


def test_an_edit_drops_the_published_numbers():
    assert load_spec("levit128s", ["drop_path=0.1"]).published is None


@pytest.mark.parametrize(
    ("size", "image_size"), [("256", (256, 256)), ("192x256", (192, 256)), ("192X256", (192, 256))]
)
def test_size_is_short_for_image_size(size, image_size):
    spec = load_spec("levit128s", size=size)
    assert (spec.image_size, spec.published) == (image_size, None)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ("", "is not a size; write pixels such as 256, or HEIGHTxWIDTH such as 192x256"),
        ("big", "is not a size; write pixels such as 256, or HEIGHTxWIDTH such as 192x256"),
        ("1x2x3", "is not a size; write pixels such as 256, or HEIGHTxWIDTH such as 192x256"),
        ("-5", "is not a size; write pixels such as 256, or HEIGHTxWIDTH such as 192x256"),
        ("0", "image_size is 0; it must be a positive integer"),
        ("64x8", "image_size is 64 x 8; each side must be at least the stem's stride, 16"),
    ],
)
def test_a_wrong_size_is_explained(size, message):
    assert refusal("levit128s", size=size) == f"--size {size}: {message}"


AN_EDIT = "an edit is PATH=VALUE, such as stages.1.depth=5"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ("", AN_EDIT),
        ("=1", AN_EDIT),
        ("stages.0.depth", AN_EDIT),
        ("stages..dim=1", AN_EDIT),
        ("stages.9.depth=1", "stages has entries 0 to 2; 9 is none of them"),
        ("stages.-1.depth=1", "stages has entries 0 to 2; text '-1' is none of them"),
        ("stages.depth=1", "stages has entries 0 to 2; text 'depth' is none of them"),
        ("stages.0.depht=1", "stages[0].depht is not a field; did you mean depth?"),
        ("stages.0.depth.x=1", "stages[0].depth is 2 and has no field x"),
        ("0.dim=1", "the spec is a mapping and has no field '0'"),
        ("stages.0=1", "stages[0] is 1; it must be a mapping of fields"),
        ("stages=[]", "stages has 0 entries; it must be a list of 1 to 64 entries"),
        ("stages.0.depth=five", "stages[0].depth is text 'five'; it must be zero or a positive integer"),
        ("stages.0.depth=", "stages[0].depth is empty; it must be zero or a positive integer"),
        ("stages.0.depth=[1", "not valid YAML: did not find expected ',' or ']'"),
        ("stem.size=16", "stem.kind is missing; it must be convs or patch"),
        ("image_size=8", "image_size is 8 x 8; each side must be at least the stem's stride, 16"),
        (
            "image_size.0=256",
            "image_size is not written out and has no entries; set it whole, image_size=[...]",
        ),
        (
            "stem.dims[0]=32",
            "stem.dims is not written out and has no entries; set it whole, stem.dims=[...]",
        ),
    ],
)
def test_a_wrong_edit_is_explained(edit, message):
    assert refusal("levit128s", [edit]).splitlines()[0] == f"--set {edit}: {message}"


def test_an_edit_of_an_empty_list_is_explained():
    assert refusal("levit128s", ["stages=[]", "stages.0.dim=1"]) == (
        "--set stages.0.dim=1: stages has no entries; 0 is none of them"
    )


def test_an_edit_changes_an_entry_of_what_is_written_out(write):
    write("my.yaml", STAGES + "image_size: [192, 224]\n")
    assert load_spec("my.yaml", ["image_size.0=256"]).image_size == (256, 224)


def test_a_long_edit_is_shortened():
    assert refusal("levit128s", ["x" * 100]) == f"--set {'x' * 77}...: an edit is PATH=VALUE, such as stages.1.depth=5"


def test_bytes_that_are_no_text_are_explained():
    assert refusal("levit128s", ["name=\udcff"]) == (
        "--set name=\\udcff: not a text file (byte 0 is not UTF-8); a spec is YAML text"
    )


def test_an_edit_of_what_is_no_mapping_is_explained(write):
    write("my.yaml", "- a\n")
    assert refusal("my.yaml", ["a=1"]) == "my.yaml:1: the spec is a list; it must be a mapping of fields"


WORDS = st.sampled_from(
    ["stages", "0", "2", "9", "dim", "downsample", "stem", "kind", "size", "image_size", "x", "9" * 5000]
)
VALUES = st.sampled_from(["5", "[1]", "{a: 1}", "patch", "", "*a", "&a [*a]", "!!int x", "'", "{dim: 3}"])


@given(st.lists(st.builds(lambda path, value: ".".join(path) + "=" + value, st.lists(WORDS), VALUES), max_size=3))
def test_no_edit_raises_anything_but_a_spec_error(edits):
    assert are_lines(problems(edits, None))


@given(st.text(st.characters(), max_size=20), st.text(st.characters(), max_size=8))
def test_no_text_as_edit_or_size_raises_anything_but_a_spec_error(edit, size):
    assert are_lines(problems([f"name={edit}", edit], size))


def problems(edits: list[str], size: str | None) -> tuple[str, ...]:
    try:
        load_spec("levit128s", edits, size)
    except SpecError as error:
        return error.problems
    return ()


def are_lines(texts: tuple[str, ...]) -> bool:
    return all(text.isprintable() for text in texts)
