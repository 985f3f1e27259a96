"""Images with labels, whatever data set they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from typing import Self

SHUFFLE_SEED = 20_231
"""Orders every data set once and for all.

Files of data sets are ordered: those of MNIST by who wrote the digits, so that the first half of a file differs from the
second. Whoever loads images gets them in the random order of this seed; a subset is then a prefix.
"""


@dataclass(frozen=True, slots=True)
class ImageSet:
    """Images of one part of a data set, in random order.

    Attributes:
        name: the data set, as results show it.
        images: uint8 of shape ``(n, C, H, W)``.
        labels: int64 of shape ``(n,)``.
        fallback: whether it stands in for the data set that was asked for.
        note: one plain sentence for pages and results that says so; empty if there is nothing to say.
    """

    name: str
    images: torch.Tensor
    labels: torch.Tensor
    fallback: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what has another form."""
        if self.images.dtype != torch.uint8 or self.images.ndim != 4:
            raise ValueError(f"images are {self.images.dtype} of shape {tuple(self.images.shape)}, not uint8 (n, C, H, W)")
        if self.labels.dtype != torch.int64 or self.labels.shape != self.images.shape[:1]:
            raise ValueError(f"labels are {self.labels.dtype} of shape {tuple(self.labels.shape)}, not int64 (n,)")

    def __len__(self) -> int:
        """How many images there are."""
        return len(self.images)

    def shuffled(self, seed: int = SHUFFLE_SEED) -> Self:
        """The same images in the random order of a seed."""
        order = torch.randperm(len(self), generator=torch.Generator().manual_seed(seed)).to(self.images.device)
        return self.part(order)

    def of_classes(self, classes: tuple[int, ...]) -> Self:
        """The images of some classes, in the same order, with the labels that they had."""
        wanted = torch.tensor(classes, dtype=torch.int64, device=self.labels.device)
        return self.part(torch.isin(self.labels, wanted))

    def part(self, which: torch.Tensor | slice) -> Self:
        """The images at some places: indices, a mask, or a slice."""
        return type(self)(self.name, self.images[which], self.labels[which], self.fallback, self.note)


def unit_interval(images: torch.Tensor) -> torch.Tensor:
    """Images as float32 in [0, 1]: uint8 is divided by 255, floats are taken as they are and clamped."""
    if images.dtype == torch.uint8:
        return images.to(torch.float32) / 255
    return images.to(torch.float32).clamp(0, 1)
