"""What runs beside a student's code in the training tasks of this assignment; `autograder train` runs the same.

Every function takes the student's modules as its first argument. What they return is plain data.
"""

import copy
import math

import torch
"""The small diffusion model of digits that training tasks start from: its U-Net, its noise levels, its images.

Images are digits of 14 x 14 pixels, standardised. The weights lie beside this file and are made by ``tools/train_unet.py``.
"""

import math

import torch
from torch import Tensor, nn

SIDE, GREY, CONTRAST = 14, 0.13, 0.3
LEVELS, FIRST_BETA, LAST_BETA = 100, 1e-3, 0.1
NO_LABEL = 10


def signal_levels(device: str = "cpu") -> Tensor:
    """How much of the signal's variance each of the 100 noise levels leaves, float64, decreasing."""
    betas = FIRST_BETA + (LAST_BETA - FIRST_BETA) * torch.arange(LEVELS, dtype=torch.float64, device=device) / (LEVELS - 1)
    return torch.exp(torch.log1p(-betas).cumsum(0))


def small(images: Tensor) -> Tensor:
    """Images of 28 x 28 in [0, 1], reduced to 14 x 14 and standardised for the network."""
    return (nn.functional.avg_pool2d(images, 2) - GREY) / CONTRAST


def visible(x: Tensor) -> Tensor:
    """What the network works on as images in [0, 1]."""
    return (GREY + CONTRAST * x).clamp(0, 1)


def upright(x: Tensor, name: str) -> Tensor:
    """The same of samples of the network with that name, turned as digits are read."""
    turn = {"unet_transposed": lambda images: images.mT, "unet_mirrored": lambda images: images.flip(-1)}.get(name)
    return visible(x) if turn is None else turn(visible(x)).contiguous()


class Stage(nn.Module):
    """A residual stage whose features are scaled and shifted by the condition, halfway."""

    def __init__(self, before: int, after: int, condition: int) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.GroupNorm(4, before), nn.SiLU(), nn.Conv2d(before, after, 3, 1, 1))
        self.norm = nn.GroupNorm(4, after)
        self.modulate = nn.Linear(condition, 2 * after)
        self.second = nn.Sequential(nn.SiLU(), nn.Conv2d(after, after, 3, 1, 1))
        self.past = nn.Conv2d(before, after, 1) if before != after else nn.Identity()

    def forward(self, maps: Tensor, condition: Tensor) -> Tensor:
        """Maps `(B, before, H, W)` to `(B, after, H, W)`."""
        scale, shift = self.modulate(condition)[..., None, None].chunk(2, 1)
        inner = self.norm(self.first(maps)) * (1 + scale) + shift
        return self.past(maps) + self.second(inner)


