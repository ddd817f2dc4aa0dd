"""No file runs code, and none takes more memory than its own tensors."""

import argparse
import io
import os
import pickle
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
import torch
from torch import nn, serialization

from levit_explore.errors import CheckpointError
from levit_explore.model.files import open_checkpoint
from tests.model.files.made import (
    PICKLES,
    TENSORS,
    legacy,
    raw_safetensors,
    refusal,
    safetensors,
    same,
    sharded,
    zipped,
)

in_each_pickle = pytest.mark.parametrize("write", PICKLES.values(), ids=PICKLES)


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


class Payload:
    """Makes a folder called "ran" when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("ran",)


MKDIR = f"{os.mkdir.__module__}.mkdir"
HIDDEN = {
    "alone": lambda: Payload(),
    "as an entry": lambda: {"model": TENSORS, "extra": Payload()},
    "among the weights": lambda: {**TENSORS, "extra": Payload()},
    "in the arguments": lambda: {"model": TENSORS, "args": argparse.Namespace(hook=Payload())},
    "as a key": lambda: {"model": TENSORS, "extra": [(1, {2: Payload()})]},
}


def warning(file: str, name: str) -> str:
    return (
        f"{file}: would import {name}, and no code of a checkpoint is run; "
        "no weights need that, so do not open it with anything that would"
    )


def advice(file: str, name: str) -> str:
    return (
        f"{file}: would import {name}, and no code of a checkpoint is run; if you trust it, save its weights alone by "
        f"c = torch.load('{file}', map_location='cpu', weights_only=False); torch.save(c['model'], 'weights.pth') "
        "(or c.state_dict() if c is a whole model)"
    )


@in_each_pickle
@pytest.mark.parametrize("content", HIDDEN.values(), ids=HIDDEN)
def test_a_payload_is_refused_by_name_and_does_not_run(tmp_path, write, content):
    path = write(content(), Path("evil"))
    file = f"{path}/pytorch_model.bin" if path.is_dir() else "evil"
    assert refusal(path) == warning(file, MKDIR)
    assert not (tmp_path / "ran").exists()


def test_the_payload_would_run_if_it_were_unpickled(tmp_path):
    torch.load(zipped(Payload(), Path("evil")), weights_only=False)
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_payload_is_named_in_plain_pickles_of_each_protocol(tmp_path, protocol):
    Path("evil").write_bytes(pickle.dumps({"model": Payload()}, protocol))
    assert refusal("evil") == warning("evil", MKDIR)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("is_zip", [True, False])
def test_a_payload_is_named_in_files_of_torch_of_each_protocol(tmp_path, protocol, is_zip):
    saved = {"model": TENSORS, "extra": Payload()}
    torch.save(saved, "evil", pickle_protocol=protocol, _use_new_zipfile_serialization=is_zip)
    assert refusal("evil") == warning("evil", MKDIR)
    assert not (tmp_path / "ran").exists()


def test_a_payload_written_with_the_oldest_instructions_does_not_run(tmp_path):
    pickles(b"(S'ran'\nios\nmkdir\n.")
    assert refusal("evil") == warning("evil", "os.mkdir")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("protocol", [0, 1])
def test_a_payload_is_named_in_pickles_of_the_first_protocols(tmp_path, protocol):
    Path("evil").write_bytes(pickle.dumps({"model": Payload()}, protocol))
    assert refusal("evil") == warning("evil", MKDIR)
    assert not (tmp_path / "ran").exists()


def pickles(instructions: bytes) -> None:
    """An archive whose pickle is `instructions`."""
    with zipfile.ZipFile("evil", "w") as archive:
        archive.writestr("evil/data.pkl", instructions)
        archive.writestr("evil/version", b"3\n")


def test_a_payload_in_place_of_safetensors_does_not_run(tmp_path):
    sharded(TENSORS, Path("index.json"))
    zipped(Payload(), Path("model-0.safetensors"))
    assert refusal("index.json") == "index.json: its shard model-0.safetensors is not a safetensors file"
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["timm.models.levit.Levit", "pathlib.PosixPath", "numpy._core.multiarray.scalar"])
def test_what_may_be_harmless_comes_with_a_way_to_save_the_weights(name):
    module, _, member = name.rpartition(".")
    pickles(f"c{module}\n{member}\n.".encode())
    assert refusal("evil") == advice("evil", name)


@in_each_pickle
def test_what_the_program_allows_elsewhere_is_not_allowed_here(tmp_path, write):
    with serialization.safe_globals([os.mkdir, PurePosixPath]):
        assert "would import pathlib.PurePosixPath" in refusal(write({"a": PurePosixPath("b")}, Path("saved")))


@in_each_pickle
@pytest.mark.parametrize("allowed", [[], [argparse.Namespace], [PurePosixPath]])
def test_what_the_program_allows_elsewhere_stays_so(tmp_path, write, allowed):
    with serialization.safe_globals(allowed):
        before = set(serialization.get_safe_globals())
        open_checkpoint(write({"model": TENSORS, "args": argparse.Namespace(a=1)}, Path("saved")))
        assert set(serialization.get_safe_globals()) == before


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (nn.Linear(1, 1), "torch.nn.modules.linear.Linear"),
        (np.float64(0.5), "numpy._core.multiarray.scalar"),
        (torch.ones(2).to_sparse(), "torch._utils._rebuild_sparse_tensor"),
        (torch.ones(2, device="meta"), "torch._utils._rebuild_meta_tensor_no_storage"),
    ],
)
def test_a_class_that_is_not_plain_is_named(value, name):
    assert refusal(zipped({"model": value}, Path("saved"))) == advice("saved", name)


@pytest.mark.parametrize("name", ["__builtin__.eval", "builtins.exec", "subprocess.Popen", "os.system"])
def test_what_weights_never_need_comes_with_a_warning(name):
    module, _, member = name.rpartition(".")
    pickles(f"c{module}\n{member}\n.".encode())
    assert refusal("evil") == warning("evil", name)


def test_harmless_objects_of_training_are_read():
    saved = {"model": TENSORS, "milestones": Counter([3]), "rng": b"\xff\0", "seen": {1, 2}, "args": [None, 2**70, "x"]}
    assert same(open_checkpoint(zipped(saved, Path("saved"))).tensors(), TENSORS)


# Memory

HUGE = 2**38  # bytes, far more than a test could read


def huge(path: Path) -> Path:
    """A safetensors file with a tensor of 256 GiB, a hole on the disk, and a small one after it."""
    small = torch.tensor([1.0, 2.0])
    header = {
        "huge": {"dtype": "U8", "shape": [HUGE], "data_offsets": [0, HUGE]},
        "small": {"dtype": "F32", "shape": [2], "data_offsets": [HUGE, HUGE + 8]},
    }
    raw_safetensors(header, b"", path)
    with path.open("r+b") as stream:
        stream.seek(HUGE, io.SEEK_END)
        stream.write(small.numpy().tobytes())
    return path


def test_one_tensor_of_safetensors_is_read_alone(tmp_path):
    found = open_checkpoint(huge(tmp_path / "saved"))
    assert found.shapes["huge"] == (HUGE,)
    assert found.tensor("small").tolist() == [1.0, 2.0]


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_an_archive_stays_on_the_disk_until_its_tensors_are_used():
    zipped({"model": {"a": torch.ones(2**24)}}, Path("saved"))  # 64 MiB
    before = pages()
    found = open_checkpoint("saved")
    held = pages() - before
    assert held * os.sysconf("SC_PAGESIZE") < 2**24
    assert found.tensor("a")[-1] == 1


def pages() -> int:
    """The resident pages of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1])


