"""How well a network finds the noise in hidden images."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from autograder.scores.batches import rows_of_a_request, standard_normal

PredictNoise = Callable[[Tensor, Tensor, Tensor | None], Tensor]


@dataclass(frozen=True, slots=True)
class Denoising:
    """Mean squared errors of predicted noise, per pixel.

    Attributes:
        error: with the right labels, or without labels if the network takes none; mean over time steps.
        error_without_label: the same with the null label; nan if none was given.
        label_gain: the second minus the first; nan if there is no null label.
        by_timestep: ``error`` at each of the time steps, in the order given.
    """

    error: float
    error_without_label: float
    label_gain: float
    by_timestep: tuple[float, ...]


@torch.no_grad()
def score_denoising(
    predict_noise: PredictNoise,
    images: Tensor,
    alphas_cumprod: Tensor,
    timesteps: Sequence[int],
    generator: torch.Generator,
    labels: Tensor | None = None,
    null_label: int | None = None,
) -> Denoising:
    r"""The denoising error of a diffusion model on images that it has not seen.

    $$\frac1{|T|} \sum_{t \in T} \frac1{nD} \sum_b \|\epsilon_\theta(x_{bt}, t, y_b) - \epsilon_{bt}\|^2, \qquad
      x_{bt} = \sqrt{\bar\alpha_t}\, x_b + \sqrt{1 - \bar\alpha_t}\, \epsilon_{bt}$$

    This is a proper score: at each t no function of x_t has a smaller expected error than the posterior mean of the noise. Time
    steps are asked for from the noisiest on, each by itself, since a clearer version of the same image would betray the noise
    of a dimmer one. Both answers, with and without label, are for the same x_t, so that their difference has little spread. It
    grows also if a network answers the null label badly on purpose: limit ``error_without_label`` too.

    Args:
        predict_noise: ``(x_t, t, y)`` to the noise, shaped like ``x_t``; t is int64 ``(b,)``, y is int64 ``(b,)`` or None.
        images: ``(n, C, H, W)``, float, standardised as the network expects. A request holds at most 1000 of them, and 20 MB.
        alphas_cumprod: the grader's own alpha_bar, ``(T,)``, decreasing.
        timesteps: indices into it, all different.
        generator: draws the noise.
        labels: ``(n,)``, int64; None if the network takes none.
        null_label: what stands for "no label".

    Returns:
        nan or inf where an answer was not finite.

    Source:
        Ho, Jain and Abbeel 2020, equation 14; label gain: Ho and Salimans 2022.
    """
    errors, without = {}, {}
    nothing = None if labels is None or null_label is None else torch.full_like(labels, null_label)
    for step in sorted(timesteps, reverse=True):
        noise = standard_normal(images, generator)
        alpha_bar = alphas_cumprod[step].to(images)
        noisy = alpha_bar.sqrt() * images + (1 - alpha_bar).sqrt() * noise
        errors[step] = _error(predict_noise, noisy, noise, step, labels)
        without[step] = math.nan if nothing is None else _error(predict_noise, noisy, noise, step, nothing)
    error, error_without = _mean(errors), _mean(without)
    return Denoising(error, error_without, error_without - error, tuple(errors[step] for step in timesteps))


def _error(predict_noise: PredictNoise, noisy: Tensor, noise: Tensor, step: int, labels: Tensor | None) -> float:
    t = torch.full((len(noisy),), step, dtype=torch.int64, device=noisy.device)
    errors = []
    for some in torch.arange(len(noisy), device=noisy.device).split(rows_of_a_request(noisy)):
        predicted = predict_noise(noisy[some], t[some], None if labels is None else labels[some])
        errors.append((predicted.double() - noise[some].double()).square().flatten(1).mean(dim=1))
    return torch.cat(errors).mean().item()


def _mean(values: dict[int, float]) -> float:
    return sum(values.values()) / len(values)
