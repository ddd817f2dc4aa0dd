"""What a page is told is what the command line says; what it saves is the file, with what stood around the fields."""

import json

import pytest

from levit_explore import load_spec
from levit_explore.serve.session import Session
from levit_explore.serve.source import source
from tests.cli.call import document, printed
from tests.serve.serving import first, served

MINE = """# what this is for
name: mine   # and why
source: nowhere
image_size: 64
stages:
  # wide and short
  - {dim: 64, depth: 1, heads: 2, key_dim: 16}
  - {dim: 96, depth: 2, heads: 3, key_dim: 16, downsample: {stride: 2}}   # the end
"""
DEPTH = {"do": "set", "path": ["stages", 1, "depth"], "text": "5"}
EDITS = ["stages.1.depth=5", "image_size=192", "stages.2.mlp_ratio=3.5"]


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def server():
    with served("levit256") as found:
        yield found


@pytest.mark.parametrize("convention", ["levit", "fvcore"])
def test_the_numbers_are_those_of_flops(server, convention):
    known = server.edit(first(server), {"do": "convention", "name": convention})
    for edit in EDITS:
        field, _, text = edit.partition("=")
        path = [int(name) if name.isdecimal() else name for name in field.split(".")]
        known = server.edit(known, {"do": "set", "path": path, "text": text})
    edits = [word for edit in EDITS for word in ("--set", edit)]
    printed_now, printed_before = (
        document("flops", "levit256", *more, "--convention", convention) for more in (edits, [])
    )
    rows = {row["name"]: row["cells"] for row in known["totals"]["rows"]}
    for name, key in ((f"FLOPs ({convention})", "flops"), ("parameters", "params")):
        assert rows[name][:2] == [f"{printed_now[key]:,}", f"{printed_before[key]:,}"]
    report = server.edit(known, None, "report")
    blocks = [
        (row["path"], row["flops"][report["convention"]], row["params"]) for row in report["specs"][0]["rows"]["block"]
    ]
    assert blocks == [(row["path"], row["flops"], row["params"]) for row in printed_now["rows"]]


def test_an_address_opens_on_what_it_stands_for(server):
    edited = server.edit(first(server), DEPTH)
    assert edited["query"] == "set=stages.1.depth%3D5"
    assert first(server, edited["query"]) == edited | {"drawn": True}


def test_the_address_that_is_printed_holds_the_first_edits():
    with served("levit256", "stages.1.depth=5") as server:
        assert server.address.endswith("/?set=stages.1.depth%3D5")
        assert first(server)["query"] == ""


def test_an_address_that_is_not_sound_opens_on_the_source_and_says_why(server):
    found = first(server, "set=stages.1.depth%3Dx")
    assert found["query"] == ""
    assert found["problem"]["lines"] == ["stages[1].depth is text 'x'; it must be zero or a positive integer"]


def test_a_refused_edit_leaves_everything_as_it_was(server):
    known = server.edit(first(server), DEPTH)
    refused = server.edit(known, DEPTH | {"text": "-1"})
    assert refused["problem"] == {
        "path": ["stages", 1, "depth"],
        "text": "-1",
        "lines": ["stages[1].depth is -1; it must be zero or a positive integer"],
    }
    assert refused | {"problem": None} == known


def test_b_is_held_against_a_and_exchanged_with_it(server):
    pinned = server.edit(first(server), {"do": "pin"})
    edited = server.edit(pinned, DEPTH)
    assert "b=1" in edited["query"]
    flipped = server.edit(edited, {"do": "flip"})
    assert (flipped["value"], flipped["pinned"]) == (edited["pinned"], edited["value"])
    assert first(server, flipped["query"]) == flipped | {"drawn": True}
    assert server.edit(flipped, {"do": "unpin"})["query"] == ""


def test_saving_keeps_what_stands_around_the_fields(mine):
    with served(str(mine)) as server:
        saved = server.edit(server.edit(first(server), DEPTH), None, "save")
        assert (saved["problem"], saved["unsaved"], saved["query"]) == (None, False, "")
    assert mine.read_text(encoding="utf-8") == MINE.replace("depth: 2", "depth: 5")


def test_a_file_that_has_changed_meanwhile_is_not_saved_over_unseen(mine):
    with served(str(mine)) as server:
        known = server.edit(first(server), DEPTH)
        theirs = MINE.replace("64, depth: 1", "64, depth: 9")
        mine.write_text(theirs, encoding="utf-8")
        refused = server.edit(known, None, "save")
        assert refused["problem"]["lines"] == [
            f"{mine}: has changed meanwhile; look at what it holds now, then save again"
        ]
        assert mine.read_text(encoding="utf-8") == theirs
        rebased = server.get(f"state?{known['query']}").json
        assert server.edit(rebased, None, "save")["problem"] is None
    assert mine.read_text(encoding="utf-8") == theirs.replace("depth: 2", "depth: 5")


def test_a_bundled_spec_is_downloaded_and_not_saved(server):
    known = server.edit(first(server), DEPTH)
    refused = server.edit(known, None, "save")
    assert refused["file"] is None
    assert refused["problem"]["lines"] == ["levit256: is no file that could be saved; download the YAML instead"]
    text = server.get(f"yaml?{known['query']}").body.decode()
    assert printed("show", "-", stdin=text).splitlines()[2:] == [
        line
        for line in printed("show", "levit256", "--set", "stages.1.depth=5").splitlines()[2:]
        if not line.startswith("published")
    ]


def test_what_is_downloaded_of_a_file_keeps_its_comments(mine):
    with served(str(mine)) as server:
        known = server.edit(first(server), DEPTH)
        text = server.get(f"yaml?{known['query']}").body.decode()
    assert text == MINE.replace("depth: 2", "depth: 5")
    assert mine.read_text(encoding="utf-8") == MINE


def test_a_file_is_looked_at_again(mine):
    session = Session(source(str(mine))[0])
    before = session.look()
    mine.write_text(MINE.replace("depth: 2", "depth: 7"), encoding="utf-8")
    after = session.look(now=True)
    assert after.version != before.version
    assert after.state.spec == load_spec(mine)
    mine.write_text("stages: [", encoding="utf-8")
    broken = session.look(now=True)
    assert broken.version not in (before.version, after.version)
    assert broken.state == after.state
    assert broken.lines
    mine.write_text(MINE, encoding="utf-8")
    assert session.look(now=True).version == before.version


def test_a_network_too_large_to_draw_still_has_its_totals(server):
    known = server.edit(first(server), DEPTH | {"text": "1000"})
    assert known["problem"] is None
    reply = server.post("report", known | {"action": None})
    assert (reply.status, len(reply.json["lines"])) == (422, 1)
    assert "more than 10,000 parts" in reply.json["lines"][0]
    opened_again = first(server, known["query"])
    assert (opened_again["totals"], opened_again["drawn"]) == (known["totals"], False)


def test_answers_are_json_that_any_browser_reads(server):
    def refused(constant):
        raise AssertionError(constant)

    known = server.edit(first(server), {"do": "set", "path": ["drop_path"], "text": ".nan"})
    assert known["problem"] is not None
    json.loads(server.post("report", known | {"action": None}).body, parse_constant=refused)
