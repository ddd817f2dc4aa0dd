"""What cannot be read is explained in one line that names the file: whole messages."""

import json
import os
import zipfile
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.model.files.made import TENSORS, legacy, other, raw_safetensors, refusal, safetensors, sharded, zipped


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


TEXT = "is text, such as a spec, not a checkpoint; give a .pth or .safetensors file"
PAGE = "is a web page, not a checkpoint; its download failed or needs a login"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty; copy or download it again"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 31\n",
            "is a Git LFS pointer, not the file; run git lfs pull",
        ),
        (b"<!DOCTYPE html><html>", PAGE),
        (b"\xef\xbb\xbf\n<html lang='en'>", PAGE),
        (b'<?xml version="1.0"?><Error>', PAGE),
        (b"stages:\n  - {dim: 128}\n", TEXT),
        (b"stages: {dim: 128}", TEXT),
        (b'{"a": 1}', TEXT),
        ("é".encode() * 3000, TEXT),
        (b"x" + "é".encode() * 3000, TEXT),
        (b"PK\x05\x06" + bytes(18), "is an empty zip archive"),
        (b"\x1f\x8b\x08\0", "is compressed with gzip; unpack it with gunzip first"),
        (b"BZh91AY", "is compressed with bzip2; unpack it with bunzip2 first"),
        (b"\xfd7zXZ\0", "is compressed with xz; unpack it with unxz first"),
        (b"\x28\xb5\x2f\xfd\0", "is compressed with zstd; unpack it with unzstd first"),
        (b"\x89HDF\r\n", "is an HDF5 file, such as Keras weights; only torch and safetensors files are read"),
        (b"\x93NUMPY\1\0", "is a numpy array; only torch and safetensors files are read"),
        (b"GGUF\3\0\0\0", "is a GGUF file; only torch and safetensors files are read"),
        (b"a" * 100 + bytes(157) + b"ustar\0", "is a tar archive; unpack it and give the checkpoint in it"),
        (b"\x80\x02}.", "is a Python pickle not written by torch.save; save the state dict with torch.save"),
        (b"\x80\x04\x95", "is cut short or damaged (its pickle breaks off)"),
        (b"\x80", "is neither a torch nor a safetensors file (it begins with 80)"),
        (b"\xff\xfe\0{", "is neither a torch nor a safetensors file (it begins with ff fe 00 7b)"),
        (b"PK\x03\x04", "is cut short or damaged (its zip archive cannot be read)"),
    ],
)
def test_what_is_no_checkpoint_is_named(data, message):
    Path("my.pth").write_bytes(data)
    assert refusal("my.pth") == f"my.pth: {message}"


def test_a_file_that_is_not_there_is_explained():
    for name in ("LeViT-256.pth", "levit128.pth", "other.txt"):
        Path(name).touch()
    assert refusal("levit-256.pth") == "levit-256.pth: no such file; did you mean LeViT-256.pth or levit128.pth?"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nothing", "nothing: no such file"),
        ("no/levit.pth", "no/levit.pth: no such file; there is no folder no"),
        ("a\0b", "a\\x00b: cannot be read (embedded null byte)"),
        ("a\nb", "a\\nb: no such file"),
        ("x" * 300, f"{'x' * 300}: cannot be read (File name too long)"),
        ("/dev/zero", "/dev/zero: is not a regular file; give a checkpoint's path"),
    ],
)
def test_a_path_that_leads_to_no_file_is_explained(path, message):
    assert refusal(path) == message


def test_a_pipe_is_not_waited_for():
    os.mkfifo("pipe")
    assert refusal("pipe") == "pipe: is not a regular file; give a checkpoint's path"


def test_a_file_that_may_not_be_read_is_explained():
    os.symlink("loop.pth", "loop.pth")
    assert refusal("loop.pth") == "loop.pth: cannot be read (Too many levels of symbolic links)"


# Folders

LOOKED_FOR = "model.safetensors, model.safetensors.index.json or pytorch_model.bin"


def test_a_folder_without_weights_says_what_was_looked_for():
    Path("config.json").write_text("{}")
    assert refusal(".") == f".: is a folder without {LOOKED_FOR}"


