"""CIFAR-10 from torchvision's folder and from `.npz` files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_data import cifar_batches

from autograder.data.cifar import load_cifar10
from autograder.data.locate import CIFAR_FOLDER, DATA_VARIABLE
from autograder.errors import DataMissing, UsageError


def test_torchvisions_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder above or the folder itself."""
    folder = tmp_path / CIFAR_FOLDER
    folder.mkdir()
    for name, content in cifar_batches(monkeypatch).items():
        (folder / name).write_bytes(content)
    train, test = load_cifar10(tmp_path, download=False)
    assert (train.name, train.fallback, train.images.shape, test.images.shape) == (
        "CIFAR-10",
        False,
        (20, 3, 32, 32),
        (4, 3, 32, 32),
    )
    assert sorted(train.labels.tolist()) == [0] * 5 + [3] * 5 + [9] * 10
    assert torch.equal(load_cifar10(folder, download=False)[0].images, train.images)


def test_a_batch_with_another_checksum_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a pickle, which could do anything."""
    folder = tmp_path / CIFAR_FOLDER
    folder.mkdir()
    for name, content in cifar_batches(monkeypatch).items():
        (folder / name).write_bytes(content)
    (folder / "data_batch_2").write_bytes(b"cos\nabort\n(tR.")
    with pytest.raises(UsageError, match="cannot be read") as caught:
        load_cifar10(tmp_path, download=True)
    assert not isinstance(caught.value, DataMissing)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("as_path", [False, True])
@pytest.mark.parametrize("channels_first", [False, True])
def test_archives(save_npz: Callable[..., Path], as_path: bool, channels_first: bool) -> None:
    """In the folder or named itself, channels first or last."""
    images = np.random.default_rng(1).integers(0, 256, (12, 32, 32, 3), dtype=np.uint8)
    folder = save_npz(train_images=images.transpose(0, 3, 1, 2) if channels_first else images)
    train, test = load_cifar10(folder / "cifar10_small.npz" if as_path else folder, download=False)
    assert (train.images.shape, test.images.shape) == ((12, 3, 32, 32), (5, 3, 32, 32))
    assert sorted(train.labels.tolist()) == sorted(n % 10 for n in range(12))
    found = {image.numpy().transpose(1, 2, 0).tobytes() for image in train.images}
    assert found == {image.tobytes() for image in images}


def test_the_variable(save_npz: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """As for MNIST."""
    monkeypatch.setenv(DATA_VARIABLE, str(save_npz()))
    assert len(load_cifar10(None, download=False)[0]) == 12


WRONG: dict[str, dict[str, np.ndarray]] = {
    "floats": {"train_images": np.zeros((12, 32, 32, 3))},
    "another size": {"train_images": np.zeros((12, 28, 28, 3), np.uint8)},
    "another count": {"test_labels": np.zeros(4, np.uint8)},
    "a label too large": {"test_labels": np.array([0, 1, 2, 3, 10])},
    "words": {"test_labels": np.array(["cat"] * 5)},
    "objects": {"test_labels": np.array([None] * 5)},
    "nothing": {"test_images": np.zeros((0, 32, 32, 3), np.uint8), "test_labels": np.zeros(0, np.uint8)},
}


@pytest.mark.parametrize("others", WRONG.values(), ids=WRONG)
def test_archives_of_another_form(save_npz: Callable[..., Path], others: dict[str, np.ndarray]) -> None:
    """One line with the file."""
    with pytest.raises(UsageError, match="cannot be read") as caught:
        load_cifar10(save_npz(**others), download=True)
    assert "cifar10_small.npz" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 half of one"])
def test_files_that_are_no_archives(tmp_path: Path, content: bytes) -> None:
    """Whatever their name says."""
    (tmp_path / "cifar10.npz").write_bytes(content)
    with pytest.raises(UsageError, match="cannot be read"):
        load_cifar10(tmp_path, download=True)


def test_archives_without_their_arrays(tmp_path: Path) -> None:
    """The missing one is named."""
    np.savez(tmp_path / "cifar10.npz", train_images=np.zeros((2, 32, 32, 3), np.uint8))
    with pytest.raises(UsageError, match="train_labels"):
        load_cifar10(tmp_path, download=True)


def test_nothing_stands_in(tmp_path: Path) -> None:
    """The error says what to do, and can be told from a wrong command line."""
    with pytest.raises(DataMissing, match="there is no CIFAR-10") as caught:
        load_cifar10(tmp_path, download=False)
    assert DATA_VARIABLE in caught.value.remedy


def test_real_cifar10(real_folder: Path) -> None:
    """Whatever the folder holds."""
    try:
        sets = load_cifar10(real_folder, download=False)
    except DataMissing:
        pytest.skip("the folder holds no CIFAR-10")
    for found in sets:
        assert found.images.float().mean() / 255 == pytest.approx(0.47, abs=0.03)
        assert set(found.labels.tolist()) == set(range(10))
