"""What runs beside a student's code in the training tasks of this assignment; `autograder train` runs the same.

Every function takes the student's modules as its first argument. What they return is plain data or a module whose methods
are called.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

LATENT = 16


class Batches:
    """Yields `steps` minibatches `(images, labels)`, in a new random order for every pass over the images."""

    def __init__(self, images: Tensor, steps: int, batch: int, seed: int, report: Callable[..., object] | None = None) -> None:
        self.images = images
        self.labels = torch.zeros(len(images), dtype=torch.int64)
        self.steps = steps
        self.batch = min(batch, len(images))
        self.seed = seed
        self.report = report

    def __len__(self) -> int:
        return self.steps

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        generator = torch.Generator().manual_seed(self.seed)
        order = torch.empty(0, dtype=torch.int64)
        for step in range(self.steps):
            if len(order) < self.batch:
                order = torch.cat([order, torch.randperm(len(self.images), generator=generator)])
            chosen, order = order[: self.batch].to(self.images.device), order[self.batch :]
            if self.report is not None and step % 25 == 0:
                self.report(step / self.steps)
            yield self.images[chosen], self.labels[chosen.cpu()].to(self.images.device)


class OurVAE(nn.Module):
    """A fully connected VAE of images `(1, 28, 28)`: 784-400-16 and back. It draws its latents by the student's function."""

    def __init__(self, reparameterize: Callable[[Tensor, Tensor], Tensor] | None = None) -> None:
        super().__init__()
        self.down = nn.Linear(784, 400)
        self.moments = nn.Linear(400, 2 * LATENT)
        self.up = nn.Linear(LATENT, 400)
        self.pixels = nn.Linear(400, 784)
        self.reparameterize = reparameterize

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Means and logarithms of variances, each `(B, 16)`."""
        mu, logvar = self.moments(self.down(images.flatten(1)).relu()).chunk(2, dim=1)
        return mu, logvar

    def decode(self, z: Tensor) -> Tensor:
        """Means of images, `(B, 1, 28, 28)`."""
        return self.pixels(self.up(z).relu()).unflatten(1, (1, 28, 28))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Reconstruct by way of drawn latents."""
        mu, logvar = self.encode(images)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def train_our_network(
    student, images: Tensor, steps: int, batch: int, lr: float, beta: float, seed: int, device: str = "cpu", report=None
) -> dict:
    """Train our network by the student's `train`, once over `steps` minibatches."""
    network = OurVAE(student.model.reparameterize).to(device)
    loader = Batches(images.to(device), steps, batch, seed, report)
    history = student.train.train(network, loader, 1, lr, beta)
    return {"state": {name: value.cpu() for name, value in network.state_dict().items()}, "history": history}


def train_your_network(
    student,
    name: str,
    options: dict,
    images: Tensor,
    steps: int,
    batch: int,
    lr: float,
    seed: int,
    device: str = "cpu",
    report=None,
) -> dict:
    """Train a network of the student's in a loop of ours: squared error plus divergence, by Adam."""
    network = getattr(student.model, name)(**options).to(device)
    optimizer = None
    network.train()
    for step, (x, _) in enumerate(Batches(images.to(device), steps, batch, seed)):
        x_hat, mu, logvar = network(x)
        error = (x_hat - x).square().flatten(1).sum(1).mean()
        divergence = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(1).mean()
        if optimizer is None:  # only now are there layers that are made at their first use
            optimizer = torch.optim.Adam(network.parameters(), lr=lr)
        optimizer.zero_grad()
        (error + divergence).backward()
        optimizer.step()
        if report is not None and step % 25 == 0:
            report(step / steps, (error + divergence).detach())
    return {"state": {name: value.cpu() for name, value in network.state_dict().items()}}


def your_network(student, name: str, options: dict, state: dict, device: str = "cpu") -> nn.Module:
    """The student's network with trained parameters, in eval mode."""
    shape = options.get("image_shape", [options.get("in_channels", 1), 32, 32])
    return loaded(getattr(student.model, name)(**options), state, torch.zeros(2, *shape)).to(device)


def loaded(network: nn.Module, state: dict, like: Tensor) -> nn.Module:
    """A network with trained parameters, in eval mode; layers that are made at their first use are made for `like`."""
    try:
        network.load_state_dict(state)
    except RuntimeError:
        with torch.no_grad():
            network.eval()(like)
        network.load_state_dict(state)
    return network.eval()


def encoded(student, network: nn.Module, images: Tensor, device: str = "cpu") -> list:
    """Means and logarithms of variances of images."""
    with torch.no_grad():
        mu, logvar = network.encode(images.to(device))
    return [mu.cpu(), logvar.cpu()]


def decoded(student, network: nn.Module, z: Tensor, device: str = "cpu") -> Tensor:
    """Means of images of latents."""
    with torch.no_grad():
        return network.decode(z.to(device)).cpu()
