"""A sweep over a real space: rows are what counting its variants one by one gives."""

import pickle

import pyarrow.parquet as pq
import pytest

from levit_explore import balance, flops, params, plan
from levit_explore.search.counting import counting
from levit_explore.search.rows import joined
from levit_explore.search.run import run
from levit_explore.search.store import opened
from levit_explore.search.summary import Asked
from tests.search.sweeps import table
from tests.search.swept import SPACE

QUANTITIES = ("flops", "params", "attention", "mlp")


def fits(number):
    """The variant of a number counted for itself; None where it is masked or beyond a bound."""
    chosen = SPACE.chosen(number)
    if chosen["stages[0].dim"] > chosen["stages[1].dim"]:
        return None
    planned = plan(SPACE.spec(number))
    shares = balance(planned).whole
    if params(planned) > 150_000 or not shares.mlp <= shares.attention <= 3 * shares.mlp:
        return None
    counts = {"params": params(planned), "attention": shares.attention, "mlp": shares.mlp}
    return {"number": number, "flops": flops(planned)} | counts


EXPECTED = [row for row in map(fits, range(SPACE.size)) if row is not None]


@pytest.mark.parametrize("length", [1, 7, 50, SPACE.size])
def test_ranges_together_give_each_variant_that_fits_once(length):
    work = counting(SPACE, QUANTITIES).work
    rows = joined(*(work(start, min(start + length, SPACE.size)) for start in range(0, SPACE.size, length)))
    assert 0 < len(rows) < SPACE.size
    assert table(rows) == EXPECTED


def test_work_that_was_at_work_goes_to_another_process_without_its_tables():
    work = counting(SPACE, QUANTITIES).work
    fresh = len(pickle.dumps(work))
    before = table(work(0, SPACE.size))
    assert len(pickle.dumps(work)) <= fresh + 2000
    assert table(pickle.loads(pickle.dumps(work))(0, SPACE.size)) == before


def test_the_output_says_what_each_variant_chose(tmp_path):
    task = counting(SPACE, QUANTITIES)
    with opened(tmp_path / "rows.parquet", task.header) as store:
        assert run(task, Asked(), store, workers=2).count == len(EXPECTED)
    found = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert found == [row | SPACE.chosen(row["number"]) for row in EXPECTED]