def test_a_folder_with_other_checkpoints_names_them():
    for name in ("b.pth", "a.safetensors", "c.pt", "d.bin"):
        Path(name).touch()
    assert (
        refusal(".")
        == f".: is a folder without {LOOKED_FOR}; it has a.safetensors, b.pth and c.pt: give the path of one"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ("[1]", "is not a JSON object"),
        ("[" * 100_000, "is not JSON"),
        ('{"a": 1, "a": 2}', "has 'a' twice"),
        ("{" + " " * 16_000_000 + "}", "has more than 16000000 bytes"),
    ],
)
def test_a_config_that_is_no_config_is_explained(text, message):
    safetensors(TENSORS, Path("model.safetensors"))
    Path("config.json").write_text(text)
    assert refusal(".") == f"config.json: the config {message}"


def test_a_pointer_in_a_folder_is_named():
    Path("model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n")
    assert refusal(".") == "model.safetensors: is a Git LFS pointer, not the file; run git lfs pull"


# Entries


@pytest.mark.parametrize(
    ("saved", "message"),
    [
        ({}, "holds no state dict, only an empty mapping"),
        ([torch.ones(1)], "holds no state dict, only a list"),
        (torch.ones(1), "holds no state dict, only one tensor"),
        (5, "holds no state dict, only 5"),
        ({"epoch": 3, "args": {}}, "holds no state dict, only epoch, args"),
        ({"a.weight": torch.ones(1), "epoch": 3}, "holds no state dict, only 'a.weight', epoch"),
        ({1: torch.ones(1)}, "holds no state dict, only 1"),
        ({f"x{n}": n for n in range(9)}, "holds no state dict, only x0, x1, x2, x3, x4, x5, x6, x7 and more"),
    ],
)
def test_a_file_without_state_dict_says_what_it_has(saved, message):
    assert refusal(zipped(saved, Path("my.pth"))) == f"my.pth: {message}"


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("modle", "has no weights 'modle'; it has model and model_ema; did you mean model?"),
        ("optimizer", "has no weights 'optimizer'; it has model and model_ema"),
        ("", "has no weights ''; it has model and model_ema"),
    ],
)
def test_an_unknown_entry_lists_the_choices(weights, message):
    saved = {"model": TENSORS, "model_ema": other(), "optimizer": {}}
    assert refusal(zipped(saved, Path("my.pth")), weights) == f"my.pth: {message}"


# Files of torch


@pytest.mark.filterwarnings("ignore:.*torch.jit")
def test_a_torchscript_archive_is_named():
    torch.jit.save(torch.jit.script(nn.Linear(1, 1)), "my.pth")
    assert refusal("my.pth") == "my.pth: is a TorchScript archive, which holds code; save its state dict instead"


@pytest.mark.parametrize("is_zip", [True, False])
def test_a_later_protocol_is_named(is_zip):
    torch.save(TENSORS, "my.pth", pickle_protocol=4, _use_new_zipfile_serialization=is_zip)
    assert refusal("my.pth") == (
        "my.pth: is written with pickle protocol 4, which has no safe reading; save it again with protocol 2"
    )


def archive(change, source: str = "my.pth") -> None:
    """Writes an archive again, its members changed by `change`."""
    with zipfile.ZipFile(source) as old:
        members = {member: old.read(member) for member in old.namelist()}
    with zipfile.ZipFile(source, "w") as new:
        for name, data in change(members).items():
            new.writestr(name, data)


def test_an_archive_of_something_else_is_named():
    archive_of = zipfile.ZipFile("my.pth", "w")
    archive_of.writestr("a.txt", b"")
    archive_of.close()
    assert refusal("my.pth") == "my.pth: is a zip archive, but not one of torch.save"


def test_a_storage_shorter_than_its_tensor_is_named():
    zipped({"a": torch.ones(4)}, Path("my.pth"))
    archive(lambda members: members | {"my/data/0": b"12345"})
    assert refusal("my.pth") == "my.pth: is damaged: 'my/data/0' has 5 bytes and should have 16"


