"""How numbers are written."""

import pytest

from levit_explore.render.sheet import si


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1000, "1.00 k"),
        (9_994, "9.99 k"),
        (9_996, "10.0 k"),
        (99_949, "99.9 k"),
        (99_951, "100 k"),
        (999_499, "999 k"),
        (999_500, "1.00 M"),
        (305_108_946, "305 M"),
        (2**63, "9.22 E"),
        (-53_440_576, "-53.4 M"),
    ],
)
def test_a_short_count_has_three_digits_and_a_prefix(value, shown):
    assert si(value) == shown
