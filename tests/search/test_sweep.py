"""A sweep finds what visiting every variant one by one finds, whichever way it goes about it."""

import pytest

from levit_explore.errors import LevitError
from levit_explore.search.sweep import Means, sweep
from levit_explore.search.sweep_choice import VISITED
from levit_explore.search.sweep_found import EmptyError, Number, Wanted
from levit_explore.search.sweep_measures import objectives, ranking
from levit_explore.search.tables import Unfit
from levit_explore.search.ways import DRAWN
from levit_explore.space.load import make_space
from tests.search.sweeps import table
from tests.search.swept import ALLOWED, FIT, SPACE, bounded, unbeaten

AIMS = {
    "flops,params": (lambda row: row["flops"], lambda row: row["params"]),
    "params,-depth": (lambda row: row["params"], lambda row: -row["depth"]),
    "flops,-params,bytes_moved": (lambda row: row["flops"], lambda row: -row["params"], lambda row: row["bytes_moved"]),
    "flops,balance": (lambda row: row["flops"], lambda row: row["attention"] * 10**6 // row["mlp"]),
}


def _wanted(aims="flops,params", **rest):
    return Wanted(objectives(aims), **rest)


def test_space_has_variants_of_every_kind():
    assert 0 < len(FIT) < len(ALLOWED) < SPACE.size


@pytest.mark.parametrize("way", ["enumerate", "tables"])
def test_exact_ways_count_what_counting_one_by_one_counts(way):
    found = sweep(SPACE, _wanted(way=way))
    assert (found.allowed, found.within) == (Number(len(ALLOWED)), Number(len(FIT)))


@pytest.mark.parametrize("aims", AIMS)
def test_front_is_what_no_other_variant_beats(aims):
    found = sweep(SPACE, _wanted(aims, way="enumerate"))
    assert found.front.numbers.tolist() == unbeaten(FIT, *AIMS[aims])


@pytest.mark.parametrize("aims", [aims for aims in AIMS if "balance" not in aims])
def test_front_by_tables_is_the_front_of_all_variants(aims):
    tables, visited = (sweep(SPACE, _wanted(aims, way=way)) for way in ("tables", "enumerate"))
    assert tables.sources["front"] == "tables"
    assert table(tables.front) == table(visited.front)


@pytest.mark.parametrize("aims", ["flops,-depth", "params,-depth", "flops,-params"])
def test_front_by_tables_of_a_space_with_one_bound_is_that_of_all_variants(aims):
    space = bounded("flops <= 2M") if "flops" in aims else bounded("dim[0] <= dim[1]")
    tables, visited = (sweep(space, _wanted(aims, way=way)) for way in ("tables", "enumerate"))
    assert tables.sources["front"] == "tables"
    assert table(tables.front) == table(visited.front)
    assert len(tables.front) > 1


def test_front_that_tables_cannot_find_is_that_of_the_sample_and_says_so():
    found = sweep(SPACE, _wanted("flops,balance", way="tables"))
    assert found.sources["front"] == "the sample, for the distance of balance from 1 is no sum of parts"
    assert not found.exact


@pytest.mark.parametrize("text", ["params", "flops / 3 + 20 * params", "-depth", "attention - 0.1 * mlp"])
def test_best_by_tables_are_the_best_of_all_variants(text):
    tables, visited = (sweep(SPACE, _wanted(by=ranking(text), best=7, way=way)) for way in ("tables", "enumerate"))
    assert tables.sources["best"] == "tables"
    assert table(tables.best) == table(visited.best)


def test_best_by_a_quotient_are_those_of_the_sample_and_the_front_and_say_so():
    found = sweep(SPACE, _wanted(by=ranking("flops / params"), best=3, way="tables"))
    assert found.sources["best"] == "the sample and the front, for flops / params is no sum of totals"


@pytest.mark.parametrize(("text", "key"), [("params", "params"), ("flops + 20 * params", None), ("-depth", None)])
def test_best_are_the_least_by_the_expression(text, key):
    value = {
        "params": lambda row: row["params"],
        "flops + 20 * params": lambda row: row["flops"] + 20 * row["params"],
        "-depth": lambda row: -row["depth"],
    }[text]
    found = sweep(SPACE, _wanted(by=ranking(text), best=5, way="enumerate"))
    assert table(found.best) == sorted(FIT, key=lambda row: (value(row), row["number"]))[:5]


@pytest.mark.parametrize("way", ["enumerate", "tables"])
def test_best_leave_out_and_count_variants_without_a_value(way):
    fields = {"choices": [0, 2]}
    stage = {"dim": {"range": [32, 96], "step": 16}, "depth": 1, "heads": 2, "key_dim": 16, "mlp_ratio": fields}
    space = make_space({"image_size": 64, "stages": [stage]}, "half")
    found = sweep(space, _wanted(by=ranking("balance"), best=10, way=way))
    assert found.unranked == space.size // 2
    assert [space.chosen(int(number))["stages[0].mlp_ratio"] for number in found.best.numbers] == [2] * 5


def test_quantiles_of_all_variants_are_exact():
    found = sweep(SPACE, _wanted(way="enumerate"))
    for name in ("flops", "params", "depth"):
        ordered = sorted(row[name] for row in FIT)
        expected = {share: ordered[max(1, -(-len(FIT) * share // 100)) - 1] for share in (0, 5, 25, 50, 75, 95, 100)}
        assert found.spread[name].quantiles == expected
        assert found.spread[name].width == 0


def test_sample_agrees_with_the_count_within_its_error():
    found = sweep(SPACE, _wanted(sample=20_000, seed=7))
    assert found.allowed == Number(len(ALLOWED))
    assert abs(found.within.value - len(FIT)) <= 5 * found.within.error
    assert found.drew.share == pytest.approx(len(FIT) / len(ALLOWED), abs=5 * found.drew.error)
    assert set(found.front.numbers.tolist()) <= {row["number"] for row in FIT}


def test_sample_finds_each_variant_of_a_small_space():
    found = sweep(SPACE, _wanted(sample=20_000))
    assert table(found.front) == table(sweep(SPACE, _wanted(way="enumerate")).front)


def test_same_seed_gives_the_same_sample_and_another_one_another():
    first, again, other = (sweep(SPACE, _wanted(sample=50, representatives=9, seed=seed)) for seed in (1, 1, 2))
    assert table(first.representatives) == table(again.representatives)
    assert table(first.representatives) != table(other.representatives)


def test_representatives_are_as_many_as_are_wanted_and_fit():
    found = sweep(SPACE, _wanted(representatives=4, way="enumerate"))
    assert len(found.representatives) == 4
    assert all(row in FIT for row in table(found.representatives))


def test_workers_change_nothing():
    wanted = _wanted(by=ranking("flops"), best=3, representatives=4, way="enumerate")
    alone, together = (sweep(SPACE, wanted, Means(workers=workers)) for workers in (1, 2))
    for name in ("front", "best", "representatives"):
        assert table(getattr(alone, name)) == table(getattr(together, name))
    assert alone.spread == together.spread


@pytest.mark.parametrize(
    ("constraints", "words"),
    [
        (["flops <= 1k"], "spec: flops <= 1k holds for no variant: flops is at least "),
        (["depth >= 3", "params >= 1G"], "spec: params >= 1G holds for no variant: params is at most "),
        (["balance >= 100"], "spec: balance >= 100 holds for no variant"),
    ],
)
@pytest.mark.parametrize("way", ["enumerate", "tables", "sample"])
def test_empty_space_says_which_constraint_leaves_nothing(constraints, words, way):
    with pytest.raises(LevitError) as raised:
        sweep(bounded(*constraints), _wanted(way=way))
    assert str(raised.value).startswith(words)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("way", ["enumerate", "tables"])
def test_empty_space_says_that_constraints_contradict_each_other(way):
    with pytest.raises(EmptyError) as raised:
        sweep(bounded("flops <= 800k", "depth >= 7"), _wanted(way=way))
    words = "small: none of 400 variants keeps all constraints at once, though each alone is kept by some"
    assert str(raised.value) == words


@pytest.mark.parametrize(("size", "way"), [(VISITED - 1, "enumerate"), (VISITED * 1000, "tables")])
def test_way_follows_from_the_size_of_the_space(size, way, monkeypatch):
    monkeypatch.setattr("levit_explore.search.sweep_choice.VISITED", bounded().size * VISITED // size)
    assert sweep(bounded("flops <= 30M"), _wanted()).way == way


def test_rows_are_not_written_of_a_space_too_large_to_visit(monkeypatch, tmp_path):
    monkeypatch.setattr("levit_explore.search.sweep_choice.WRITTEN", 100)
    with pytest.raises(Unfit, match="rows are written by visiting each of 400 variants; 100 can be visited"):
        sweep(bounded(), _wanted(), Means(store=object()))


def test_tables_tell_how_far_they_are_in_ascending_shares_of_all_variants(monkeypatch):
    monkeypatch.setattr("levit_explore.search.count.BATCH", 16)  # sums at once, of which so small a space has few
    seen = []
    space = bounded("flops <= 2M", "params <= 150k")
    sweep(space, _wanted("flops,params", way="tables"), Means(progress=seen.append))
    assert list(dict.fromkeys(at.doing for at in seen)) == ["drawing", "counting", "the front"]
    for doing, total in (("drawing", DRAWN), ("counting", space.size), ("the front", space.size)):
        done = [at.done for at in seen if at.doing == doing]
        assert len(done) > 1
        assert done == sorted(done)
        assert done[-1] == total
        assert {(at.total, at.resumed, at.fit) for at in seen if at.doing == doing} == {(total, 0, None)}
