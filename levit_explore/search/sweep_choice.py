"""Which way a space is swept, and why: each variant visited, exact tables, or a sample."""

from dataclasses import dataclass

from levit_explore.search.sweep_tables import Laid
from levit_explore.search.tables import Unfit
from levit_explore.search.ways import ENUMERATE, SAMPLE, TABLES, by_tables
from levit_explore.space.space import Space

VISITED = 2 * 10**9  # variants: minutes of work, at 4 to 17 million a second
WRITTEN = 10**12  # variants, beyond which rows are no way to keep them
PATIENCE = 600  # seconds that tables may take


@dataclass(frozen=True)
class Way:
    """The way that a space is swept in, and why."""

    name: str
    why: str


def resumable(space: Space, asked: str | None) -> bool:
    """Whether a sweep in the way asked for, or else chosen, could go on from rows that it wrote."""
    visited = space.size <= VISITED if asked is None else asked == ENUMERATE
    return visited and space.size <= WRITTEN


def choose(cells: Laid, space: Space, asked: str | None, written: bool) -> Way:
    """The way asked for, else the first that serves; `written` where all rows that fit are to be kept.

    Raises Unfit where rows are to be kept of more variants than can be visited.
    """
    if written and space.size > WRITTEN:
        words = (
            f"{space.name}: rows are written by visiting each of {space.size:,} variants; {WRITTEN:,} can be visited"
        )
        raise Unfit(f"{words}: take choices away, or write .json, .csv or .md")
    if written and asked in (TABLES, SAMPLE):
        raise Unfit(f"-o FILE.parquet: rows are written by visiting each variant, which the way {asked} does not")
    if asked is not None:
        return Way(asked, "as asked for")
    if written:
        return Way(ENUMERATE, "each row that fits is written")
    if space.size <= VISITED:
        return Way(ENUMERATE, "few enough to visit each variant")
    many = "too many to visit each variant"
    serves = _tables(cells, space)
    if serves is None:
        return Way(SAMPLE, f"{many}, and tables that count them would be too large")
    return Way(TABLES, f"{many}; {serves}")


def _tables(cells: Laid, space: Space) -> str | None:
    """Why tables serve; None where they do not."""
    efforts = [by_tables(factors, space.bounds) for _, factors in cells]
    found = [effort for effort in efforts if effort is not None]
    if len(found) < len(efforts) or sum(effort.seconds for effort in found) > PATIENCE:
        return None
    return max(found, key=lambda effort: effort.seconds).why
