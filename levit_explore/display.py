"""What shows itself in a notebook."""

from importlib import import_module


class Displayed:
    """A value that IPython shows as HTML, or as a picture; where it has neither form, by its repr."""

    def _repr_html_(self) -> str | None:
        return _shown("html", self)

    def _repr_svg_(self) -> str | None:
        return _shown("svg", self)


def _shown(form: str, value: Displayed) -> str | None:
    # plans and results stand below the floor that draws them, so they meet it only when they are looked at
    shown: str | None = getattr(import_module("levit_explore.render.notebook"), form)(value)
    return shown
