"""levit-explore: what a LeViT-style network costs, block by block, from its stage spec.

>>> from levit_explore import load_spec, params, plan
>>> params(plan(load_spec("levit128s")))
7777058
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from levit_explore.analysis.balance import balance
from levit_explore.analysis.conventions import CONVENTIONS
from levit_explore.analysis.counts import flops, rows
from levit_explore.analysis.diff import diff
from levit_explore.analysis.graph import graph
from levit_explore.analysis.ledger import reconcile
from levit_explore.analysis.memory import activation_memory, peak_memory
from levit_explore.errors import CheckpointError, LevitError, SpecError
from levit_explore.plan.fuse import fuse
from levit_explore.plan.levit import plan
from levit_explore.plan.tree import params, tally, walk
from levit_explore.spec.load import load_spec
from levit_explore.spec.parse import make_spec

__all__ = [
    "CONVENTIONS",
    "CheckpointError",
    "LevitError",
    "SpecError",
    "activation_memory",
    "balance",
    "bias_maps",
    "build",
    "diff",
    "flops",
    "fuse",
    "fuse_model",
    "graph",
    "load_checkpoint",
    "load_spec",
    "make_spec",
    "params",
    "peak_memory",
    "plan",
    "reconcile",
    "rows",
    "tally",
    "verify",
    "walk",
]

if TYPE_CHECKING:
    from levit_explore.analysis.biases import bias_maps
    from levit_explore.model.build import build
    from levit_explore.model.checkpoint import load_checkpoint
    from levit_explore.model.fuse import fuse_model
    from levit_explore.model.verify import verify

# The names that need numpy or torch, and the modules that import them.
_HEAVY = {
    "bias_maps": "analysis.biases",
    "build": "model.build",
    "fuse_model": "model.fuse",
    "load_checkpoint": "model.checkpoint",
    "verify": "model.verify",
}


def __getattr__(name: str) -> Any:
    """The names that need numpy or torch, imported when they are first asked for."""
    if name not in _HEAVY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"levit_explore.{_HEAVY[name]}"), name)
