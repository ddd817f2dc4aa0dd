"""The zip archive that torch.save writes, looked through before torch opens it."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from levit_explore.errors import CheckpointError
from levit_explore.model.files.survey import Survey, survey
from levit_explore.spec.words import printable, quoted


def survey_archive(path: Path) -> Survey:
    """What the pickle of an archive names, once nothing is compressed, given twice, or larger than the file allows.

    Raises CheckpointError where something is, where a storage is missing or too small, and where `survey` does.
    """
    file = printable(str(path))
    try:
        with zipfile.ZipFile(path) as archive:
            root = _root(archive.namelist(), file)
            members = _members(archive, path.stat().st_size, file)
            pickle = archive.read(f"{root}/data.pkl")
    except CheckpointError:
        raise
    except Exception:  # whatever the bytes lead the standard library to
        raise CheckpointError(f"{file}: is cut short or damaged (its zip archive cannot be read)") from None
    found = survey(io.BytesIO(pickle), file)
    for key, size in found.storages.items():
        name = f"{root}/data/{key}"
        if name not in members:
            raise CheckpointError(f"{file}: is damaged: {quoted(name)} is missing")
        if members[name] < size:
            raise CheckpointError(
                f"{file}: is damaged: {quoted(name)} has {members[name]} bytes and should have {size}"
            )
    return found


def _members(archive: zipfile.ZipFile, size: int, file: str) -> Mapping[str, int]:
    """The bytes of each member by name, all stored as they are in a file of `size` bytes."""
    members: dict[str, int] = {}
    for member in archive.infolist():
        name = quoted(member.filename)
        if member.filename in members:
            raise CheckpointError(f"{file}: is damaged: {name} is in the archive twice")
        if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
            raise CheckpointError(
                f"{file}: {name} is compressed, which torch.save never does; it may be a zip bomb and is not unpacked"
            )
        members[member.filename] = member.file_size
    total = sum(members.values())
    if total > size:
        raise CheckpointError(f"{file}: its members claim {total} bytes, but the file has {size}; it may be a zip bomb")
    return members


def _root(members: list[str], file: str) -> str:
    """The folder that torch.save put all members in."""
    root = members[0].split("/")[0] if members else ""
    if f"{root}/constants.pkl" in members:
        raise CheckpointError(f"{file}: is a TorchScript archive, which holds code; save its state dict instead")
    if f"{root}/data.pkl" not in members:
        raise CheckpointError(f"{file}: is a zip archive, but not one of torch.save")
    return root
