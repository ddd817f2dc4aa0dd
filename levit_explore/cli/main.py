"""Running the command line: results on stdout, one line an error on stderr, exit 0, 1 or 2."""

import gc
import io
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress

import typer

from levit_explore.cli import biases, explore, fit, graph, report, serve, sweep, weights  # noqa: F401  add their commands
from levit_explore.cli.commands import app
from levit_explore.errors import LevitError, SpecError
from levit_explore.render.sheet import text

_MOST_PROBLEMS = 50  # that are printed at once


def main() -> None:
    """Runs the command in `sys.argv` and exits: 0 done, 1 a check did not hold, 2 wrong usage or bad input."""
    gc.disable()  # most commands are over before there is garbage; `step` enables it for those that are not
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    sys.exit(run(arguments, debug="--debug" in sys.argv[1:]))


def run(arguments: list[str], debug: bool = False) -> int:
    """The exit status of a command. With `debug`, what went wrong comes with its traceback."""
    _open_streams()
    try:
        status = app(arguments or ["--help"], prog_name="levit-explore", standalone_mode=False)
        sys.stdout.flush()
        return status or 0
    except BrokenPipeError:  # whoever read the output has seen enough
        _drop_output()
        return 0
    except SystemExit as leaving:  # 1 by typer and rich, for the same reason; 0 by shell completion
        if leaving.code != 1:
            raise
        _drop_output()
        return 0
    except OSError as error:  # files have errors of their own
        _drop_output()
        return _failed(error, [f"standard output: cannot be written ({error.strerror})"], debug)
    except SpecError as error:
        return _failed(error, error.problems, debug)
    except LevitError as error:
        return _failed(error, [str(error)], debug)
    except MemoryError as error:
        return _failed(error, ["levit-explore: this needs more memory than there is"], debug)
    except ImportError as error:
        return _failed(error, [f"levit-explore: a package that this needs cannot be imported: {error}"], debug)
    except typer.TyperException as error:
        words = " ".join(error.format_message().split()).replace("Value error, ", "").rstrip(".")
        return _failed(error, [f"levit-explore: {words}; see --help"], debug)
    except (KeyboardInterrupt, typer.Abort):
        return 130


def _open_streams() -> None:
    """Standard streams that take any text, whatever their encoding; one that is closed takes it to nowhere."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _failed(error: Exception, problems: Sequence[str], debug: bool) -> int:
    with suppress(OSError):  # nobody reads it
        if debug:
            traceback.print_exception(error)
        for problem in problems[:_MOST_PROBLEMS]:
            print(text(problem), file=sys.stderr)
        if len(problems) > _MOST_PROBLEMS:
            print(f"... and {len(problems) - _MOST_PROBLEMS} more", file=sys.stderr)
    return 2


def _drop_output() -> None:
    """Leaves nothing in standard output that Python would try to write when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
