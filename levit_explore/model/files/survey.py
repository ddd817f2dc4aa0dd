"""What a pickle would import and which storages it names, found by reading its instructions and carrying none out."""

import pickletools
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, NoReturn

from levit_explore.errors import CheckpointError
from levit_explore.spec.words import printable

_ITEM_BYTES = {
    **dict.fromkeys(("BoolStorage", "ByteStorage", "CharStorage", "UntypedStorage"), 1),
    **dict.fromkeys(("ShortStorage", "HalfStorage", "BFloat16Storage"), 2),
    **dict.fromkeys(("IntStorage", "FloatStorage"), 4),
    **dict.fromkeys(("LongStorage", "DoubleStorage", "ComplexFloatStorage"), 8),
    "ComplexDoubleStorage": 16,
}
_MODULES = ("torch", "torch.storage", "torch.cuda")
_STORAGES = {f"{module}.{name}": size for module in _MODULES for name, size in _ITEM_BYTES.items()}
_DTYPES = [f"{kind}{bits}" for kind in ("int", "uint", "float") for bits in (8, 16, 32, 64)]
_DTYPES += ["bool", "bfloat16", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2"]
# Of what torch loads with weights_only, that which plain tensors and training states need; and the one class besides.
_ALLOWED = {
    "argparse.Namespace",
    *_STORAGES,
    *(f"torch.{dtype}" for dtype in _DTYPES),
    *("torch.Size", "torch.device", "torch.nn.parameter.Parameter"),
    *(f"torch._utils._rebuild_{what}" for what in ("tensor", "tensor_v2", "tensor_v3")),
    *(f"torch._utils._rebuild_{what}" for what in ("parameter", "parameter_with_state")),
    *("collections.OrderedDict", "collections.Counter", "_codecs.encode"),
    *("builtins.set", "__builtin__.set"),
}
_PLAIN = {"collections", "datetime", "decimal", "enum", "fractions", "pathlib", "uuid"}  # of Python's own: data alone
_PYTHON = {"__builtin__", "commands", *sys.stdlib_module_names} - _PLAIN  # with the names that Python 2 had
_WINDOW = 16  # more values than name a storage
_MAX_INSTRUCTIONS = 1_000_000  # what a few bytes each build takes memory; a training state has a tenth at most


@dataclass(frozen=True)
class Survey:
    """The bytes of each storage that a pickle names, by key, and the protocol that its instructions belong to."""

    storages: Mapping[str, int]
    protocol: int


def survey(stream: IO[bytes], file: str) -> Survey:
    """What the pickle at the stream's position names; the stream is left behind its end.

    Raises CheckpointError at the first import that no plain checkpoint needs, and where the pickle is damaged.
    """
    storages: dict[str, int] = {}
    protocol = 0
    for count, (opcode, recent) in enumerate(_instructions(stream, file)):
        if count == _MAX_INSTRUCTIONS:
            raise CheckpointError(f"{file}: its pickle has more than {_MAX_INSTRUCTIONS} instructions")
        protocol = max(protocol, opcode.proto)
        if opcode.name in ("GLOBAL", "INST", "STACK_GLOBAL") and recent[-1] not in _ALLOWED:
            _refuse(recent[-1], file)
        elif opcode.name == "BINPERSID":
            key, size = _storage(recent, file)
            storages[key] = max(size, storages.get(key, 0))
    return Survey(storages, protocol)


def _refuse(name: str, file: str) -> NoReturn:
    module = name.split(".")[0]
    found = f"{file}: would import {printable(name[:200])}, and no code of a checkpoint is run"
    if module in _PYTHON:
        raise CheckpointError(f"{found}; no weights need that, so do not open it with anything that would")
    resave = f"c = torch.load({file!r}, map_location='cpu', weights_only=False); torch.save(c['model'], 'weights.pth')"
    raise CheckpointError(
        f"{found}; if you trust it, save its weights alone by {resave} (or c.state_dict() if c is a whole model)"
    )


def _instructions(stream: IO[bytes], file: str) -> Iterator[tuple[pickletools.OpcodeInfo, list[Any]]]:
    """Each instruction with the plain values pushed up to it, imports as "module.name"; what is built is left out."""
    recent: list[Any] = []
    memo: dict[int, Any] = {}
    try:
        for opcode, given, _ in pickletools.genops(stream):
            argument: Any = given
            match opcode.name:
                case "PUT" | "BINPUT" | "LONG_BINPUT":
                    memo[argument] = recent[-1] if recent else None
                case "MEMOIZE":
                    memo[len(memo)] = recent[-1] if recent else None
                case "GET" | "BINGET" | "LONG_BINGET":
                    recent.append(memo.get(argument))
                case "GLOBAL" | "INST":
                    recent.append(argument.replace(" ", ".", 1))
                case "STACK_GLOBAL":
                    recent[-2:] = [".".join(str(word) for word in recent[-2:])]
                case _ if argument is not None:
                    recent.append(argument)
            yield opcode, recent
            del recent[:-_WINDOW]
    except Exception:  # whatever the bytes lead the standard library to
        raise CheckpointError(f"{file}: is cut short or damaged (its pickle breaks off)") from None


def _storage(recent: list[Any], file: str) -> tuple[str, int]:
    """The key and bytes of a storage named by ("storage", type, key, location, items, ...)."""
    starts = [index for index, value in enumerate(recent) if value == "storage"]
    match recent[starts[-1] + 1 :] if starts else []:
        case [str(kind), str(key), str(), int(items), *_] if kind in _STORAGES and items >= 0:
            return key, items * _STORAGES[kind]
        case _:
            raise CheckpointError(f"{file}: is damaged or not written by torch.save (a storage without type and size)")
