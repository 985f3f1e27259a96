"""Whether samples are copies of the images that a model was trained on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from autograder.scores.batches import all_finite

ALARM = 0.95
HONEST = 0.98
CHANCE = 1e-4
_SAME = 0.25
_DIVERSE = 0.4


@dataclass(frozen=True, slots=True)
class Memorisation:
    """How near samples lie to given images, compared with images that the model never saw.

    Attributes:
        ratio: median over distinct samples of distance to the nearest given image / distance to the nearest held one; 1 without
            memory.
        nearer_to_given: share of distinct samples that are nearer to a given image than to any held one; a half without memory.
            Noisy.
        distinct: how many samples are not a repetition of an earlier one.
        diverse: whether the distinct samples are enough, and far enough from each other, for a judgement.
        alarm: whether the samples are diverse and the median ratio is below 0.95 beyond chance.
    """

    ratio: float
    nearer_to_given: float
    distinct: int
    diverse: bool
    alarm: bool


@torch.no_grad()
def score_memorisation(samples: Tensor, given: Tensor, held: Tensor, shift: int = 2) -> Memorisation:
    r"""The median ratio of the distances to the nearest given and the nearest held image, over small shifts of the sample.

    $$\mathrm{median}_i \frac{\min_{s,\, j} \|T_s x_i - g_j\|}{\min_{s,\, j} \|T_s x_i - h_j\|}$$

    T_s shifts by up to ``shift`` pixels along both axes and fills with zeros, so that a copy is not hidden by a shift. Measured
    on MNIST with 3 000 of each, honest models and real images have .985 to 1.004; copies that are noisy, warped, shifted by
    three pixels or interpolated have at most .92, means of two copies .949. Samples of a mixture of Gaussians that was fitted
    to the given images pass.

    A sample counts as distinct if its distance to every earlier one exceeds a quarter of the median distance between a held
    image and its nearest other one; what repeats is left out, so that copies cannot hide behind repetition. For an alarm the
    median must be below .95, and so many ratios below .98 that chance would do it once in ten thousand times if that were the
    median (sign test): the few images of a collapsed model lie nearer to the one or the other by chance. Nor are samples judged
    whose mean pair distance is below .4 of that among held images.

    Of more images one is nearer, so sets of equal size are compared. If there are more given than held images, several windows
    of the given ones, which together have all, are compared with the held ones, and the lowest ratio counts.

    Args:
        samples: ``(n, C, H, W)``, float, upright on a black ground: undo a world's polarity. 400 are enough.
        given: what the model was trained on, ``(m, C, H, W)``, m >= 2, in random order.
        held: other images of the same kind, at least two, in random order; those beyond the first m are not used.
        shift: greatest shift, >= 0.

    Returns:
        ratio nan, no judgement and no alarm if a sample is not finite or there are no images. A distance of zero to both is a
        ratio of 1.

    Source:
        after Meehan, Chaudhuri and Dasgupta, *A three sample test to detect data copying* (2020); the ratio and the shifts are
        ours.
    """
    size = min(len(given), len(held))
    if len(samples) < 2 or size < 2 or not all_finite(samples, given, held):
        return Memorisation(math.nan, math.nan, 0, False, False)
    distinct, spread = _distinct(samples, held[:size])
    count = int(distinct.sum().item())
    to_held = nearest_distances(samples, held[:size], shift)
    starts = sorted({min(start, len(given) - size) for start in range(0, len(given), size)})
    nearest = [nearest_distances(samples, given[start : start + size], shift) for start in starts]
    median, below, nearer = min(_compared(to_given, to_held, distinct) for to_given in nearest)
    diverse = _chance(count, count) < CHANCE and spread >= _DIVERSE
    copied = median < ALARM and _chance(below, count) < CHANCE / len(starts)
    return Memorisation(median, nearer / max(count, 1), count, diverse, diverse and copied)


def _compared(to_given: Tensor, to_held: Tensor, distinct: Tensor) -> tuple[float, int, int]:
    """Of distinct samples: the median ratio, how many ratios are low, how many are nearer to a given image."""
    ratio = torch.where((to_given == 0) & (to_held == 0), 1.0, to_given / to_held)
    median = torch.where(distinct, ratio, math.nan).nanmedian().item()
    below, nearer = (int((distinct & some).sum().item()) for some in (ratio < HONEST, to_given < to_held))
    return median, below, nearer


def _chance(heads: int, tosses: int) -> float:
    """The probability of at least so many heads in so many tosses of a fair coin."""
    return sum(math.comb(tosses, k) for k in range(heads, tosses + 1)) / 2**tosses


def _distinct(samples: Tensor, held: Tensor) -> tuple[Tensor, float]:
    """Which samples do not repeat an earlier one, ``(n,)`` bool; their mean pair distance, relative to that of held images."""
    rows, real = samples.flatten(1).double(), held[: len(samples)].flatten(1).double()
    among, among_real = torch.cdist(rows, rows), torch.cdist(real, real)
    usual = among_real.fill_diagonal_(math.inf).amin(dim=1).median()
    earlier = torch.ones_like(among, dtype=torch.bool).tril(-1)
    distinct = torch.where(earlier, among, math.inf).amin(dim=1) > _SAME * usual
    pairs = (distinct.unsqueeze(0) & distinct.unsqueeze(1)).double().fill_diagonal_(0)
    real_mean = among_real.fill_diagonal_(0).sum() / (len(real) * (len(real) - 1))
    spread = (among * pairs).sum() / pairs.sum().clamp_min(1) / real_mean
    return distinct, spread.item()


def nearest_distances(samples: Tensor, images: Tensor, shift: int = 0) -> Tensor:
    """Distances of samples to the nearest image over all shifts, ``(n,)``, float64.

    The nearest is found in float32 by products; its distance is then computed directly, so that a copy has distance 0.
    """
    flat = images.flatten(1).float()
    half = 0.5 * flat.square().sum(dim=1)
    best = torch.full((len(samples),), math.inf, dtype=torch.float64, device=samples.device)
    for moved in _shifted(samples, shift):
        rows = moved.flatten(1).float()
        nearest = (rows @ flat.mT - half).argmax(dim=1)
        best = best.minimum((rows - flat[nearest]).double().square().sum(dim=1).sqrt())
    return best


def _shifted(samples: Tensor, shift: int) -> list[Tensor]:
    height, width = samples.shape[-2:]
    padded = torch.nn.functional.pad(samples, (shift, shift, shift, shift))
    places = [(down, across) for down in range(2 * shift + 1) for across in range(2 * shift + 1)]
    return [padded[..., down : down + height, across : across + width] for down, across in places]
