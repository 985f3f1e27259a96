"""Wrong beliefs about the marginals and the discretisation of the SDE, with the behaviour they lead to."""

import torch

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

X = torch.tensor([[1.7, -0.6, 0.3], [0.2, 2.4, -1.1], [-0.8, 0.9, 1.3]])
T = torch.tensor([0.3, 0.95, 0.12])
IMAGES = torch.linspace(-1.5, 2, 16).sin().reshape(2, 2, 2, 2)


# -- marginal ----------------------------------------------------------------------------------------------


@probe("marginal")
def observe_marginal(candidate: Candidate, record: Record) -> None:
    """Vectors with as many columns as samples, images, other speeds, double precision, the gradient of the mean."""
    record("vectors", candidate.marginal, X, T)
    record("images", candidate.marginal, IMAGES, T[:2], 0.5, 3.0)
    record("one sample", candidate.marginal, X[:1], T[:1], 0.5, 3.0)
    record("double", candidate.marginal, X.double(), T.double(), 1.0, 4.0)
    record.grad("gradient", candidate.marginal, X, T, wrt=(0,), select=0)


misconception(
    "marginal", name="variance_instead_of_deviation", belief="the second result is the variance",
    replace=("torch.sqrt(-torch.expm1(-integral))", "-torch.expm1(-integral)"),
    hint="Multiply your second result by standard normal noise: what variance does the noise in x_t then have? Which of the "
    "two does the docstring ask for?",
)  # fmt: skip

misconception(
    "marginal", name="signal_decays_twice_as_fast", belief="the signal decays with the whole integral of beta",
    replace=("-0.5 * integral", "-integral"),
    hint="Signal and noise do not add up to unit variance: too little signal is left. The drift is minus one half of beta x; "
    "what is then the exponent of the solution?",
)  # fmt: skip

misconception(
    "marginal", name="variance_decays_like_the_mean", belief="mean and variance contain the same exponential",
    replace=("torch.expm1(-integral)", "torch.expm1(-0.5 * integral)"),
    hint="Signal and noise do not add up to unit variance: there is too little noise. If a factor multiplies x_0, by what "
    "does the variance of x_0 get multiplied?",
)  # fmt: skip

misconception(
    "marginal", name="area_of_the_square", belief="the integral of t is t squared", replace=("0.5 * (beta_max", "(beta_max"),
    hint="With equal beta_min and beta_max you would be right; the part that grows counts too much. Has the process been as "
    "fast as it is at time t all the way, or what is the area under a straight line that starts at zero?",
)  # fmt: skip

misconception(
    "marginal", name="beta_not_integrated", belief="beta(t) itself stands in the exponent",
    replace=("beta_min * t + 0.5 * (beta_max - beta_min) * t**2", "beta_min + (beta_max - beta_min) * t"),
    hint="At t = 0 your x_t already contains noise. Does the state at time t depend on the speed at this moment, or on "
    "everything that has happened since 0?",
)  # fmt: skip

misconception(
    "marginal", name="deviation_without_trailing_dimensions",
    belief="one standard deviation per sample needs no more dimensions",
    replace=("torch.sqrt(-torch.expm1(-integral))", "torch.sqrt(-torch.expm1(-integral)).reshape(-1)"),
    hint="The values are right, but your standard deviation cannot multiply noise shaped like x0. Which dimensions are "
    "missing at its end?",
)  # fmt: skip

misconception(
    "marginal", name="everything_twice_as_fast", belief="the drift is -beta x",
    replace=[("torch.exp(-0.5 * integral)", "torch.exp(-integral)"), ("torch.expm1(-integral)", "torch.expm1(-2 * integral)")],
    hint="Mean and deviation fit together, but both are those of twice the time. Which factor stands before beta in the drift?",
)  # fmt: skip

misconception(
    "marginal", name="deviation_for_every_element", belief="the deviation has the shape of the data",
    replace=("torch.sqrt(-torch.expm1(-integral))", "torch.sqrt(-torch.expm1(-integral)).expand(x0.shape)"),
    hint="The values are right, but your standard deviation is repeated for every element of a sample. Which shape does the "
    "contract ask for, and does it broadcast?",
)  # fmt: skip

