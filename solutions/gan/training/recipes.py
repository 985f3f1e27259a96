"""What runs beside a student's code in the training tasks of this assignment; `autograder train` runs the same.

Every function takes the student's modules as its first argument. What they return is plain data or a module whose methods
are called. Images have values in [0, 1] outside, and in [-1, 1] between generators and discriminators.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, softplus

LATENT = 64
CODE = 16


def minibatches(images: Tensor, steps: int, batch: int, seed: int, device: str) -> Iterator[Tensor]:
    """Yield random images, `steps` times."""
    generator = torch.Generator().manual_seed(seed)
    images = images.to(device)
    for _ in range(steps):
        yield images[torch.randint(len(images), (batch,), generator=generator).to(device)]


class OurGenerator(nn.Module):
    """Latents of 64 coordinates to images `(1, 28, 28)` in [-1, 1]: two normalised layers, and one to the pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.pixels = nn.Linear(LATENT, 128), nn.Linear(128, 256), nn.Linear(256, 784)
        self.norm_first, self.norm_second = nn.BatchNorm1d(128), nn.BatchNorm1d(256)

    def forward(self, z: Tensor) -> Tensor:
        """Generate images."""
        h = leaky_relu(self.norm_first(self.first(z)), 0.2)
        h = leaky_relu(self.norm_second(self.second(h)), 0.2)
        return self.pixels(h).tanh().unflatten(1, (1, 28, 28))


class OurDiscriminator(nn.Module):
    """Images to one number each, without a bound: 784-256-128-1."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.last = nn.Linear(784, 256), nn.Linear(256, 128), nn.Linear(128, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Judge images."""
        h = leaky_relu(self.first(x.flatten(1)), 0.2)
        return self.last(leaky_relu(self.second(h), 0.2))[:, 0]


def train_our_pair(
    student, images: Tensor, steps: int, batch: int, lr: float, beta1: float, seed: int, device: str = "cpu", report=None
) -> dict:
    """Train our generator and discriminator by the student's two steps, in turn."""
    generator, discriminator = OurGenerator().to(device), OurDiscriminator().to(device)
    betas = (beta1, 0.999)
    for_generator = torch.optim.Adam(generator.parameters(), lr=lr, betas=betas)
    for_discriminator = torch.optim.Adam(discriminator.parameters(), lr=lr, betas=betas)
    history = {"discriminator": [], "generator": []}
    for step, real in enumerate(minibatches(2 * images - 1, steps, batch, seed, device)):
        z = torch.randn(batch, LATENT, device=device)
        judged = student.train.discriminator_step(generator, discriminator, real, for_discriminator, z)
        z = torch.randn(batch, LATENT, device=device)
        made = student.train.generator_step(generator, discriminator, for_generator, z)
        if step % 25 == 0:
            history["discriminator"].append(float(judged))
            history["generator"].append(float(made))
            if report is not None:
                report(step / steps, history["generator"][-1])
    return {"state": plain(generator), "history": history}


def train_your_pair(
    student, images: Tensor, steps: int, batch: int, lr: float, beta1: float, seed: int, device: str = "cpu", report=None
) -> dict:
    """Train the student's generator and discriminator in a loop of ours, with losses of ours."""
    generator, discriminator = student.model.Generator(LATENT).to(device), student.model.Discriminator().to(device)
    generator.train()
    discriminator.train()
    betas = (beta1, 0.999)
    for_generator = torch.optim.Adam(generator.parameters(), lr=lr, betas=betas)
    for_discriminator = torch.optim.Adam(discriminator.parameters(), lr=lr, betas=betas)
    for step, real in enumerate(minibatches(2 * images - 1, steps, batch, seed, device)):
        fake = generator(torch.randn(batch, LATENT, device=device))
        judged = softplus(-discriminator(real)).mean() + softplus(discriminator(fake.detach())).mean()
        descend(for_discriminator, judged)
        made = softplus(-discriminator(fake)).mean()
        descend(for_generator, made)
        if step % 25 == 0 and report is not None:
            report(step / steps, made.detach())
    return {"state": plain(generator)}


