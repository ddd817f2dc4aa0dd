"""Trains a small LeViT on scikit-learn's handwritten digits, with an SVM as its teacher.

    $ python docs/examples/train_digits.py 2>/dev/null
    teacher, on images that nobody was trained on   98.67 %
    LeViT, on the same images                       99.78 %
    LeViT with attention biases set to zero         78.67 %

The last line says how much of what was learned lies in the attention biases: but for the padding of the stem, nothing
else tells the network where a token is. The network is specs/levit_digits.yaml, and its weights are written beside this
script. Needs scikit-learn and safetensors; takes about a minute. Other versions may round otherwise and end elsewhere.
"""

import argparse
import copy
import os
import sys
from pathlib import Path

import torch
from safetensors.torch import save
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from levit_explore import build, load_spec, plan

CHECKPOINT = Path(__file__).with_name("digits.safetensors")
SIDE = 32  # pixels of the images once enlarged
SHIFT = 2  # pixels of an enlarged image
BATCH = 64
DECAY = 0.05
RATE, BIAS_RATE = 2e-3, 4e-2  # attention biases start at zero and have a longer way to go than weights


def digits() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """1347 images to train on, 450 to test on, (N, 1, 8, 8) with values from 0 to 1, and the labels of both, (N,)."""
    data = load_digits()
    images = data.images[:, None].astype("float32") / 16
    split = train_test_split(images, data.target, test_size=450, stratify=data.target, random_state=0)
    train_images, test_images, train_labels, test_labels = map(torch.as_tensor, split)
    return train_images, test_images, train_labels, test_labels


def enlarged(images: Tensor, shift: float = 0) -> Tensor:
    """Images (B, 1, SIDE, SIDE), bilinear, each moved at random by up to `shift` pixels along both axes."""
    place = torch.eye(2, 3).repeat(len(images), 1, 1)
    place[:, :, 2] = (2 * torch.rand(len(images), 2) - 1) * shift * 2 / SIDE  # an axis runs from -1 to 1
    grid = functional.affine_grid(place, [len(images), 1, SIDE, SIDE], align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def taught(teacher: SVC, images: Tensor) -> Tensor:
    """The class that the teacher sees in each of the images (B, 1, SIDE, SIDE): (B,)."""
    return torch.as_tensor(teacher.predict(images.flatten(1).numpy()))


def distillation_loss(outputs: tuple[Tensor, Tensor], labels: Tensor, teacher_labels: Tensor) -> Tensor:
    """Hard distillation (Touvron et al. 2021, eq. 3; LeViT's losses.py): a head for the labels, one for the teacher."""
    classes, distilled = outputs
    return (functional.cross_entropy(classes, labels) + functional.cross_entropy(distilled, teacher_labels)) / 2


def groups(model: nn.Module) -> list[dict[str, object]]:
    """The parameters for an optimizer: weights decay; norms, biases of layers and attention biases do not."""
    positions = model.no_weight_decay()
    others = [parameter for name, parameter in model.named_parameters() if name not in positions]
    return [
        {"params": [parameter for parameter in others if parameter.dim() > 1], "weight_decay": DECAY},
        {"params": [parameter for parameter in others if parameter.dim() <= 1], "weight_decay": 0},
        {"params": [model.get_parameter(name) for name in sorted(positions)], "weight_decay": 0, "lr": BIAS_RATE},
    ]


def train(dataset: TensorDataset, teacher: SVC, epochs: int) -> nn.Module:
    """A LeViT that has seen every image so many times, in eval mode; a line goes to stderr after each epoch."""
    model = build(plan(load_spec("levit_digits"))).train()
    optimizer = torch.optim.AdamW(groups(model), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for epoch in range(1, epochs + 1):
        losses = []
        for images, labels in DataLoader(dataset, BATCH, shuffle=True, drop_last=True):
            shifted = enlarged(images, SHIFT)
            loss = distillation_loss(model(shifted), labels, taught(teacher, shifted))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        schedule.step()
        print(f"epoch {epoch} of {epochs}: loss {sum(losses) / len(losses):.4f}", file=sys.stderr)
    return model.eval()


@torch.no_grad()
def recognised(model: nn.Module, images: Tensor) -> Tensor:
    """The class that a model in eval mode, which averages its heads, sees in each of the images (B, 1, 8, 8): (B,)."""
    return model(enlarged(images)).argmax(dim=1)


def accuracy(classes: Tensor, labels: Tensor) -> float:
    """Per cent of the images whose class is their label."""
    return 100 * (classes == labels).double().mean().item()


def without_biases(model: nn.Module) -> nn.Module:
    """A copy of the model whose attention biases are zero."""
    twin = copy.deepcopy(model)
    for name in twin.no_weight_decay():
        nn.init.zeros_(twin.get_parameter(name))
    return twin


def write(model: nn.Module, path: Path) -> None:
    """Writes the weights as safetensors; the file appears whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(save(model.state_dict(), metadata={"format": "pt"}))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def main() -> None:
    """Trains, writes the checkpoint, and prints what came of it."""
    parser = argparse.ArgumentParser(description="Train a small LeViT on handwritten digits, with an SVM as teacher.")
    parser.add_argument("--epochs", type=int, default=25, help="how often every image is seen (25)")
    parser.add_argument("--seed", type=int, default=0, help="of weights, order and shifts; the split is fixed (0)")
    parser.add_argument("-o", "--output", type=Path, default=CHECKPOINT, help="the checkpoint (beside this script)")
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    torch.set_num_threads(1)  # enough for so small a model, and sums come out the same on any number of cores
    train_images, test_images, train_labels, test_labels = digits()
    teacher = SVC().fit(enlarged(train_images).flatten(1).numpy(), train_labels.numpy())
    model = train(TensorDataset(train_images, train_labels), teacher, options.epochs)
    write(model, options.output)

    for who, classes in {
        "teacher, on images that nobody was trained on": taught(teacher, enlarged(test_images)),
        "LeViT, on the same images": recognised(model, test_images),
        "LeViT with attention biases set to zero": recognised(without_biases(model), test_images),
    }.items():
        print(f"{who:46} {accuracy(classes, test_labels):6.2f} %")


if __name__ == "__main__":
    main()
