"""Random parameters under which a right flow stays where single precision can follow it."""

import torch
from torch import Tensor

from autograder.checks import CandidateError, RemoteObject
from autograder.checks.strategies import generator, normal


def randomise(module: RemoteObject, dim: int, seed: int, scale: float = 1.0) -> RemoteObject:
    """Weights of size ``scale`` over the root of their fan-in, biases of half of it, or smaller ones; eval mode.

    A single number, which may be a gate of everything, stays away from zero. Log-scales need not be bounded: where
    they would carry data beyond what single precision can take back, all parameters are smaller.
    """
    parameters = module.built(torch.zeros(2, dim)).parameters_by_name()
    for size in (scale, 0.6 * scale, 0.4 * scale, 0.25 * scale, 0.15 * scale):
        module.set_parameters(random_values(parameters, seed, size))
        if is_tame(module, dim):
            break
    return module


def random_values(parameters: dict[str, Tensor], seed: int, scale: float) -> dict[str, Tensor]:
    """Numbers for all parameters, the same up to their size for every ``scale``."""
    values, random = {}, generator(seed)
    for name, value in parameters.items():
        size = scale / value.shape[1] ** 0.5 if value.ndim > 1 else scale / 2
        noise = torch.randn(value.shape, generator=random)
        values[name] = size * (noise if value.numel() > 1 else noise.sign() * (0.5 + noise.abs()))
    return values


def is_tame(module: RemoteObject, dim: int) -> bool:
    """Whether standard normal points stay near the origin both ways, with volumes that change by a factor of 1000 at most.

    What is not so because the code is wrong is for the checks to find.
    """
    x = normal((64, dim), 5, torch.float32)
    try:
        (y, log_det), back = module(x), module.inverse(x)
        back = back[0] if isinstance(back, tuple | list) else back
        sizes = (y.abs().max() / 30, back.abs().max() / 30, log_det.abs().max() / 7)
        return all(bool(size <= 1) for size in sizes)
    except (CandidateError, TypeError, ValueError, AttributeError, RuntimeError):
        return True
