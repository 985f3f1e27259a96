"""Trains the small diffusion models of digits that training tasks start from, and records how well they do.

    python tools/train_unet.py DIR [NAME…]

DIR has MNIST's four files in ``MNIST/raw``, as torchvision leaves them; without it the environment's AUTOGRADER_DATA is taken.
Students get ``unet_digits`` alone. What the secret ones have learnt, no stored image helps with. A run that was interrupted
goes on where it was.
"""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save
from torch import Tensor, nn

from autograder.data.mnist import load_mnist
from autograder.data.secret_world import SecretWorld
from autograder.scores.class_accuracy import label_accuracy
from autograder.scores.denoising import score_denoising
from autograder.scores.features import describe, load_classifier

GIVEN = Path(__file__).parents[1] / "solutions" / "given"
BATCH, RATE, DROP, AVERAGE = 64, 4e-3, 0.15, 0.995
TIMESTEPS = (2, 10, 25, 45, 70)
SAVE_EVERY = 200

Turn = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Recipe:
    """What one model learns, and how; ``turn`` undoes itself."""

    about: str
    seed: int
    steps: int
    turn: Turn


RECIPES = {
    "unet_digits": Recipe("digits", 14_260, 1200, lambda images: images),
    "unet_transposed": Recipe("digits, transposed", 14_261, 2400, lambda images: images.mT),
    "unet_mirrored": Recipe("digits, mirrored", 14_262, 2400, lambda images: images.flip(-1)),
}


def given_unet() -> object:
    """The module with the network and its noise levels."""
    spec = importlib.util.spec_from_file_location("given_unet", GIVEN / "unet.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(GIVEN / "unet.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def trained(ours: object, recipe: Recipe, images: Tensor, labels: Tensor, kept: Path) -> nn.Module:
    """The running average of the weights after all steps of Adam, whose rate falls to zero along a cosine."""
    torch.manual_seed(recipe.seed)
    network = ours.UNet()
    average = copy.deepcopy(network)
    optimiser = torch.optim.Adam(network.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, recipe.steps)
    generator = torch.Generator().manual_seed(recipe.seed)
    parts = {"network": network, "average": average, "optimiser": optimiser, "schedule": schedule}
    begun = 0
    if kept.exists():
        state = torch.load(kept, weights_only=True)
        begun = state["step"]
        generator.set_state(state["generator"])
        for name, part in parts.items():
            part.load_state_dict(state[name])
    signal = ours.signal_levels().float()
    for step in range(begun, recipe.steps):
        chosen = torch.randint(len(images), (BATCH,), generator=generator)
        t = torch.randint(len(signal), (BATCH,), generator=generator)
        hidden = torch.rand(BATCH, generator=generator) < DROP
        noise = torch.randn(BATCH, *images.shape[1:], generator=generator)
        kept_signal = signal[t].view(-1, 1, 1, 1)
        noisy = kept_signal.sqrt() * images[chosen] + (1 - kept_signal).sqrt() * noise
        error = F.mse_loss(network(noisy, t, torch.where(hidden, ours.NO_LABEL, labels[chosen])), noise)
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            weight = 1 - min(AVERAGE, (step + 1) / (step + 10))
            for mean, value in zip(average.parameters(), network.parameters(), strict=True):
                mean.lerp_(value, weight)
        if (step + 1) % SAVE_EVERY == 0:
            state = {name: part.state_dict() for name, part in parts.items()}
            torch.save({**state, "step": step + 1, "generator": generator.get_state()}, kept)
            print(f"{recipe.about}: step {step + 1} of {recipe.steps}, error {error.item():.4f}", flush=True)
    return average


@torch.no_grad()
def sampled(ours: object, network: nn.Module, labels: Tensor, guidance: float, generator: torch.Generator) -> Tensor:
    """Standardised images by the deterministic sampler with 25 steps."""
    signal = ours.signal_levels()
    x = torch.randn(len(labels), 1, ours.SIDE, ours.SIDE, generator=generator)
    for step in range(96, -1, -4):
        t = torch.full((len(labels),), step)
        plain = network(x, t)
        noise = plain + guidance * (network(x, t, labels) - plain)
        now, then = signal[step].item(), signal[step - 4].item() if step else 1.0
        x = (then / now) ** 0.5 * (x - (1 - now) ** 0.5 * noise) + (1 - then) ** 0.5 * noise
    return x


def write(name: str, folder: Path) -> dict[str, object]:
    """Train one model, write its weights in half precision, and the record beside them, measured on what was written."""
    ours, recipe = given_unet(), RECIPES[name]
    began = time.process_time()
    train, test = load_mnist(folder, download=False)
    world = SecretWorld(recipe.seed).draw(train, test, len(train), 0, len(test))
    images, hidden = (ours.small(recipe.turn(part.images)) for part in (world.given, world.hidden))
    path = GIVEN / f"{name}.safetensors"
    kept = path.with_suffix(".partial")
    network = trained(ours, recipe, images, world.given.labels, kept).requires_grad_(False)
    seconds = time.process_time() - began
    weights = {key: value.half().contiguous() for key, value in network.state_dict().items()}
    path.write_bytes(save(weights))
    network.load_state_dict({key: value.float() for key, value in weights.items()})
    generator = torch.Generator().manual_seed(recipe.seed)
    denoising = score_denoising(network, hidden, ours.signal_levels(), TIMESTEPS, generator, world.hidden.labels, ours.NO_LABEL)
    asked, accuracy = torch.arange(300) % ours.NO_LABEL, {}
    for guidance in (0, 1, 3, 7):
        seen = recipe.turn(ours.visible(sampled(ours, network, asked, guidance, generator)))
        accuracy[str(guidance)] = round(label_accuracy(describe(load_classifier(14), seen).logits, asked), 3)
    record: dict[str, object] = {
        "about": recipe.about,
        "weights": sum(value.numel() for value in weights.values()),
        "bytes": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "denoising error": {
            "time steps": TIMESTEPS,
            "test": round(denoising.error, 5),
            "test, without label": round(denoising.error_without_label, 5),
        },
        "label accuracy of 300 samples by guidance": accuracy,
        "training": {
            "data": "MNIST", "images": len(images), "test images": len(hidden), "steps": recipe.steps, "batch": BATCH,
            "rate": RATE, "labels dropped": DROP, "average": AVERAGE, "seed": recipe.seed, "threads": torch.get_num_threads(),
            "torch": torch.__version__, "CPU seconds": round(seconds, 1),
        },
    }  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    kept.unlink(missing_ok=True)
    return record


def main() -> None:
    """Write the models named, or all, beside the network's file."""
    place = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("AUTOGRADER_DATA", "")
    if not place or not (Path(place) / "MNIST" / "raw").is_dir():
        sys.exit(f"{place or 'DIR'}: MNIST is not there (name the folder that holds MNIST/raw, or set AUTOGRADER_DATA)")
    torch.set_num_threads(1)
    for name in sys.argv[2:] or RECIPES:
        print(json.dumps(write(name, Path(place)), indent=2), flush=True)


if __name__ == "__main__":
    main()
