"""Right answers for train.py: no graph for the generator, losses backpropagated one by one."""

import torch
from losses import generator_loss_nonsaturating
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer


def discriminator_step(
    generator: nn.Module, discriminator: nn.Module, real: Tensor, optimizer: Optimizer, z: Tensor
) -> Tensor:
    """Gradients of both halves add up."""
    discriminator.zero_grad(set_to_none=True)
    with torch.no_grad():
        fake = generator(z)
    on_real = F.softplus(-discriminator(real)).mean()
    on_real.backward()
    on_fake = F.softplus(discriminator(fake)).mean()
    on_fake.backward()
    optimizer.step()
    return (on_real + on_fake).detach()


def generator_step(generator: nn.Module, discriminator: nn.Module, optimizer: Optimizer, z: Tensor) -> float:
    """Gradients of the generator's parameters alone, put in place by hand."""
    loss = generator_loss_nonsaturating(discriminator(generator(z)))
    parameters = list(generator.parameters())
    for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        parameter.grad = gradient
    optimizer.step()
    return float(loss)
