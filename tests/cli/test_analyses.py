"""What flops, reconcile, balance and diff print, and the JSON keys that others rely on."""

import pytest

from levit_explore import CONVENTIONS, flops, load_spec, plan
from levit_explore.analysis.counts import By
from tests.cli.call import TINY, call, document, printed

UNBALANCED = TINY.replace("key_dim: 8", "key_dim: 8, mlp_ratio: 4")


# By hand: stem 27 * 2 * 256 + 9 * (2 * 4 * 64 + 4 * 8 * 16 + 8 * 16 * 4); attention on 4 tokens of 16 channels
# 4 * 16 * 32 + 4 * 8 * 4 + 4 * 4 + 4 * 4 * 16 + 4 * 16 * 16; MLP 2 * 4 * 16 * 32; a head 16 * 10.
def test_flops_prints_rows_sums_and_what_is_not_counted():
    assert printed("flops", "-", stdin=TINY) == (
        "stdin at 32x32: FLOPs under levit\n"
        "path                   output params  FLOPs share\n"
        "stem                   16x2x2  1,626 27,648 77.8%\n"
        "stages.0.blocks.0.attn 4x16      868  3,472  9.8%\n"
        "stages.0.blocks.0.mlp  4x16    1,120  4,096 11.5%\n"
        "pool                   16          0      0  0.0%\n"
        "head                   10        202    160  0.5%\n"
        "head_dist              10        202    160  0.5%\n"
        "average                10          0      0  0.0%\n"
        "\n"
        "role      params  FLOPs  share\n"
        "stem       1,626 27,648  77.8%\n"
        "attention    868  3,472   9.8%\n"
        "mlp        1,120  4,096  11.5%\n"
        "other          0      0   0.0%\n"
        "head         404    320   0.9%\n"
        "total      4,018 35,536 100.0%\n"
        "levit.py counts 1 per multiply-add and per softmax element; norms, activations and adds are not counted "
        "(2,718 elements).\n"
    )


def test_flops_by_role_prints_one_table():
    assert printed("flops", "-", "--by", "role", "--fused", "--convention", "macs", stdin=TINY) == (
        "stdin at 32x32, BatchNorm folded: FLOPs under macs\n"
        "path      output params  FLOPs share\n"
        "stem      16x2x2  1,596 27,648 77.8%\n"
        "attention 4x16      820  3,456  9.7%\n"
        "mlp       4x16    1,072  4,096 11.5%\n"
        "other     10          0      0  0.0%\n"
        "head      10        340    320  0.9%\n"
        "macs counts 1 per multiply-add, of layers and of attention; nothing else is counted (2,702 elements).\n"
    )


MEMORY = ("activation_memory", "peak_memory")


# By hand, in elements of 4 bytes: stem 2 * (2 * 256 + 4 * 64 + 8 * 16 + 16 * 4), of which all but the last 64 once more
# for activations; attention 2 * 4 * 32 + 4 * 4 * 4 + 5 * 4 * 16; MLP 3 * 4 * 32 + 3 * 4 * 16; pool 16, heads
# 2 * (16 + 10), average 10. Folded, each norm's output goes. Most are held when 2 * 256 become as many.
@pytest.mark.parametrize(
    ("options", "activations"),
    [([], 2816 + 640 + 576 + 78), (["--fused"], 1856 + 448 + 384 + 46)],
)
def test_flops_document_has_the_memory_of_activations(options, activations):
    found = document("flops", "-", *options, stdin=TINY)
    assert [found[key] for key in MEMORY] == [4 * activations, 4 * 1024]


def test_flops_document():
    found = document("flops", "levit256")
    assert {key: value for key, value in found.items() if key not in ("rows", "notes", *MEMORY)} == {
        "schema": "levit-explore/flops/1",
        "spec": "levit256",
        "image_size": [224, 224],
        "convention": "levit",
        "fused": False,
        "by": "block",
        "flops": 1128024056,
        "params": 18893876,
    }
    assert found["rows"][0] == {
        "path": "stem",
        "role": "stem",
        "stage": None,
        "downsample": False,
        "out": [256, 14, 14],
        "flops": 184246272,
        "params": 388896,
        "share": 0.1633,
    }
    assert {tuple(row) for row in found["rows"]} == {tuple(found["rows"][0])}


