"""The loop in which a student's density model is trained by its own likelihood."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn


def fitted(network: nn.Module, batches: Iterable[Tensor], steps: int, lr: float, report=None) -> dict:
    """Minimise minus the mean `log_prob` of each batch by Adam; return parameters, and the loss of every 25th step."""
    network.train()
    losses = []
    optimizer = None
    for step, rows in enumerate(batches):
        loss = -network.log_prob(rows).mean()
        if optimizer is None:  # only now are there layers that are made at their first use
            optimizer = torch.optim.Adam(network.parameters(), lr=lr)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 25 == 0:
            losses.append(float(loss.detach()))
            if report is not None:
                report(step / steps, losses[-1])
    return {"state": {name: value.cpu() for name, value in network.state_dict().items()}, "history": {"loss": losses}}


def loaded(network: nn.Module, state: dict, like: Tensor) -> nn.Module:
    """A network with trained parameters, in eval mode; layers that are made at their first use are made for `like`."""
    try:
        network.load_state_dict(state)
    except RuntimeError:
        with torch.no_grad():
            network.eval()(like)
        network.load_state_dict(state)
    return network.eval()
