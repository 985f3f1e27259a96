"""Wrong beliefs about DDIM's timesteps and its step, with the behaviour they lead to."""

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

X = torch.tensor([[1.7, -0.6, 0.3], [0.2, 2.4, -1.1]])
EPS = torch.tensor([[0.4, -1.2, 0.9], [1.5, 0.1, -0.7]])
NOISE = torch.tensor([[-0.8, 0.9, 1.3], [0.5, -2.0, 0.1]])
NOW, THEN = torch.tensor(0.35), torch.tensor(0.8)


# -- ddim_timesteps ----------------------------------------------------------------------------------------


@probe("ddim_timesteps")
def observe_ddim_timesteps(candidate: Candidate, record: Record) -> None:
    """Divisible and other lengths, all steps, one step, and a case where floating point rounds down."""
    record("not divisible", candidate.ddim_timesteps, 11, 4)
    record("divisible", candidate.ddim_timesteps, 20, 5)
    record("all", candidate.ddim_timesteps, 5, 5)
    record("one", candidate.ddim_timesteps, 7, 1)
    record("rounding", candidate.ddim_timesteps, 1000, 38)
    record("more than half", candidate.ddim_timesteps, 10, 7)


@misconception(
    "ddim_timesteps",
    belief="the steps run from the last timestep to the first",
    hint="Your first timestep is always T - 1. Which value does the formula give for k = S - 1?",
)
def both_ends_included(num_timesteps: int, num_steps: int) -> Tensor:
    """Space S values from 0 to T - 1."""
    return torch.linspace(0, num_timesteps - 1, num_steps, dtype=torch.float64).round().long().flip(0)


misconception(
    "ddim_timesteps", name="ascending_order", belief="timesteps are listed as they are counted",
    replace=("num_steps - 1, -1, -1", "num_steps"),
    hint="Your timesteps are right, in ascending order. Where does sampling begin: at clean data or at noise?",
)  # fmt: skip

misconception(
    "ddim_timesteps", name="stride_rounded_down", belief="a constant stride covers the schedule",
    replace=("num_timesteps // num_steps", "(num_timesteps // num_steps)"),
    hint="When S does not divide T, your timesteps leave the late part of the schedule out. What must be rounded: the stride "
    "or each timestep?",
)  # fmt: skip

misconception(
    "ddim_timesteps", name="floor_of_floating_point", belief="a floor of floating-point numbers is exact",
    replace=(
        "torch.arange(num_steps - 1, -1, -1) * num_timesteps // num_steps",
        "torch.tensor([int(k * (num_timesteps / num_steps)) for k in reversed(range(num_steps))])",
    ),
    hint="A few of your timesteps are one too small, though the formula looks right. What is 19 * (1000 / 38) in floating "
    "point?",
)  # fmt: skip

misconception(
    "ddim_timesteps", name="rounded_to_nearest", belief="timesteps are rounded to the nearest",
    replace=(
        "torch.arange(num_steps - 1, -1, -1) * num_timesteps // num_steps",
        "(2 * torch.arange(num_steps - 1, -1, -1) * num_timesteps + num_steps) // (2 * num_steps)",
    ),
    hint="Some of your timesteps are one too large. What does floor do with 5.5 and 8.25?",
)  # fmt: skip

misconception(
    "ddim_timesteps", name="shifted_by_one", belief="timesteps are counted from one",
    replace=("// num_steps", "// num_steps + 1"),
    hint="Your last timestep is 1, so the cleanest noise level is never visited. From which number does this assignment count?",
)  # fmt: skip


# -- ddim_step ---------------------------------------------------------------------------------------------


def parts(x_t: Tensor, eps: Tensor, now: Tensor, then: Tensor, eta: float) -> tuple[Tensor, Tensor]:
    """The predicted x_0 and sigma squared."""
    x_start = (x_t - (1 - now).sqrt() * eps) / now.sqrt()
    return x_start, eta**2 * (1 - then) / (1 - now) * (1 - now / then)


