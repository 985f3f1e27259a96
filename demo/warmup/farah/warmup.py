"""Right, but loud: prints, warns, reseeds, changes defaults and asks for input."""
import logging
import sys
import warnings

import numpy as np
import torch

print("hello from the top of the file")
warnings.warn("this is a warning")
logging.getLogger().error("and this is a log line")
sys.stderr.write("on stderr too\n")
np.random.seed(0)
torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
np.seterr(all="raise")



import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating] | float


def _rowwise(function: Callable[..., float], *arrays: NDArray[np.floating]) -> Numbers:
    """Apply a function of rows to every row."""
    if arrays[0].ndim == 1:
        return function(*(array.tolist() for array in arrays))
    return np.array([_rowwise(function, *rows) for rows in zip(*arrays, strict=True)])


def _elementwise(function: Callable[..., float], *arrays: Numbers) -> Numbers:
    """Apply a function of numbers to every element, broadcasting."""
    broadcast = np.broadcast(*arrays)
    values = [function(*(float(value) for value in values)) for values in broadcast]
    return np.array(values).reshape(broadcast.shape) if broadcast.shape else values[0]


def _flat(values: Numbers) -> list[float]:
    return [float(value) for value in np.ravel(values)]


def log_likelihood(conditionals: NDArray[np.floating]) -> Numbers:
    """Add up the logs one by one."""
    return _rowwise(lambda row: math.fsum(math.log(p) for p in row), conditionals)


def gaussian_kl(mu: NDArray[np.floating], logvar: NDArray[np.floating]) -> Numbers:
    """One dimension after the other."""

    def of_row(means: list[float], logvars: list[float]) -> float:
        total = 0.0
        for m, lv in zip(means, logvars, strict=True):
            total += -0.5 * (1 + lv - m**2 - math.exp(lv))
        return total

    return _rowwise(of_row, mu, logvar)


def reparameterize(mu: Numbers, sigma: Numbers, eps: Numbers) -> Numbers:
    """Element by element."""
    return _elementwise(lambda m, s, e: m + s * e, mu, sigma, eps)


def elbo(log_likelihood: Numbers, kl: Numbers) -> Numbers:
    """Element by element."""
    return _elementwise(lambda reconstruction, divergence: reconstruction - divergence, log_likelihood, kl)


def discriminator_loss(d_real: Numbers, d_fake: Numbers) -> float:
    """Two averages, each over its own batch."""
    real, fake = _flat(d_real), _flat(d_fake)
    real_loss = sum(-math.log(d) for d in real) / len(real)
    fake_loss = sum(-math.log(1 - d) for d in fake) / len(fake)
    return real_loss + fake_loss


def generator_loss_saturating(d_fake: Numbers) -> float:
    """Average of log(1 - d)."""
    fake = _flat(d_fake)
    return sum(math.log(1 - d) for d in fake) / len(fake)


def generator_loss_nonsaturating(d_fake: Numbers) -> float:
    """Average of log(1 / d)."""
    fake = _flat(d_fake)
    return sum(math.log(1 / d) for d in fake) / len(fake)


def affine_flow_log_prob(x: Numbers, a: float, b: float = 0.0) -> Numbers:
    """Gaussian exponent and the logarithm of its normalising factor."""

    def of_point(point: float) -> float:
        return -(((point - b) / a) ** 2) / 2 - math.log(math.sqrt(2 * math.pi) * abs(a))

    return _elementwise(of_point, x)


def q_sample(x0: Numbers, alpha_bar: Numbers, eps: Numbers) -> Numbers:
    """Element by element."""
    return _elementwise(lambda x, ab, e: math.sqrt(ab) * x + math.sqrt(1 - ab) * e, x0, alpha_bar, eps)


def denoising_mse(eps: Numbers, eps_pred: Numbers) -> float:
    """Add up, then divide."""
    pairs = list(zip(_flat(eps), _flat(eps_pred), strict=True))
    return sum((true - predicted) ** 2 for true, predicted in pairs) / len(pairs)


def score_step(x: Numbers, eta: float) -> Numbers:
    """Element by element."""
    return _elementwise(lambda point: point - eta * point, x)


def langevin_step(x: Numbers, score: Numbers, eta: float, noise: Numbers) -> Numbers:
    """Element by element."""
    return _elementwise(lambda p, s, n: p + eta * s + math.sqrt(2 * eta) * n, x, score, noise)


def fid_mean_term(mu1: NDArray[np.floating], mu2: NDArray[np.floating]) -> float:
    """Square of the Euclidean distance."""
    return math.dist(mu1.tolist(), mu2.tolist()) ** 2


def fid_diagonal(
    mu1: NDArray[np.floating],
    var1: NDArray[np.floating],
    mu2: NDArray[np.floating],
    var2: NDArray[np.floating],
) -> float:
    """Coordinate by coordinate."""
    total = 0.0
    for m1, v1, m2, v2 in zip(mu1.tolist(), var1.tolist(), mu2.tolist(), var2.tolist(), strict=True):
        total += (m1 - m2) ** 2 + v1 + v2 - 2 * math.sqrt(v1 * v2)
    return total


def sample_variance(samples: NDArray[np.floating]) -> NDArray[np.floating]:
    """Column by column."""
    variances = []
    for column in samples.T.tolist():
        mean = sum(column) / len(column)
        variances.append(sum((value - mean) ** 2 for value in column) / len(column))
    return np.array(variances)


def loss_by_timestep(losses: NDArray[np.floating], t: NDArray[np.integer], num_timesteps: int) -> NDArray[np.floating]:
    """Collect the losses of each timestep in a list."""
    collected: list[list[float]] = [[] for _ in range(num_timesteps)]
    for loss, timestep in zip(losses, t, strict=True):
        collected[timestep].append(float(loss))
    return np.array([sum(values) / len(values) if values else math.nan for values in collected])


if __name__ == "__main__":
    print(gaussian_kl(np.zeros(3), np.zeros(3)))

name = input("press enter to continue")
