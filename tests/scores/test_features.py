"""The classifier of digits, its weights and their record, and the tool that makes them."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import os
import struct
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from autograder.scores.features import GIVEN, DigitClassifier, describe, load_classifier

ROOT = Path(__file__).resolve().parents[2]
MNIST = Path(os.environ.get("AUTOGRADER_DATA", "")) / "MNIST" / "raw"
SIZES = (28, 14)


@pytest.fixture(scope="module")
def tool() -> Any:
    """The script that trains the classifiers."""
    spec = importlib.util.spec_from_file_location("train_classifier", ROOT / "tools" / "train_classifier.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("size", SIZES)
def test_weights_are_what_their_record_says(size: int) -> None:
    """File, number of weights, and an accuracy that makes features of them; small enough for a repository."""
    record = json.loads((GIVEN / f"digits_{size}.json").read_text("utf-8"))
    data = (GIVEN / f"digits_{size}.safetensors").read_bytes()
    assert record["sha256"] == hashlib.sha256(data).hexdigest()
    assert record["bytes"] == len(data) < 450_000
    assert record["weights"] == sum(p.numel() for p in DigitClassifier(size).parameters())
    assert min(record["accuracy"][part] for part in ("test", "test, warped by half", "test, warped")) > 0.95
    assert {"seed", "steps", "torch", "images"} <= set(record["training"])


def test_the_network_is_the_yardsticks() -> None:
    """As documented: 105 866 weights at 28 x 28."""
    assert sum(p.numel() for p in DigitClassifier(28).parameters()) == 105_866


@pytest.mark.parametrize("size", SIZES)
def test_features_are_the_hidden_units_behind_the_logits(size: int) -> None:
    """Computed by hand from the weights, for more images than one piece holds; frozen, in float32."""
    classifier = load_classifier(size)
    images = torch.rand(1100, 1, size, size, generator=torch.Generator().manual_seed(0))
    features, logits = describe(classifier, images)
    weights = {name: value.double() for name, value in classifier.state_dict().items()}
    maps = images.double()
    for layer in ("conv1", "conv2"):
        maps = torch.nn.functional.conv2d(maps, weights[f"{layer}.weight"], weights[f"{layer}.bias"], padding=1).clamp_min(0)
        side = maps.shape[-1] // 2
        maps = maps[..., : 2 * side, : 2 * side].unflatten(-1, (side, 2)).unflatten(-3, (side, 2)).amax(dim=(-1, -3))
    hidden = (maps.flatten(1) @ weights["hidden.weight"].T + weights["hidden.bias"]).clamp_min(0)
    assert torch.allclose(features.double(), hidden, atol=1e-3)
    assert torch.allclose(logits.double(), hidden @ weights["output.weight"].T + weights["output.bias"], atol=1e-3)
    assert (features.shape, logits.shape, features.dtype) == ((1100, 64), (1100, 10), torch.float32)
    assert not features.requires_grad
    assert not any(p.requires_grad for p in classifier.parameters())


def test_images_are_clamped_and_nan_stays_nan() -> None:
    """Nobody gains features from brightness beyond white; nan does not become a number."""
    classifier = load_classifier()
    images = torch.rand(3, 1, 28, 28) * 5 - 2
    assert torch.equal(describe(classifier, images).features, describe(classifier, images.clamp(0, 1)).features)
    images[1, 0, 14, 14] = math.nan
    features = describe(classifier, images).features
    assert features[1].isnan().any()
    assert not features[[0, 2]].isnan().any()


@pytest.mark.skipif(not MNIST.is_dir(), reason="needs MNIST: set AUTOGRADER_DATA")
@pytest.mark.parametrize("size", SIZES)
def test_digits_are_recognised(tool: Any, size: int) -> None:
    """As many of the test set as the record says."""
    record = json.loads((GIVEN / f"digits_{size}.json").read_text("utf-8"))
    images, labels = tool.read_digits(MNIST, "t10k")
    accuracy = tool.accuracy(load_classifier(size), tool.resized(images, size), labels)
    assert accuracy == pytest.approx(record["accuracy"]["test"], abs=0.005)


def test_weights_are_part_of_the_package() -> None:
    """An installation has them, and the record."""
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]["autograder"]
    files = [path for path in GIVEN.iterdir() if path.is_file()]
    packed = {path for pattern in patterns for path in (ROOT / "autograder").glob(pattern)}
    assert len(files) == 4
    assert set(files) <= packed


def test_the_tool_reads_mnists_format_and_shuffles(tool: Any, tmp_path: Path) -> None:
    """Images keep their labels; the file's order is not kept."""
    images = np.zeros((30, 28, 28), np.uint8)
    images[:, 3, 5] = np.arange(30)
    for part in ("images-idx3", "labels-idx1"):
        array = images if part.startswith("images") else np.arange(30, dtype=np.uint8)
        head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        (tmp_path / f"train-{part}-ubyte").write_bytes(head + array.tobytes())
    read, labels = tool.read_digits(tmp_path, "train")
    assert read.shape == (30, 1, 28, 28)
    assert torch.equal((read[:, 0, 3, 5] * 255).round().long(), labels)
    assert sorted(labels.tolist()) == list(range(30)) != labels.tolist()


def test_the_tools_warps_move_a_dot_no_farther_than_they_say(tool: Any) -> None:
    """Rotation by up to 11 degrees, scale by 10 %, shift by 1.7 pixels; none at all for no strength."""
    images = torch.zeros(500, 1, 28, 28)
    images[:, 0, 20, 20] = 1
    axis = torch.arange(28.0)
    assert torch.allclose(tool.warped(images, 0.0, torch.Generator().manual_seed(1)), images, atol=1e-4)
    warped = tool.warped(images, 1.0, torch.Generator().manual_seed(2))[:, 0]
    mass = warped.sum(dim=(1, 2))
    places = torch.stack([(warped.sum(dim=2) * axis).sum(dim=1), (warped.sum(dim=1) * axis).sum(dim=1)], dim=1) / mass[:, None]
    radius = 6.5 * math.sqrt(2)
    farthest = (places - 20).norm(dim=1).max()
    bound = radius * (2 * math.sin(math.radians(11) / 2) + 0.1 / 0.9) + 1.7 * math.sqrt(2) + 0.5
    assert 0.6 * bound < farthest < bound