def test_a_missing_storage_is_named():
    zipped({"a": torch.ones(4)}, Path("my.pth"))
    archive(lambda members: {name: data for name, data in members.items() if name != "my/data/0"})
    assert refusal("my.pth") == "my.pth: is damaged: 'my/data/0' is missing"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_given_twice_is_named():
    zipped(TENSORS, Path("my.pth"))
    with zipfile.ZipFile("my.pth", "a") as again:
        again.writestr("my/data/0", bytes(24))
    assert refusal("my.pth") == "my.pth: is damaged: 'my/data/0' is in the archive twice"


def test_a_truncated_archive_is_explained():
    os.truncate(zipped(TENSORS, Path("my.pth")), 1500)
    assert refusal("my.pth") == "my.pth: is cut short or damaged (its zip archive cannot be read)"


def test_a_truncated_legacy_file_says_what_is_missing():
    path = legacy({"a": torch.ones(100)}, Path("my.pth"))
    os.truncate(path, path.stat().st_size - 1)
    assert refusal("my.pth") == "my.pth: is cut short: its tensors need 408 bytes, and 407 follow its header"


def test_a_legacy_file_truncated_in_its_pickles_is_explained():
    os.truncate(legacy(TENSORS, Path("my.pth")), 300)
    assert refusal("my.pth") == "my.pth: is cut short or damaged (its pickle breaks off)"


# Safetensors

A = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
FIELDS = "'a' should be described by dtype, shape and data_offsets"
KNOWN = "F64, F32, F16, BF16, I64, I32, I16, I8, BOOL, U64, U32, U16, U8, C64, F8_E4M3, F8_E5M2"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"a": A | {"data_offsets": [4, 12]}}, "is damaged: 'a' leaves a gap after the header"),
        ({"a": A, "b": A | {"data_offsets": [4, 12]}}, "is damaged: 'b' overlaps 'a'"),
        ({"a": A, "b": A}, "is damaged: 'b' overlaps 'a'"),
        ({"a": A, "b": A | {"data_offsets": [12, 20]}}, "is damaged: 'b' leaves a gap after 'a'"),
        ({"a": A | {"shape": [3]}}, "'a' lies at bytes 0 to 8, but 3 of F32 are 12 bytes"),
        (
            {"a": A | {"shape": [2, 4], "data_offsets": [8, 0]}},
            "'a' lies at bytes 8 to 0, but 2 x 4 of F32 are 32 bytes",
        ),
        ({"a": A | {"data_offsets": [-8, 0]}}, "'a' lies at bytes -8 to 0, but 2 of F32 are 8 bytes"),
        ({"a": A | {"shape": []}}, "'a' lies at bytes 0 to 8, but one of F32 are 4 bytes"),
        ({"a": A | {"shape": [-2]}}, "'a' has a side that is -2; it must be zero or a positive integer"),
        ({"a": A | {"shape": [10**20]}}, "'a' has more values than torch can count"),
        ({"a": A | {"shape": [True]}}, "'a' has a side that is true; it must be zero or a positive integer"),
        ({"a": A | {"shape": [2.0]}}, "'a' has a side that is 2.0; it must be zero or a positive integer"),
        ({"a": A | {"shape": [1] * 9}}, "'a' has 9 sides; at most 8 are read"),
        ({"a": A | {"shape": [2**31, 2**31, 0]}}, "'a' has more values than torch can count"),
        ({"a": A | {"dtype": "F4"}}, f"'a' has dtype 'F4'; known are {KNOWN}"),
        ({"a": {"dtype": "F32", "shape": [2]}}, FIELDS),
        ({"a": A | {"shape": 2}}, FIELDS),
        ({"a": A | {"data_offsets": [0, 8, 16]}}, FIELDS),
        ({"a": A | {"data_offsets": [0.0, 8.0]}}, FIELDS),
        ({"a": None}, FIELDS),
        ({}, "holds no tensors"),
        ({"__metadata__": {}}, "holds no tensors"),
        ('{"a": 1, "a": 2}', "the header has 'a' twice"),
        ('{"a": {"dtype": "F32", "dtype": "F16"}}', "the header has 'dtype' twice"),
        ('{"a": ', "the header is not JSON"),
        ('{"a": ' + "[" * 100_000, "the header is not JSON"),
        ('{"a": ' + "9" * 5000 + "}", "the header is not JSON"),
    ],
)
def test_a_header_that_lies_is_explained(header, message):
    raw_safetensors(header, bytes(8), Path("my.safetensors"))
    assert refusal("my.safetensors") == f"my.safetensors: {message}"