@probe("ddim_step")
def observe_ddim_step(candidate: Candidate, record: Record) -> None:
    """Deterministic, half and fully noisy steps with given noise, the step to clean data, gradients."""
    record("given noise, eta 0", candidate.ddim_step, X, EPS, NOW, THEN, 0.0, NOISE)
    record("half noisy", candidate.ddim_step, X, EPS, NOW, THEN, 0.5, NOISE)
    record("fully noisy", candidate.ddim_step, X, EPS, NOW, THEN, 1.0, NOISE)
    record("to clean data", candidate.ddim_step, X, EPS, NOW, torch.tensor(1.0), 1.0, NOISE)
    levels = torch.tensor([[0.2], [0.6]], dtype=torch.float64)
    record("double", candidate.ddim_step, X.double(), EPS.double(), levels, levels + 0.3, 0.7, NOISE.double())
    record.grad("gradient", candidate.ddim_step, X, EPS, NOW, THEN, 0.5, NOISE, wrt=(0, 1))
    # The value alone: where no noise is needed, drawing some all the same is no mistake.
    record.value("deterministic", candidate.ddim_step(X, EPS, NOW, THEN))


misconception(
    "ddim_step", name="direction_keeps_full_weight",
    belief="the direction towards x_t has weight sqrt(1 - alpha_bar_prev), whatever noise is added",
    replace=("(1 - alpha_bar_prev - variance)", "(1 - alpha_bar_prev)"),
    hint="With eta > 0 your x_prev is noisier than its timestep. If fresh noise brings variance, how much may the old noise "
    "keep?",
)  # fmt: skip

misconception(
    "ddim_step", name="sigma_not_squared", belief="sigma is a variance",
    replace=("(1 - alpha_bar_prev - variance)", "(1 - alpha_bar_prev - variance.sqrt())"),
    hint="Without eta all is right; with it the balance of old and fresh noise is wrong. Where does sigma appear squared, and "
    "where not?",
)  # fmt: skip

misconception(
    "ddim_step", name="noise_scaled_by_sigma_squared", belief="fresh noise enters with its variance",
    replace=("variance.sqrt() * noise", "variance * noise"),
    hint="With eta > 0 your steps add too little noise. Standard normal noise times what has variance sigma squared?",
)  # fmt: skip

misconception(
    "ddim_step", name="eta_ignored", belief="DDIM is always deterministic",
    replace=("x_start = (", "eta = 0.0\n    x_start = ("),
    hint="Your step does not change with eta. What does eta = 1 turn the sampler into?",
)  # fmt: skip

misconception(
    "ddim_step", name="noise_level_not_lowered", belief="the old noise keeps its size",
    replace=("(1 - alpha_bar_prev - variance)", "(1 - alpha_bar_t - variance)"),
    hint="Your step to alpha_bar = 1 still contains noise. At which noise level should x_prev be: the old or the new one?",
)  # fmt: skip


@misconception(
    "ddim_step",
    belief="the noise predicted at this step is replaced by fresh noise",
    hint="Your step throws the predicted noise away and draws new noise of the full size. Which share of it does "
    "eta allow?",
)
def noised_again_from_the_prediction(
    x_t: Tensor, eps: Tensor, alpha_bar_t: Tensor, alpha_bar_prev: Tensor, eta: float = 0.0, noise: Tensor | None = None
) -> Tensor:
    """Forward process from the predicted x_0."""
    x_start, _ = parts(x_t, eps, alpha_bar_t, alpha_bar_prev, eta)
    drawn = torch.randn_like(x_t) if noise is None else noise
    return alpha_bar_prev.sqrt() * x_start + (1 - alpha_bar_prev).sqrt() * drawn


misconception(
    "ddim_step", name="predicted_start_clipped", belief="the predicted x_0 is clipped to the range of pixels",
    replace=("alpha_bar_prev.sqrt() * x_start", "alpha_bar_prev.sqrt() * x_start.clamp(-1, 1)"),
    hint="Your step is right only while the predicted x_0 stays in [-1, 1]. Does the docstring ask for clipping?",
)  # fmt: skip
