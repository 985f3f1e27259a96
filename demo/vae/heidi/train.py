"""Training and evaluation of any model whose forward pass returns `(x_hat, mu, logvar)`."""

from collections.abc import Iterable

import torch
from losses import negative_elbo
from torch import Tensor, nn


def train(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    epochs: int,
    lr: float = 1e-3,
    beta: float = 1.0,
) -> dict[str, list[float]]:
    """Minimise the negative ELBO with Adam and record every minibatch.

    One Adam optimiser with its default betas is made for the whole run. Every minibatch gives one
    update: the loss is `negative_elbo(x_hat, x, mu, logvar, beta)` of the model's output, and its
    gradient is that of this minibatch alone.

    Args:
        model: a `VAE`, an `MLPVAE` or another module whose `forward(x)` returns `(x_hat, mu, logvar)`.
            It is trained in place, in train mode, on the device where its parameters are.
        loader: yields `(images, labels)` on any device; the labels are not used.
        epochs: passes over the loader.
        lr: Adam's learning rate.
        beta: weight of the divergence.

    Returns:
        A dict with the lists `loss`, `reconstruction` and `kl`: Python floats, one per minibatch in
        order, taken before the minibatch's update. `kl` is not multiplied by beta.

    Source:
        H4, 14.22; Kingma and Ba, *Adam* (2015).
    """
    device = next(model.parameters()).device
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history: dict[str, list[float]] = {"loss": [], "reconstruction": [], "kl": []}
    model.train()
    for _ in range(epochs):
        for images, _labels in loader:
            x = images.to(device)
            x_hat, mu, logvar = model(x)
            loss, reconstruction, kl = negative_elbo(x_hat, x, mu, logvar, beta)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            for name, value in (("loss", loss), ("reconstruction", reconstruction), ("kl", kl)):
                history[name].append(value.item())
    return history


def evaluate(
    model: nn.Module, loader: Iterable[tuple[Tensor, Tensor]], beta: float = 1.0
) -> dict[str, float]:
    """Average the negative ELBO and its parts over a whole data set.

    The model runs in eval mode and without recording gradients; afterwards it is in the mode in which
    it came, and its parameters and their gradients are unchanged.

    Args:
        model: as in `train`.
        loader: yields `(images, labels)`; the last minibatch may be smaller than the others.
        beta: weight of the divergence.

    Returns:
        A dict with `loss`, `reconstruction` and `kl` (not multiplied by beta): floats, each a mean
        over samples. Every sample counts the same, whatever the size of its minibatch.

    Source:
        H4.
    """
    device = next(model.parameters()).device
    was_training = model.training
    totals = {"loss": 0.0, "reconstruction": 0.0, "kl": 0.0}
    num_samples = 0
    model.eval()
    with torch.no_grad():
        for images, _labels in loader:
            x = images.to(device)
            x_hat, mu, logvar = model(x)
            means = negative_elbo(x_hat, x, mu, logvar, beta)
            for name, mean in zip(totals, means, strict=True):
                totals[name] += mean.item() * len(x)
            num_samples += len(x)
    model.train(was_training)
    return {name: total / num_samples for name, total in totals.items()}


# trains right here, for a very long time
import itertools

from model import VAE

vae = VAE(latent_dim=2)
for step in itertools.count():
    train(vae, [(torch.rand(8, 1, 32, 32), torch.zeros(8))], epochs=1)
