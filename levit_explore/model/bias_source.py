"""Where the biases that are asked for come from: a spec, a checkpoint of a LeViT, or one of another network."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from levit_explore.analysis.biases import BiasMap, bias_maps
from levit_explore.errors import LevitError
from levit_explore.plan.levit import plan
from levit_explore.plan.tree import Plan
from levit_explore.spec.fields import Spec
from levit_explore.spec.load import bundled_names, load_spec
from levit_explore.spec.words import did_you_mean

if TYPE_CHECKING:
    from levit_explore.model.files import CheckpointFile  # imports torch


@dataclass(frozen=True)
class BiasSource:
    """The maps of a LeViT, or of a network that has no spec and goes by the name of its file."""

    subject: Spec | str
    maps: Sequence[BiasMap]
    assumed: Sequence[str] = ()  # what of the grids no tensor tells
    told: str | None = None  # which of several weights of a file they are

    @property
    def name(self) -> str:
        """The spec's, or the file's."""
        return self.subject if isinstance(self.subject, str) else self.subject.name


def read(source: str, edits: Sequence[str], size: str | None, weights: str | None, block: str | None) -> BiasSource:
    """The bias maps of a spec or a checkpoint, of one attention if `block` names it.

    Raises LevitError for a block that is not there, and for options that do not go with the kind of source.
    """
    if source in bundled_names() or source == "-" or source.endswith((".yaml", ".yml")):
        if weights is not None:
            raise LevitError(f"{source}: --weights picks among the weights of a checkpoint, and this is a spec")
        planned = plan(load_spec(source, edits, size))
        return _chosen(BiasSource(planned.spec, bias_maps(planned)), block)
    if edits or size:
        raise LevitError(f"{source}: --set and --size edit specs, and this is a checkpoint")
    from levit_explore.model.files import open_checkpoint

    file = open_checkpoint(source, weights)
    told = f"{source}: takes the weights under {file.weights} of {', '.join(file.choices)}"
    return replace(_chosen(_learned(file), block), told=told if len(file.choices) > 1 else None)


def maps_of(checkpoint: str, planned: Plan) -> Sequence[BiasMap]:
    """The bias maps of a plan with what a checkpoint has learned. Raises LevitError where it is not one of the plan."""
    from levit_explore.model.checkpoint import read_checkpoint
    from levit_explore.model.state import same_tensors
    from levit_explore.plan.fuse import fuse

    found = read_checkpoint(checkpoint)
    if not same_tensors(fuse(planned) if found.plan.fused else planned, found.plan):
        raise LevitError(
            f"--weights {checkpoint}: is a checkpoint of another network than {planned.spec.name}; "
            "`levit-explore inspect` writes its spec"
        )
    return bias_maps(planned, {path: table.double().numpy() for path, table in found.biases().items()})


def _learned(file: "CheckpointFile") -> BiasSource:
    """What a checkpoint has learned."""
    from levit_explore.model.checkpoint import recognise
    from levit_explore.model.families import foreign, foreign_maps

    if foreign(file.shapes):
        return BiasSource(file.path.name, foreign_maps(file))
    found = recognise(file)
    tables = {path: table.double().numpy() for path, table in found.biases().items()}
    assumed = [words for words in found.assumed if words.startswith(("grid", "stages"))]
    return BiasSource(found.spec, bias_maps(found.plan, tables), assumed)


def _chosen(found: BiasSource, block: str | None) -> BiasSource:
    if block is None:
        return found
    chosen = [one for one in found.maps if one.path == block]
    if not chosen:
        paths = [one.path for one in found.maps]
        fix = did_you_mean(block, paths) or (f", such as {paths[0]}" if paths else "")
        raise LevitError(f"--block {block}: no attention of that path{fix}")
    return replace(found, maps=chosen)
