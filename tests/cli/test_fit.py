"""`fit`: what it prints and writes, and how it says that nothing fits."""

import json
import shlex
from pathlib import Path

import pytest

from levit_explore import activation_memory, balance, flops, load_spec, params, plan
from levit_explore.render.results.fit import proof_words
from levit_explore.search.fit_proof import Proof
from levit_explore.space.bounds import Bound
from tests.cli.call import TINY, call, document, printed

SMALL = TINY.replace("dim: 16, depth: 1", "dim: 16, depth: 2")


# By hand, from the counts of TINY in test_analyses: 27,648 of the stem, 7,568 a pair, 320 of heads; parameters 1,626,
# 1,988 a pair and 404; activations in elements of 4 bytes 2,816 of the stem, 640 + 576 a pair and 78.
def test_fit_prints_the_spec_the_variants_and_how_to_go_on():
    assert printed("fit", "-", "--flops", "36k", "--vary", "depths", stdin=SMALL) == (
        "stdin at 32x32: the nearest variants, FLOPs under levit\n"
        "within flops <= 36k\n"
        "variant  FLOPs params activations balance distance\n"
        "spec    43,104  6,006      21,304   0.848        -\n"
        "1       35,536  4,018      16,440   0.848    1.000\n"
        "\n"
        "variant field           from to\n"
        "1       stages[0].depth 2    1\n"
        "searched 4 variants: 1 fit\n"
        "  depths: stages[0] 1 to 4 (4)\n"
        "distance: the sum of weight * |log2(new / old)| (weights: depths 1)\n"
        "stages[0].depth 1: published models have 2 to 11 (variant 1)\n"
        "variant 1: --set stages.0.depth=1\n"
    )


@pytest.mark.parametrize(
    "options",
    [
        ["levit256", "--flops", "400M", "--balance", "0.8:1.25"],
        ["levit384", "--flops", "same", "--size", "256x320", "--set", "stages.0.depth=3", "--keep", "stages.2"],
        ["levit128s", "--params", "5M", "--vary", "dims,heads,mlp_ratios,attn_ratios,key_dims", "--top", "2"],
        ["levit512", "--flops", "2G", "--activation-memory", "30MiB", "--convention", "macs"],
    ],
    ids=lambda options: options[0],
)
def test_what_is_said_of_a_variant_is_true_of_the_spec_that_its_edits_give(options):
    found = document("fit", *options)
    assert found["variants"]
    assert [each["distance"] for each in found["variants"]] == sorted(each["distance"] for each in found["variants"])
    for variant in found["variants"]:
        model = plan(load_spec(options[0], variant["set"]))
        assert variant["flops"] == flops(model, found["convention"])
        assert (variant["params"], variant["activation_memory"]) == (params(model), activation_memory(model))
        ratio = balance(model, convention=found["convention"]).whole.ratio
        assert variant["balance"] == pytest.approx(ratio, abs=1e-4)


def test_the_document_says_what_was_searched():
    found = document("fit", "-", "--flops", "36k", "--vary", "depths", "--weight", "depths=2", stdin=SMALL)
    assert found == {
        "schema": "levit-explore/fit/1",
        "spec": "stdin",
        "image_size": [32, 32],
        "convention": "levit",
        "searched": 4,
        "within": 1,
        "distance": {"depths": 2.0},
        "bounds": ["flops <= 36k"],
        "varied": {"stages[0].depth": [1, 2, 3, 4]},
        "flops": 43104,
        "params": 6006,
        "activation_memory": 21304,
        "balance": 0.8477,
        "variants": [
            {
                "changes": [{"path": "stages[0].depth", "from": 2, "to": 1, "follows": False}],
                "set": ["stages.0.depth=1"],
                "flops": 35536,
                "params": 4018,
                "activation_memory": 16440,
                "balance": 0.8477,
                "distance": 2.0,
                "outside": [f"stages[0].{name}" for name in ("dim", "depth", "heads", "key_dim")],
            }
        ],
        "none": None,
    }


def test_csv_and_markdown_have_a_row_a_variant_with_its_edits():
    rows = printed("fit", "levit256", "--flops", "1G", "--top", "3", "--format", "csv").splitlines()
    assert rows[0] == "variant,flops,params,activation_memory,balance,distance,changes,set"
    assert [row.partition(",")[0] for row in rows[1:]] == ["spec", "1", "2", "3"]
    words = shlex.split(rows[1 + 1].rpartition(",")[2])
    assert words[::2] == ["--set"] * len(words[1::2])
    markdown = printed("fit", "levit256", "--flops", "1G", "--top", "3", "--format", "markdown")
    assert "| spec | 1,128,024,056 | 18,893,876 | 48,115,808 | 1.173 | - |" in markdown


