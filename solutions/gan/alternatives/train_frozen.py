"""Right answers for train.py: both batches at once, and a discriminator that is frozen for a while."""

import torch
from losses import discriminator_loss, generator_loss_nonsaturating
from torch import Tensor, nn
from torch.optim import Optimizer


def discriminator_step(
    generator: nn.Module, discriminator: nn.Module, real: Tensor, optimizer: Optimizer, z: Tensor
) -> float:
    """One pass over real and generated images together, inside a closure."""
    images = torch.cat([real, generator(z).detach()])

    def closure() -> Tensor:
        optimizer.zero_grad()
        real_logits, fake_logits = discriminator(images).split([len(real), len(z)])
        loss = discriminator_loss(real_logits, fake_logits)
        loss.backward()
        return loss

    return optimizer.step(closure).item()


def generator_step(generator: nn.Module, discriminator: nn.Module, optimizer: Optimizer, z: Tensor) -> float:
    """No gradients for the discriminator while the generator learns."""
    discriminator.requires_grad_(False)
    loss = generator_loss_nonsaturating(discriminator(generator(z)))
    generator.zero_grad()
    loss.backward()
    optimizer.step()
    discriminator.requires_grad_(True)
    return loss.detach().item()
