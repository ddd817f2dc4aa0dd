"""The variants that were found as spec files that extend the spec and say how they came about."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from levit_explore.errors import LevitError
from levit_explore.search.fit import Fit, Variant
from levit_explore.spec.document import Document, assign
from levit_explore.spec.load import bundled_names
from levit_explore.spec.write import to_yaml
from levit_explore.writing import write_text


def specs_folder(name: str | None) -> Path | None:
    """The folder that `--save-specs` names. Raises LevitError where that can be no folder."""
    if name is None:
        return None
    if not name.strip():
        raise LevitError("--save-specs: is empty; name a folder, or . for this one")
    folder = Path(name)
    if folder.exists() and not folder.is_dir():
        raise LevitError(f"--save-specs {folder}: is a file; name a folder")
    return folder


def spec_files(fit: Fit, folder: Path, source: str, base: Mapping[str, Any], first: Sequence[str]) -> dict[Path, str]:
    """The files of the variants and what they say; `base` are the fields of `source` before any edit.

    Raises LevitError where one of them exists.
    """
    stem = "spec" if source == "-" else Path(source).stem
    paths = [folder / f"{stem}-fit-{number}.yaml" for number in range(1, len(fit.variants) + 1)]
    for path in paths:
        if os.path.lexists(path):
            raise LevitError(f"{path}: exists already; save to another folder, or remove it first")
    variants = zip(paths, fit.variants, strict=True)
    return {path: to_yaml(_fields(fit, variant, path, source, base, first)) for path, variant in variants}


def save_specs(files: Mapping[Path, str], folder: Path) -> None:
    """Writes the files to their folder, which is made where it is not there. Raises LevitError where it cannot."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LevitError(f"{folder}: cannot be made ({error.strerror or error})") from None
    for path, content in files.items():
        write_text(path, content)


def _fields(
    fit: Fit, variant: Variant, path: Path, source: str, base: Mapping[str, Any], first: Sequence[str]
) -> dict[str, Any]:
    """What a file says: of a spec that can be extended what differs, else everything."""
    whole = Document(fit.centre.document.value, {})
    for field, value in variant.edits:
        whole = assign(whole, field, value, str(path))
    own = {name: item for name, item in whole.value.items() if name not in ("name", "source", "published")}
    said: dict[str, Any] = {"name": path.stem}
    if source != "-":
        own = {name: item for name, item in own.items() if base.get(name) != item}
        said["extends"] = source if source in bundled_names() else os.path.relpath(source, path.parent)
    return said | {"source": _origin(fit, variant, first)} | own


def _origin(fit: Fit, variant: Variant, first: Sequence[str]) -> str:
    """Where a variant comes from, in the words that give it again."""
    bounds = ", ".join(bound.text for bound in fit.centre.space.bounds)
    place = fit.variants.index(variant) + 1
    given = f" with {', '.join(first)}" if first else ""
    words = f"levit-explore fit: number {place} of the variants nearest to {fit.centre.spec.name}{given}"
    return f"{words}, of {fit.searched:,} searched, within {bounds} (FLOPs under {fit.convention})"[:10_000]