def test_same_is_what_the_spec_has_before_its_size_changes():
    found = document("fit", "levit256", "--size", "384", "--flops", "same", "--params", "same")
    assert found["bounds"] == ["flops <= 1128024056", "params <= 18893876"]
    assert found["image_size"] == [384, 384]
    assert all(each["set"][0] == "image_size=384" for each in found["variants"])


def test_a_table_of_the_default_space_fits_80_columns():
    tables = printed("fit", "levit384", "--flops", "1G").partition("searched")[0]
    assert max(map(len, tables.splitlines())) <= 80


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--flops", "40M"], "flops <= 40M, but the least is 152,802,259"),
        (
            ["--flops", "156M", "--params", "30M", "--balance", "1:1.2"],
            "some have flops <= 156M and some have balance <= 1.2, but none has both",
        ),
        (["--balance", "0.1:0.2", "--keep", "stem"], "none has balance <= 0.2"),
    ],
)
def test_where_nothing_fits_one_line_proves_it_and_only_json_is_printed(options, why):
    status, out, err = call("fit", "levit256", *options)
    assert (status, out) == (1, "")
    assert err.endswith(f" variants fits: {why}\n")
    status, out, _ = call("fit", "levit256", *options, "--format", "json")
    found = json.loads(out)
    assert (status, found["within"], found["variants"], found["none"]) == (1, 0, [], why)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["a <= 1", "b <= 2"], "some have a <= 1 and some have b <= 2, but none has both"),
        (["a <= 1", "b <= 2", "c <= 3"], "some have both a <= 1 and b <= 2, some c <= 3, but none has all"),
        (
            ["a <= 1", "b <= 2", "c <= 3", "d <= 4"],
            "some have a <= 1, b <= 2 and c <= 3, some d <= 4, but none has all",
        ),
    ],
)
def test_bounds_that_contradict_each_other_are_said_to_be_kept_but_for_one(texts, words):
    assert proof_words(Proof(tuple(Bound({}, 0, text) for text in texts), None)) == words


def test_specs_that_are_saved_are_the_variants_and_say_where_they_come_from():
    Path("my.yaml").write_text(SMALL, encoding="utf-8")
    command = ["fit", "my.yaml", "--params", "5k", "--size", "48", "--set", "stages.0.heads=2", "--top", "2"]
    found = json.loads(call(*command, "--save-specs", "out/specs", "--format", "json")[1])
    for number, variant in enumerate(found["variants"], start=1):
        path = Path("out/specs") / f"my-fit-{number}.yaml"
        saved = load_spec(path)
        assert plan(saved).root == plan(load_spec("my.yaml", variant["set"])).root
        assert saved.name == path.stem
        assert "within params <= 5k" in saved.source
        assert "my with stages.0.heads=2, image_size=48" in saved.source
        assert path.read_text(encoding="utf-8").splitlines()[2] == "extends: ../../my.yaml"
    assert call(*command, "--save-specs", "out/specs")[0] == 0  # the same
    Path("out/specs/my-fit-1.yaml").unlink()
    Path("out/specs/my-fit-2.yaml").write_text("mine", encoding="utf-8")
    assert call(*command, "--save-specs", "out/specs") == (
        *(2, ""),
        "out/specs/my-fit-2.yaml: is there already, and is another; remove it, or choose another folder\n",
    )
    assert [path.name for path in Path("out/specs").iterdir()] == ["my-fit-2.yaml"]
    assert Path("out/specs/my-fit-2.yaml").read_text(encoding="utf-8") == "mine"


