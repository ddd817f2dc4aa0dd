"""The command that serves a spec as a live page in the browser."""

from typing import Annotated

import typer

from levit_explore.cli.commands import app
from levit_explore.cli.options import Edits, Size, Source
from levit_explore.cli.progress import step
from levit_explore.render.sheet import text

_WARNING = "is not loopback: whoever on the network learns the address can read and save the spec"


@app.command(epilog="Example: levit-explore serve levit256 --open")
def serve(
    source: Source,
    edits: Edits = [],  # noqa: B006
    size: Size = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port to listen on; 0 is a free one.")] = 0,
    host: Annotated[str, typer.Option("--host", help="Where to listen; elsewhere than loopback warns.")] = "127.0.0.1",
    browse: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Serves the report of a spec live, edited in the browser and computed here, until Ctrl-C."""
    with step("importing the server"):
        from secrets import token_urlsafe

        from levit_explore.explorer.state import opened
        from levit_explore.serve.app import serve_until_interrupted
        from levit_explore.serve.guard import guard, is_loopback
        from levit_explore.serve.listener import address, listener
        from levit_explore.serve.session import Session

    state = opened(source, edits, size)
    session, token = Session(state), token_urlsafe(24)
    with listener(host, port) as bound:
        found = address(host, bound, token, state)
        if not is_loopback(host):
            typer.echo(f"--host {text(host)}: {_WARNING}", err=True)
        allowed = guard(host, bound.getsockname()[1], token)
        serve_until_interrupted(session, allowed, bound, lambda: _tell(found, browse))


def _tell(address: str, browse: bool) -> None:
    typer.echo(address)
    if browse:
        from webbrowser import open_new_tab

        open_new_tab(address)
