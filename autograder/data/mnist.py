"""MNIST: from a folder, from the network, or else the digits of scikit-learn in its place."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch

from autograder.data.digits import load_digits
from autograder.data.download import READ_ERRORS, DownloadFailed, download_once
from autograder.data.image_set import ImageSet
from autograder.data.locate import (
    IDX_FILES,
    cache_folder,
    find_mnist,
    idx_file,
    named_folder,
    read_named,
)
from autograder.imports import require_data

NAME = "MNIST"


def load_mnist(folder: Path | None, download: bool) -> tuple[ImageSet, ImageSet]:
    """Train and test images of MNIST, each in the random order of a fixed seed.

    They are looked for in ``folder``, else where the variable says, else in the cache, and else downloaded to the cache by
    torchvision. Where there is no network either, the digits of scikit-learn stand in, and the sets say so. How many images
    there are is up to the files: a folder may hold a part of the data set.

    Raises:
        UsageError: the folder named does not exist, or holds damaged or incomplete files; or torchvision is not installed.
    """
    require_data("MNIST")
    named = named_folder(folder)
    raw = find_mnist(named) if named else None
    if raw is not None:
        return read_named(_read, raw, NAME, READ_ERRORS)
    with contextlib.suppress(*READ_ERRORS):  # what the cache holds is fetched anew if it cannot be read
        return _read(cache_folder() / NAME / "raw")
    if not download:
        return load_digits("MNIST is not on this machine")
    try:
        return _read(download_once(cache_folder(), NAME, _complete, _fetch) / "raw")
    except DownloadFailed as error:
        return load_digits(f"MNIST is not on this machine and could not be downloaded ({error})")


def _complete(folder: Path) -> bool:
    """Whether a folder of the cache can be read."""
    try:
        _read(folder / "raw")
    except READ_ERRORS:
        return False
    return True


def _fetch(incoming: Path) -> None:
    """Have torchvision download from one mirror after the other; of itself it gives up when the first one falls silent."""
    from torchvision.datasets import MNIST

    errors: list[Exception] = []
    for mirror in MNIST.mirrors:
        one = type(NAME, (MNIST,), {"mirrors": [mirror]})  # the class's name is a part of torchvision's paths
        try:
            one(str(incoming), download=True)
        except (OSError, RuntimeError) as error:
            errors.append(error)
            continue
        for archive in (incoming / NAME / "raw").glob("*.gz"):
            archive.unlink()
        return
    raise errors[0]


def _read(raw: Path) -> tuple[ImageSet, ImageSet]:
    missing = [name for name in IDX_FILES if idx_file(raw, name) is None]
    if missing:
        raise FileNotFoundError(f"{', '.join(missing)} missing")
    return _part(raw, *IDX_FILES[:2]), _part(raw, *IDX_FILES[2:])


def _part(raw: Path, image_file: str, label_file: str) -> ImageSet:
    from torchvision.datasets.mnist import read_image_file, read_label_file

    images = _idx(read_image_file, raw, image_file)
    labels = _idx(read_label_file, raw, label_file)
    if images.shape[1:] != (28, 28) or len(images) != len(labels) or not len(labels):
        raise ValueError(f"{image_file} has shape {tuple(images.shape)}, {label_file} has {len(labels)} labels")
    if not 0 <= int(labels.min()) <= int(labels.max()) <= 9:
        raise ValueError(f"{label_file} has labels that are no digits")
    return ImageSet(NAME, images[:, None].contiguous(), labels).shuffled()


def _idx(read: Callable[[str], torch.Tensor], raw: Path, name: str) -> torch.Tensor:
    """An idx file as torchvision reads it, which knows only uncompressed ones."""
    from torchvision.datasets.utils import extract_archive

    path = idx_file(raw, name)
    if path is None or path.suffix != ".gz":
        return read(str(raw / name))
    with tempfile.TemporaryDirectory() as folder:
        return read(str(extract_archive(str(path), folder)))
