"""Wrong beliefs about the marginals and the discretisation of the SDE, with the behaviour they lead to."""

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

sde = reference("frontier", "sde")

X = torch.tensor([[1.7, -0.6, 0.3], [0.2, 2.4, -1.1], [-0.8, 0.9, 1.3]])
T = torch.tensor([0.3, 0.95, 0.12])
IMAGES = torch.linspace(-1.5, 2, 16).sin().reshape(2, 2, 2, 2)
Moments = tuple[Tensor, Tensor]


def column(t: Tensor, x: Tensor) -> Tensor:
    """Times, shaped to multiply data."""
    return t.reshape(-1, *[1] * (x.ndim - 1))


def integral(t: Tensor, beta_min: float, beta_max: float) -> Tensor:
    """The integral of beta from 0 to t."""
    return beta_min * t + 0.5 * (beta_max - beta_min) * t**2


# -- marginal ----------------------------------------------------------------------------------------------


@probe("marginal")
def observe_marginal(candidate: Candidate, record: Record) -> None:
    """Vectors with as many columns as samples, images, other speeds, double precision, the gradient of the mean."""
    record("vectors", candidate.marginal, X, T)
    record("images", candidate.marginal, IMAGES, T[:2], 0.5, 3.0)
    record("one sample", candidate.marginal, X[:1], T[:1], 0.5, 3.0)
    record("double", candidate.marginal, X.double(), T.double(), 1.0, 4.0)
    record.grad("gradient", candidate.marginal, X, T, wrt=(0,), select=0)


@misconception(
    "marginal",
    belief="the second result is the variance",
    hint="Multiply your second result by standard normal noise: what variance does the noise in x_t then "
    "have? Which of the two does the docstring ask for?",
)
def variance_instead_of_deviation(
    x0: Tensor, t: Tensor, beta_min: float = 0.1, beta_max: float = 20.0
) -> Moments:
    """Leave out the root."""
    mean, std = sde.marginal(x0, t, beta_min, beta_max)
    return mean, std**2


@misconception(
    "marginal",
    belief="the signal decays with the whole integral of beta",
    hint="Signal and noise do not add up to unit variance: too little signal is left. The drift is minus one "
    "half of beta x; what is then the exponent of the solution?",
)
def signal_decays_twice_as_fast(
    x0: Tensor, t: Tensor, beta_min: float = 0.1, beta_max: float = 20.0
) -> Moments:
    """Forget the one half in the exponent of the mean."""
    b = integral(column(t, x0), beta_min, beta_max)
    return torch.exp(-b) * x0, (1 - torch.exp(-b)).sqrt()


@misconception(
    "marginal",
    belief="mean and variance contain the same exponential",
    hint="Signal and noise do not add up to unit variance: there is too little noise. If a factor multiplies "
    "x_0, by what does the variance of x_0 get multiplied?",
)
def variance_decays_like_the_mean(
    x0: Tensor, t: Tensor, beta_min: float = 0.1, beta_max: float = 20.0
) -> Moments:
    """Use exp(-B / 2) in the variance too."""
    decay = torch.exp(-0.5 * integral(column(t, x0), beta_min, beta_max))
    return decay * x0, (1 - decay).sqrt()


@misconception(
    "marginal",
    belief="the integral of t is t squared",
    hint="With equal beta_min and beta_max you would be right; the part that grows counts too much. Has the "
    "process been as fast as it is at time t all the way, or what is the area under a straight line "
    "that starts at zero?",
)
def area_of_the_square(x0: Tensor, t: Tensor, beta_min: float = 0.1, beta_max: float = 20.0) -> Moments:
    """Forget the one half of the integral."""
    b = column(beta_min * t + (beta_max - beta_min) * t**2, x0)
    return torch.exp(-0.5 * b) * x0, (1 - torch.exp(-b)).sqrt()


@misconception(
    "marginal",
    belief="beta(t) itself stands in the exponent",
    hint="At t = 0 your x_t already contains noise. Does the state at time t depend on the speed at this "
    "moment, or on everything that has happened since 0?",
)
def beta_not_integrated(x0: Tensor, t: Tensor, beta_min: float = 0.1, beta_max: float = 20.0) -> Moments:
    """Use beta(t) for its integral."""
    b = column(beta_min + (beta_max - beta_min) * t, x0)
    return torch.exp(-0.5 * b) * x0, (1 - torch.exp(-b)).sqrt()


