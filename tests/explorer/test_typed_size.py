"""An image's size as a user types it: in the explorer, on the live page and behind --set, as --size takes it."""

import pytest

from levit_explore import SpecError, load_spec
from levit_explore.explorer.actions import SetField
from levit_explore.explorer.command import plain
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update
from levit_explore.spec.load import sides

SIZE = ("image_size",)


@pytest.mark.parametrize("text", ["200x300", "200X300", " 200x300 ", "192x192", "256"])
def test_a_size_is_typed_as_the_option_takes_it(text):
    there = update(opened("levit256"), SetField(SIZE, text))
    assert there.problem is None
    assert there.spec.image_size == load_spec("levit256", size=text.strip()).image_size
    assert load_spec("levit256", [f"image_size={text}"]).image_size == there.spec.image_size
    assert there.value["image_size"] == sides(text.strip())


def test_the_plain_command_of_a_typed_size_gives_that_size():
    line = plain(SetField(SIZE, "200x300"), opened("levit256")).command
    assert line == "--set 'image_size=[200, 300]'"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("200x", "image_size is text '200x'; it must be a number of pixels, or [height, width]"),
        ("2x3x4", "image_size is text '2x3x4'; it must be a number of pixels, or [height, width]"),
        ("0x200", "image_size[0] is 0; it must be a positive integer"),
        ("200x99999", "image_size[1] is 99999; it must be at most 65536"),
    ],
)
def test_what_is_no_size_is_refused_beside_the_field(text, words):
    there = update(opened("levit256"), SetField(SIZE, text))
    assert there.spec == opened("levit256").spec
    assert there.problem.lines == (f"--set image_size={text}: {words}",)
    with pytest.raises(SpecError) as refused:
        load_spec("levit256", [f"image_size={text}"])
    assert refused.value.problems == there.problem.lines


def test_in_a_file_a_size_is_a_number_or_a_list_and_the_message_writes_it(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("extends: levit256\nimage_size: 200x300\n")
    with pytest.raises(SpecError, match=r"image_size is text '200x300'; it must .*; write \[200, 300\]$"):
        load_spec(path)


def test_only_the_size_of_an_image_is_typed_so():
    there = update(opened("levit256"), SetField(("stages", 0, "depth"), "2x3"))
    assert there.problem.path == ("stages", 0, "depth")
