"""What runs beside a student's code in the training task of this assignment; `autograder train` runs the same.

Every function takes the student's modules as its first argument. What they return is plain data or a module whose methods
are called.
"""

from collections.abc import Iterator

import torch
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

from torch import Tensor, nn


def train_flow(
    student, sizes: list, points: Tensor, steps: int, batch: int, lr: float, seed: int, device: str = "cpu", report=None
) -> dict:
    """Train the student's RealNVP in a loop of ours: minus its own `log_prob`, by Adam, on random points."""
    network = student.coupling.RealNVP(*sizes).to(device)
    return fitted(network, drawn(points.to(device), steps, batch, seed), steps, lr, report)


def drawn(points: Tensor, steps: int, batch: int, seed: int) -> Iterator[Tensor]:
    """Yield random points, `steps` times."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        yield points[torch.randint(len(points), (batch,), generator=generator).to(points.device)]


def trained_flow(student, sizes: list, state: dict, device: str = "cpu") -> nn.Module:
    """The student's RealNVP with trained parameters, in eval mode."""
    return loaded(student.coupling.RealNVP(*sizes), state, torch.zeros(2, sizes[0])).to(device)


def log_densities(student, network: nn.Module, points: Tensor, device: str = "cpu") -> Tensor:
    """What the student's `log_prob` says of points."""
    with torch.no_grad():
        return network.log_prob(points.to(device)).cpu()


def latents(student, network: nn.Module, points: Tensor, device: str = "cpu") -> Tensor:
    """Where the student's `forward` takes points."""
    with torch.no_grad():
        return network(points.to(device))[0].cpu()


def sampled(student, network: nn.Module, count: int) -> Tensor:
    """Points that the student's `sample` draws."""
    return network.sample(count).cpu()