misconception(
    "marginal", name="sample_instead_of_mean", belief="one call should return a noisy sample",
    replace=("integral) * x0,", "integral) * x0 + torch.sqrt(-torch.expm1(-integral)) * torch.randn_like(x0),"),
    hint="Your first result is different in every call. Is it the mean that you return, or something drawn around it?",
)  # fmt: skip

misconception(
    "marginal", name="times_along_the_last_dimension", belief="values of shape (B,) line up with the batch by themselves",
    replace=("t.reshape(-1, *[1] * (x0.ndim - 1))", "t"),
    hint="Your times run along the last dimension of the data instead of along the batch. How do shapes (B,) and (B, D) "
    "line up?",
)  # fmt: skip


# -- discretize --------------------------------------------------------------------------------------------


@probe("discretize")
def observe_discretize(candidate: Candidate, record: Record) -> None:
    """Default and gentle speeds, few and many steps."""
    record("default", candidate.discretize, 30)
    record("gentle", candidate.discretize, 5, 0.3, 2.0)
    record("more steps", candidate.discretize, 64, 0.3, 2.0)


misconception(
    "discretize", name="beta_at_the_start_of_the_step", belief="step i starts at i / T, and beta is taken there",
    replace=("torch.arange(1, num_timesteps + 1,", "torch.arange(num_timesteps,"),
    hint="Your first beta is that of time 0 and your last one falls short of beta_max / T. At which end of its step does the "
    "definition evaluate beta?",
)  # fmt: skip

misconception(
    "discretize", name="step_length_left_out", belief="beta(t) is the variance of a step",
    replace=("(beta_max - beta_min)) / num_timesteps", "(beta_max - beta_min))"),
    hint="Your betas do not get smaller when there are more steps, and some exceed 1. How much variance does a process of "
    "speed beta gain within one step of length 1 / T?",
)  # fmt: skip

misconception(
    "discretize", name="both_ends_included", belief="the schedule runs from beta_min to beta_max, both included",
    replace=(
        "torch.arange(1, num_timesteps + 1, dtype=torch.float64) / num_timesteps",
        "torch.linspace(0, 1, num_timesteps, dtype=torch.float64)",
    ),
    hint="Your first beta is beta_min / T. Is time 0 the end of any step?",
)  # fmt: skip

misconception(
    "discretize", name="exact_solution_within_the_step", belief="beta_i is the exact loss of signal during a step",
    replace=(
        "(beta_min + times * (beta_max - beta_min)) / num_timesteps",
        "-torch.expm1(-(beta_min + times * (beta_max - beta_min)) / num_timesteps)",
    ),
    hint="Your betas are slightly too small where beta is large. You solved the equation exactly within a step; what does the "
    "definition in the docstring do?",
)  # fmt: skip

misconception(
    "discretize", name="schedule_reversed", belief="sampling goes from noise to data, so the largest beta comes first",
    replace=("torch.arange(1, num_timesteps + 1,", "torch.arange(num_timesteps, 0, -1,"),
    hint="Your schedule destroys most of the image in its first steps. In which direction are the timesteps of a DDPM counted?",
)  # fmt: skip

misconception(
    "discretize", name="alphas_instead_of_betas", belief="a schedule consists of the alphas",
    replace=("return (", "return 1 - ("),
    hint="Your values are close to 1. Which of the two is close to 1 for short steps: the variance that is added, or the "
    "share that is kept?",
)  # fmt: skip

misconception(
    "discretize", name="beta_in_the_middle_of_the_step", belief="beta is averaged over the step",
    replace=("torch.arange(1, num_timesteps + 1,", "torch.arange(0.5, num_timesteps,"),
    hint="Your betas lie half a step too early: they sum to the integral of beta exactly. Where within a step does the "
    "definition evaluate beta?",
)  # fmt: skip
