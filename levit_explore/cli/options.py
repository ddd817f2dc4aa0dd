"""Arguments and options that several commands share, so that they read alike everywhere."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from levit_explore.analysis.counts import By
from levit_explore.render.emit import Format

Source: TypeAlias = Annotated[
    str, typer.Argument(metavar="SPEC", help="A bundled name (see `list`), a YAML path, or - for standard input.")
]
Sources: TypeAlias = Annotated[
    list[str], typer.Argument(metavar="SPEC", help="Bundled names, YAML paths, or - for standard input.")
]
Edits: TypeAlias = Annotated[
    list[str], typer.Option("--set", metavar="PATH=VALUE", help="Edit the spec first: stages.1.depth=5. Repeatable.")
]
Size: TypeAlias = Annotated[
    str | None, typer.Option("--size", metavar="PIXELS", help="Image size: 256, or HEIGHTxWIDTH such as 192x256.")
]
Form: TypeAlias = Annotated[Format | None, typer.Option("--format", help="How to write rows (default: table).")]
Output: TypeAlias = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to a file; its suffix chooses the format.")
]
Counting: TypeAlias = Annotated[
    str,
    typer.Option(
        "--convention",
        metavar="NAME",
        help="Whose FLOPs: levit, macs, fvcore, torch, ptflops, ptflops-aten, calflops, deepspeed, thop or torchinfo.",
    ),
]
Rows: TypeAlias = Annotated[By, typer.Option("--by", help="What a row stands for.")]
Fused: TypeAlias = Annotated[bool, typer.Option("--fused", help="Fold every BatchNorm first.")]