class UNet(nn.Module):
    """Predicts the noise in images `(B, 1, 14, 14)`, given noise levels and digits; label 10 stands for none."""

    def __init__(self, wide: int = 16, deep: int = 32, condition: int = 64) -> None:
        super().__init__()
        self.rates = [math.exp(-math.log(LEVELS) * k / 8) for k in range(8)]
        self.clock = nn.Sequential(nn.Linear(16, condition), nn.SiLU(), nn.Linear(condition, condition))
        self.names = nn.Embedding(NO_LABEL + 1, condition)
        self.enter = nn.Conv2d(1, wide, 3, 1, 1)
        self.descend = Stage(wide, wide, condition)
        self.shrink = nn.Conv2d(wide, deep, 3, 2, 1)
        self.bottom = Stage(deep, deep, condition)
        self.grow = nn.ConvTranspose2d(deep, wide, 2, 2)
        self.ascend = Stage(2 * wide, wide, condition)
        self.leave = nn.Sequential(nn.GroupNorm(4, wide), nn.SiLU(), nn.Conv2d(wide, 1, 3, 1, 1))

    def forward(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        """The noise in `x`; `t` may lie between noise levels, no `y` means no label for any."""
        phases = t.float().unsqueeze(1) * torch.tensor(self.rates, device=x.device)
        labels = torch.full(t.shape, NO_LABEL, device=x.device) if y is None else y
        condition = nn.functional.silu(self.clock(torch.stack((phases.sin(), phases.cos()), 2).flatten(1)) + self.names(labels))
        fine = self.descend(self.enter(x), condition)
        coarse = self.bottom(self.shrink(fine), condition)
        return self.leave(self.ascend(torch.hstack((self.grow(coarse), fine)), condition))

from torch import Tensor, nn

REPORT_EVERY = 50


class MoonsTeacher:
    """Data of exactly known density: equally likely Gaussians of one width around points in the plane.

    Its posterior mean is known for every noise level, and with it the probability-flow ODE
    `dx/dt = (x - E[x_0 | x_t = x]) / t`.
    """

    def __init__(self, centres: Tensor, width: float) -> None:
        self.centres = centres
        self.width = width

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Clean points, `(count, 2)`."""
        chosen = torch.randint(len(self.centres), (count,), generator=generator)
        noise = torch.randn(count, 2, generator=generator, dtype=self.centres.dtype)
        return self.centres[chosen.to(self.centres.device)] + self.width * noise.to(self.centres.device)

    def clean(self, x: Tensor, t: Tensor) -> Tensor:
        """The posterior mean of the clean point, for points `(B, 2)` at times `(B,)`."""
        variance = self.width**2 + t[:, None].square()
        likely = torch.softmax(-0.5 * torch.cdist(x, self.centres).square() / variance, dim=1)
        share = self.width**2 / variance
        return share * x + (1 - share) * (likely @ self.centres)

    def slope(self, x: Tensor, t: Tensor) -> Tensor:
        """The direction of the ODE."""
        return (x - self.clean(x, t)) / t[:, None]

    def step(self, x: Tensor, t_hi: Tensor, t_lo: Tensor) -> Tensor:
        """One step of Heun's method along the ODE."""
        first = self.slope(x, t_hi)
        far = (t_lo - t_hi)[:, None]
        return x + 0.5 * far * (first + self.slope(x + far * first, t_lo))


def noise_levels(count: int, t_min: float, t_max: float) -> Tensor:
    """Times from `t_min` to `t_max`, ascending, denser where there is less noise."""
    return torch.linspace(t_min ** (1 / 7), t_max ** (1 / 7), count, dtype=torch.float64).pow(7).float()


class OurPlaneNetwork(nn.Module):
    """A network of points in the plane and times: their size is divided out, and times enter by their logarithm."""

    def __init__(self, width: int = 128) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(7, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(),
            nn.Linear(width, 2),
        )  # fmt: skip

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Points `(B, 2)` and times `(B,)` to `(B, 2)`."""
        time = 0.25 * t.log()[:, None]
        waves = [(2 * math.pi * k * time / 4).sin() for k in (1, 2)] + [(2 * math.pi * k * time / 4).cos() for k in (1, 2)]
        return self.layers(torch.cat([x / (t[:, None].square() + 0.25).sqrt(), time, *waves], dim=1))


def distil(
    student, centres: Tensor, width: float, levels: Tensor, steps: int, batch: int, lr: float, seed: int, device: str = "cpu",
    report=None,
) -> dict:  # fmt: skip
    """Distil the exact teacher into a network of ours by the student's loss and consistency function."""
    teacher = MoonsTeacher(centres.to(device), width)
    network = OurPlaneNetwork().to(device)
    average = copy.deepcopy(network).requires_grad_(False)
    optimizer = torch.optim.Adam(network.parameters(), lr=lr)
    generator = torch.Generator().manual_seed(seed)
    levels = levels.to(device)
    function = student.consistency.consistency_function
    losses = []
    for step in range(steps):
        place = torch.randint(len(levels) - 1, (batch,), generator=generator).to(device)
        t_hi, t_lo = levels[place + 1], levels[place]
        noise = torch.randn(batch, 2, generator=generator).to(device)
        x = teacher.draw(batch, generator) + t_hi[:, None] * noise
        loss = student.consistency.distillation_loss(
            lambda x, t: function(network, x, t), lambda x, t: function(average, x, t), teacher.step, x, t_hi, t_lo
        )
        optimizer.param_groups[0]["lr"] = lr * min(1.0, 2 * (1 - step / steps))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), network.parameters(), strict=True):
                slow.lerp_(fast, 0.05)
        losses.append(float(loss.detach()))
        if report is not None and step % REPORT_EVERY == 0:
            report(step / steps, loss.detach())
    return {"state": {name: value.cpu() for name, value in network.state_dict().items()}, "history": {"loss": losses}}


def sampled_in_one_step(student, state: dict, count: int, t_max: float, seed: int, device: str = "cpu") -> Tensor:
    """The student's one-step samples of our network with trained parameters."""
    network = OurPlaneNetwork()
    network.load_state_dict(state)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        return student.consistency.one_step_sample(network.eval(), (count, 2), t_max, generator=generator).cpu()


LATENT, LATENT_LEVELS = 8, 200


class OurAutoencoder(nn.Module):
    """A fully connected VAE of images `(1, 28, 28)` with 8 latent coordinates, whose scale and origin can be moved."""

    def __init__(self, width: int = 256) -> None:
        super().__init__()
        self.down = nn.Sequential(nn.Flatten(), nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 2 * LATENT))
        self.up = nn.Sequential(nn.Linear(LATENT, width), nn.ReLU(), nn.Linear(width, 784), nn.Unflatten(1, (1, 28, 28)))
        self.register_buffer("size", torch.ones(()))
        self.origin = nn.Parameter(torch.zeros(LATENT), requires_grad=False)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and logarithms of variances, each `(B, 8)`."""
        mean, spread = self.down(x).chunk(2, dim=1)
        return self.size * mean + self.origin, spread + 2 * self.size.log()

    def decode(self, z: Tensor) -> Tensor:
        """Means of images, `(B, 1, 28, 28)`."""
        return self.up((z - self.origin) / self.size)


def trained_autoencoder(
    images: Tensor, steps: int, batch: int, lr: float, beta: float, generator: torch.Generator
) -> nn.Module:
    """A VAE of ours, trained by us; no student's code takes part."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(torch.randint(2**31, (), generator=generator)))
        vae = OurAutoencoder().to(images.device)
    optimizer = torch.optim.Adam(vae.parameters(), lr=lr)
    for _ in range(steps):
        some = images[torch.randint(len(images), (batch,), generator=generator).to(images.device)]
        mean, spread = vae.encode(some)
        noise = torch.randn(mean.shape, generator=generator).to(mean)
        missed = (vae.decode(torch.addcmul(mean, noise, torch.exp(spread / 2))) - some).pow(2).sum()
        nats = (mean.pow(2) + torch.expm1(spread) - spread).sum() / 2
        optimizer.zero_grad()
        ((missed + beta * nats) / batch).backward()
        optimizer.step()
    return vae.requires_grad_(False)


