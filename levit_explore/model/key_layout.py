"""The layouts that checkpoints come in: whose names their keys are, and how they hold linear layers."""

from collections.abc import Iterable
from enum import StrEnum

from levit_explore.model.keys import Naming
from levit_explore.spec.fields import NormKind, Position, Spec


class KeyLayout(StrEnum):
    """Whose names a file uses, and whether it holds linear layers as matrices or as 1x1 convolutions."""

    TIMM = "timm"
    TIMM_CONV = "timm_conv"
    LEVIT = "levit"
    LEVIT_C = "levit_c"
    HF = "hf"
    NATIVE = "native"  # timm's names, for what timm has no model for: LayerNorm, position embeddings

    @property
    def naming(self) -> Naming:
        """Whose names they are."""
        return {KeyLayout.LEVIT: Naming.LEVIT, KeyLayout.LEVIT_C: Naming.LEVIT, KeyLayout.HF: Naming.HF}.get(
            self, Naming.TIMM
        )

    @property
    def maps(self) -> bool:
        """Whether linear layers are 1x1 convolutions."""
        return self in (KeyLayout.TIMM_CONV, KeyLayout.LEVIT_C)


def key_layout(names: Naming, shapes: Iterable[tuple[int, ...]], spec: Spec) -> KeyLayout:
    """The layout of a network's keys, given the shapes of its tensors behind the stem."""
    maps = any(len(shape) == 4 for shape in shapes)
    match names:
        case Naming.LEVIT:
            return KeyLayout.LEVIT_C if maps else KeyLayout.LEVIT
        case Naming.HF:
            return KeyLayout.HF
        case Naming.TIMM if native_alone(spec):
            return KeyLayout.NATIVE
        case Naming.TIMM:
            return KeyLayout.TIMM_CONV if maps else KeyLayout.TIMM


def native_alone(spec: Spec) -> bool:
    """Whether neither levit.py nor timm nor transformers has such a model: LayerNorm, or no attention biases."""
    return spec.norm is NormKind.LAYERNORM or spec.position is not Position.BIAS
