"""A diffusion model of latents, 1500 steps of 128: a network of ours, on the latents that your code takes from a VAE of ours,
towards your target with your weights.

The VAE is the grader's, with a scale and an origin of its latents that nobody knows beforehand: what is not brought to unit
standard deviation cannot be learnt by this network. It is measured by the noise that it finds in latents of hidden images,
beside what mean and covariance of the latents alone would find; by the distribution of its samples, which a single Gaussian
would fit as well, so only as a floor; and your way back from latents to images is compared with the right one.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from autograder.scores.denoising import score_denoising
from autograder.scores.energy_distance import energy_distance
from autograder.scores.paired_error import worst_relative_deviation
from autograder.training import Finding, Level, Score, TrainingRun
from autograder.training.beside import checked_state, checked_tensor
from autograder.training.denoisers import less_noisy, levels_of_noise
from autograder.training.figures import curves, image_grid, image_pairs

USES = ("latent.encode_scaled", "latent.latent_scale", "latent.decode_scaled", "multistep.v_prediction_target",
        "multistep.min_snr_weight")  # fmt: skip
DATA = "MNIST"

VAE_STEPS, VAE_RATE, VAE_BETA = 400, 2e-3, 0.01
STEPS, BATCH, RATE = 1500, 128, 3e-3
TIMESTEPS = (10, 20, 40, 60)
SAMPLES = 1000
MOST_NUMBERS = 4 * 150_000

SCORES = (
    Score("denoising_error", "trained on your latents by your loss, our network finds noise that a Gaussian fit does not find",
          0.6, Level(zero=1.01, full=0.97), fallback=Level(zero=1.02, full=0.99)),
    Score("sample_distance", "and what it draws is distributed like their latents", 0.15, Level(zero=0.15, full=0.03),
          fallback=Level(zero=0.15, full=0.03)),
    Score("decoding_error", "your code takes latents back to the images that they stand for", 0.25,
          Level(zero=0.1, full=0.001), fallback=Level(zero=0.1, full=0.001)),
)  # fmt: skip


def measure(run: TrainingRun) -> None:
    """Train a VAE, train on its latents, sample, and decode."""
    world = run.world(given=5000, hidden=1000)
    vae = _secret_autoencoder(run, world.given.images)
    latents = vae.encode(world.given.images)[0]
    scale = 1.0 / latents.std(correction=0).item()
    hidden = scale * vae.encode(world.hidden.images)[0]
    with run.part("denoising_error", "sample_distance"):
        velocity = _trained(run, vae, world.given.images)
        signal = run.ours.latent_levels(run.device)

        def noise_in(x: Tensor, t: Tensor, _labels: Tensor | None) -> Tensor:
            left = signal[t][:, None]
            return left.sqrt() * velocity(x, t) + (1 - left).sqrt() * x

        gaussian = _gaussian(scale * latents, signal)
        errors = [score_denoising(one, hidden, signal, TIMESTEPS, run.generator("noise")).error for one in (noise_in, gaussian)]
        run.score("denoising_error", errors[0] / errors[1])
        drawn = _samples(noise_in, hidden, signal, run.generator("samples"))
        run.score("sample_distance", energy_distance(drawn, hidden))
        run.figure("decoded samples", lambda: image_grid(vae.decode(drawn[:100] / scale)))
    with run.part("decoding_error"), run.worker() as worker:
        asked = hidden[:200]
        right = vae.decode(asked / scale)
        returned = worker.call("decoded_latents", _state(vae), asked, scale, run.device)
        images = checked_tensor(returned, tuple(right.shape), "decode_scaled").to(right)
        run.score("decoding_error", worst_relative_deviation(images, right))
        run.figure("hidden images and what your code decodes",
                   lambda: image_pairs(world.hidden.images[:30], images[:30]))  # fmt: skip


def _secret_autoencoder(run: TrainingRun, images: Tensor) -> Any:
    """A trained VAE, the latents of which are then enlarged and moved."""
    generator = run.generator("autoencoder")
    vae = run.ours.trained_autoencoder(images, VAE_STEPS, BATCH, VAE_RATE, VAE_BETA, generator)
    vae.size.fill_(4 + 2 * torch.rand((), generator=generator).item())
    vae.origin.copy_(2 * torch.randn(vae.origin.shape, generator=generator))
    return vae


def _state(vae: Any) -> dict[str, Tensor]:
    return {name: value.cpu() for name, value in vae.state_dict().items()}


def _trained(run: TrainingRun, vae: Any, images: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    with run.worker() as worker:
        trained = worker.train(
            "train_on_latents", _state(vae), images, STEPS, BATCH, RATE, run.seed("order"), run.device,
            run.progress("the training on your latents"), seed=run.seed("weights"),
        )  # fmt: skip
    run.claim("training on latents", trained.get("history"))
    run.figure("losses of the training on your latents", lambda: curves(run.curves.get("training on latents", {})))
    network = run.ours.OurLatentNetwork()
    network.load_state_dict(checked_state(trained.get("state"), MOST_NUMBERS, network.state_dict()))
    return network.to(run.device).requires_grad_(False)


def _gaussian(latents: Tensor, signal: Tensor) -> Callable[..., Tensor]:
    """The best guess of the noise if all that is known of latents are their mean and covariance."""
    mean, covariance = latents.mean(dim=0), torch.cov(latents.mT)
    unit = torch.eye(len(mean)).to(covariance)

    def noise_in(x: Tensor, t: Tensor, _labels: Tensor | None) -> Tensor:
        left = signal[t[0]]
        away = torch.linalg.solve(left * covariance + (1 - left) * unit, (x - left.sqrt() * mean).mT)
        return (1 - left).sqrt() * away.mT

    return noise_in


def _samples(noise_in: Callable[..., Tensor], like: Tensor, signal: Tensor, generator: torch.Generator) -> Tensor:
    """Latents drawn by small random steps, in the coordinates in which data are never scaled."""
    spread = [*levels_of_noise(signal), 0.0]
    u = torch.randn(SAMPLES, like.shape[1], generator=generator).to(like) * math.hypot(1, spread[-2])
    for place in range(len(signal) - 1, -1, -1):
        now, then = spread[place], spread[place - 1]
        found = noise_in(u / math.hypot(1, now), torch.full((SAMPLES,), place, device=u.device), None)
        u = less_noisy(u, found, now, then, torch.randn(u.shape, generator=generator).to(u))
    return u


def explain(values: Mapping[str, float]) -> Iterator[Finding]:
    """Mistakes that the measured values show."""
    if values.get("decoding_error", 0.0) > 0.1 and values.get("denoising_error", math.inf) <= 0.97:
        yield Finding(
            "scale_not_undone",
            "The training on your latents goes well, and your code decodes them to other images than those they stand for. "
            "In which units does the decoder expect its latents?",
        )
