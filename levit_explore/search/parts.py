"""Rows as Parquet, with what they come from in the metadata of the schema."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from levit_explore.errors import LevitError
from levit_explore.search.chunks import Chunk, Chunks
from levit_explore.search.rows import Rows
from levit_explore.space.cells import Axis

if TYPE_CHECKING:
    import pyarrow

_KEY = b"levit-explore/sweep/1"
_NUMBER = "number"
GROUP = 1 << 18  # rows that are in memory at once where parts become one file


@dataclass(frozen=True)
class Choice:
    """A column that says what an axis has in each variant: the value at `number // stride % len(axis)`."""

    axis: Axis
    stride: int


@dataclass(frozen=True)
class Header:
    """Where rows come from. Files with the same header are of the same sweep."""

    digest: str
    convention: str
    columns: tuple[str, ...]
    size: int
    length: int
    choices: tuple[Choice, ...] = ()  # follow from the digest


def encoded(rows: Rows, header: Header, chunk: Chunk) -> bytes:
    """The Parquet file of the rows of a chunk; the same bytes for the same rows."""
    pa, pq = _arrow()
    names = (*(choice.axis.name for choice in header.choices), *header.columns)
    values = (*(_chosen(choice, rows) for choice in header.choices), *(rows.columns[name] for name in header.columns))
    table = pa.table({_NUMBER: rows.numbers, **dict(zip(names, values, strict=True))}, metadata=_stamp(header, chunk))
    file = io.BytesIO()
    pq.write_table(table, file, **_layout(header))
    return file.getvalue()


def named(chunk: Chunk, part: bytes) -> str:
    """What the file of a chunk is called: its place among all, and the checksum of all that is in it."""
    return f"part-{chunk.index:09d}-{crc32(part):08x}.parquet"


def whole(path: Path, header: Header) -> tuple[Chunk, Rows]:
    """The chunk whose file has this path, and its rows.

    Raises ValueError where it cannot be read, and LevitError where it is of another sweep.
    """
    with _part(path) as file:
        table = file.read()
    found = _stamped(table.schema)
    _check(path, found, header)
    if found.get("start") != place(path) * header.length:
        raise ValueError(f"{path.name} holds another part")
    chunk = Chunks(header.size, header.length)[place(path)]
    return chunk, _rows(table, header)


def place(path: Path) -> int:
    """The place of a part among all."""
    return int(path.name.split("-")[1])


def each(path: Path, header: Header) -> Iterator[Rows]:
    """The rows of a whole sweep, some at a time. Raises LevitError where they cannot be read or are of another."""
    pa, pq = _arrow()
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            _check(path, _stamped(file.schema_arrow), header)
            for batch in file.iter_batches(columns=[_NUMBER, *header.columns], batch_size=header.length):
                yield _rows(batch, header)
    except (OSError, ValueError, LookupError, pa.ArrowException) as error:
        words = f"{path}: cannot be read ({_line(error)})"
        if isinstance(error, OSError) and error.errno:  # by the system, and perhaps for the moment
            raise LevitError(words) from None
        raise LevitError(f"{words}; remove it, and run the sweep again, with --resume if parts are kept") from None


def join(parts: Sequence[Path], target: Path, header: Header) -> None:
    """Writes the rows of parts, which are in order, to one file, about as many at a time as `GROUP` or a chunk has.

    Raises ValueError where a part cannot be read, and OSError where the file cannot be written.
    """
    _, pq = _arrow()
    with _part(parts[0]) as first:
        schema = first.schema_arrow.with_metadata(_stamp(header, Chunk(0, 0, header.size)))
    with pq.ParquetWriter(target, schema, **_layout(header)) as writer:
        for group in _groups(parts, schema, min(GROUP, header.length)):
            writer.write_table(group, row_group_size=len(group))


def _groups(parts: Sequence[Path], schema: "pyarrow.Schema", least: int) -> Iterator["pyarrow.Table"]:
    """The rows of parts in tables of so many or a few more; what is left is in the last."""
    pa, _ = _arrow()
    held: list[pyarrow.RecordBatch] = []
    for part in parts:
        with _part(part) as file:
            for batch in file.iter_batches(batch_size=max(1, least // 4)):
                held.append(batch)
                if sum(map(len, held)) >= least:
                    yield pa.Table.from_batches(held).cast(schema).combine_chunks()
                    held = []
    if held:
        yield pa.Table.from_batches(held).cast(schema).combine_chunks()


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        words = "results go to Parquet by pyarrow, which is not installed: pip install 'levit-explore[parquet]'"
        raise LevitError(words) from None
    return pyarrow, pyarrow.parquet


@contextmanager
def _part(path: Path) -> Iterator["pyarrow.parquet.ParquetFile"]:
    """A part that is open. Raises ValueError where it cannot be read, or is not what was written."""
    pa, pq = _arrow()
    try:
        content = path.read_bytes()
        if not path.stem.endswith(f"-{crc32(content):08x}"):
            raise ValueError(f"{path.name} is not what was written")
        with pq.ParquetFile(io.BytesIO(content)) as file:
            yield file
    except (OSError, pa.ArrowException) as error:
        raise ValueError(f"{path.name} cannot be read ({_line(error)})") from None


def _line(error: Exception) -> str:
    """What is wrong, on one line."""
    words = error.strerror if isinstance(error, OSError) else None
    return " ".join((words or str(error)).split())


def _rows(table: Any, header: Header) -> Rows:
    numbers, *columns = (table.column(name).to_numpy() for name in (_NUMBER, *header.columns))
    return Rows(numbers, dict(zip(header.columns, columns, strict=True)))


def _chosen(choice: Choice, rows: Rows) -> "pyarrow.DictionaryArray":
    """What an axis has in every row."""
    pa, _ = _arrow()
    places = (rows.numbers // choice.stride % len(choice.axis)).astype(np.int32)
    values = choice.axis.values
    if len({type(value) for value in values}) > 1:  # a column is of one type
        numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
        values = tuple(map(float if numbers else str, values))
    return pa.DictionaryArray.from_arrays(places, pa.array(values))


def _layout(header: Header) -> dict[str, Any]:
    """How files are written: numbers ascend and quantities hardly repeat, while choices do."""
    choices = [choice.axis.name for choice in header.choices]
    return {
        "compression": "zstd",
        "write_page_checksum": True,
        "use_dictionary": choices or False,
        "column_encoding": {_NUMBER: "DELTA_BINARY_PACKED"},
    }


def _stamp(header: Header, chunk: Chunk) -> dict[bytes, bytes]:
    return {_KEY: json.dumps({**_identity(header), "start": chunk.start, "stop": chunk.stop}).encode()}


def _identity(header: Header) -> dict[str, Any]:
    names = ("digest", "convention", "columns", "size", "length")
    return {name: getattr(header, name) for name in names} | {"columns": list(header.columns)}


def _stamped(schema: "pyarrow.Schema") -> dict[str, Any]:
    """What a file says of itself; nothing where it is not of a sweep."""
    found = json.loads((schema.metadata or {}).get(_KEY, b"{}"))
    return found if isinstance(found, dict) else {}


def _check(path: Path, found: Mapping[str, Any], header: Header) -> None:
    """Raises LevitError where a file is not of the sweep of a header."""
    if not found:
        raise LevitError(f"{path}: is not a result of levit-explore sweep")
    for name, value in _identity(header).items():
        if found.get(name) != value:
            other, own = (str(one)[:8] if name == "digest" else one for one in (found.get(name), value))
            words = f"is of another sweep, with {name} {other}, not {own}"
            raise LevitError(f"{path}: {words}; choose another -o, or remove what is there")
