"""When Python looks for garbage: not before the first picture, and then only in what came after it."""

import gc


def collect_what_comes() -> None:
    """Begins to collect garbage where it was put off, all that is there by now left out; no edit need wait for that."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
