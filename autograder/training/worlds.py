"""Where the images of training runs come from: loaded once per process, whatever the task."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from autograder.data.cifar import load_cifar10
from autograder.data.digits import load_digits
from autograder.data.image_set import ImageSet
from autograder.data.mnist import load_mnist
from autograder.errors import DataMissing


@dataclass(frozen=True)
class DataSource:
    """A folder of data sets, or the user's cache, and whether what is missing may be downloaded."""

    folder: Path | None = None
    download: bool = True
    stand_in: bool = False
    """Whether to use what stands in for MNIST and CIFAR-10, though they may be there: to calibrate the levels on it."""

    def images(self, name: str) -> tuple[ImageSet, ImageSet]:
        """The images to train and to test with; ``"digits"`` are those that stand in for others.

        Raises:
            DataMissing: there are none, and none that could stand in for them.
        """
        if name == "digits" or (self.stand_in and name == "MNIST"):
            return load_digits()
        if self.stand_in and name == "CIFAR-10":
            raise DataMissing("there is no CIFAR-10: what stands in for it is asked for")
        return _load(name, self.folder, self.download)


@functools.lru_cache(maxsize=4)
def _load(name: str, folder: Path | None, download: bool) -> tuple[ImageSet, ImageSet]:
    return {"MNIST": load_mnist, "CIFAR-10": load_cifar10}[name](folder, download)