def test_flops_document_has_the_notes_of_the_table():
    assert document("flops", "levit256", "--convention", "calflops")["notes"] == [
        "calflops (its MACs) counts 1 per multiply-add of layers; attention and all else are not counted "
        "(79,123,712 multiply-adds and 7,791,008 elements).",
        "Graham et al., ICCV 2021, Table 3 prints 1120 M FLOPs; levit.py counts 1,128,024,056.",
    ]
    assert (
        printed("flops", "levit256", "--convention", "calflops").splitlines()[-2:]
        == document("flops", "levit256", "--convention", "calflops")["notes"]
    )


# By hand: q.k and attention.v 4 * 8 * 4 + 4 * 4 * 16; the linear layers are charged, if for one token only.
def test_flops_says_which_multiply_adds_are_not_counted():
    line = printed("flops", "-", "--convention", "torchinfo", stdin=TINY).splitlines()[-1]
    assert "(384 multiply-adds and " in line


@pytest.mark.parametrize(("by", "path"), [("stage", "stages.0"), ("model", "model")])
def test_a_row_of_several_roles_has_role_other(by, path):
    roles = {row["path"]: row["role"] for row in document("flops", "-", "--by", by, stdin=TINY)["rows"]}
    assert roles[path] == "other"


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("fused", [[], ["--fused"]])
def test_flops_rows_add_up(by, fused):
    found = document("flops", "-", "--convention", "fvcore", "--by", by, *fused, stdin=TINY)
    assert (found["convention"], found["by"], found["fused"]) == ("fvcore", by, bool(fused))
    assert (sum(row["flops"] for row in found["rows"]), sum(row["params"] for row in found["rows"])) == (
        found["flops"],
        found["params"],
    )


def test_a_shrinking_attention_has_role_attention_and_says_that_it_shrinks():
    rows = {row["path"]: row for row in document("flops", "levit256")["rows"]}
    row = rows["stages.1.downsample.attn_downsample"]
    assert (row["role"], row["stage"], row["downsample"], row["out"]) == ("attention", 1, True, [49, 384])


def test_reconcile_prints_a_ledger_for_each_counter():
    lines = printed("reconcile", "-", stdin=TINY).splitlines()
    assert lines[:10] == [
        "stdin at 32x32: each counter's total as levit's plus and minus named work",
        "counter       total work                 count weight difference",
        "levit        35,536                                           +0",
        "macs         35,520                                          -16",
        "                    softmax                 16     -1        -16",
        "fvcore       38,272                                       +2,736",
        "                    softmax                 16     -1        -16",
        "                    batchnorm_2d           960     +2     +1,920",
        "                    batchnorm_1d           416     +2       +832",
        "torch        71,040                                      +35,504",
    ]


def test_reconcile_leads_from_the_total_of_the_convention_of_choice():
    first, *others = document("reconcile", "levit256", "--convention", "fvcore")["conventions"]
    assert (first["name"], first["difference"], first["terms"]) == ("fvcore", 0, [])
    assert all(first["total"] + sum(term["flops"] for term in one["terms"]) == one["total"] for one in others)
    assert "as fvcore's plus and minus" in printed("reconcile", "levit256", "--convention", "fvcore").splitlines()[0]


def test_reconcile_document():
    found = document("reconcile", "levit256")
    assert list(found) == ["schema", "spec", "conventions"]
    conventions = {one["name"]: one for one in found["conventions"]}
    assert list(conventions) == list(CONVENTIONS)
    assert conventions["fvcore"] == {
        "name": "fvcore",
        "total": 1133412864,
        "difference": 5388808,
        "terms": [
            {"work": "softmax", "count": 766712, "weight": -1, "flops": -766712},
            {"work": "batchnorm_2d", "count": 752640, "weight": 2, "flops": 1505280},
            {"work": "batchnorm_1d", "count": 2325120, "weight": 2, "flops": 4650240},
        ],
        "measured": None,
        "residual": None,
    }


