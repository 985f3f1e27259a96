"""Tiny files in the layouts of the data sets, and a cache that no other run sees."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tiny_data import write_mnist

from autograder.data.locate import DATA_VARIABLE


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that downloads go to, and let no variable name another."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    return tmp_path / "cache" / "autograder" / "data"


@pytest.fixture
def mnist_folder(tmp_path: Path) -> Path:
    """Return a folder with `MNIST/raw` of 30 and 20 images."""
    write_mnist(tmp_path / "given" / "MNIST" / "raw")
    return tmp_path / "given"


@pytest.fixture
def save_npz(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes `cifar10.npz` into a folder of its own; arguments replace arrays."""
    random = np.random.default_rng(0)
    arrays = {
        "train_images": random.integers(0, 256, (12, 32, 32, 3), dtype=np.uint8),
        "train_labels": np.arange(12, dtype=np.uint8) % 10,
        "test_images": random.integers(0, 256, (5, 32, 32, 3), dtype=np.uint8),
        "test_labels": np.arange(5, dtype=np.uint8),
    }

    def save(**others: np.ndarray) -> Path:
        folder = tmp_path / "archives"
        folder.mkdir(exist_ok=True)
        np.savez_compressed(folder / "cifar10_small.npz", **{**arrays, **others})
        return folder

    return save


@pytest.fixture
def real_folder(request: pytest.FixtureRequest) -> Path:
    """Return the folder of real data that the environment names; the test is skipped if it names none."""
    folder = _REAL
    if not folder:
        pytest.skip(f"{DATA_VARIABLE} names no folder with real data")
    return Path(folder)


_REAL = os.environ.get(DATA_VARIABLE)
"""Read before any test takes the variable away."""
