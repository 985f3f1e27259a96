"""Adversarial losses, all of them to be minimised: the original GAN, the hinge GAN and WGAN-GP.

Logits and scores are unbounded: no sigmoid has been applied. Losses keep the dtype and the device of their
inputs, stay finite and accurate for logits up to 1e4 in size, and are differentiable in them.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Binary cross-entropy of a discriminator that should call real samples 1 and generated ones 0.

        -(mean of log D(real) + mean of log(1 - D(fake))),    D = sigmoid(logit)

    Each mean is over its own batch; the two batches may differ in size.

    Args:
        real_logits: logits of real samples, shape ``(B,)``.
        fake_logits: logits of generated samples, shape ``(B',)``, same dtype.

    Returns:
        The loss in nats, a 0-dimensional tensor; finite for logits from -1e4 to 1e4.

    Source: Goodfellow et al. 2014, algorithm 1 (T5, 14.23).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def generator_loss_saturating(fake_logits: Tensor) -> Tensor:
    """The generator's side of the minimax game, to be minimised: mean of log(1 - D(fake)).

    Here D = sigmoid(logit). The loss is at most zero, and flat where the discriminator is sure that samples
    are generated.

    Args:
        fake_logits: logits of generated samples, shape ``(B,)``.

    Returns:
        The loss in nats, a 0-dimensional tensor; finite for logits from -1e4 to 1e4.

    Source: Goodfellow et al. 2014, equation 1 (T5, 14.23).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def generator_loss_nonsaturating(fake_logits: Tensor) -> Tensor:
    """The generator loss used in practice, to be minimised: minus the mean of log D(fake).

    Here D = sigmoid(logit). Its gradient is largest where the discriminator is sure that samples are
    generated.

    Args:
        fake_logits: logits of generated samples, shape ``(B,)``.

    Returns:
        The loss in nats, a 0-dimensional tensor; finite for logits from -1e4 to 1e4.

    Source: Goodfellow et al. 2014, section 3 (T5, 14.23).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def hinge_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Hinge loss of a patch discriminator, one value per pair of a real and a generated sample.

    First the scores of each sample are averaged over all its patches (all non-batch dimensions) to one
    score, r for the real and f for the generated one. Then the loss of the pair is

        1/2 (relu(1 - r) + relu(1 + f))

    Args:
        real: patch scores of real samples, shape ``(B, ...)`` with one to four trailing dimensions.
        fake: patch scores of generated samples, shaped like ``real``.

    Returns:
        Losses, shape ``(B,)``; not averaged over the batch.

    Source: Lim and Ye, "Geometric GAN", 2017 (D2.2).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def hinge_generator_loss(fake: Tensor) -> Tensor:
    """The generator's loss in the hinge GAN: minus each sample's average score.

    Args:
        fake: patch scores of generated samples, shape ``(B, ...)`` with one to four trailing dimensions.

    Returns:
        Losses, shape ``(B,)``; not averaged over the batch.

    Source: Lim and Ye, "Geometric GAN", 2017 (D2.2).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def critic_loss(real: Tensor, fake: Tensor) -> Tensor:
    """The Wasserstein critic's loss: mean(fake) - mean(real).

    Minimising it makes the critic score real samples high and generated ones low. Each mean is over
    its own batch; the two batches may differ in size.

    Args:
        real: scores of real samples, shape ``(B,)``.
        fake: scores of generated samples, shape ``(B',)``, same dtype.

    Returns:
        The loss, a 0-dimensional tensor.

    Source: Arjovsky et al. 2017, algorithm 1 (14.18, 14.24).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def gradient_penalty(
    critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, eps: Tensor | None = None
) -> Tensor:
    """How far the slope of a critic is from one, at random points between real and generated samples.

        mean over the batch of (||gradient of critic at x_hat||_2 - 1)^2
        x_hat = eps * real + (1 - eps) * fake

    The gradient is with respect to x_hat, and its norm runs over all dimensions of one sample. Nothing
    is multiplied by a weight.

    Args:
        critic: maps ``(B, ...)`` to scores ``(B,)`` or ``(B, 1)``, each sample by itself.
        real: real samples, shape ``(B, ...)`` with one to four trailing dimensions.
        fake: generated samples, shaped like ``real``.
        eps: weights in [0, 1], shape ``(B, 1, ...)`` with as many dimensions as ``real``; None draws them
            uniformly from the global random state, one for each sample.

    Returns:
        The penalty, a 0-dimensional tensor. It is differentiable in the parameters of the critic,
        but not in ``real`` and ``fake``: x_hat is detached from them. The ``.grad`` of the parameters is
        left as it is. Up to 1e-12 may be added under the square root of the norm.

    Source: Gulrajani et al. 2017, equation 3 and algorithm 1 (14.24).
    """
    # YOUR CODE HERE
    raise NotImplementedError()
