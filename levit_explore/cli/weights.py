"""The commands about checkpoints. torch is imported by those alone."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from levit_explore.cli.commands import app
from levit_explore.cli.options import Form, Size
from levit_explore.cli.progress import step
from levit_explore.errors import LevitError
from levit_explore.render import results
from levit_explore.render.emit import emit, emit_text
from levit_explore.render.sheet import text
from levit_explore.spec.load import sides
from levit_explore.spec.words import did_you_mean, listed, word
from levit_explore.spec.write import fields, to_yaml

Weights: TypeAlias = Annotated[
    str | None,
    typer.Option("--weights", metavar="ENTRY", help="Which state dict to take where a file holds several: model_ema."),
]
File: TypeAlias = Annotated[
    str, typer.Argument(metavar="CHECKPOINT", help="A .pth, .safetensors, index of shards, or a folder with one.")
]


@app.command(epilog="Example: levit-explore inspect digits.safetensors -o my_digits.yaml")
def inspect(
    checkpoint: File,
    weights: Weights = None,
    form: Form = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the spec (.yaml), or the findings.")
    ] = None,
) -> None:
    """What a checkpoint is: its layout, the spec behind it, and tensors that are missing or unknown."""
    with step("reading the checkpoint"):
        from levit_explore.model.checkpoint import read_checkpoint

        found = read_checkpoint(checkpoint, weights)
    if form is None and output is not None and output.suffix.lower() in (".yaml", ".yml"):
        emit_text(to_yaml(fields(found.spec)), output)
    else:
        emit([results.inspect_sheet(found)], form, output)


@app.command(epilog="Example: levit-explore convert digits.safetensors --to levit -o digits.pth")
def convert(
    checkpoint: File,
    to: Annotated[str, typer.Option("--to", metavar="LAYOUT", help="timm, timm_conv, levit, levit_c, hf or native.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="A .safetensors or .pth file.")],
    weights: Weights = None,
    fuse: Annotated[bool, typer.Option("--fuse", help="Fold every BatchNorm.")] = False,
    size: Size = None,
) -> None:
    """The same weights in another layout, folded, or with biases resampled for another image size."""
    with step("reading the checkpoint"):
        from levit_explore.model.checkpoint import read_checkpoint
        from levit_explore.model.convert import converted, save
        from levit_explore.model.key_layout import KeyLayout

        names = [layout.value for layout in KeyLayout]
        if to not in names:
            raise LevitError(f"--to {to}: is not a layout; choose {listed(names)}{did_you_mean(to, names)}")
        image_size = None if size is None else sides(size)
        found = read_checkpoint(checkpoint, weights)
        tensors = converted(found, KeyLayout(to), fuse, image_size)
    with step("writing"):
        save(tensors, output, entry="model" if to in ("levit", "levit_c") else None)
    entry = f" of {word(found.file.weights)}" if found.file.weights else ""
    typer.echo(text(f"wrote {len(tensors)} tensors{entry} to {output}"), err=True)