def test_balance_prints_parts_the_rule_and_the_verdict():
    assert printed("balance", "-", stdin=TINY) == (
        "stdin at 32x32: attention against MLP, FLOPs under levit\n"
        "part      attention of it mixing   MLP attention / MLP\n"
        "stage 0       3,472          400 4,096           0.848\n"
        "whole net     3,472          400 4,096           0.848\n"
        "rule net: the whole net is judged, shrinking attention included; each downsample stands apart.\n"
        "balanced: the whole net lies between 0.75 and 1.3333. Mixing is q.k, softmax and attention.v.\n"
    )


def test_balance_by_stage_sums_up_all_stages():
    lines = printed("balance", "-", "--rule", "stage", stdin=TINY).splitlines()
    assert lines[1:5] == [
        "part       attention of it mixing   MLP attention / MLP",
        "stage 0        3,472          400 4,096           0.848",
        "all stages     3,472          400 4,096           0.848",
        "rule stage: each stage is judged, shrinking attention left out; its MLP belongs to its stage.",
    ]


@pytest.mark.parametrize(("rule", "whole"), [("net", "whole net"), ("stage", "all stages")])
def test_balance_without_blocks_says_that_there_is_nothing_to_balance(rule, whole):
    status, out, _ = call("balance", "-", "--check", "--rule", rule, "--set", "stages.0.depth=0", stdin=TINY)
    lines = out.splitlines()
    assert (status, lines[1:3], lines[-1]) == (
        0,
        [
            f"{'part'.ljust(len(whole))} attention of it mixing MLP attention / MLP",
            f"{whole}         0            0   0               -",
        ],
        "nothing to balance: no part has attention or MLP. Mixing is q.k, softmax and attention.v.",
    )


def test_balance_document():
    found = document("balance", "levit256")
    assert {key: value for key, value in found.items() if key != "parts"} == {
        "schema": "levit-explore/balance/1",
        "spec": "levit256",
        "convention": "levit",
        "rule": "net",
        "low": 0.75,
        "high": 1.3333,
        "balanced": True,
        "attention": 508839928,
        "mlp": 433913856,
        "ratio": 1.1727,
        "mixing": 79890424,
    }
    assert found["parts"][:2] == [
        {"part": "stage 0", "attention": 213762304, "mlp": 205520896, "ratio": 1.0401, "mixing": 59621632},
        {"part": "downsample 1", "attention": 99074080, "mlp": 28901376, "ratio": 3.428, "mixing": 12369952},
    ]


def test_balance_without_an_mlp_has_no_ratio():
    assert document("balance", "-", "--set", "stages.0.mlp_ratio=0", stdin=TINY)["ratio"] is None


@pytest.mark.parametrize(
    ("options", "verdict"),
    [
        ([], "balanced: the whole net lies between 0.75 and 1.3333."),
        (["--high", "0.8"], "not balanced: the whole net does not lie between 0.75 and 0.8."),
        (["--rule", "stage"], "balanced: every stage lies between 0.75 and 1.3333."),
        (["--rule", "stage", "--low", "1"], "not balanced: not every stage lies between 1 and 1.3333."),
    ],
)
def test_balance_says_its_verdict(options, verdict):
    assert printed("balance", "-", *options, stdin=TINY).splitlines()[-1] == (
        f"{verdict} Mixing is q.k, softmax and attention.v."
    )


@pytest.mark.parametrize(
    ("text", "options", "status"),
    [(TINY, ["--check"], 0), (TINY, ["--check", "--low", "0.9"], 1), (UNBALANCED, ["--check"], 1), (UNBALANCED, [], 0)],
)
def test_balance_exits_1_where_a_check_does_not_hold(text, options, status):
    assert call("balance", "-", *options, stdin=text)[0] == status


