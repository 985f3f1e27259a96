"""Trains the two digit classifiers whose features the scores use, and records how well they do.

    python tools/train_classifier.py DIR

DIR has MNIST's four files in ``MNIST/raw``, as torchvision leaves them; without it the environment's AUTOGRADER_DATA is taken.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save
from torch import Tensor

from autograder.scores.features import GIVEN, DigitClassifier

SEED = 20_231
STEPS, BATCH, RATE = 1200, 64, 3e-3
DEGREES, SCALE, PIXELS = 11.0, 0.10, 1.7
"""The greatest warps: stronger than those of a grading run, so that the features do not mind them."""


def read_idx(folder: Path, name: str) -> np.ndarray:
    """The array in a file of MNIST's own format, packed or not."""
    path = folder / name
    data = path.read_bytes() if path.exists() else gzip.decompress((folder / f"{name}.gz").read_bytes())
    rank = data[3]
    shape = np.frombuffer(data, ">u4", rank, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def read_digits(folder: Path, part: str) -> tuple[Tensor, Tensor]:
    """Images, float ``(n, 1, 28, 28)`` in [0, 1], and labels, in random order, since the file's order is by writer."""
    images = torch.from_numpy(read_idx(folder, f"{part}-images-idx3-ubyte").copy()).unsqueeze(1).float() / 255
    labels = torch.from_numpy(read_idx(folder, f"{part}-labels-idx1-ubyte").copy()).long()
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(SEED))
    return images[order], labels[order]


def warped(images: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """Images, each with a rotation, a scale and a shift of its own, up to ``strength`` times the greatest ones."""
    rotation, scale, across, down = (torch.rand(4, len(images), generator=generator) * 2 - 1) * strength
    angle, size = rotation * math.radians(DEGREES), 1 + SCALE * scale
    shift = PIXELS * 2 / images.shape[-1]
    rows = [angle.cos() / size, -angle.sin() / size, across * shift, angle.sin() / size, angle.cos() / size, down * shift]
    grid = F.affine_grid(torch.stack(rows, dim=1).view(-1, 2, 3), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def resized(images: Tensor, size: int) -> Tensor:
    """Images of ``size`` x ``size`` pixels, means of the given ones."""
    return F.avg_pool2d(images, images.shape[-1] // size)


def train(images: Tensor, labels: Tensor, size: int) -> DigitClassifier:
    """A classifier after ``STEPS`` steps of Adam, whose rate falls from ``RATE`` to zero along a cosine."""
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    classifier = DigitClassifier(size)
    optimiser = torch.optim.Adam(classifier.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    for _ in range(STEPS):
        chosen = torch.randint(len(images), (BATCH,), generator=generator)
        logits = classifier(resized(warped(images[chosen], 1.0, generator), size))
        optimiser.zero_grad()
        F.cross_entropy(logits, labels[chosen]).backward()
        optimiser.step()
        schedule.step()
    return classifier


@torch.no_grad()
def accuracy(classifier: DigitClassifier, images: Tensor, labels: Tensor) -> float:
    """The share of images that are recognised."""
    return (classifier(images).argmax(dim=1) == labels).double().mean().item()


def write(size: int, folder: Path) -> dict[str, object]:
    """Train for one size, write weights in half precision, and the record beside them, measured on what was written."""
    began = time.process_time()
    images, labels = read_digits(folder, "train")
    classifier = train(images, labels, size)
    seconds = time.process_time() - began
    weights = {name: value.half().contiguous() for name, value in classifier.state_dict().items()}
    path = GIVEN / f"digits_{size}.safetensors"
    path.write_bytes(save(weights))
    classifier.load_state_dict({name: value.float() for name, value in weights.items()})
    hidden, answers = read_digits(folder, "t10k")
    generator = torch.Generator().manual_seed(SEED)
    record: dict[str, object] = {
        "size": size,
        "weights": sum(value.numel() for value in weights.values()),
        "bytes": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "accuracy": {
            "test": accuracy(classifier, resized(hidden, size), answers),
            "test, warped by half": accuracy(classifier, resized(warped(hidden, 0.5, generator), size), answers),
            "test, warped": accuracy(classifier, resized(warped(hidden, 1.0, generator), size), answers),
            "test, transposed": accuracy(classifier, resized(hidden.mT, size), answers),
            "training": accuracy(classifier, resized(images, size), labels),
        },
        "training": {
            "data": "MNIST", "images": len(images), "test images": len(hidden), "steps": STEPS, "batch": BATCH, "rate": RATE,
            "degrees": DEGREES, "scale": SCALE, "pixels": PIXELS, "seed": SEED, "threads": torch.get_num_threads(),
            "torch": torch.__version__, "CPU seconds": round(seconds, 1),
        },
    }  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    return record


def main() -> None:
    """Write both classifiers into the package."""
    place = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("AUTOGRADER_DATA", "")
    folder = Path(place) / "MNIST" / "raw"
    if not place or not folder.is_dir():
        sys.exit(f"{folder}: MNIST is not there (name the folder that holds MNIST/raw, or set AUTOGRADER_DATA)")
    torch.set_num_threads(1)
    GIVEN.mkdir(exist_ok=True)
    for size in (28, 14):
        print(json.dumps(write(size, folder), indent=2))


if __name__ == "__main__":
    main()
