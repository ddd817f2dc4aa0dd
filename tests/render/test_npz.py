"""Arrays in a file are the biases again."""

import numpy as np

from levit_explore import load_spec, plan
from levit_explore.analysis.biases import bias_maps
from levit_explore.render.npz import save
from tests.bias_tables import KINDS, made, network

SMALL = [made(list(KINDS), (8, 8), path="stages.0.blocks.0.attn"), made(["row"], (8, 8), 2, "stages.1.downsample.attn")]
UNTRAINED = bias_maps(plan(load_spec("levit256")))


def test_arrays_read_back_as_the_biases(tmp_path):
    save([*SMALL, UNTRAINED[-1]], tmp_path / "maps.npz")
    with np.load(tmp_path / "maps.npz") as found:
        for one in SMALL:
            table, index = found[f"{one.path}/table"], found[f"{one.path}/index"]
            assert (table[:, index] == one.bias).all()
            assert found[f"{one.path}/support"].tolist() == one.support.tolist()
            assert (found[f"{one.path}/grid"].tolist(), found[f"{one.path}/stride"]) == ([8, 8], one.stride)


def test_arrays_of_an_untrained_network_have_no_table(tmp_path):
    save(UNTRAINED[:1], tmp_path / "maps.npz")
    with np.load(tmp_path / "maps.npz") as found:
        names = ("grid", "index", "signed", "stride", "support")
        assert sorted(found) == [f"stages.0.blocks.0.attn/{name}" for name in names]


def test_the_same_arrays_give_the_same_bytes(tmp_path):
    for name in "ab":
        save(network("levit128s"), tmp_path / f"{name}.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
