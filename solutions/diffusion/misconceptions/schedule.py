"""Wrong beliefs about noise schedules, with the behaviour they lead to."""


import torch

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


misconception(
    "linear_beta_schedule", name="schedule_in_single_precision", belief="torch creates double precision by default",
    replace=(", dtype=torch.float64", ""),
    hint="Your betas are right to about seven digits. In which dtype does torch create numbers unless it is told otherwise?",
)  # fmt: skip

misconception(
    "linear_beta_schedule", name="last_beta_excluded", belief="the last beta is the one that would come after the schedule",
    replace=(
        "torch.linspace(beta_start, beta_end, num_timesteps, dtype=torch.float64)",
        "torch.linspace(beta_start, beta_end, num_timesteps + 1, dtype=torch.float64)[:-1]",
    ),
    hint="Your betas stop just short of beta_end. How many gaps lie between T values, if both ends belong to them?",
)  # fmt: skip

misconception(
    "linear_beta_schedule", name="linear_in_the_square_root", belief="the standard deviations grow linearly",
    replace=(
        "torch.linspace(beta_start, beta_end, num_timesteps, dtype=torch.float64)",
        "torch.linspace(beta_start**0.5, beta_end**0.5, num_timesteps, dtype=torch.float64) ** 2",
    ),
    hint="Both ends are right, but the betas in between are too small. Which quantity grows linearly here: the variance of "
    "the added noise, or its square root?",
)  # fmt: skip

misconception(
    "linear_beta_schedule", name="rescaled_to_a_thousand_steps",
    belief="betas must be rescaled when the schedule is shorter than 1000 steps",
    replace=("return", "return 1000 / num_timesteps *"),
    hint="Your schedule is right for 1000 steps and too noisy for fewer. Does the docstring say that the ends change with T?",
)  # fmt: skip

misconception(
    "linear_beta_schedule", name="ends_ignored", belief="the ends are constants of the model",
    replace=("torch.linspace(beta_start, beta_end", "torch.linspace(1e-4, 0.02"),
    hint="Your schedule does not change when other ends are asked for. Where do beta_start and beta_end enter?",
)  # fmt: skip

misconception(
    "linear_beta_schedule", name="schedule_runs_backwards", belief="the noise shrinks with the timestep",
    replace=("torch.linspace(beta_start, beta_end", "torch.linspace(beta_end, beta_start"),
    hint="Your schedule contains the right values, in which order? Does the forward process begin gently or violently?",
)  # fmt: skip


# -- cosine_beta_schedule ----------------------------------------------------------------------------------


@probe("cosine_beta_schedule")
def observe_cosine_beta_schedule(candidate: Candidate, record: Record) -> None:
    """Short schedules, where clipping matters, with and without an offset; a long one for the small betas."""
    record("with offset", candidate.cosine_beta_schedule, 6, 0.2)
    record("without offset", candidate.cosine_beta_schedule, 5, 0.0)
    record("first betas of a long schedule", candidate.cosine_beta_schedule, 1000)
    record.value("smallest beta", candidate.cosine_beta_schedule(1000)[:3])


misconception(
    "cosine_beta_schedule", name="not_clipped", belief="the last beta needs no attention", replace=(".clamp(max=0.999)", ""),
    hint="Your last beta is 1, so the last step wipes out the image completely. What does the docstring do about it?",
)  # fmt: skip

misconception(
    "cosine_beta_schedule", name="clipped_from_below_too", belief="betas below 1e-4 are numerically dangerous",
    replace=("clamp(max=0.999)", "clamp(0.0001, 0.999)"),
    hint="The first betas of your long schedules are too large. On which side does the docstring clip?",
)  # fmt: skip

misconception(
    "cosine_beta_schedule", name="cosine_not_squared", belief="the signal level is the cosine itself",
    replace=(" / 2) ** 2", " / 2)"),
    hint="Your betas are about half as large as they should be in the middle of the schedule. Is alpha_bar an amplitude or a "
    "share of variance, and what does that do to the cosine?",
)  # fmt: skip

misconception(
    "cosine_beta_schedule", name="alpha_bars_returned",
    belief="the function returns the curve that gives the schedule its name",
    replace=("(1 - signal[1:] / signal[:-1]).clamp(max=0.999)", "(signal / signal[0])[1:]"),
    hint="Your values start near 1 and fall. Are these the variances of single steps, or what is left after all steps so far?",
)  # fmt: skip

misconception(
    "cosine_beta_schedule", name="offset_not_normalised", belief="the offset only shifts the argument",
    replace=("(u + s) / (1 + s)", "(u + s)"),
    hint="With a large offset your signal runs past zero before the end. By what is u + s divided?",
)  # fmt: skip

misconception(
    "cosine_beta_schedule", name="grid_one_point_short", belief="T timesteps make a grid of T points from 0 to 1",
    replace=("/ num_timesteps", "/ max(num_timesteps - 1, 1)"),
    hint="Your schedule behaves as if it were one step shorter. How many values of f are needed for T ratios, and where does "
    "the last one lie?",
)  # fmt: skip


@misconception(
    "cosine_beta_schedule", belief="T + 1 values lie one T + 1st apart",
    hint="Your last value of u is not 1, so the schedule stops before its end. How many steps lie between T + 1 values?",
)  # fmt: skip
def grid_divided_by_its_length(num_timesteps: int, s: float = 0.008) -> torch.Tensor:
    """i / (T + 1)."""
    u = torch.arange(num_timesteps + 1, dtype=torch.float64) / (num_timesteps + 1)
    f = torch.cos((u + s) / (1 + s) * torch.pi / 2) ** 2
    return (1 - f[1:] / f[:-1]).clamp(max=0.999)


@misconception(
    "cosine_beta_schedule", belief="beta is what is lost so far",
    hint="Your numbers are what all steps together take away. Which quotient is the share that a single step leaves?",
)  # fmt: skip
def loss_of_all_steps_so_far(num_timesteps: int, s: float = 0.008) -> torch.Tensor:
    """1 - f instead of 1 - f / f."""
    u = torch.arange(1, num_timesteps + 1, dtype=torch.float64) / num_timesteps
    return (1 - torch.cos((u + s) / (1 + s) * torch.pi / 2) ** 2).clamp(max=0.999)
