"""What timm, levit.py and transformers call the tensors of a LeViT, and the way from each naming to the plan's.

The plan's names are timm's. Reading starts from a file's keys, which alone tell how many stages and blocks there are.
Sources: timm 1.0.31, facebookresearch/LeViT 3772b8e, transformers 5.23.0.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple


class Naming(StrEnum):
    """Whose names a file uses."""

    TIMM = "timm"  # stages.0.blocks.0.attn.qkv.linear.weight; the plan's own
    LEVIT = "levit"  # blocks.0.m.qkv.c.weight; also timm before 0.8
    HF = "hf"  # levit.encoder.stages.0.layers.0.module.queries_keys_values.linear.weight


class Part(NamedTuple):
    """An attention or MLP: the stage it belongs to, its block there (-1 for the downsample), and which of the two."""

    stage: int
    block: int
    mlp: bool

    @property
    def path(self) -> str:
        """Its path in a plan."""
        if self.block < 0:
            return f"stages.{self.stage}.downsample.{'mlp' if self.mlp else 'attn_downsample'}"
        return f"stages.{self.stage}.blocks.{self.block}.{'mlp' if self.mlp else 'attn'}"


# One row a layer: its name in a part of the plan, in levit.py and in transformers.
_LAYERS = (
    ("qkv", "qkv", "queries_keys_values"),
    ("kv", "kv", "keys_values"),
    ("q.ln", "q.1", "queries"),
    ("proj.ln", "proj.1", "projection"),
    ("ln1", "0", "linear_up"),
    ("ln2", "2", "linear_down"),
)
_BIASES = ("attention_biases", "attention_bias_idxs")  # have one name everywhere
# What a layer and its norm are called within it: in the stem, in attention and MLP, in the heads.
_NORM = {Naming.LEVIT: "bn", Naming.HF: "batch_norm"}
_LINEAR = {Naming.LEVIT: ("c", "c", "l"), Naming.HF: ("convolution", "linear", "linear")}
_HEADS = {
    Naming.LEVIT: {"head": "head", "head_dist": "head_dist"},
    Naming.HF: {"head": "classifier", "head_dist": "classifier_distill"},
}
_STEM = {
    Naming.LEVIT: re.compile(r"patch_embed\.(\d{1,9})\.(.+)"),
    Naming.HF: re.compile(r"(?:levit\.)?patch_embeddings\.embedding_layer_(\d{1,9})\.(.+)"),
}
_PART = {
    Naming.LEVIT: re.compile(r"()blocks\.(\d{1,9})\.(?:m\.)?(.+)"),
    Naming.HF: re.compile(r"(?:levit\.)?encoder\.stages\.(\d{1,9})\.layers\.(\d{1,9})\.(?:module\.)?(.+)"),
}
_OWN_PART = re.compile(r"stages\.(\d{1,9})\.(?:downsample|blocks\.(\d{1,9}))\.(attn|attn_downsample|mlp)\.(.+)")


def naming(keys: Iterable[str]) -> Naming | None:
    """Whose names a file's keys are; None where they are not those of a LeViT."""
    found = set(keys)
    if any(key.startswith("stem.conv1.") for key in found):
        return Naming.TIMM
    return next((name for name, stem in _STEM.items() if any(stem.match(key) for key in found)), None)


def to_plan(keys: Iterable[str], names: Naming) -> dict[str, str]:
    """The plan's name for every key of a file; keys that the naming does not know keep their own."""
    if names is Naming.TIMM:
        return {key: key for key in keys}
    renames = {key: _outer_to_plan(key, names) for key in keys}
    layers: dict[tuple[int, int], dict[str, str]] = defaultdict(dict)  # place -> key -> layer in a part of the plan
    for key in renames:
        if (match := _PART[names].fullmatch(key)) and (layer := _layer_to_plan(match[3], names)):
            layers[int(match[1] or 0), int(match[2])][key] = layer  # (stage, layer), or (0, block) without stages
    members = [layers[place] for place in sorted(layers)]
    for part, member in zip(_parts(member.values() for member in members), members, strict=True):
        renames |= {key: f"{part.path}.{layer}" for key, layer in member.items()}
    return renames


