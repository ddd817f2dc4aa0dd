"""What a file is, by its first bytes, and the words for what is not a checkpoint."""

import codecs
import pickletools
from enum import Enum, auto
from pathlib import Path

import torch

from levit_explore.errors import CheckpointError
from levit_explore.model.files.survey import survey
from levit_explore.spec.words import printable

HEAD = 4096  # as many bytes as `content` looks at
_LARGEST_OLD_PICKLE = 2**24


class Content(Enum):
    """The contents that can be read."""

    ZIP = auto()  # torch.save since torch 1.6
    LEGACY = auto()  # torch.save before
    SAFETENSORS = auto()
    INDEX = auto()  # JSON that names the shards of safetensors


_LEGACY = torch.serialization.MAGIC_NUMBER.to_bytes(10, "little")  # pickled, so behind the protocol and a length
_ELSE = {  # what other files begin with
    b"version https://git-lfs": "is a Git LFS pointer, not the file; run git lfs pull",
    b"PK\x05\x06": "is an empty zip archive",
    b"\x1f\x8b": "is compressed with gzip; unpack it with gunzip first",
    b"BZh": "is compressed with bzip2; unpack it with bunzip2 first",
    b"\xfd7zXZ\0": "is compressed with xz; unpack it with unxz first",
    b"\x28\xb5\x2f\xfd": "is compressed with zstd; unpack it with unzstd first",
    b"\x89HDF": "is an HDF5 file, such as Keras weights; only torch and safetensors files are read",
    b"\x93NUMPY": "is a numpy array; only torch and safetensors files are read",
    b"GGUF": "is a GGUF file; only torch and safetensors files are read",
}


def content(head: bytes, path: Path) -> Content:
    """What the file at `path`, which begins with `head`, can be read as; raises CheckpointError if as nothing."""
    if head.startswith(b"PK\x03\x04"):
        return Content.ZIP
    if head[:1] == b"\x80" and _LEGACY in head[:32]:
        return Content.LEGACY
    if head[8:9] == b"{" and not _is_text(head[:8]):  # a length in 8 bytes, then JSON
        return Content.SAFETENSORS
    if head.lstrip().startswith(b"{") and b'"weight_map"' in head and _is_text(head):
        return Content.INDEX
    raise CheckpointError(f"{printable(str(path))}: {_instead(head, path)}")


def _instead(head: bytes, path: Path) -> str:
    """What a file is that cannot be read, and what to do."""
    for start, words in _ELSE.items():
        if head.startswith(start):
            return words
    if not head:
        return "is empty; copy or download it again"
    if (head[0] == 0x80 and head[1:2] in (b"\2", b"\3", b"\4", b"\5")) or _is_old_pickle(path):
        with path.open("rb") as stream:
            survey(stream, printable(str(path)))  # a name that it would import says more
        return "is a Python pickle not written by torch.save; save the state dict with torch.save"
    if head[257:262] == b"ustar":
        return "is a tar archive; unpack it and give the checkpoint in it"
    if head.removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return "is a web page, not a checkpoint; its download failed or needs a login"
    if _is_text(head):
        return "is text, such as a spec, not a checkpoint; give a .pth or .safetensors file"
    return f"is neither a torch nor a safetensors file (it begins with {head[:8].hex(' ')})"


def _is_old_pickle(path: Path) -> bool:
    """Whether a file is a whole pickle of the first two protocols, which begin like any text."""
    if path.stat().st_size > _LARGEST_OLD_PICKLE:
        return False
    try:
        return sum(1 for _ in pickletools.genops(path.read_bytes())) > 1
    except Exception:  # whatever the bytes lead the standard library to
        return False


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(head) < HEAD or error.start < len(head) - 3:  # a character may be cut at the end
            return False
        text = head[: error.start].decode("utf-8-sig")
    return all(letter.isprintable() or letter.isspace() for letter in text)
