"""Bars in lines of text, and the colours of roles, which can be seen on dark and on light."""

from levit_explore.plan.tree import Role

ROLE_COLORS = {Role.STEM: "#2e9bb5", Role.ATTENTION: "#b067d0", Role.MLP: "#4f9e5a", Role.HEAD: "#c9972e"}
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(share: float, width: int) -> str:
    """A bar of `share` of `width` cells, filled up with blanks; a share beyond 1 fills it.

    >>> bar(0.5, 3), bar(2.0, 3)
    ('█▌ ', '███')
    """
    eighths = min(max(round(share * width * 8), 0), width * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()).ljust(width)


def bar_to_left(share: float, width: int) -> str:
    """A bar that grows from right to left, in halves of a cell, for which there is a sign.

    >>> bar_to_left(0.5, 3)
    ' ▐█'
    """
    halves = min(max(round(share * width * 2), 0), width * 2)
    return ("▐" * (halves % 2) + "█" * (halves // 2)).rjust(width)