def from_plan(plan_names: Iterable[str], names: Naming) -> dict[str, str]:
    """The key that a file has for each name of a plan. Raises KeyError for a name that the naming has no key for."""
    own = list(plan_names)
    if names is Naming.TIMM:
        return {name: name for name in own}
    parts = sorted({part for name in own if (part := _part_of(name))})
    prefixes = _prefixes(parts, names)
    return {
        name: f"{prefixes[part]}{_layer_from_plan(name.removeprefix(part.path + '.'), names)}"
        if (part := _part_of(name))
        else _outer_from_plan(name, names)
        for name in own
    }


def _parts(members: Iterable[Iterable[str]]) -> Iterator[Part]:
    """What each part is, from the layers in it, in the order of the file: a `kv` starts a stage, a `qkv` a block."""
    stage, block = 0, -1
    for layers in members:
        own = {layer.split(".")[0] for layer in layers}
        if "kv" in own:
            stage, block = stage + 1, -1
        elif "qkv" in own:
            block += 1
        yield Part(stage, block, mlp="ln1" in own)


def _prefixes(parts: list[Part], names: Naming) -> dict[Part, str]:
    """What stands before the layers of each part. transformers puts a downsample at the end of the stage before it."""
    prefixes: dict[Part, str] = {}
    layers: Counter[int] = Counter()
    for index, part in enumerate(parts):
        residual = part.block >= 0 or part.mlp
        if names is Naming.LEVIT:
            prefixes[part] = f"blocks.{index}.{'m.' * residual}"
        else:
            stage = part.stage - (part.block < 0)
            prefixes[part] = f"levit.encoder.stages.{stage}.layers.{layers[stage]}.{'module.' * residual}"
            layers[stage] += 1
    return prefixes


def _part_of(name: str) -> Part | None:
    match = _OWN_PART.fullmatch(name)
    return Part(int(match[1]), -1 if match[2] is None else int(match[2]), match[3] == "mlp") if match else None


def _layer_to_plan(name: str, names: Naming) -> str | None:
    """The plan's name of a tensor in a part; None for one that no LeViT has."""
    for own, *theirs in _LAYERS:
        foreign = theirs[names is Naming.HF]
        if name.startswith(f"{foreign}."):
            return f"{own}.{_inner_to_plan(name.removeprefix(f'{foreign}.'), _LINEAR[names][1], names)}"
    return name if name in _BIASES else None


def _layer_from_plan(name: str, names: Naming) -> str:
    for own, *theirs in _LAYERS:
        if name.startswith(f"{own}."):
            inner = _inner_from_plan(name.removeprefix(f"{own}."), _LINEAR[names][1], names)
            return f"{theirs[names is Naming.HF]}.{inner}"
    if name in _BIASES:
        return name
    raise KeyError(name)


def _outer_to_plan(key: str, names: Naming) -> str:
    """The plan's name of a tensor of the stem or of a head."""
    stem, _, head = _LINEAR[names]
    if match := _STEM[names].fullmatch(key):
        index = int(match[1]) // 2 + 1 if names is Naming.LEVIT else int(match[1])
        return f"stem.conv{index}.{_inner_to_plan(match[2], stem, names)}"
    for own, foreign in _HEADS[names].items():
        if key.startswith(f"{foreign}."):
            return f"{own}.{_inner_to_plan(key.removeprefix(f'{foreign}.'), head, names)}"
    return key


def _outer_from_plan(name: str, names: Naming) -> str:
    stem, _, head = _LINEAR[names]
    if match := re.fullmatch(r"stem\.conv(\d+)\.(.+)", name):
        inner = _inner_from_plan(match[2], stem, names)
        if names is Naming.LEVIT:
            return f"patch_embed.{2 * (int(match[1]) - 1)}.{inner}"
        return f"levit.patch_embeddings.embedding_layer_{match[1]}.{inner}"
    outer, _, inner = name.partition(".")
    return f"{_HEADS[names][outer]}.{_inner_from_plan(inner, head, names)}"


def _inner_to_plan(name: str, linear: str, names: Naming) -> str:
    """A tensor's name within a layer: of the layer itself, of its norm, or where the norm is folded without either."""
    part, _, tensor = name.rpartition(".")
    return {linear: "linear.", _NORM[names]: "bn."}.get(part, f"{part}." if part else "") + tensor


def _inner_from_plan(name: str, linear: str, names: Naming) -> str:
    part, _, tensor = name.rpartition(".")
    return {"linear": f"{linear}.", "bn": f"{_NORM[names]}.", "": ""}[part] + tensor
