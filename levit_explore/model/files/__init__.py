"""Checkpoint files read safely: what a file holds, and its tensors. Nothing here knows what model they belong to."""

from levit_explore.model.files.checkpoint import CheckpointFile
from levit_explore.model.files.opening import open_checkpoint

__all__ = ["CheckpointFile", "open_checkpoint"]
