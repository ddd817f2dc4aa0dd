"""The command that serves a spec as a live page in the browser."""

import sys
from typing import Annotated

import typer

from levit_explore.cli.commands import app
from levit_explore.cli.options import Edits, Size
from levit_explore.cli.progress import step
from levit_explore.errors import LevitError
from levit_explore.render.sheet import text

_WARNING = "is not loopback: whoever on the network learns the address can read and save the spec"


@app.command(epilog="Example: levit-explore serve levit256 --open")
def serve(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A bundled name (see `list`), a YAML path, - or a checkpoint.")
    ],
    edits: Edits = [],  # noqa: B006
    size: Size = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port to listen on; 0 is a free one.")] = 0,
    host: Annotated[str, typer.Option("--host", help="Where to listen; elsewhere than loopback warns.")] = "127.0.0.1",
    browse: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Serves the report of a spec live, edited in the browser and computed here, until Ctrl-C."""
    if sys.__stdout__ is None and not browse:
        raise LevitError("serve: standard output is closed, so nobody would learn the address; open it, or give --open")
    with step("importing the server"):
        from secrets import token_urlsafe

        from levit_explore.serve.guard import guard, is_loopback
        from levit_explore.serve.listener import address, listener
        from levit_explore.serve.running import serve_until_interrupted
        from levit_explore.serve.session import Session
        from levit_explore.serve.source import source as found

    read, first = found(source, tuple(edits), size)
    session, token = Session(read), token_urlsafe(24)
    with listener(host, port) as bound:
        place = address(host, bound, token, first)
        own, number = bound.getsockname()[:2]
        if not is_loopback(own):
            typer.echo(f"--host {text(host)}: {_WARNING}", err=True)
        serve_until_interrupted(session, guard(host, own, number, token), bound, lambda: _tell(place, browse))


def _tell(address: str, browse: bool) -> None:
    typer.echo(address)
    if browse:
        from webbrowser import open_new_tab

        if not open_new_tab(address):
            typer.echo("--open: found no browser; open the address yourself", err=True)