def test_a_legacy_file_keeps_the_chosen_state_dict_alone():
    saved = {"model": {"a": torch.ones(4)}, "optimizer": {"b": torch.ones(2**20)}}
    found = open_checkpoint(legacy(saved, Path("saved")))
    assert found.tensor("a").untyped_storage().nbytes() == 16


@pytest.mark.parametrize("write", [zipped, legacy])
def test_a_tensor_that_repeats_its_values_beyond_the_file_is_refused(write):
    path = write({"a": torch.ones(1).expand(10**6, 10**4)}, Path("saved"))
    size = path.stat().st_size
    assert refusal(path) == f"saved: 'a' is 1000000 x 10000 values, more than the file's {size} bytes hold"


@pytest.mark.parametrize("write", [zipped, legacy])
def test_a_tensor_that_reaches_beyond_its_storage_is_refused(write):
    class Beyond:
        def __reduce__(self):
            storage = torch.ones(4).storage() if write is legacy else torch.ones(4)._typed_storage()
            return torch._utils._rebuild_tensor_v2, (storage, 0, (10**9,), (1,), False, {})

    with pytest.warns() if write is legacy else open(os.devnull):
        path = write({"a": Beyond()}, Path("saved"))
    assert refusal(path) == "saved: is damaged or not written by torch.save (torch stops with RuntimeError)"


def test_a_pickle_of_endless_instructions_is_refused():
    pickles(b"\x80\x02" + b"}0" * 600_000 + b"].")
    assert refusal("evil") == "evil: its pickle has more than 1000000 instructions"


def test_compressed_members_are_not_unpacked():
    with zipfile.ZipFile("bomb", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb/data.pkl", bytes(10**7))
    assert refusal("bomb") == (
        "bomb: 'bomb/data.pkl' is compressed, which torch.save never does; it may be a zip bomb and is not unpacked"
    )


def test_members_that_share_their_bytes_are_refused():
    with zipfile.ZipFile("bomb", "w") as archive:
        archive.writestr("bomb/data.pkl", b"x" * 1000)
        for number in range(9):
            twin = zipfile.ZipInfo(f"bomb/{number}")
            twin.file_size = twin.compress_size = 1000
            twin.header_offset = twin.CRC = 0
            archive.filelist.append(twin)
            archive.NameToInfo[twin.filename] = twin
        archive._didModify = True
    size = Path("bomb").stat().st_size
    assert refusal("bomb") == f"bomb: its members claim 10000 bytes, but the file has {size}; it may be a zip bomb"


def test_a_file_that_shrinks_after_opening_is_noticed():
    found = open_checkpoint(safetensors(TENSORS, Path("saved")))
    os.truncate("saved", 200)
    with pytest.raises(CheckpointError) as error:
        found.tensors()
    assert str(error.value) == "saved: has become shorter since it was opened"


def test_a_file_that_vanishes_after_opening_is_noticed():
    found = open_checkpoint(safetensors(TENSORS, Path("saved")))
    os.remove("saved")
    with pytest.raises(CheckpointError) as error:
        found.tensors()
    assert str(error.value) == "saved: cannot be read any more (No such file or directory)"