@pytest.mark.parametrize("length", [0, 1, 100_000, 2**63])
def test_a_header_that_lies_about_its_length_is_explained(length):
    size = raw_safetensors({"a": A}, bytes(8), Path("my"), length).stat().st_size
    assert refusal("my") == f"my: is cut short or damaged: its header claims {length} of {size} bytes"


def test_a_header_too_long_to_be_one_is_not_read():
    raw_safetensors('{"a": 1' + " " * 16_000_000 + "}", b"", Path("my"))
    assert refusal("my") == "my: the header has more than 16000000 bytes"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (bytes(7), "is cut short: its header and tensors need 77 bytes, but it has 76"),
        (bytes(9), "is damaged: its header and tensors need 77 bytes, but it has 78"),
    ],
)
def test_tensors_that_do_not_fill_the_file_are_explained(data, message):
    raw_safetensors({"a": A}, data, Path("my"))
    assert refusal("my") == f"my: {message}"


# Shards


def reindex(**shards: object) -> str:
    """The refusal of two shards whose index is changed."""
    index = json.loads(sharded({"a": torch.ones(1), "b": torch.ones(1)}, Path("my.json")).read_text())
    index["weight_map"] |= shards
    Path("my.json").write_text(json.dumps(index))
    return refusal("my.json")


@pytest.mark.parametrize("shard", ["../a.safetensors", "/etc/passwd", "..", ".", "", "a\\b", "a\0b", 5, None, ["a"]])
def test_shards_lie_beside_their_index(shard):
    assert reindex(a=shard) == "my.json: the shard of 'a' must be a file beside the index"


def test_a_missing_shard_is_named():
    assert reindex(c="model-2.safetensors") == "my.json: its shard model-2.safetensors is missing"


def test_a_tensor_in_another_shard_than_the_index_says_is_named():
    assert reindex(a="model-1.safetensors", c="model-0.safetensors") == (
        "my.json: 'a' is not in model-1.safetensors, where the index places it"
    )


def test_a_tensor_that_no_shard_has_is_named():
    assert reindex(c="model-0.safetensors") == "my.json: 'c' is not in model-0.safetensors, where the index places it"


def test_a_tensor_that_the_index_lacks_is_named():
    sharded({"a": torch.ones(1), "b": torch.ones(1)}, Path("my.json"))
    safetensors({"a": torch.ones(1), "extra": torch.ones(1)}, Path("model-0.safetensors"))
    assert refusal("my.json") == "my.json: 'extra' is in model-0.safetensors but not in the index"


def test_a_tensor_in_two_shards_is_named():
    sharded({"a": torch.ones(1), "b": torch.ones(1)}, Path("my.json"))
    safetensors({"a": torch.ones(1), "b": torch.ones(1)}, Path("model-0.safetensors"))
    assert refusal("my.json") == "my.json: 'b' is in two shards, model-0.safetensors and model-1.safetensors"


def test_a_pointer_in_place_of_a_shard_is_named():
    sharded({"a": torch.ones(1), "b": torch.ones(1)}, Path("my.json"))
    Path("model-1.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n")
    assert refusal("my.json") == "model-1.safetensors: is a Git LFS pointer, not the file; run git lfs pull"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"weight_map": {}}', "is JSON without a weight_map, so not an index of shards"),
        ('{"weight_map": [1]}', "is JSON without a weight_map, so not an index of shards"),
        ('{"weight_map": {"a": "b", "a": "c"}}', "the index has 'a' twice"),
        ('{"weight_map": ', "the index is not JSON"),
    ],
)
def test_an_index_that_is_none_is_explained(text, message):
    Path("my.json").write_text(text)
    assert refusal("my.json") == f"my.json: {message}"
