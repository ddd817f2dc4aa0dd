"""Attention biases as tables and documents."""

import csv
import io
import json

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

from levit_explore import load_spec, make_spec, plan
from levit_explore.analysis.bias_changes import compare
from levit_explore.analysis.biases import bias_maps
from levit_explore.render import csv as as_csv
from levit_explore.render import json as as_json
from levit_explore.render import plain, table
from levit_explore.render.results.bias_changes import bias_changes_sheet
from levit_explore.render.results.biases import UNTRAINED, biases_sheet
from tests.bias_tables import network

SIZES = {"dim": 16, "depth": 1, "heads": 2, "key_dim": 8}
TINY = plan(make_spec({"name": "tiny", "image_size": 64, "stages": [SIZES, SIZES | {"dim": 32}]}))
PATHS = ["stages.0.blocks.0.attn", "stages.1.downsample.attn_downsample", "stages.1.blocks.0.attn"]
LEVIT = plan(load_spec("levit128s"))


def learned():
    """One attention that has learned, of three: a head along the row, and one that is even."""
    rows = -4.0 * np.repeat(np.arange(4), 4)
    return bias_maps(TINY, {PATHS[0]: np.array([rows, np.full(16, 0.1)]), PATHS[1]: np.zeros((2, 16))})


def test_an_untrained_network_has_a_table_of_offsets():
    assert plain.render([biases_sheet(TINY.spec, bias_maps(TINY))]) == (
        "tiny at 64x64: attention biases, by offset\n"
        "attention                           heads keys queries offsets params pairs most fewest\n"
        "stages.0.blocks.0.attn                  2 4x4  4x4          16     32   256   36      4\n"
        "stages.1.downsample.attn_downsample     2 4x4  2x2          16     32    64    9      1\n"
        "stages.1.blocks.0.attn                  2 2x2  2x2           4      8    16    4      4\n"
        "total                                   6                   36     72   336\n"
        "All values are zero until the network is trained: there is nothing learned to show, only what is shared.\n"
        "offsets: |dy| and |dx| from query to key; pairs at the same offset share one learned value in each head.\n"
        "most, fewest: how many of a head's pairs of query and key the commonest and the rarest offset serves.\n"
    )


def test_a_file_of_zeros_is_untrained():
    zeros = bias_maps(TINY, {PATHS[0]: np.zeros((2, 16))})
    assert plain.render([biases_sheet(TINY.spec, zeros)]) == plain.render([biases_sheet(TINY.spec, bias_maps(TINY))])


def test_a_trained_network_has_a_table_of_heads_and_the_thresholds():
    assert plain.render([biases_sheet(TINY.spec, learned())]) == (
        "tiny at 64x64: attention biases, by head\n"
        "attention              head span  entropy dir.  parity min    max   marks\n"
        "stages.0.blocks.0.attn    0  1.26  0.55    0.96  0.26  -12.00  0.00 row\n"
        "                          1  2.01  1.00    0.00  0.00   0.10   0.10 uniform\n"
        "span, entropy and dir. describe softmax(bias), the attention where all q.k are equal, as means over queries.\n"
        "span: distance from query to key in tokens. entropy: 1 where attention is even.\n"
        "dir.: direction, 1 along the query's row, -1 along its column, 0 as much along both.\n"
        "parity: correlation of the values, weighted by pairs, with a pattern of period 2 along y, x or both.\n"
        "uniform: entropy >= 0.95; no other mark is given then.\n"
        "local: span <= 0.5 of what even attention has.\n"
        "row: direction >= 0.5 and span >= 0.5.\n"
        "column: direction <= -0.5 and span >= 0.5.\n"
        "alternating: parity >= 0.7 or <= -0.7.\n"
        f"all values are still zero in {PATHS[1]}, {PATHS[2]}.\n"
    )


def test_without_biases_the_sheet_says_why():
    spec = plan(load_spec("levit128s", ["position=embedding"]))
    assert plain.render([biases_sheet(spec.spec, bias_maps(spec))]) == (
        "levit128s at 224x224: attention biases, by offset\n"
        "no attention has biases: the spec's position is embedding.\n"
    )


