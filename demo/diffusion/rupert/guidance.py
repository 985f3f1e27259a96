"""Classifier-free guidance: one network, trained with and without labels, steers its own samples."""

import torch
from torch import Tensor


def drop_labels(
    y: Tensor, null_label: int, p: float = 0.1, generator: torch.Generator | None = None
) -> Tensor:
    """Replace each label by the null label with probability p, independently of the others.

    Used in training, so that the network also learns the unconditional noise prediction.

    Args:
        y: class labels, shape ``(B,)``, int64; left as they are.
        null_label: the label that stands for "no class".
        p: probability of dropping a label, in [0, 1]; 0 drops none, 1 drops all.
        generator: source of the random numbers; with it the result is reproducible and the global random
            state is left alone. None draws from the global state.

    Returns:
        A new tensor of labels, shape ``(B,)``, int64.

    Source: Ho and Salimans, "Classifier-Free Diffusion Guidance", 2022, algorithm 1 (14.27).
    """
    dropped = torch.rand(y.shape, generator=generator, device=y.device) < p
    return y.masked_fill(dropped, null_label)


def guided_noise(eps_cond: Tensor, eps_uncond: Tensor, w: float) -> Tensor:
    """Move the noise prediction from the unconditional one towards, or beyond, the conditional one.

        eps = eps_uncond + w (eps_cond - eps_uncond)

    In this convention w = 0 ignores the label, w = 1 is the plain conditional model, and w > 1
    exaggerates what the label changes.

    Args:
        eps_cond: noise predicted with the label, shape ``(B, ...)``.
        eps_uncond: noise predicted with the null label, shaped like ``eps_cond``.
        w: the guidance scale, any real number.

    Returns:
        The guided noise, shape and dtype of the inputs; differentiable in both.

    Source: exercises 14.8 and 14.27.
    """
    return eps_uncond + w * (eps_cond - eps_uncond)
