"""The file that is served may be edited, broken, removed or replaced by others; nothing of it is lost unseen."""

import os
import threading

import pytest

from levit_explore.errors import LevitError
from levit_explore.explorer.state import opened
from levit_explore.serve.session import Session
from levit_explore.serve.source import source
from tests.serve.serving import first, served
from tests.serve.test_pages import DEPTH, MINE, mine  # noqa: F401  a fixture

HEADS = {"do": "set", "path": ["stages", 0, "heads"], "text": "4"}
UNSOUND = MINE.replace("depth: 2", "depth: -2").replace("heads: 3", "heads: 4")


@pytest.fixture
def server(mine):  # noqa: F811
    with served(str(mine)) as found:
        yield found


def test_of_two_pages_that_save_at_once_one_is_told_to_look_first(server, mine):  # noqa: F811
    known = server.edit(first(server), DEPTH), server.edit(first(server), HEADS)
    for _ in range(10):
        mine.write_text(MINE, encoding="utf-8")
        start, found = threading.Barrier(2), [None, None]

        def save(place, start=start, found=found):
            start.wait()
            found[place] = server.edit(known[place], None, "save")["problem"]

        pages = [threading.Thread(target=save, args=(place,)) for place in (0, 1)]
        for page in pages:
            page.start()
        for page in pages:
            page.join()
        (refused,) = (problem for problem in found if problem)
        assert refused["lines"] == [f"{mine}: has changed meanwhile; look at what it holds now, then save again"]
        saved = ("depth: 2", "depth: 5") if found[0] is None else ("heads: 2", "heads: 4")
        assert mine.read_text(encoding="utf-8") == MINE.replace(*saved)


def test_a_file_that_is_not_sound_is_not_saved_over(server, mine):  # noqa: F811
    known = server.edit(first(server), DEPTH)
    mine.write_text(UNSOUND, encoding="utf-8")
    for _ in range(2):
        refused = server.edit(known, None, "save")
        known = refused
    assert refused["problem"]["lines"][0] == f"{mine}: is not saved over until it is sound again"
    assert refused["problem"]["lines"][1:] == refused["lines"]
    assert refused["lines"][0].endswith(":8: stages[1].depth is -2; it must be zero or a positive integer")
    assert mine.read_text(encoding="utf-8") == UNSOUND
    mine.write_text(UNSOUND.replace("-2", "2"), encoding="utf-8")
    assert "has changed meanwhile" in server.edit(known, None, "save")["problem"]["lines"][0]
    known = server.get("state?set=stages.1.depth%3D5").json
    assert server.edit(known, None, "save")["problem"] is None
    assert mine.read_text(encoding="utf-8") == UNSOUND.replace("-2", "5")


def test_a_file_that_is_gone_is_written_again_as_it_was_read_once_that_is_asked_for(server, mine):  # noqa: F811
    known = server.edit(first(server), DEPTH)
    mine.unlink()
    refused = server.edit(known, None, "save")
    assert refused["problem"]["lines"] == [f"{mine}: is gone; save again to write it anew, as it was last read"]
    assert not mine.exists()
    saved = server.edit(refused, None, "save")
    assert (saved["problem"], saved["lines"], saved["savable"]) == (None, [], False)
    assert mine.read_text(encoding="utf-8") == MINE.replace("depth: 2", "depth: 5")


def test_a_file_that_is_gone_can_be_written_again_without_an_edit(server, mine):  # noqa: F811
    mine.unlink()
    known = server.edit(first(server), None)
    while not known["lines"]:  # a source is looked at so often and no more
        known = server.edit(known, None)
    assert known["lines"] == [f"{mine}: is gone; Save writes it anew, as it was last read"]
    assert known["savable"]
    server.edit(known, None, "save")
    assert mine.read_text(encoding="utf-8") == MINE


@pytest.mark.parametrize("kind", ["pipe", "folder", "dangling link"])
def test_what_is_no_file_is_not_waited_for(server, mine, kind):  # noqa: F811
    known = server.edit(first(server), DEPTH)
    mine.unlink()
    match kind:
        case "pipe":
            os.mkfifo(mine)
        case "folder":
            mine.mkdir()
        case _:
            mine.symlink_to("nowhere.yaml")
    for _ in range(2):
        known = server.edit(known, None, "save")
    assert known["lines"] == [f"{mine}: is no file any more that could be read"]
    assert known["problem"]["lines"] == [f"{mine}: is not saved over until it is sound again", *known["lines"]]
    assert server.get("").status == 200


def test_a_file_that_is_mended_on_the_command_line_is_sound_and_can_be_saved(mine):  # noqa: F811
    mine.write_text(UNSOUND, encoding="utf-8")
    with served(str(mine), "stages.1.depth=3") as server:
        known = first(server)
        assert (known["lines"], known["query"], known["savable"]) == ([], "", True)
        saved = server.edit(known, None, "save")
        assert (saved["problem"], saved["savable"]) == (None, False)
        assert mine.read_text(encoding="utf-8") == UNSOUND.replace("-2", "3")


def test_a_pipe_is_read_once(tmp_path):
    pipe = tmp_path / "spec"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_text, args=(MINE,), daemon=True).start()
    found, state = source(str(pipe), ("stages.1.depth=5",))
    assert (found.file, state.source, state.spec.stages[1].depth) == (None, "-", 5)
    session = Session(found)
    assert session.look(now=True) is found
    assert session.answer("")["command"] == "levit-explore flops -"


def test_what_is_downloaded_is_what_saving_elsewhere_writes(mine):  # noqa: F811
    mine.with_name("child.yaml").write_text("extends: mine.yaml   # whose\nimage_size: 96\n", encoding="utf-8")
    with served(str(mine.with_name("child.yaml"))) as server:
        text = server.get("yaml?set=stages.1.depth%3D5").body.decode()
        known = server.edit(first(server), DEPTH)
        server.edit(known, None, "save")
    mine.with_name("other.yaml").write_text(text, encoding="utf-8")
    saved = mine.with_name("child.yaml").read_text(encoding="utf-8")
    assert "extends: mine.yaml   # whose" in saved
    assert "extends" not in text
    both = [opened(str(mine.with_name(name))).spec for name in ("child.yaml", "other.yaml")]
    assert both[0].stages == both[1].stages


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("broken.txt", "stages: [", "broken.txt:2: "),
        ("weights.bin", "\0\0\0\0", "weights.bin"),
        ("list.json", "[1]", "list.json"),
    ],
)
def test_a_mistake_in_a_spec_is_told_as_one(tmp_path, name, text, message):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(LevitError) as raised:
        source(str(tmp_path / name))
    assert message in str(raised.value)
