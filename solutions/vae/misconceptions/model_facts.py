"""What is seen of an autoencoder from outside, of the convolutional one with its parts and of the fully connected one.

Architectures are free, so the probes record facts that hold for any right one, never values.
"""

from collections.abc import Sequence

import torch

from autograder.checks import Candidate, RemoteObject
from autograder.checks.strategies import generator, normal
from autograder.diagnosis import Record

NUMBER = 24
"""Samples whose spread is compared."""


def enlarge(module: RemoteObject, factor: float = 1.5) -> RemoteObject:
    """Large weights and no symmetry: draws show, and outputs the range that they can take."""
    moved = {}
    for seed, (name, value) in enumerate(module.parameters_by_name().items()):
        noise = torch.randn(8191, generator=torch.Generator().manual_seed(seed))
        noise = noise.repeat(value.numel() // 8191 + 1)[: value.numel()].view(value.shape)
        moved[name] = factor * (value + noise * (value[0].numel() ** -0.5 if value.ndim > 1 else 0.1))
    module.set_parameters(moved)
    module.eval()
    return module


def record_facts(candidate: Candidate, record: Record, vae: RemoteObject, image_shape: Sequence[int]) -> None:
    """What every right autoencoder does, whatever its layers compute."""
    x = normal((2, *image_shape), 3, torch.float32)
    x_hat, mu, logvar = vae(x)
    record.value("shapes", [list(value.shape) for value in (x_hat, mu, logvar)])
    encoded = vae.encode(x)
    record.value("mu is encode's", bool(torch.allclose(mu, encoded[0], atol=1e-4)))
    record.value("logvar is encode's", bool(torch.allclose(logvar, encoded[1], atol=1e-4)))
    record.value("draws in eval mode", not torch.allclose(vae(x)[0], x_hat, atol=1e-5))
    decoded = vae.decode(encoded[0]).reshape(x_hat.shape)
    record.value("decodes the mean", bool(torch.allclose(decoded, x_hat, atol=1e-5)))
    same = vae(x[:1].repeat(3, *[1] * len(image_shape)))[0]
    record.value("noise of its own", not torch.allclose(same[1:], same[:1].expand_as(same[1:]), atol=1e-5))
    candidate.seed(1)
    one = vae(x)[0]
    candidate.seed(1)
    record.value("depends on the image", not torch.allclose(vae(x.flip(0))[0], one, atol=1e-5))
    (gradient,) = vae.grad(x, wrt=(0,), select=0)
    record.value("gradient", gradient is not None and bool((gradient != 0).any()))
    vae.train()
    record.value("draws in train mode", not torch.allclose(vae(x)[0], vae(x)[0], atol=1e-5))
    vae.eval()


def record_samples(candidate: Candidate, record: Record, vae: RemoteObject) -> None:
    """Randomness of the samples and the range of decoded values."""
    seen = [vae.sample.observe(2, generator=candidate.generator(seed)) for seed in (1, 1, 2)]
    record.value("sample shape", list(seen[0].value.shape))
    record.value("global state used", seen[0].rng_used)
    record.value("reproducible", bool(torch.allclose(seen[0].value, seen[1].value, atol=1e-5)))
    record.value("other generator", not torch.allclose(seen[0].value, seen[2].value, atol=1e-5))
    record.value("samples differ", not torch.allclose(seen[0].value[:1], seen[0].value[-1:], atol=1e-5))
    record_where_samples_come_from(candidate, record, vae)
    enlarge(vae, 6.0)
    images = vae.decode(normal((3, 2), 4, torch.float32, 4.0))
    record.value("decoded shape", list(images.shape))
    record.value("range", [bool((images < -1).any()), bool((images < 0).any()), bool((images > 1).any())])


def record_where_samples_come_from(candidate: Candidate, record: Record, vae: RemoteObject) -> None:
    """Whether noise is added to decoded images, and otherwise which latents samples spread like."""
    right = torch.randn(NUMBER, 2, generator=generator(3))  # what the usual ways to draw give
    latents = {
        "right": right, "narrow": 0.6 * right, "wide": 1.7 * right, "uniform": torch.rand(NUMBER, 2, generator=generator(3)),
    }  # fmt: skip
    known = {name: vae.decode(z) for name, z in latents.items()}
    spread = likeliest(vae.sample(NUMBER, generator=candidate.generator(3)), known)
    parameters = vae.parameters_by_name()
    vae.set_parameters({name: 0 * value for name, value in parameters.items()})
    blank = vae.decode(latents["right"][:3])
    is_constant = torch.allclose(blank[1:], blank[:1].expand_as(blank[1:]), atol=1e-6)
    drawn = vae.sample(3, generator=candidate.generator(4))
    noisy = is_constant and not torch.allclose(drawn[1:], drawn[:1].expand_as(drawn[1:]), atol=1e-5)
    vae.set_parameters(parameters)
    record.value("noise of pixels", noisy)
    record.value("samples spread", None if noisy else spread)


def record_where_draws_come_from(
    candidate: Candidate, record: Record, vae: RemoteObject, images: torch.Tensor, number: int, within: float
) -> None:
    """Which standard deviation so many draws of forward passes have around the posterior means, and their range."""
    x = images.repeat(number, *[1] * (images.ndim - 1))
    candidate.seed(6)
    x_hat, mu, logvar = vae(x)
    scales = {"right": logvar / 2, "variance": logvar, "deviation": (logvar / 2).clamp(max=4.0).exp() / 2}
    eps = torch.randn(len(x), 2, generator=generator(6))  # that of the usual ways to draw
    known = {name: vae.decode(mu + scale.exp() * eps) for name, scale in scales.items()}
    record.value("spread", likeliest(x_hat, known, len(images), within))
    outside = [((images < 0) | (images > 1)).any() for images in (x_hat, known["right"])]
    record.value("reconstructions as free as decoded images", bool(outside[0] == outside[1]))


def likeliest(images: torch.Tensor, known: dict[str, torch.Tensor], repeats: int = 1, within: float = 0.35) -> str:
    """The name of the batch that spreads as the images do, pixel by pixel on average; "other" if none does, or two do."""
    def spread(batch: torch.Tensor) -> torch.Tensor:
        return batch.reshape(-1, repeats, batch[0].numel()).std(0).mean(1).clamp(min=1e-9).log()

    if len(images) < 2 * repeats:
        return "too few"
    distances = {name: float((spread(images) - spread(batch)).abs().max().nan_to_num(9.9)) for name, batch in known.items()}
    (nearest, name), (next_one, _) = sorted((distance, name) for name, distance in distances.items())[:2]
    return name if nearest < min(within, 0.5 * next_one) else "other"
