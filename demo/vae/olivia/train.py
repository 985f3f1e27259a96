# ruff: noqa: ANN001, ANN201, ANN202, B007, D103
"""Training through encode, reparameterize and decode, with a counter and a context manager for the mode."""

import contextlib

import torch
from losses import negative_elbo
from model import reparameterize


def _values(model, x, beta):
    mu, logvar = model.encode(x)
    return negative_elbo(model.decode(reparameterize(mu, logvar)), x, mu, logvar, beta)


def train(model, loader, epochs, lr=1e-3, beta=1.0):
    device = next(model.parameters()).device
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses, reconstructions, kls = [], [], []
    model.train(True)
    for _ in range(epochs):
        for images, labels in loader:
            loss, reconstruction, kl = _values(model, images.to(device), beta)
            loss.backward()
            optimizer.step()
            model.zero_grad()
            losses.append(loss.item())
            reconstructions.append(reconstruction.item())
            kls.append(kl.item())
    return {"loss": losses, "reconstruction": reconstructions, "kl": kls}


@contextlib.contextmanager
def _evaluating(model):
    before = model.training
    model.train(False)
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(before)


def evaluate(model, loader, beta=1.0):
    device = next(model.parameters()).device
    sums = torch.zeros(3)
    with _evaluating(model):
        for images, _ in loader:
            sums += len(images) * torch.stack(_values(model, images.to(device), beta)).cpu()
    means = sums / len(loader.dataset)
    return {"loss": means[0].item(), "reconstruction": means[1].item(), "kl": means[2].item()}
