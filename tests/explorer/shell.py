"""Carrying out plain commands as they are printed."""

import shlex

from tests.cli.call import call


def carried_out(line: str) -> str:
    """What the last of some commands prints that are joined by `&&`, each of which must succeed."""
    commands: list[list[str]] = [[]]
    for word in shlex.split(line):
        if word == "&&":
            commands.append([])
        else:
            commands[-1].append(word)
    for program, *arguments in commands:
        assert program == "levit-explore"
        status, out, err = call(*arguments)
        assert status == 0, err
    return out
