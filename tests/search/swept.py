"""A small space with every kind of constraint, and all of its variants that fit, counted one by one."""

from levit_explore import plan
from levit_explore.space.load import make_space
from tests.search.cells import counts

SPACE = make_space(
    {
        "image_size": 64,
        "num_classes": 10,
        "activation": {"choices": ["hardswish", "gelu"]},
        "stages": [
            {"dim": {"choices": [32, 48, 64]}, "depth": {"range": [0, 2]}, "heads": 2, "key_dim": 16},
            {
                "dim": {"choices": [48, 64]},
                "depth": 1,
                "heads": 2,
                "key_dim": 16,
                "mlp_ratio": {"choices": [0, 1.5, 2]},
            },
        ],
        "constraints": ["dim[0] <= dim[1]", "params <= 150k", "1 <= balance <= 3"],
    },
    "tiny",
)


def _counted(number: int) -> "dict[str, int] | None":
    chosen = SPACE.chosen(number)
    if chosen["stages[0].dim"] > chosen["stages[1].dim"]:
        return None
    return {"number": number} | counts(plan(SPACE.spec(number)))


ALLOWED = [row for row in map(_counted, range(SPACE.size)) if row is not None]
FIT = [row for row in ALLOWED if row["params"] <= 150_000 and row["mlp"] <= row["attention"] <= 3 * row["mlp"]]


def unbeaten(rows, *objectives):
    """The numbers of rows that no other beats, of equal ones the first; by comparing each with each."""
    values = {row["number"]: tuple(one(row) for one in objectives) for row in rows}

    def beats(other, own):
        return other != own and all(a <= b for a, b in zip(other, own, strict=True))

    kept = {number: own for number, own in values.items() if not any(beats(other, own) for other in values.values())}
    return sorted({own: number for number, own in sorted(kept.items(), reverse=True)}.values())


def bounded(*constraints):
    """A space of 400 variants of two stages, with these constraints."""
    stage = {"dim": {"range": [32, 96], "step": 16}, "depth": {"range": [1, 4]}, "heads": 2, "key_dim": 16}
    fields = {"image_size": 64, "num_classes": 10, "stages": [stage, stage], "constraints": list(constraints)}
    return make_space(fields, "small")