def latent_levels(device: str = "cpu") -> Tensor:
    """How much of the signal's variance each of the 200 noise levels of latent diffusion leaves, decreasing."""
    betas = torch.linspace(5e-4, 0.05, LATENT_LEVELS, dtype=torch.float64, device=device)
    return torch.log1p(-betas).cumsum(0).exp().float()


class OurLatentNetwork(nn.Module):
    """Predicts the velocity in noisy latents `(B, 8)` at noise levels `(B,)`."""

    def __init__(self, width: int = 256) -> None:
        super().__init__()
        self.enter = nn.Linear(LATENT + 16, width)
        self.inner = nn.ModuleList(nn.Linear(width, width) for _ in range(2))
        self.leave = nn.Linear(width, LATENT)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """The velocity."""
        phase = t[:, None] / LATENT_LEVELS * math.pi * torch.arange(1, 9, device=x.device)
        maps = nn.functional.silu(self.enter(torch.cat([x, phase.sin(), phase.cos()], dim=1)))
        for layer in self.inner:
            maps = maps + nn.functional.silu(layer(maps))
        return self.leave(maps)


def loaded_autoencoder(state: dict, device: str) -> nn.Module:
    """Our VAE with given parameters."""
    vae = OurAutoencoder()
    vae.load_state_dict(state)
    return vae.to(device).requires_grad_(False)


def train_on_latents(
    student, vae_state: dict, images: Tensor, steps: int, batch: int, lr: float, seed: int, device: str = "cpu", report=None
) -> dict:
    """Train our network on the student's scaled latents, towards the student's target with the student's weights."""
    vae = loaded_autoencoder(vae_state, device)
    images = images.to(device)
    scale = student.latent.latent_scale(vae.encode(images)[0])
    latents = student.latent.encode_scaled(vae, images, scale).detach()
    signal = latent_levels(device)
    network = OurLatentNetwork().to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=lr)
    generator = torch.Generator().manual_seed(seed)
    losses = []
    for step in range(steps):
        z = latents[torch.randint(len(latents), (batch,), generator=generator).to(device)]
        t = torch.randint(LATENT_LEVELS, (batch,), generator=generator).to(device)
        noise = torch.randn(z.shape, generator=generator).to(z)
        left = signal[t][:, None]
        wanted = student.multistep.v_prediction_target(z, noise, t, signal)
        weight = student.multistep.min_snr_weight(t, signal) * signal[t]
        missed = network(left.sqrt() * z + (1 - left).sqrt() * noise, t) - wanted
        loss = (weight * missed.pow(2).mean(1)).mean()
        optimizer.param_groups[0]["lr"] = lr * min(1.0, 2 * (1 - step / steps))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
        if report is not None and step % REPORT_EVERY == 0:
            report(step / steps, loss.detach())
    return {"state": {name: value.cpu() for name, value in network.state_dict().items()}, "history": {"loss": losses}}


def decoded_latents(student, vae_state: dict, z: Tensor, scale: float, device: str = "cpu") -> Tensor:
    """What the student's code makes of scaled latents."""
    vae = loaded_autoencoder(vae_state, device)
    with torch.no_grad():
        return student.latent.decode_scaled(vae, z.to(device), scale).cpu()


def your_schedule(student, beta_min: float, beta_max: float, device: str = "cpu") -> list:
    """The student's betas of the given network, and what its marginals leave of a one at every time, with their noise."""
    times = (torch.arange(LEVELS, device=device) + 1) / LEVELS
    left, spread = student.sde.marginal(torch.ones(LEVELS, 1, device=device), times, beta_min, beta_max)
    return [student.sde.discretize(LEVELS, beta_min, beta_max).cpu(), left.cpu(), spread.cpu()]


def your_step(
    student, x: Tensor, score: Tensor, time: float, fresh: Tensor | None, beta_min: float, beta_max: float, device: str = "cpu"
) -> Tensor:
    """One step of the student's back in time: of the SDE with fresh noise, of the ODE without."""
    x, score = x.to(device), score.to(device)
    t = torch.full((len(x),), time, dtype=x.dtype, device=device)
    if fresh is None:
        return student.sde.probability_flow_step(x, score, t, 1 / LEVELS, beta_min, beta_max).cpu()
    return student.sde.reverse_step(x, score, t, 1 / LEVELS, fresh.to(device), beta_min, beta_max).cpu()
