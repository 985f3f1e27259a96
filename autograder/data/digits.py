"""The handwritten digits that come with scikit-learn: what is used where MNIST cannot be had."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from autograder.data.image_set import ImageSet
from autograder.imports import require_data

NAME = "digits of scikit-learn, 28 x 28"
_GREATEST = 16
_INK, _MARGIN = 20, 4
_TEST = 360


def load_digits(why: str = "") -> tuple[ImageSet, ImageSet]:
    """Train and test images, 1437 and 360 of shape (1, 28, 28): always the same split, in random order.

    The originals, 8 x 8 and without a margin, are scaled bilinearly to 20 x 20 and framed by 4 empty pixels, as MNIST frames
    its digits: a warp then moves no ink out of sight, and about as many pixels are bright as there.

    Args:
        why: the reason that they are used, the beginning of a sentence for people; students read it, so it names no folder.

    Raises:
        UsageError: scikit-learn is not installed.
    """
    require_data("the digits of scikit-learn")
    from sklearn import datasets

    found = datasets.load_digits()
    small = torch.from_numpy(found.images).to(torch.float32)[:, None] / _GREATEST
    large = F.interpolate(small, size=(_INK, _INK), mode="bilinear", align_corners=False)
    images = F.pad(large.mul(255).round().clamp(0, 255).to(torch.uint8), [_MARGIN] * 4)
    labels = torch.from_numpy(found.target).to(torch.int64)
    note = f"{why or 'They were asked for'}: the {len(labels)} digits of scikit-learn, scaled to 28 x 28, stand in for MNIST."
    mixed = ImageSet(NAME, images, labels, fallback=True, note=note).shuffled()
    return mixed.part(slice(_TEST, None)), mixed.part(slice(_TEST))
