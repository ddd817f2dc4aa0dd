"""A size is an exact int, or an array of ints that stands for many variants at once.

Formulas over sizes use `+ - * //` and the two functions here, and never branch on a size, so that one
formula serves both. numpy is only asked for where an array came in.
"""

import dataclasses
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

if TYPE_CHECKING:
    import numpy as np

Size: TypeAlias = "int | np.ndarray[Any, np.dtype[np.int64]]"
Ratio: TypeAlias = "float | np.ndarray[Any, np.dtype[np.float64]]"
Mask: TypeAlias = "bool | np.ndarray[Any, np.dtype[np.bool_]]"
Shape: TypeAlias = tuple[Size, ...]
Grid: TypeAlias = tuple[Size, Size]  # (height, width)


def is_array(value: object) -> "TypeGuard[np.ndarray[Any, Any]]":
    """Whether `value` is a numpy array; does not import numpy."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def arrays(data: object) -> "Iterator[np.ndarray[Any, Any]]":
    """Every array in nested mappings, sequences and dataclasses."""
    if is_array(data):
        yield data
    elif isinstance(data, Mapping):
        for item in data.values():
            yield from arrays(item)
    elif isinstance(data, list | tuple):
        for item in data:
            yield from arrays(item)
    elif dataclasses.is_dataclass(data):
        for field in dataclasses.fields(data):
            yield from arrays(getattr(data, field.name))


def wide(value: Any) -> Any:
    """Arrays of numbers as int64 or float64, in which products neither wrap nor round; anything else as it is."""
    return value.astype("int64" if value.dtype.kind in "iu" else "float64", copy=False) if is_array(value) else value


def ceil_div(size: Size, divisor: Size) -> Size:
    """`size / divisor` rounded up: how many tokens remain of `size` when every `divisor`-th is kept."""
    return -(-size // divisor)


def elements(shape: Shape) -> Size:
    """The number of elements of a shape; multiplied from the right, where most shapes have their single sizes."""
    product, *rest = reversed(shape)
    for size in rest:
        product = product * size
    return product


def total(sizes: Iterable[Size]) -> Size:
    """The sum of sizes, zeros left out: adding one to an array costs as much as adding another array."""
    some = [size for size in sizes if is_array(size) or size]
    return reduce(add, some) if some else 0


def truncate(ratio: Ratio, size: Size) -> Size:
    """`int(ratio * size)`, the rounding of levit.py for value and hidden dimensions.

    >>> truncate(1.5, 19)
    28
    """
    product = ratio * size
    return product.astype("int64", copy=False) if is_array(product) else int(product)


def single(size: Size) -> int:
    """The size as an int. Raises TypeError for an array, which stands for many networks and not for one."""
    if not isinstance(size, int):
        raise TypeError("a plan of array sizes stands for many networks; plan one of them by itself")
    return size
