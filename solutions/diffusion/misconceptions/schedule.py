"""Wrong beliefs about noise schedules, with the behaviour they lead to."""

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

# -- linear_beta_schedule ----------------------------------------------------------------------------------


@probe("linear_beta_schedule")
def observe_linear_beta_schedule(candidate: Candidate, record: Record) -> None:
    """Defaults and other ends, at several lengths."""
    record("other ends", candidate.linear_beta_schedule, 6, 0.05, 0.4)
    record("defaults", candidate.linear_beta_schedule, 50)
    record("full length", candidate.linear_beta_schedule, 1000)
    record("one step", candidate.linear_beta_schedule, 1, 0.3, 0.6)


@misconception(
    "linear_beta_schedule",
    belief="torch creates double precision by default",
    hint="Your betas are right to about seven digits. In which dtype does torch create numbers unless it is told "
    "otherwise?",
)
def schedule_in_single_precision(num_timesteps: int, beta_start: float = 1e-4, beta_end: float = 0.02) -> Tensor:
    """Leave the dtype to torch."""
    return torch.linspace(beta_start, beta_end, num_timesteps)


@misconception(
    "linear_beta_schedule",
    belief="the last beta is the one that would come after the schedule",
    hint="Your betas stop just short of beta_end. How many gaps lie between T values, if both ends belong to them?",
)
def last_beta_excluded(num_timesteps: int, beta_start: float = 1e-4, beta_end: float = 0.02) -> Tensor:
    """Divide by T instead of T - 1."""
    return beta_start + (beta_end - beta_start) * torch.arange(num_timesteps).double() / num_timesteps


@misconception(
    "linear_beta_schedule",
    belief="the standard deviations grow linearly",
    hint="Both ends are right, but the betas in between are too small. Which quantity grows linearly here: the "
    "variance of the added noise, or its square root?",
)
def linear_in_the_square_root(num_timesteps: int, beta_start: float = 1e-4, beta_end: float = 0.02) -> Tensor:
    """Space the square roots evenly, as some latent diffusion models do."""
    return torch.linspace(beta_start**0.5, beta_end**0.5, num_timesteps, dtype=torch.float64) ** 2


@misconception(
    "linear_beta_schedule",
    belief="betas must be rescaled when the schedule is shorter than 1000 steps",
    hint="Your schedule is right for 1000 steps and too noisy for fewer. Does the docstring say that the ends "
    "change with T?",
)
def rescaled_to_a_thousand_steps(num_timesteps: int, beta_start: float = 1e-4, beta_end: float = 0.02) -> Tensor:
    """Multiply both ends by 1000 / T, as some libraries do."""
    scale = 1000 / num_timesteps
    return torch.linspace(scale * beta_start, scale * beta_end, num_timesteps, dtype=torch.float64)


@misconception(
    "linear_beta_schedule",
    belief="the ends are constants of the model",
    hint="Your schedule does not change when other ends are asked for. Where do beta_start and beta_end enter?",
)
def ends_ignored(num_timesteps: int, beta_start: float = 1e-4, beta_end: float = 0.02) -> Tensor:
    """Write the usual constants into the code."""
    return torch.linspace(1e-4, 0.02, num_timesteps, dtype=torch.float64)


@misconception(
    "linear_beta_schedule",
    belief="the noise shrinks with the timestep",
    hint="Your schedule contains the right values, in which order? Does the forward process begin gently or "
    "violently?",
)
def schedule_runs_backwards(num_timesteps: int, beta_start: float = 1e-4, beta_end: float = 0.02) -> Tensor:
    """Count from the end."""
    return torch.linspace(beta_end, beta_start, num_timesteps, dtype=torch.float64)


# -- cosine_beta_schedule ----------------------------------------------------------------------------------


def squared_cosine(u: Tensor, s: float) -> Tensor:
    """f(u) of the docstring."""
    return torch.cos((u + s) / (1 + s) * torch.pi / 2) ** 2


def ratios(signal: Tensor) -> Tensor:
    """Betas before clipping."""
    return 1 - signal[1:] / signal[:-1]


@probe("cosine_beta_schedule")
def observe_cosine_beta_schedule(candidate: Candidate, record: Record) -> None:
    """Short schedules, where clipping matters, with and without an offset; a long one for the small betas."""
    record("with offset", candidate.cosine_beta_schedule, 6, 0.2)
    record("without offset", candidate.cosine_beta_schedule, 5, 0.0)
    record("first betas of a long schedule", candidate.cosine_beta_schedule, 1000)
    record.value("smallest beta", candidate.cosine_beta_schedule(1000)[:3])


@misconception(
    "cosine_beta_schedule",
    belief="the last beta needs no attention",
    hint="Your last beta is 1, so the last step wipes out the image completely. What does the docstring do about "
    "it?",
)
def not_clipped(num_timesteps: int, s: float = 0.008) -> Tensor:
    """Leave out the upper limit."""
    return ratios(squared_cosine(torch.linspace(0, 1, num_timesteps + 1, dtype=torch.float64), s))


@misconception(
    "cosine_beta_schedule",
    belief="betas below 1e-4 are numerically dangerous",
    hint="The first betas of your long schedules are too large. On which side does the docstring clip?",
)
def clipped_from_below_too(num_timesteps: int, s: float = 0.008) -> Tensor:
    """Clip to [1e-4, 0.999]."""
    u = torch.linspace(0, 1, num_timesteps + 1, dtype=torch.float64)
    return ratios(squared_cosine(u, s)).clamp(1e-4, 0.999)


@misconception(
    "cosine_beta_schedule",
    belief="the signal level is the cosine itself",
    hint="Your betas are about half as large as they should be in the middle of the schedule. Is alpha_bar an "
    "amplitude or a share of variance, and what does that do to the cosine?",
)
def cosine_not_squared(num_timesteps: int, s: float = 0.008) -> Tensor:
    """Use the square root of f."""
    u = torch.linspace(0, 1, num_timesteps + 1, dtype=torch.float64)
    return ratios(squared_cosine(u, s).sqrt()).clamp(max=0.999)


@misconception(
    "cosine_beta_schedule",
    belief="the function returns the curve that gives the schedule its name",
    hint="Your values start near 1 and fall. Are these the variances of single steps, or what is left after all "
    "steps so far?",
)
def alpha_bars_returned(num_timesteps: int, s: float = 0.008) -> Tensor:
    """Stop at the normalised signal level."""
    signal = squared_cosine(torch.linspace(0, 1, num_timesteps + 1, dtype=torch.float64), s)
    return (signal / signal[0])[1:]


@misconception(
    "cosine_beta_schedule",
    belief="the offset only shifts the argument",
    hint="With a large offset your signal runs past zero before the end. By what is u + s divided?",
)
def offset_not_normalised(num_timesteps: int, s: float = 0.008) -> Tensor:
    """Leave out the division by 1 + s."""
    u = torch.linspace(0, 1, num_timesteps + 1, dtype=torch.float64)
    return ratios(torch.cos((u + s) * torch.pi / 2) ** 2).clamp(max=0.999)


@misconception(
    "cosine_beta_schedule",
    belief="T timesteps make a grid of T points from 0 to 1",
    hint="Your schedule behaves as if it were one step shorter. How many values of f are needed for T ratios, and "
    "where does the last one lie?",
)
def grid_one_point_short(num_timesteps: int, s: float = 0.008) -> Tensor:
    """Divide the timesteps by T - 1."""
    u = torch.arange(num_timesteps + 1, dtype=torch.float64) / max(num_timesteps - 1, 1)
    return ratios(squared_cosine(u, s)).clamp(max=0.999)
