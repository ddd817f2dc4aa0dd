"""The format that torch.save wrote before torch 1.6, looked through before torch opens it: five pickles, then data."""

from pathlib import Path

from levit_explore.errors import CheckpointError
from levit_explore.model.files.survey import Survey, survey
from levit_explore.spec.words import printable

_PICKLES = 5  # a magic number, the protocol, the system, the object, the keys of its storages


def survey_legacy(path: Path) -> Survey:
    """What the pickles of a legacy file name, once the file is long enough to hold it.

    Raises CheckpointError where it is not, and where `survey` does.
    """
    file = printable(str(path))
    with path.open("rb") as stream:
        surveys = [survey(stream, file) for _ in range(_PICKLES)]
        left = path.stat().st_size - stream.tell()
    storages = {key: size for found in surveys for key, size in found.storages.items()}
    needed = sum(8 + size for size in storages.values())  # each with its length before it
    if needed > left:
        raise CheckpointError(f"{file}: is cut short: its tensors need {needed} bytes, and {left} follow its header")
    return Survey(storages, max(found.protocol for found in surveys))