def test_a_spec_from_standard_input_is_saved_whole():
    status, _, err = call("fit", "-", "--params", "5k", "--top", "1", "--save-specs", "here", stdin=SMALL)
    assert (status, err) == (0, "wrote here/spec-fit-1.yaml\n")
    assert params(plan(load_spec("here/spec-fit-1.yaml"))) <= 5000
    assert "extends" not in Path("here/spec-fit-1.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("output", ["nowhere/x.txt", "x.png"])
def test_no_spec_is_saved_where_the_output_cannot_be_written(output):
    status, _, _ = call("fit", "levit256", "--flops", "1G", "--save-specs", "specs", "-o", output)
    assert (status, Path("specs").exists()) == (2, False)


def test_no_folder_is_made_where_nothing_fits():
    status, _, _ = call("fit", "levit256", "--flops", "40M", "--save-specs", "specs")
    assert (status, Path("specs").exists()) == (1, False)


def test_a_spec_that_fits_goes_on_as_it_is():
    assert "variant 1: as it is\n" in printed("fit", "levit256", "--flops", "2G", "--top", "2")


KINDS = "dims,depths,heads,key_dims,attn_ratios,mlp_ratios"


@pytest.mark.parametrize(
    "options",
    [
        ["levit256", "--flops", "900M", "--vary", KINDS, "--top", "2"],  # too much to count
        ["levit256", "--size", "384", "--flops", "same", "--vary", "dims,mlp_ratios", "--weight", "dims=0.1234567"],
        ["levit512", "--flops", "3G", "--params", "40M", "--activation-memory", "60MB", "--balance", "1:2"],
        ["levit384", "--flops", "2G", "--set", "stages.0.mlp_ratio=0", "--vary", KINDS],
        ["levit256", "--flops", "600M", "--set", "stages.0.depth=0", "--vary", "depths"],
        ["levit384", "--balance", "--set", "stages.1.depth=0", "--set", "stages.0.mlp_ratio=0"],
    ],
)
def test_no_line_is_longer_than_80_columns(options):
    assert max(map(len, printed("fit", *options).splitlines())) <= 80


def test_a_depth_of_0_is_said_to_count_as_one_half():
    words = "distance: the sum of weight * |log2(new / old)|, in which 0 counts as 1/2"
    assert words in " ".join(printed("fit", "-", "--params", "10k", "--vary", "depths", stdin=NONE).split())
    assert "1/2" not in printed("fit", "-", "--params", "10k", "--vary", "depths,heads", stdin=SMALL)


def test_lines_are_of_80_columns_and_options_on_several_are_one_command():
    kinds = "dims,depths,heads,mlp_ratios,attn_ratios"
    lines = printed("fit", "levit384", "--params", "25M", "--vary", kinds, "--keep", "stages.1", "--top", "3")
    assert max(map(len, lines.splitlines())) <= 80
    found = document("fit", "levit384", "--params", "25M", "--vary", kinds, "--keep", "stages.1", "--top", "3")
    second = lines.partition("\nvariant 2:")[2].partition("\nvariant 3:")[0]
    assert " \\\n" in second
    words = shlex.split(second.replace("\\\n", ""))  # as a shell goes on with the next line
    assert words[::2] == ["--set"] * len(words[1::2])
    assert words[1::2] == found["variants"][1]["set"]


def test_a_ratio_of_0_is_said_to_be_left_out():
    lines = printed("fit", "levit256", "--flops", "1G", "--set", "stages.0.mlp_ratio=0", "--vary", "mlp_ratios")
    assert "  stages[0].mlp_ratio is 0, which leaves the part out: it does not vary\n" in lines


def test_a_balance_within_its_band_changes_nothing():
    lines = printed("fit", "levit256", "--balance", "0.001:2").splitlines()
    assert lines[-1] == "every stage lies between 0.001 and 2: nothing to change."


NONE = TINY.replace("depth: 1", "depth: 0")


def test_a_network_without_attention_and_mlp_has_no_balance_to_be_within():
    why = "stdin: none of 3 variants fits: none has 1 <= balance\n"
    command = ("fit", "-", "--vary", "heads", "--balance", "1:3")
    assert call(*command, stdin=NONE.replace("heads: 1", "heads: 3")) == (1, "", why)
    lines = printed("fit", "-", "--balance", stdin=NONE).splitlines()
    assert lines[-1] == "nothing to balance: no stage has attention or MLP."
    assert document("fit", "-", "--balance", stdin=NONE)["balanced"] is False


def test_a_stage_without_attention_and_mlp_is_said_to_have_no_balance():
    first = ["fit", "levit256", "--set", "stages.0.depth=0"]
    assert printed(*first, "--balance", "0:4").splitlines()[-2:] == [
        "every stage with attention or MLP lies between 0 and 4: nothing to change.",
        "stage 0 has neither attention nor MLP, and so no balance.",
    ]
    lines = printed(*first, "--set", "stages.1.depth=0", "--set", "stages.1.downsample.mlp_ratio=0", "--balance")
    assert lines.endswith("stage 0, stage 1 have neither attention nor MLP, and so no balance.\n")


def test_bounds_on_balance_are_told_once_each():
    assert "\nwithin 0.9 <= balance, balance <= 1.2\n" in printed(
        "fit", "levit256", "--balance", "0.9:1.2", "--top", "1"
    )


def test_balance_with_a_number_of_variants_searches_for_them():
    assert len(document("fit", "levit256", "--balance", "0.9:1", "--top", "3")["variants"]) == 3


@pytest.mark.parametrize("band", [["--balance"], ["--balance", "0.75:1.3333"]])
def test_balance_alone_says_what_balances_each_stage(band):
    found = document("fit", "levit256", *band)
    assert [(part["part"], part["balanced"]) for part in found["parts"]] == [
        ("stage 0", True),
        ("stage 1", False),
        ("stage 2", False),
    ]
    assert [each["field"].rpartition(".")[2] for each in found["proposals"]] == ["mlp_ratio", "heads"] * 2
    for each in found["proposals"]:
        (edit,) = each["set"]
        parts = {
            part["part"]: part for part in document("balance", "levit256", "--rule", "stage", "--set", edit)["parts"]
        }
        assert parts[f"stage {edit.split('.')[1]}"]["ratio"] == each["ratio_after"]
        assert each["flops"] == flops(plan(load_spec("levit256", [edit])))


def test_a_bare_balance_beside_a_budget_is_the_usual_band():
    assert document("fit", "levit256", "--balance", "--flops", "600M")["bounds"][1:] == [
        "0.75 <= balance",
        "balance <= 1.3333",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "fit: without a budget; give --flops, --params, --activation-memory or --balance"),
        (["--flops", "400X"], "--flops 400X: is no amount; write 400M, a number with k, M, G or T or without, or same"),
        (["--flops", "8MB"], "--flops 8MB: is no amount; write 400M, a number with k, M, G or T or without, or same"),
        (["--flops=-5M"], "--flops -5M: a budget must be above 0, such as 400M"),
        (["--params", "0"], "--params 0: a budget must be above 0, such as 10M"),
        (
            ["--activation-memory", "8 MB!"],
            "--activation-memory 8 MB!: is no amount; write 8MB, a number with kB, MB, GB, KiB, MiB or GiB or without, "
            "or same",
        ),
        (["--balance=1.2:0.8"], "--balance 1.2:0.8: the bounds must be 0 <= LOW <= HIGH, and HIGH above 0"),
        (["--balance", "0.8"], "--balance 0.8: is no band; write LOW:HIGH, such as 0.8:1.25"),
        (
            ["--flops", "1G", "--keep", ""],
            "--keep: is empty; name a stage or a field, such as stages.0 or stages.0.dim",
        ),
        (["--flops", "1G", "--keep", "name"], "--keep name: never varies; name stem, a stage or a field of one"),
        (["--flops", "1G", "--save-specs", ""], "--save-specs: is empty; name a folder, or . for this one"),
        (["--flops", "1G", "--save-specs", "/dev/null"], "--save-specs /dev/null: is a file; name a folder"),
        (["--balance=a:1"], "--balance a:1: is no band; write LOW:HIGH, such as 0.8:1.25"),
        (["--flops", "1G", "--vary", "dmis"], "--vary dmis: 'dmis' is no kind of field; did you mean dims?"),
        (
            ["--flops", "1G", "--vary", "a\nb"],
            r"--vary a\nb: 'a\nb' is no kind of field; choose from dims, depths, heads, key_dims, attn_ratios, "
            "mlp_ratios",
        ),
        (
            ["--flops", "1G", "--weight", "dims=x"],
            "--weight dims=x: a weight is KIND=NUMBER with a number from 0 to 1000, such as dims=2",
        ),
        (
            ["--flops", "1G", "--weight", "heads=2"],
            "--weight heads=2: heads do not vary here; add them to --vary, or leave the weight out",
        ),
        (["--flops", "1G", "--keep", "stages.3"], "--keep stages.3: stages has no 3; it has 0, 1, 2"),
        (["--flops", "1G", "--keep", "stages.0.dmi"], "--keep stages.0.dmi: stages[0] has no dmi; did you mean dim?"),
        (
            ["--flops", "1G", "-o", "x.png"],
            "-o x.png: the suffix .png names no format; end it in .txt, .json, .csv, .md, or give --format",
        ),
    ],
)
def test_wrong_usage_is_one_line(options, message):
    assert call("fit", "levit256", *options) == (2, "", f"{message}\n")