@misconception(
    "marginal",
    belief="one standard deviation per sample needs no more dimensions",
    hint="The values are right, but your standard deviation cannot multiply noise shaped like x0. Which "
    "dimensions are missing at its end?",
)
def deviation_without_trailing_dimensions(
    x0: Tensor, t: Tensor, beta_min: float = 0.1, beta_max: float = 20.0
) -> Moments:
    """Return std as (B,)."""
    mean, std = sde.marginal(x0, t, beta_min, beta_max)
    return mean, std.reshape(-1)


@misconception(
    "marginal",
    belief="one call should return a noisy sample",
    hint="Your first result is different in every call. Is it the mean that you return, or something drawn "
    "around it?",
)
def sample_instead_of_mean(x0: Tensor, t: Tensor, beta_min: float = 0.1, beta_max: float = 20.0) -> Moments:
    """Draw x_t."""
    mean, std = sde.marginal(x0, t, beta_min, beta_max)
    return mean + std * torch.randn_like(x0), std


# -- discretize --------------------------------------------------------------------------------------------


@probe("discretize")
def observe_discretize(candidate: Candidate, record: Record) -> None:
    """Default and gentle speeds, few and many steps."""
    record("default", candidate.discretize, 30)
    record("gentle", candidate.discretize, 5, 0.3, 2.0)
    record("more steps", candidate.discretize, 64, 0.3, 2.0)


@misconception(
    "discretize",
    belief="step i starts at i / T, and beta is taken there",
    hint="Your first beta is that of time 0 and your last one falls short of beta_max / T. At which end of "
    "its step does the definition evaluate beta?",
)
def beta_at_the_start_of_the_step(
    num_timesteps: int, beta_min: float = 0.1, beta_max: float = 20.0
) -> Tensor:
    """Use i / T."""
    times = torch.arange(num_timesteps, dtype=torch.float64) / num_timesteps
    return (beta_min + times * (beta_max - beta_min)) / num_timesteps


@misconception(
    "discretize",
    belief="beta(t) is the variance of a step",
    hint="Your betas do not get smaller when there are more steps, and some exceed 1. How much variance does "
    "a process of speed beta gain within one step of length 1 / T?",
)
def step_length_left_out(num_timesteps: int, beta_min: float = 0.1, beta_max: float = 20.0) -> Tensor:
    """Forget the division by T."""
    return sde.discretize(num_timesteps, beta_min, beta_max) * num_timesteps


@misconception(
    "discretize",
    belief="the schedule runs from beta_min to beta_max, both included",
    hint="Your first beta is beta_min / T. Is time 0 the end of any step?",
)
def both_ends_included(num_timesteps: int, beta_min: float = 0.1, beta_max: float = 20.0) -> Tensor:
    """Space T values from end to end."""
    return torch.linspace(beta_min, beta_max, num_timesteps, dtype=torch.float64) / num_timesteps


@misconception(
    "discretize",
    belief="beta_i is the exact loss of signal during a step",
    hint="Your betas are slightly too small where beta is large. You solved the equation exactly within a "
    "step; what does the definition in the docstring do?",
)
def exact_solution_within_the_step(
    num_timesteps: int, beta_min: float = 0.1, beta_max: float = 20.0
) -> Tensor:
    """Use 1 - exp(-beta / T)."""
    return -torch.expm1(-sde.discretize(num_timesteps, beta_min, beta_max))


@misconception(
    "discretize",
    belief="sampling goes from noise to data, so the largest beta comes first",
    hint="Your schedule destroys most of the image in its first steps. In which direction are the timesteps "
    "of a DDPM counted?",
)
def schedule_reversed(num_timesteps: int, beta_min: float = 0.1, beta_max: float = 20.0) -> Tensor:
    """Flip the order."""
    return sde.discretize(num_timesteps, beta_min, beta_max).flip(0)


@misconception(
    "discretize",
    belief="a schedule consists of the alphas",
    hint="Your values are close to 1. Which of the two is close to 1 for short steps: the variance that is "
    "added, or the share that is kept?",
)
def alphas_instead_of_betas(num_timesteps: int, beta_min: float = 0.1, beta_max: float = 20.0) -> Tensor:
    """Return 1 - beta."""
    return 1 - sde.discretize(num_timesteps, beta_min, beta_max)


@misconception(
    "discretize",
    belief="beta is averaged over the step",
    hint="Your betas lie half a step too early: they sum to the integral of beta exactly. Where within a "
    "step does the definition evaluate beta?",
)
def beta_in_the_middle_of_the_step(
    num_timesteps: int, beta_min: float = 0.1, beta_max: float = 20.0
) -> Tensor:
    """Use (i + 1/2) / T."""
    times = (torch.arange(num_timesteps, dtype=torch.float64) + 0.5) / num_timesteps
    return (beta_min + times * (beta_max - beta_min)) / num_timesteps