def train_critic_pair(
    student, images: Tensor, steps: int, critics: int, batch: int, lr: float, weight: float, seed: int, device: str = "cpu",
    report=None,
) -> dict:  # fmt: skip
    """Train our generator, and our discriminator as a critic, by the student's critic loss and gradient penalty."""
    generator, critic = OurGenerator().to(device), OurDiscriminator().to(device)
    for_generator = torch.optim.Adam(generator.parameters(), lr=lr, betas=(0.0, 0.9))
    for_critic = torch.optim.Adam(critic.parameters(), lr=lr, betas=(0.0, 0.9))
    history = {"critic": [], "penalty": []}
    for turn, real in enumerate(minibatches(2 * images - 1, steps * critics, batch, seed, device)):
        fake = generator(torch.randn(batch, LATENT, device=device)).detach()
        gap = student.losses.critic_loss(critic(real), critic(fake))
        penalty = student.losses.gradient_penalty(critic, real, fake)
        descend(for_critic, gap + weight * penalty)
        if (turn + 1) % critics == 0:
            descend(for_generator, -critic(generator(torch.randn(batch, LATENT, device=device))).mean())
        if turn % 25 == 0:
            history["critic"].append(float(gap.detach()))
            history["penalty"].append(float(penalty.detach()))
            if report is not None:
                report(turn / (steps * critics), history["critic"][-1])
    return {"state": plain(generator), "critic": plain(critic), "history": history}


class PatchDiscriminator(nn.Module):
    """Images to 7 x 7 scores of their patches."""

    def __init__(self) -> None:
        super().__init__()
        self.near, self.far = nn.Conv2d(1, 8, 4, 2, 1), nn.Conv2d(8, 16, 4, 2, 1)
        self.scores = nn.Conv2d(16, 1, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Score patches, `(B, 1, 7, 7)`."""
        return self.scores(leaky_relu(self.far(leaky_relu(self.near(x), 0.2)), 0.2))


class OurVAE(nn.Module):
    """A fully connected VAE of images `(1, 28, 28)`: 784-400-16 and back."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.moments = nn.Linear(784, 400), nn.Linear(400, 2 * CODE)
        self.up, self.pixels = nn.Linear(CODE, 400), nn.Linear(400, 784)

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Means and logarithms of variances."""
        mu, logvar = self.moments(self.down(images.flatten(1)).relu()).chunk(2, dim=1)
        return mu, logvar

    def decode(self, z: Tensor) -> Tensor:
        """Means of images in [0, 1]."""
        return self.pixels(self.up(z).relu()).sigmoid().unflatten(1, (1, 28, 28))


def train_vae_gan(
    student, images: Tensor, weight: float, steps: int, batch: int, lr: float, seed: int, device: str = "cpu", report=None
) -> dict:
    """Train our VAE with the student's hinge losses: squared error and divergence, both per pixel, and the adversarial loss."""
    vae, discriminator = OurVAE().to(device), PatchDiscriminator().to(device)
    for_vae = torch.optim.Adam(vae.parameters(), lr=lr, betas=(0.5, 0.999))
    for_discriminator = torch.optim.Adam(discriminator.parameters(), lr=lr, betas=(0.5, 0.999))
    for step, x in enumerate(minibatches(images, steps, batch, seed, device)):
        mu, logvar = vae.encode(x)
        x_hat = vae.decode(mu + (0.5 * logvar).exp() * torch.randn_like(mu))
        error = (x_hat - x).square().mean()
        divergence = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(1).mean() / x[0].numel()
        loss = error + 0.1 * divergence
        if weight > 0:
            loss = loss + weight * student.losses.hinge_generator_loss(discriminator(x_hat)).mean()
        descend(for_vae, loss)
        if weight > 0:
            judged = student.losses.hinge_discriminator_loss(discriminator(x), discriminator(x_hat.detach())).mean()
            descend(for_discriminator, judged)
        if step % 25 == 0 and report is not None:
            report(step / steps, error.detach())
    return {"state": plain(vae)}


def descend(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    """One step down a loss."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def plain(network: nn.Module) -> dict:
    """A state dict on the CPU."""
    return {name: value.cpu() for name, value in network.state_dict().items()}


def your_generator(student, state: dict, device: str = "cpu") -> nn.Module:
    """The student's generator with trained parameters, in eval mode."""
    network = student.model.Generator(LATENT)
    network.load_state_dict(state)
    return network.to(device).eval()


def generated(student, network: nn.Module, z: Tensor, device: str = "cpu") -> Tensor:
    """Images of latents."""
    with torch.no_grad():
        return network(z.to(device)).cpu()
