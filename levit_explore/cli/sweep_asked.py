"""What a sweep is asked for, read from its options; what cannot be done is refused before anything is counted."""

import os
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from levit_explore.errors import LevitError
from levit_explore.render.emit import SUFFIXES, Format, by_suffix

if TYPE_CHECKING:
    from levit_explore.search.sweep_found import Wanted

ROWS = ".parquet"
_MOST_DRAWN = 10**7


class Way(StrEnum):
    """How a space is swept."""

    ENUMERATE = "enumerate"
    TABLES = "tables"
    SAMPLE = "sample"


def form_of(form: Format | None, output: Path | None) -> Format:
    """How results are printed or written, where FILE is not one of rows. Raises LevitError for an unknown suffix."""
    if form is not None or output is None or output.suffix.lower() == ROWS:
        return form or Format.TABLE
    return by_suffix(output, SUFFIXES | {ROWS: Format.TABLE})


def check_files(output: Path | None, resume: bool, plot: Path | None, folder: Path | None) -> None:
    """Refuses what cannot be written before anything is counted."""
    rows = output is not None and output.suffix.lower() == ROWS
    if resume and not rows:
        raise LevitError("--resume: goes on with a file of rows; add -o FILE.parquet, as it was given before")
    if plot is not None:
        from levit_explore.render.front import check_suffix

        check_suffix(plot)
    for path in (output, plot):
        if path is not None and not os.path.isdir(path.parent):  # which raises for no name
            raise LevitError(f"{path}: cannot be written (there is no folder {path.parent})")
    if folder is not None and os.path.exists(folder) and not os.path.isdir(folder):
        raise LevitError(f"--save-specs {folder}: is a file; name a folder")


def check_apart(output: Path | None, plot: Path | None, folder: Path | None) -> None:
    """Refuses names of which one would be lost, for what the other names goes to the same place."""
    given = {"-o": output, "--plot": plot, "--save-specs": folder}
    places = {option: Path(os.path.realpath(path)) for option, path in given.items() if path is not None}
    for one, other in combinations(places, 2):
        lost = places[one] in (places[other], *places[other].parents)
        spec = other == "--save-specs" and places[one].suffix.lower() == ".yaml"
        if lost or (spec and places[one].parent == places[other]):
            words = "would be in each other's place; choose another name for one of them"
            raise LevitError(f"{one} {given[one]} and {other} {given[other]}: {words}")


def wanted_of(
    objectives: str,
    best: int,
    by: str | None,
    representatives: int,
    sample: str | None,
    seed: int,
    convention: str,
    way: Way | None,
) -> "Wanted":
    """What is to be found, by the options. Raises LevitError for what cannot be."""
    from levit_explore.analysis.conventions import lookup
    from levit_explore.search.sweep_found import Wanted
    from levit_explore.search.sweep_measures import objectives as read
    from levit_explore.search.sweep_measures import ranking

    lookup(convention)
    if best and by is None:
        raise LevitError(f"--best {best}: does not say of what; add --by flops, or another expression of quantities")
    if seed >= 2**63:
        raise LevitError(f"--seed {seed}: is too large; take one below 2^63")
    if sample is not None and way not in (None, Way.SAMPLE):
        raise LevitError(f"--sample {sample}: is a way of its own; leave out --way {way}")
    return Wanted(
        read(objectives),
        None if by is None else ranking(by),
        best or (10 if by is not None else 0),
        representatives,
        None if sample is None else _drawn(sample),
        seed,
        convention,
        None if way is None else way.value,
    )


def _drawn(text: str) -> int:
    """The number that "1M" or "250000" stands for."""
    from levit_explore.space.grammar import expression
    from levit_explore.space.nodes import Number, UnreadableError

    try:
        node = expression(text)
    except UnreadableError:
        node = None
    if (
        not isinstance(node, Number)
        or node.in_bytes
        or node.value.denominator != 1
        or not 1 <= node.value <= _MOST_DRAWN
    ):
        words = f"--sample {text[:40]}: is no number of variants; write 1M or 250000, at most {_MOST_DRAWN:,}"
        raise LevitError(words)
    return int(node.value)
