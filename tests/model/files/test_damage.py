"""Whatever bytes a file holds, it is read or refused in one line; nothing else is raised."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from levit_explore.errors import CheckpointError
from levit_explore.model.files import open_checkpoint
from tests.model.files.made import TENSORS, legacy, safetensors, sharded, training_state, zipped

CONTAINERS = {
    "zip": lambda path: zipped(TENSORS, path),
    "training state": lambda path: zipped(training_state(), path),
    "legacy": lambda path: legacy(TENSORS, path),
    "legacy training state": lambda path: legacy(training_state(), path),
    "safetensors": lambda path: safetensors(TENSORS, path),
    "index": lambda path: sharded(TENSORS, path),
}
in_each_container = pytest.mark.parametrize("write", CONTAINERS.values(), ids=CONTAINERS)
one_file = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
PLACES = st.integers(0, 100_000) | st.integers(0, 1500)  # whatever the length, which varies in the old format of torch
BEGINNINGS = [
    b"",
    b"PK\x03\x04",
    bytes.fromhex("80028a0a6cfc9c46f9206aa85019"),
    b"\x80\x02",
    b"\x80\x04",
    b"\x1e" + bytes(7) + b"{",
]


def is_read_or_refused(path, data: bytes) -> bool:
    """Reads all tensors of a file of `data`; whether that ends well or in one line that names the file."""
    path.write_bytes(data)
    try:
        tensors = open_checkpoint(path).tensors().values()
    except CheckpointError as error:
        return str(error).startswith(str(path.parent)) and str(error).isprintable()
    return sum(tensor.numel() for tensor in tensors) < 1000


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=300))
@one_file
def test_random_bytes_are_refused(tmp_path, beginning, data):
    assert is_read_or_refused(tmp_path / "saved", beginning + data)


@in_each_container
@given(data=st.data())
@one_file
def test_changed_bytes_are_read_or_refused(tmp_path, write, data):
    path = tmp_path / "saved"
    saved = bytearray(write(path).read_bytes())
    for place, byte in data.draw(st.lists(st.tuples(PLACES, st.integers(0, 255)), min_size=1, max_size=4)):
        saved[place % len(saved)] = byte
    assert is_read_or_refused(path, bytes(saved))


@in_each_container
@given(data=st.data())
@one_file
def test_cut_files_are_refused(tmp_path, write, data):
    path = tmp_path / "saved"
    saved = write(path).read_bytes()
    path.write_bytes(saved[: data.draw(PLACES) % len(saved)])
    with pytest.raises(CheckpointError):
        open_checkpoint(path)
