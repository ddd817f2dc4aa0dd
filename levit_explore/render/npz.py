"""Bias maps as numpy arrays in one file, by path of the attention."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from levit_explore.analysis.biases import BiasMap
from levit_explore.writing import write_file


def save(maps: Sequence[BiasMap], path: Path) -> None:
    """Writes an .npz file of, for every attention:

    - `PATH/table`: float64 (heads, columns), the learned values; absent where there are no weights
    - `PATH/index`: int64 (queries, keys), the column of the table that each pair uses; table[:, index] is the bias
    - `PATH/support`: int64 (columns,), how many pairs each column serves
    - `PATH/grid`: int64 (2,), H and W of the keys
    - `PATH/stride`: int64 (), the queries' step on that grid
    - `PATH/signed`: bool (), false where columns are |dy| * W + |dx|, of which there are H*W, and true where they
      are (qy - ky + H-1) * (2W-1) + qx - kx + W-1, of which there are (2H-1) * (2W-1)
    - `PATH/class_token`: float64 (heads, 3), the biases from a class token to the keys, from the queries to it and from
      it to itself; absent where there is none

    Raises LevitError where the file cannot be written.
    """
    arrays: dict[str, Any] = {}
    for one in maps:
        found: dict[str, Any] = {} if one.table is None else {"table": one.table}
        found |= {} if one.class_token is None else {"class_token": one.class_token}
        found |= {
            "index": one.index,
            "support": one.support,
            "grid": np.array(one.key_grid, dtype=np.int64),
            "stride": np.array(one.stride, dtype=np.int64),
            "signed": np.array(one.signed),
        }
        arrays |= {f"{one.path}/{name}": array for name, array in found.items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_file(path, lambda file: file.write_bytes(buffer.getvalue()))
