"""The variants that were found as spec files that extend the spec and say how they came about."""

import os
from collections.abc import Sequence
from pathlib import Path

from levit_explore.errors import LevitError
from levit_explore.search.fit import Fit, Variant
from levit_explore.search.sweep_specs import Fields, base_of, extending
from levit_explore.spec.document import Document, assign


def specs_folder(name: str | None) -> Path | None:
    """The folder that `--save-specs` names. Raises LevitError where that can be no folder."""
    if name is None:
        return None
    if not name.strip():
        raise LevitError("--save-specs: is empty; name a folder, or . for this one")
    folder = Path(name)
    if os.path.lexists(folder) and not folder.is_dir():
        raise LevitError(f"--save-specs {folder}: is a file; name a folder")
    return folder


def spec_files(fit: Fit, source: str, first: Sequence[str]) -> dict[str, Fields]:
    """The fields of each variant's file by its name; `source` is what the spec was read from, before `first` edits."""
    stem, base = "spec" if source == "-" else Path(source).stem, base_of(source)
    files = {}
    for number, variant in enumerate(fit.variants, start=1):
        name = f"{stem}-fit-{number}"
        own = {"name": name, "source": _origin(fit, number, first)}
        files[f"{name}.yaml"] = extending(_whole(fit, variant) | own, variant.spec, base)
    return files


def _whole(fit: Fit, variant: Variant) -> Fields:
    whole = Document(fit.centre.document.value, {})
    for field, value in variant.edits:
        whole = assign(whole, field, value, "the variant")
    return dict(whole.value)


def _origin(fit: Fit, number: int, first: Sequence[str]) -> str:
    """Where a variant comes from, in the words that give it again."""
    given = f" with {', '.join(first)}" if first else ""
    words = f"levit-explore fit: number {number} of the variants nearest to {fit.centre.spec.name}{given}"
    bounds = ", ".join(fit.centre.budgets)
    return f"{words}, of {fit.searched:,} searched, within {bounds} (FLOPs under {fit.convention})"[:10_000]
