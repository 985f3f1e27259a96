"""The world that a grading run draws: known images, in a shape that nobody has stored."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
import torch.nn.functional as F

from autograder.data.image_set import ImageSet, unit_interval
from autograder.errors import UsageError

if TYPE_CHECKING:
    from typing import Self

Disguise = Literal["plain", "inverted", "transposed"]
"""What happens to every image of a world after the warp: nothing, ``1 - x``, or rows and columns exchanged."""

DEGREES, SCALE, PIXELS = 6.0, 0.06, 1.0
"""Greatest rotation, relative change of size, and shift of one image of 28 x 28, to either side; each is uniform.

Every image has a warp of its own, so that nothing learnt from the given images undoes that of the hidden ones, and scores do
not depend on the seed. Measured on MNIST: an honest VAE of the short budget reaches 30.8 nats in each of three such worlds
(34.3 without a warp, since interpolation smooths), and the nearest image of a stored test set is 18.7 away from a hidden one
in summed squares. With one warp for all images the honest VAE reaches 26.9, 27.2 or 30.3, depending on the seed.
"""
_SIZE = 28
_CLASSES = 10
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Share:
    """Images, float32 in [0, 1] of shape ``(n, C, H, W)``, and their labels, int64 of shape ``(n,)``."""

    images: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        """How many images there are."""
        return len(self.images)


@dataclass(frozen=True, slots=True)
class World:
    """Three disjoint shares of a data set, in random order.

    Attributes:
        name: the data set.
        given: what a student's training sees.
        held: of the same kind, and seen by no student's code: what is memorised is nearer to given images than to these.
        hidden: test images.
        fallback: whether the data set stands in for another.
        note: plain sentences on what is not as it was asked for; empty if nothing is.
        disguise: what all images wear.
    """

    name: str
    given: Share
    held: Share
    hidden: Share
    fallback: bool
    note: str
    disguise: Disguise = "plain"

    def upright(self, images: torch.Tensor) -> torch.Tensor:
        """Images of this world as they would be in a plain one: a digit upright, white on black."""
        return _disguised(images, self.disguise)  # each disguise undoes itself


@dataclass(frozen=True, slots=True)
class SecretWorld:
    """What a seed decides about the images of a run.

    Attributes:
        seed: decides which images are drawn, and their warps.
        disguise: the same for all images.
        classes: the labels that occur, ascending; labels keep their numbers.
    """

    seed: int
    disguise: Disguise = "plain"
    classes: tuple[int, ...] = tuple(range(_CLASSES))

    @classmethod
    def from_seed(cls, seed: int, disguises: tuple[Disguise, ...] = ("plain",), classes: int | None = None) -> Self:
        """The world that a seed stands for.

        Args:
            seed: the grading seed.
            disguises: those that the task allows, one of which the seed chooses; one alone is always worn.
            classes: how many of the ten classes occur; None means all.
        """
        disguise = disguises[int(torch.randint(len(disguises), (), generator=_generator(seed, "disguise")))]
        chosen = torch.randperm(_CLASSES, generator=_generator(seed, "classes"))[:classes]
        return cls(seed, disguise, tuple(sorted(chosen.tolist())))

    def draw(
        self, train: ImageSet, test: ImageSet, given: int, held: int, hidden: int, device: torch.device | str = "cpu"
    ) -> World:
        """Images of this world: given and held ones from ``train``, hidden ones from ``test``, as many as are asked for.

        Where a data set is too small, the shares of that part shrink in proportion, and the world's note says so. The same seed
        gives bitwise the same images on one machine.

        Raises:
            UsageError: the data set has too few images of this world's classes for shares that are not empty.
        """
        train, test = self._mixed(train, "train"), self._mixed(test, "test")
        most_given, most_held = _shrunk((given, held), len(train))
        (most_hidden,) = _shrunk((hidden,), len(test))
        sizes, wanted = (most_given, most_held, most_hidden), (given, held, hidden)
        if any(ask and not size for ask, size in zip(wanted, sizes, strict=True)):
            message = f"{train.name} has only {len(train)} images to train and {len(test)} to test of the classes drawn"
            raise UsageError(message, remedy="use the whole data set")
        note = train.note if sizes == wanted else f"{train.note} {_smaller(train.name, sizes, wanted)}".strip()
        return World(
            train.name,
            self._share(train.part(slice(most_given)), "given", device),
            self._share(train.part(slice(most_given, most_given + most_held)), "held", device),
            self._share(test.part(slice(most_hidden)), "hidden", device),
            train.fallback,
            note,
            self.disguise,
        )

    def shown(self, images: torch.Tensor, purpose: str) -> torch.Tensor:
        """Images as they look in this world: float32 in [0, 1], on the device that they are on.

        Args:
            images: uint8, or floats in [0, 1], of shape ``(n, C, S, S)``.
            purpose: names the random numbers that are used; another one gives other warps.
        """
        matrices = _warps(len(images), _generator(self.seed, f"warp {purpose}"))
        parts = zip(images.split(_CHUNK), matrices.split(_CHUNK), strict=True)  # a grid is as large as two channels of floats
        warped = torch.cat([_warped(unit_interval(some), of_them) for some, of_them in parts])
        return _disguised(warped, self.disguise)

    def _mixed(self, images: ImageSet, part: str) -> ImageSet:
        return images.of_classes(self.classes).shuffled(_seed(self.seed, f"order of {part}"))

    def _share(self, images: ImageSet, purpose: str, device: torch.device | str) -> Share:
        return Share(self.shown(images.images.to(device), purpose), images.labels.to(device))


def _disguised(images: torch.Tensor, disguise: Disguise) -> torch.Tensor:
    """Images in a disguise, or out of it."""
    if disguise == "transposed":
        return images.transpose(-1, -2).contiguous()
    return 1 - images if disguise == "inverted" else images


def _warps(count: int, generator: torch.Generator) -> torch.Tensor:
    """One affine matrix for each image, ``(count, 2, 3)``, drawn on the CPU, so that the device does not matter."""
    rotation, size, across, down = torch.rand(4, count, generator=generator, dtype=torch.float64) * 2 - 1
    angle = rotation * math.radians(DEGREES)
    along, beside = angle.cos() / (1 + SCALE * size), angle.sin() / (1 + SCALE * size)
    x, y = 2 * PIXELS / _SIZE * across, 2 * PIXELS / _SIZE * down  # the grid's coordinates go from -1 to 1
    rows = [along, -beside, along * x - beside * y, beside, along, beside * x + along * y]
    return torch.stack(rows, dim=1).to(torch.float32).view(count, 2, 3)


def _warped(images: torch.Tensor, matrices: torch.Tensor) -> torch.Tensor:
    """What moves in from beyond the edge is black around digits, and a reflection in photographs."""
    if not len(images):
        return images  # which torch refuses to warp
    grid = F.affine_grid(matrices.to(images.device), list(images.shape), align_corners=False)
    beyond = "zeros" if images.shape[1] == 1 else "reflection"
    return F.grid_sample(images, grid, mode="bilinear", padding_mode=beyond, align_corners=False).clamp(0, 1)


def _shrunk(wanted: tuple[int, ...], there: int) -> tuple[int, ...]:
    total = sum(wanted)
    return wanted if total <= there else tuple(there * share // total for share in wanted)


def _smaller(name: str, sizes: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    shares = ("given", "held back", "hidden")
    counts = ", ".join(f"{size} {share}" for size, share in zip(sizes, shares, strict=True))
    return f"There are too few images ({name}): {counts}, where {', '.join(map(str, wanted))} are usual."


def _generator(seed: int, purpose: str) -> torch.Generator:
    return torch.Generator().manual_seed(_seed(seed, purpose))


def _seed(seed: int, purpose: str) -> int:
    """A seed for one purpose, so that a choice more does not change what else is drawn."""
    return int.from_bytes(hashlib.blake2b(f"{seed} {purpose}".encode(), digest_size=8).digest()) >> 1
