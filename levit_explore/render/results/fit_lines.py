"""What is told below the tables of `fit`, on lines of 80 columns."""

import textwrap
from collections.abc import Iterator, Sequence

_WIDTH = 80


def paragraph(words: str) -> list[str]:
    """A note on as many lines as it takes, the later ones set in.

    >>> [len(line) for line in paragraph("a note of words " * 6)]
    [79, 17]
    """
    return textwrap.wrap(words, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def strung(first: str, parts: Sequence[str], end: str = "") -> Iterator[str]:
    r"""`first` and parts that stay whole, on as many lines as it takes; `end` closes each line but the last.

    >>> list(strung("variant 1:", ["--set stages.0.depth=1"] * 3, " \\"))[1]
    '    --set stages.0.depth=1'
    """
    line = first
    for number, part in enumerate(parts):
        if number and len(line) + 1 + len(part) + len(end) > _WIDTH:
            yield line + end
            line = "    " + part
        else:
            line += " " + part
    yield line
