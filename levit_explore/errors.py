"""The errors a user can cause. Each is printed as one line a problem, without a traceback."""


class LevitError(Exception):
    """Something the user can mend: the message says where, what was given and what is allowed."""


class SpecError(LevitError):
    """One or several mistakes in a spec, a line each.

    >>> raise SpecError("my.yaml:9: stages[0].head is not a field; did you mean heads?")
    Traceback (most recent call last):
        ...
    levit_explore.errors.SpecError: my.yaml:9: stages[0].head is not a field; did you mean heads?
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class CheckpointError(LevitError):
    """A file of weights that cannot be used, and why."""


class CounterError(LevitError):
    """A FLOP counter of another package that fails, or says what no count can be."""
