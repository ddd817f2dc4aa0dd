"""Sharded safetensors: a JSON index that says which file beside it holds which tensor."""

from collections.abc import Mapping
from pathlib import Path

from levit_explore.errors import CheckpointError
from levit_explore.model.files.checkpoint import CheckpointFile
from levit_explore.model.files.content import HEAD, Content, content
from levit_explore.model.files.header import MAX_BYTES, read_object
from levit_explore.model.files.safetensors import Place, from_places, read_header
from levit_explore.spec.words import did_you_mean, listed, printable, quoted


def open_shards(path: Path, weights: str | None) -> CheckpointFile:
    """The tensors of all shards that the index at `path` names, of which only the headers are read now.

    Raises CheckpointError where index and shards do not agree on every tensor.
    """
    file = printable(str(path))
    places: dict[str, Place] = {}
    index = _index(path, file)
    for shard in dict.fromkeys(index.values()):
        for name, place in _shard(path.parent / shard, file).items():
            if name in places:
                both = listed([printable(places[name].path.name), printable(shard)], "and")
                raise CheckpointError(f"{file}: {quoted(name)} is in two shards, {both}")
            places[name] = place
    _check_same(index, places, file)
    return from_places(path, "sharded safetensors", places, weights)


def _index(path: Path, file: str) -> Mapping[str, str]:
    """The shard of each tensor, as the index says; every shard lies beside the index."""
    with path.open("rb") as stream:
        entries = read_object(stream.read(MAX_BYTES + 1), f"{file}: the index")
    index = entries.get("weight_map")
    if not isinstance(index, dict) or not index:
        raise CheckpointError(f"{file}: is JSON without a weight_map, so not an index of shards")
    for name, shard in index.items():
        if not isinstance(shard, str) or shard in ("", ".", "..") or {"/", "\\", "\0"} & set(shard):
            raise CheckpointError(f"{file}: the shard of {quoted(name)} must be a file beside the index")
    return index


def _shard(path: Path, file: str) -> Mapping[str, Place]:
    if not path.is_file():
        raise CheckpointError(f"{file}: its shard {printable(path.name)} is missing")
    with path.open("rb") as stream:
        found = content(stream.read(HEAD), path)
    if found is not Content.SAFETENSORS:
        raise CheckpointError(f"{file}: its shard {printable(path.name)} is not a safetensors file")
    return read_header(path)


def _check_same(index: Mapping[str, str], places: Mapping[str, Place], file: str) -> None:
    for name, shard in index.items():
        if name not in places or places[name].path.name != shard:
            raise CheckpointError(f"{file}: {quoted(name)} is not in {printable(shard)}, where the index places it")
    for name, place in places.items():
        if name not in index:
            shard, near = printable(place.path.name), did_you_mean(name, index)
            raise CheckpointError(f"{file}: {quoted(name)} is in {shard} but not in the index{near}")
