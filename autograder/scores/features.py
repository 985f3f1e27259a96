"""The classifier of digits whose hidden units serve as features of images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import torch
from torch import Tensor, nn

from autograder.scores.batches import rows_of_a_request

if TYPE_CHECKING:
    from typing import Self

GIVEN = Path(__file__).parent / "given"
"""Where the weights lie, each with a record of how they were made."""
NUM_FEATURES = 64
NUM_CLASSES = 10
_ROWS = 500  # the first convolution makes 50 kB of each image


class DigitClassifier(nn.Module):
    """Two convolutions and two linear layers: conv1-16, pool, conv16-32, pool, fc-64, fc64-10.

    For images of 28 x 28 pixels these are 105 866 weights, and 1.1 million multiplications for each image.

    Args:
        size: height and width of the images, a number from 4 on.
        device: where the weights are made.
    """

    def __init__(self, size: int = 28, device: torch.device | str = "cpu") -> None:
        super().__init__()
        self.size = size
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1, device=device)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1, device=device)
        self.hidden = nn.Linear(32 * (size // 4) ** 2, NUM_FEATURES, device=device)
        self.output = nn.Linear(NUM_FEATURES, NUM_CLASSES, device=device)

    def features(self, images: Tensor) -> Tensor:
        """The hidden units after the ReLU, ``(n, 64)``; images ``(n, 1, size, size)`` are clamped to [0, 1], nan stays nan."""
        maps = nn.functional.max_pool2d(self.conv1(images.clamp(0, 1)).relu(), 2)
        maps = nn.functional.max_pool2d(self.conv2(maps).relu(), 2)
        return self.hidden(maps.flatten(1)).relu()

    def forward(self, images: Tensor) -> Tensor:
        """Logits of the ten digits, ``(n, 10)``."""
        return self.output(self.features(images))

    def frozen(self) -> Self:
        """The same network, ready to be used and not to be trained."""
        return self.eval().requires_grad_(False)


class Described(NamedTuple):
    """Features ``(n, 64)`` and logits ``(n, 10)`` of n images."""

    features: Tensor
    logits: Tensor


@torch.no_grad()
def describe(classifier: DigitClassifier, images: Tensor) -> Described:
    """Features and logits of images, float in [0, 1] (what lies beyond is clamped), on the device that images and network
    share.

    The network knows upright white digits on black: undo a world's polarity and transposition before. A row with a pixel that
    is nan gives nan.

    Args:
        classifier: of the images' size.
        images: ``(n, 1, size, size)``.
    """
    features = torch.cat([classifier.features(some) for some in images.split(min(_ROWS, rows_of_a_request(images)))])
    return Described(features, classifier.output(features))


def load_classifier(size: Literal[28, 14] = 28, device: torch.device | str = "cpu") -> DigitClassifier:
    """The trained classifier, in float32, frozen.

    That for 14 x 14 pixels has learnt digits whose pixels are means of 2 x 2. Both were trained on digits that were rotated by
    up to 11 degrees, scaled by up to 10 % and shifted by up to 1.7 pixels; their accuracies stand beside the weights.

    Raises:
        FileNotFoundError: there is no classifier for this size.
    """
    from safetensors.torch import load_file

    weights = load_file(GIVEN / f"digits_{size}.safetensors", device=str(device))
    classifier = DigitClassifier(size, device)
    classifier.load_state_dict({name: value.float() for name, value in weights.items()})
    return classifier.frozen()