def test_the_document_has_the_promised_keys():
    document = json.loads(as_json.render([biases_sheet(LEVIT.spec, bias_maps(LEVIT))]))
    assert (document["schema"], document["spec"], document["learned"]) == ("levit-explore/biases/1", "levit128s", False)
    assert document["blocks"][2] == {
        "path": "stages.1.downsample.attn_downsample",
        "heads": 8,
        "key_grid": [14, 14],
        "query_grid": [7, 7],
        "stride": 2,
        "signed": False,
        "offsets": 196,
        "params": 1568,
        "pairs": 9604,
        "most": 169,
        "fewest": 1,
        "learned": False,
    }


def test_facts_are_in_the_document_where_there_is_anything_learned():
    first, second, third = biases_sheet(TINY.spec, learned()).document["blocks"]
    assert first["facts"][0] == {
        "head": 0,
        "span": 1.2633,
        "entropy": 0.5493,
        "direction": 0.9572,
        "parity": 0.2582,
        "low": -12.0,
        "high": 0.0,
        "marks": ["row"],
    }
    assert ("facts" in second, "facts" in third) == (False, False)


def test_values_are_in_the_document_on_request_and_exact():
    maps = network()
    document = json.loads(as_json.render([biases_sheet(LEVIT.spec, maps, values=True)]))
    assert [block["table"] for block in document["blocks"]] == [one.values.tolist() for one in maps]
    assert not any("table" in block for block in biases_sheet(LEVIT.spec, maps).document["blocks"])


def test_csv_is_the_facts_by_head():
    assert as_csv.render([biases_sheet(TINY.spec, learned())]).splitlines() == [
        "path,head,span,entropy,direction,parity,low,high,marks",
        "stages.0.blocks.0.attn,0,1.2633,0.5493,0.9572,0.2582,-12.0,0.0,row",
        "stages.0.blocks.0.attn,1,2.008,1.0,0.0,0.0,0.1,0.1,uniform",
    ]


def test_csv_on_request_is_every_value_with_its_offset():
    maps = network()
    rows = list(csv.DictReader(io.StringIO(as_csv.render([biases_sheet(LEVIT.spec, maps, values=True)]))))
    assert [float(row["value"]) for row in rows] == [value for one in maps for value in one.values.ravel()]
    at = rows[196 + 14 * 2 + 3]
    assert [at[key] for key in ("path", "head", "dy", "dx")] == ["stages.0.blocks.0.attn", "1", "2", "3"]
    assert int(at["pairs"]) == maps[0].support[14 * 2 + 3]


def test_changes_by_head():
    before, after = learned()[:1], bias_maps(TINY, {PATHS[0]: np.array([np.zeros(16), np.full(16, 5.0)])})[:1]
    sheet = bias_changes_sheet(TINY.spec, "tuned", compare(before, after))
    assert plain.render([sheet]) == (
        "tiny at 64x64 -> tuned: attention biases, what changed by head\n"
        "attention              head largest |dy| |dx|  mean\n"
        "stages.0.blocks.0.attn    0  12.000    3    0 5.000\n"
        "stages.0.blocks.0.attn    1   0.000    0    0 0.000\n"
        "absolute differences after each head's maximum is subtracted, which softmax does not see; largest: over\n"
        "offsets, and where it is; mean: over all pairs of query and key.\n"
    )
    assert sheet.document["heads"][0] == {
        "path": PATHS[0],
        "head": 0,
        "largest": 12.0,
        "offset": [3, 0],
        "dy": 3,
        "dx": 0,
        "mean": 5.0,
    }


@pytest.mark.parametrize(
    "sheet",
    [
        biases_sheet(LEVIT.spec, bias_maps(LEVIT)),
        biases_sheet(LEVIT.spec, network()),
        bias_changes_sheet(LEVIT.spec, "tuned", compare(network(), network(scale=1.5))),
    ],
    ids=["offsets", "heads", "changes"],
)
def test_tables_fit_a_terminal_of_80_columns(sheet):
    screen = io.StringIO()
    table.draw([sheet], Console(file=screen, width=80, force_terminal=True, color_system=None))
    assert max(cell_len(line.rstrip()) for line in screen.getvalue().splitlines()) <= 80


def test_the_sentence_on_untrained_values_is_one_for_all():
    assert UNTRAINED in biases_sheet(LEVIT.spec, bias_maps(LEVIT)).notes
