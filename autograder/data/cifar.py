"""CIFAR-10: from torchvision's folder, from an `.npz` file, or from the network. Nothing stands in for it."""

from __future__ import annotations

import contextlib
import zipfile
from pathlib import Path

import numpy as np
import torch

from autograder.data.download import READ_ERRORS, DownloadFailed, download_once
from autograder.data.image_set import ImageSet
from autograder.data.locate import CIFAR_FOLDER, DATA_VARIABLE, OPTION, cache_folder, find_cifar10, named_folder, read_named
from autograder.errors import DataMissing
from autograder.imports import require_data

NAME = "CIFAR-10"
_DAMAGED = (*READ_ERRORS, zipfile.BadZipFile)


def load_cifar10(folder: Path | None, download: bool) -> tuple[ImageSet, ImageSet]:
    """Train and test images of CIFAR-10, each in the random order of a fixed seed.

    They are looked for in ``folder``, else where the variable says, else in the cache, and else downloaded to the cache by
    torchvision. An `.npz` file, named itself or as `cifar10….npz` in a folder, has the arrays ``train_images``,
    ``train_labels``, ``test_images`` and ``test_labels``; images are uint8, channels first or last.

    Raises:
        DataMissing: CIFAR-10 is not on this machine and cannot be downloaded.
        UsageError: the folder named does not exist, or holds damaged files; or torchvision is not installed.
    """
    require_data("CIFAR-10")
    named = named_folder(folder)
    source = find_cifar10(named) if named else None
    if source is not None:
        return read_named(_read, source, NAME, _DAMAGED)
    with contextlib.suppress(*READ_ERRORS):  # what the cache holds is fetched anew if its checksums are wrong
        return _read(cache_folder() / CIFAR_FOLDER)
    if not download:
        raise _missing("it is not on this machine", named)
    try:
        return _read(download_once(cache_folder(), CIFAR_FOLDER, _complete, _fetch))
    except DownloadFailed as error:
        raise _missing(f"it is not on this machine and could not be downloaded ({error})", named) from error


def _missing(why: str, named: Path | None) -> DataMissing:
    remedy = f"set {DATA_VARIABLE} or {OPTION} to a folder that holds {CIFAR_FOLDER} or cifar10.npz, or run once with a network"
    return DataMissing(f"there is no CIFAR-10: {why}", str(named or cache_folder()), remedy)


def _complete(folder: Path) -> bool:
    """Whether a folder of the cache holds what torchvision's checksums say."""
    from torchvision.datasets import CIFAR10
    from torchvision.datasets.utils import check_integrity

    files = [*CIFAR10.train_list, *CIFAR10.test_list, [CIFAR10.meta["filename"], CIFAR10.meta["md5"]]]
    return all(check_integrity(str(folder / name), md5) for name, md5 in files)


def _fetch(incoming: Path) -> None:
    from torchvision.datasets import CIFAR10

    CIFAR10(str(incoming), download=True)


def _read(source: Path) -> tuple[ImageSet, ImageSet]:
    return _read_npz(source) if source.is_file() else _read_batches(source)


def _read_batches(source: Path) -> tuple[ImageSet, ImageSet]:
    """The pickled batches, which torchvision opens only if their checksums are right."""
    from torchvision.datasets import CIFAR10

    train, test = (CIFAR10(str(source.parent), train=train) for train in (True, False))
    return _image_set(train.data, np.asarray(train.targets)), _image_set(test.data, np.asarray(test.targets))


def _read_npz(source: Path) -> tuple[ImageSet, ImageSet]:
    with np.load(source, allow_pickle=False) as arrays:
        train, test = (_image_set(arrays[f"{part}_images"], arrays[f"{part}_labels"]) for part in ("train", "test"))
    return train, test


def _image_set(images: np.ndarray, labels: np.ndarray) -> ImageSet:
    if images.shape[1:] == (32, 32, 3):
        images = images.transpose(0, 3, 1, 2)
    if images.dtype != np.uint8 or images.shape[1:] != (3, 32, 32) or labels.shape != images.shape[:1] or not len(labels):
        raise ValueError(f"images are {images.dtype} of shape {images.shape}, labels have shape {labels.shape}")
    numbers = torch.from_numpy(labels.astype(np.int64))
    if not 0 <= int(numbers.min()) <= int(numbers.max()) <= 9:
        raise ValueError("labels are not in 0 to 9")
    return ImageSet(NAME, torch.from_numpy(np.ascontiguousarray(images)), numbers).shuffled()
