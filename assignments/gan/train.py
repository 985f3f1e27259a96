"""One update of each of the two networks.

Both steps work with any generator and discriminator, and with any optimiser over the parameters of the
network that is updated. Nothing is drawn: the noise is an argument. The networks stay in the mode in which
they come.
"""

from losses import discriminator_loss, generator_loss_nonsaturating
from torch import Tensor, nn
from torch.optim import Optimizer


def discriminator_step(
    generator: nn.Module, discriminator: nn.Module, real: Tensor, optimizer: Optimizer, z: Tensor
) -> float:
    """Update the discriminator once, against the generator as it is.

    The loss is `discriminator_loss` of the logits of ``real`` and of ``generator(z)``. The images that the
    generator makes are detached: neither its parameters nor their ``.grad`` change. Gradients that
    earlier steps left in the discriminator do not count.

    Args:
        generator: maps latent vectors ``(B, L)`` to images ``(B, ...)``.
        discriminator: maps images ``(B, ...)`` to logits ``(B,)``.
        real: real images, shape ``(B, ...)``.
        optimizer: holds the parameters of the discriminator; steps once.
        z: latent vectors, shape ``(B, L)``.

    Returns:
        The loss before the update, as a Python float (a 0-dimensional tensor is accepted).

    Source: Goodfellow et al. 2014, algorithm 1 (14.23).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def generator_step(generator: nn.Module, discriminator: nn.Module, optimizer: Optimizer, z: Tensor) -> float:
    """Update the generator once, against the discriminator as it is.

    The loss is `generator_loss_nonsaturating` of the logits of ``generator(z)``; its gradient passes
    through the discriminator, whose parameters do not change. (Their ``.grad`` may: `discriminator_step`
    ignores what is left there.) Gradients that earlier steps left in the generator do not count.

    Args:
        generator: maps latent vectors ``(B, L)`` to images ``(B, ...)``.
        discriminator: maps images ``(B, ...)`` to logits ``(B,)``.
        optimizer: holds the parameters of the generator; steps once.
        z: latent vectors, shape ``(B, L)``.

    Returns:
        The loss before the update, as a Python float (a 0-dimensional tensor is accepted).

    Source: Goodfellow et al. 2014, algorithm 1 and section 3 (14.23).
    """
    # YOUR CODE HERE
    raise NotImplementedError()