def test_balance_checks_every_spec():
    assert call("balance", "levit256", "-", "--check", stdin=UNBALANCED)[0] == 1


def test_balance_check_prints_the_same():
    assert call("balance", "-", "--check", stdin=UNBALANCED) == (1, printed("balance", "-", stdin=UNBALANCED), "")


def test_diff_prints_fields_then_rows():
    assert printed("diff", "levit256", "levit256", "--set", "stages.1.depth=5") == (
        "levit256 at 224x224 -> levit256 at 224x224: FLOPs under levit\n"
        "stages.1.depth: 4 -> 5\n"
        "path                     FLOPs after      gained change params gained change\n"
        "stages.1.blocks.4.mlp     28,901,376 +28,901,376    new      +592,128    new\n"
        "stages.1.blocks.4.attn    23,073,414 +23,073,414    new      +444,966    new\n"
        "total                  1,179,998,846 +51,974,790  +4.6%    +1,037,094  +5.5%\n"
    )


def test_diff_of_the_same_spec_says_so():
    assert printed("diff", "levit256", "levit256") == (
        "levit256 at 224x224 -> levit256 at 224x224: FLOPs under levit\n"
        "no field differs\n"
        "path    FLOPs after gained change params gained change\n"
        "total 1,128,024,056     +0  +0.0%            +0  +0.0%\n"
        "no row costs more or less\n"
    )


def test_diff_without_changed_rows_shows_its_total():
    assert printed("diff", "levit256", "levit256", "--set", "drop_path=0.2") == (
        "levit256 at 224x224 -> levit256 at 224x224: FLOPs under levit\n"
        "drop_path: 0.0 -> 0.2\n"
        "path    FLOPs after gained change params gained change\n"
        "total 1,128,024,056     +0  +0.0%            +0  +0.0%\n"
        "no row costs more or less\n"
    )


def test_diff_writes_values_as_a_spec_file_does():
    edits = ["distillation=false", "image_size=[192, 256]", "stem={kind: patch, size: 16}", "activation=silu"]
    lines = printed("diff", "levit256", "levit256", *(word for edit in edits for word in ("--set", edit))).splitlines()
    assert lines[1 : lines.index("stem.size: nothing -> 16") + 1] == [
        "image_size: [224, 224] -> [192, 256]",
        "distillation: true -> false",
        "activation: hardswish -> silu",
        "attention_activation: hardswish -> silu",
        "stem.kind: convs -> patch",
        "stem.dims: [32, 64, 128, 256] -> nothing",
        "stem.size: nothing -> 16",
    ]


def test_diff_as_csv_has_the_keys_of_the_document():
    header = printed("diff", "levit256", "levit384", "--format", "csv").splitlines()[0]
    assert header.split(",") == list(document("diff", "levit256", "levit384")["total"])


def test_diff_document():
    found = document(
        "diff", "levit256", "levit256", "--set", "stages.1.depth=3", "--convention", "torch", "--by", "role"
    )
    before, after = (plan(load_spec("levit256", edits)) for edits in ([], ["stages.1.depth=3"]))
    assert {key: value for key, value in found.items() if key != "rows"} == {
        "schema": "levit-explore/diff/1",
        "spec": "levit256",
        "other": "levit256",
        "convention": "torch",
        "fields": [{"field": "stages.1.depth", "before": 4, "after": 3}],
        "total": {
            "path": "total",
            "flops_before": flops(before, "torch"),
            "flops_after": flops(after, "torch"),
            "flops_gained": flops(after, "torch") - flops(before, "torch"),
            "flops_change": -0.0461,
            "params_before": 18893876,
            "params_after": 17856782,
            "params_gained": -1037094,
            "params_change": -0.0549,
        },
    }
    assert [row["path"] for row in found["rows"]] == ["mlp", "attention"]
