"""The loop in which a student's density model is trained by its own likelihood."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn


def fitted(network: nn.Module, batches: Iterable[Tensor], steps: int, lr: float, report=None) -> dict:
    """Minimise minus the mean `log_prob` of each batch by Adam; return parameters, and the loss of every 25th step."""
    optimizer = torch.optim.Adam(network.parameters(), lr=lr)
    network.train()
    losses = []
    for step, rows in enumerate(batches):
        loss = -network.log_prob(rows).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 25 == 0:
            losses.append(float(loss.detach()))
            if report is not None:
                report(step / steps, losses[-1])
    return {"state": {name: value.cpu() for name, value in network.state_dict().items()}, "history": {"loss": losses}}
