"""MNIST from folders of every layout, and what stands in for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tiny_data import COUNTS, write_mnist

from autograder.data.image_set import ImageSet
from autograder.data.locate import DATA_VARIABLE
from autograder.data.mnist import load_mnist
from autograder.errors import UsageError


def assert_tiny(sets: tuple[ImageSet, ImageSet]) -> None:
    """Every image of the tiny MNIST is there once, with its label, and not in the order of the file."""
    for found, count in zip(sets, COUNTS.values(), strict=True):
        assert (found.name, found.fallback, found.note) == ("MNIST", False, "")
        assert (found.images.dtype, found.labels.dtype) == (torch.uint8, torch.int64)
        assert found.images.shape == (count, 1, 28, 28)
        places = found.images[:, 0, 0, 0].long()
        assert sorted(places.tolist()) == list(range(count)) != places.tolist()
        assert found.labels.tolist() == (places % 10).tolist()


@pytest.mark.parametrize("inside", ["MNIST/raw", "raw", "", "any/MNIST/raw"])
@pytest.mark.parametrize("compressed", [False, True])
def test_layouts(tmp_path: Path, inside: str, compressed: bool) -> None:
    """The root of torchvision, the folder MNIST, or raw itself; plain or compressed."""
    write_mnist(tmp_path / "data" / inside, compressed=compressed)
    folder = tmp_path / "data" / ("any" if inside.startswith("any") else "")
    assert_tiny(load_mnist(folder, download=False))


def test_the_same_order_every_time(mnist_folder: Path) -> None:
    """One seed for everybody."""
    first, second = load_mnist(mnist_folder, False), load_mnist(mnist_folder, False)
    for one, other in zip(first, second, strict=True):
        assert torch.equal(one.images, other.images)
        assert torch.equal(one.labels, other.labels)


def test_the_option_comes_before_the_variable_and_the_cache_last(
    mnist_folder: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever holds MNIST first."""
    (tmp_path / "empty").mkdir()
    write_mnist(cache / "MNIST" / "raw")
    assert_tiny(load_mnist(None, download=False))
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "empty"))
    assert_tiny(load_mnist(None, download=False))
    damaged = tmp_path / "damaged" / "MNIST" / "raw"
    write_mnist(damaged)
    (damaged / "t10k-labels-idx1-ubyte").write_bytes(b"")
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "damaged"))
    with pytest.raises(UsageError):
        load_mnist(None, download=False)
    assert_tiny(load_mnist(mnist_folder, download=False))


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut": lambda content: content[: len(content) // 2],
    "no idx": lambda content: b"<html>not found</html>",
    "other type": lambda content: content[:2] + b"\x0d" + content[3:],
    "other shape": lambda content: content[:3] + b"\x02" + content[4:],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
@pytest.mark.parametrize("compressed", [False, True])
def test_damaged_files_are_named(tmp_path: Path, name: str, damage: Callable[[bytes], bytes], compressed: bool) -> None:
    """Not replaced silently: somebody has chosen that folder."""
    raw = tmp_path / "MNIST" / "raw"
    write_mnist(raw, compressed=compressed)
    path = raw / f"{name}.gz" if compressed else raw / name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UsageError, match="cannot be read") as caught:
        load_mnist(tmp_path, download=True)
    assert str(raw) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_file_is_named(mnist_folder: Path) -> None:
    """Three of four."""
    (mnist_folder / "MNIST" / "raw" / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(UsageError, match="train-labels-idx1-ubyte missing"):
        load_mnist(mnist_folder, download=True)


def test_a_folder_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Option and variable are named."""
    with pytest.raises(UsageError, match="--data"):
        load_mnist(tmp_path / "typo", download=False)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "typo"))
    with pytest.raises(UsageError, match=DATA_VARIABLE):
        load_mnist(None, download=False)


def test_without_data_the_digits_stand_in(tmp_path: Path) -> None:
    """Said plainly, in a sentence that students may read: it names no folder of the grader's."""
    train, test = load_mnist(tmp_path, download=False)
    assert (len(train), len(test)) == (1437, 360)
    for found in (train, test):
        assert found.fallback
        assert found.name == "digits of scikit-learn, 28 x 28"
        assert found.images.shape[1:] == (1, 28, 28)
        assert found.note == (
            "MNIST is not on this machine: the 1797 digits of scikit-learn, scaled to 28 x 28, stand in for MNIST."
        )
        assert set(found.labels.tolist()) == set(range(10))
    everything = torch.cat([train.images, test.images]).flatten(1)
    assert len(everything.unique(dim=0)) == 1797
    assert everything.max() == 255


def test_the_digits_are_digits() -> None:
    """The label of the nearest training image is right nearly always: images and labels belong together after the split."""
    train, test = load_mnist(None, download=False)
    nearest = torch.cdist(test.images.flatten(1).float(), train.images.flatten(1).float()).argmin(1)
    assert (train.labels[nearest] == test.labels).float().mean() > 0.95


def test_real_mnist(real_folder: Path) -> None:
    """Whatever the folder holds; the halves after shuffling are alike, which those of the files are not."""
    for found in load_mnist(real_folder, download=False):
        assert not found.fallback
        pixels = found.images.float().flatten(1) / 255
        assert 0.1 < pixels.mean() < 0.16
        halves = pixels.chunk(2)
        assert abs(halves[0].mean() - halves[1].mean()) < 0.005
        assert torch.bincount(found.labels, minlength=10).min() > len(found) / 15
