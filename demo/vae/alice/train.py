# ruff: noqa: ANN001, ANN201, B007, B905, D103
"""Training and evaluation with other bookkeeping: dictionaries, set_to_none, inference mode, concatenation."""

from collections import defaultdict

import torch
from losses import gaussian_kl, negative_elbo, reconstruction_loss


def train(model, loader, epochs, lr=1e-3, beta=1.0):
    opt = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=lr, betas=(0.9, 0.999))
    device = next(iter(model.parameters())).device
    history = defaultdict(list)
    for epoch in range(epochs):
        model.train()
        for batch in loader:
            opt.zero_grad(set_to_none=False)
            x = batch[0].to(device, non_blocking=True)
            x_hat, mu, logvar = model.forward(x)
            parts = dict(zip(("loss", "reconstruction", "kl"), negative_elbo(x_hat, x, mu, logvar, beta=beta)))
            parts["loss"].backward()
            opt.step()
            for key, value in parts.items():
                history[key] += [float(value)]
    return dict(history)


@torch.inference_mode()
def evaluate(model, loader, beta=1.0):
    mode = model.training
    model.eval()
    outputs = []
    for x, _ in loader:
        x_hat, mu, logvar = model(x)
        outputs.append((x_hat, x, mu, logvar))
    x_hat, x, mu, logvar = (torch.cat(column) for column in zip(*outputs))
    if mode:
        model.train()
    rec, kl = reconstruction_loss(x_hat, x), gaussian_kl(mu, logvar).mean()
    return {"loss": rec + beta * kl, "reconstruction": rec, "kl": kl}
