"""Wrong beliefs about the closed forms of the diffusion process, with the behaviour they lead to."""

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

ALPHA_BARS = torch.tensor([0.92, 0.7, 0.44, 0.25, 0.07])
X = torch.tensor([[1.7, -0.6, 0.3], [0.2, 2.4, -1.1], [-0.8, 0.9, 1.3]])
NOISE = torch.tensor([[0.4, -1.2, 0.9], [1.5, 0.1, -0.7], [-0.3, 0.8, 2.1]])
T = torch.tensor([3, 1, 4])
IMAGES = torch.linspace(-1.5, 2, 16).sin().reshape(2, 2, 2, 2)
IMAGE_NOISE = torch.linspace(3, -2, 16).cos().reshape(2, 2, 2, 2)


# -- q_sample ----------------------------------------------------------------------------------------------


@probe("q_sample")
def observe_q_sample(candidate: Candidate, record: Record) -> None:
    """Vectors whose batch is as large as their length, images, double precision, gradients."""
    record("vectors", candidate.q_sample, X, T, NOISE, ALPHA_BARS)
    record("images", candidate.q_sample, IMAGES, T[:2], IMAGE_NOISE, ALPHA_BARS)
    record("first step", candidate.q_sample, X[:1], torch.tensor([0]), NOISE[:1], ALPHA_BARS)
    record("alone", candidate.q_sample, X[1:2], torch.tensor([2]), NOISE[1:2], ALPHA_BARS)
    record("double", candidate.q_sample, X.double(), T, NOISE.double(), ALPHA_BARS.double())
    record.grad("gradient", candidate.q_sample, X, T, NOISE, ALPHA_BARS, wrt=(0, 2))


misconception(
    "q_sample", name="square_roots_left_out", belief="alpha_bar and 1 - alpha_bar are the weights themselves",
    replace=[("alpha_bar.sqrt()", "alpha_bar"), ("(1 - alpha_bar).sqrt()", "(1 - alpha_bar)")],
    hint="With your weights the variance of x_t is too small. If data and noise have variance 1, what must the squares of the "
    "two weights add up to?",
)  # fmt: skip

misconception(
    "q_sample", name="variance_used_as_deviation", belief="1 - alpha_bar is the standard deviation of the noise",
    replace=("(1 - alpha_bar).sqrt()", "(1 - alpha_bar)"),
    hint="The data enter correctly, the noise too weakly. Is 1 - alpha_bar a variance or a standard deviation?",
)  # fmt: skip

misconception(
    "q_sample", name="data_and_noise_exchanged", belief="alpha_bar measures how much noise there is",
    replace=[("alpha_bar.sqrt() *", "(1 - alpha_bar).sqrt() *"), ("(1 - alpha_bar).sqrt()", "alpha_bar.sqrt()")],
    hint="At t = 0 your result is almost pure noise. Which of the two should alpha_bar, close to 1 at first, be the weight of?",
)  # fmt: skip

misconception(
    "q_sample", name="single_step_from_the_data", belief="one step of the process leads to x_t",
    replace=("extract(alphas_cumprod,", "extract(torch.cat([alphas_cumprod[:1], alphas_cumprod[1:] / alphas_cumprod[:-1]]),"),
    hint="At late timesteps your x_t still shows far too much of the image. Do you add the noise of one step, or of all steps "
    "so far?",
)  # fmt: skip


@misconception(
    "q_sample",
    belief="a vector of coefficients broadcasts over the batch",
    hint="Within one sample, your columns are at different noise levels. Which dimension of the data did the "
    "coefficients align with?",
)
def coefficients_along_the_last_dimension(
    x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """Index without adding dimensions; works whenever the sizes happen to agree."""
    alpha_bar = alphas_cumprod[t]
    if x_start.shape[-1] != len(t):
        alpha_bar = alpha_bar.repeat(x_start.shape[-1])[: x_start.shape[-1]]
    return alpha_bar.sqrt() * x_start + (1 - alpha_bar).sqrt() * noise


misconception(
    "q_sample", name="own_noise_drawn", belief="sampling means drawing noise here",
    replace=(".sqrt() * noise", ".sqrt() * torch.randn_like(x_start)"),
    hint="Two calls with the same arguments give different results. What is the argument noise for?",
)  # fmt: skip


# -- score_from_noise --------------------------------------------------------------------------------------


@probe("score_from_noise")
def observe_score_from_noise(candidate: Candidate, record: Record) -> None:
    """Vectors, images, double precision, gradients."""
    record("vectors", candidate.score_from_noise, NOISE, T, ALPHA_BARS)
    record("images", candidate.score_from_noise, IMAGE_NOISE, T[:2], ALPHA_BARS)
    record("double", candidate.score_from_noise, NOISE.double(), T, ALPHA_BARS.double())
    record.grad("gradient", candidate.score_from_noise, NOISE, T, ALPHA_BARS, wrt=(0,))


misconception(
    "score_from_noise", name="score_sign_flipped", belief="the score points where the noise points",
    replace=("-noise", "noise"),
    hint="Your score points away from the data. In which direction does the density of a Gaussian grow?",
)  # fmt: skip

misconception(
    "score_from_noise", name="noise_divided_by_the_variance", belief="the score divides by the variance",
    replace=(".sqrt()", ""),
    hint="Your score is too large. The formula for x_t - mean divides by the variance; but how large is x_t - mean itself, in "
    "terms of the noise?",
)  # fmt: skip

misconception(
    "score_from_noise", name="score_without_scale", belief="the score is minus the noise",
    replace=("-noise / (1 - extract(alphas_cumprod, t, noise.shape)).sqrt()", "-noise"),
    hint="Your score does not depend on the timestep. Is a narrow Gaussian's log-density as steep as a wide one's?",
)  # fmt: skip

misconception(
    "score_from_noise", name="noise_multiplied_by_the_deviation", belief="the noise is scaled as in x_t",
    replace=("-noise /", "-noise *"),
    hint="Your score is largest where the noise is strongest. Should it not be steepest where the Gaussian is narrowest?",
)  # fmt: skip

misconception(
    "score_from_noise", name="divided_by_the_signal_scale", belief="the width of q(x_t | x_0) is sqrt(alpha_bar)",
    replace=("(1 - extract(alphas_cumprod, t, noise.shape))", "extract(alphas_cumprod, t, noise.shape)"),
    hint="Your score explodes at late timesteps. Which of alpha_bar and 1 - alpha_bar is the variance of x_t given x_0?",
)  # fmt: skip

misconception(
    "score_from_noise", name="width_of_a_single_step", belief="the noise of step t alone matters",
    replace=("extract(alphas_cumprod,", "extract(torch.cat([alphas_cumprod[:1], alphas_cumprod[1:] / alphas_cumprod[:-1]]),"),
    hint="Your score is as steep as if only the last step had added noise. Which variance does q(x_t | x_0) have after t "
    "steps?",
)  # fmt: skip


@misconception(
    "q_sample", belief="the weights of data and noise add up to one",
    hint="Your two weights add up to one. What must their squares add up to if the variance is to stay one?",
)  # fmt: skip
def weights_that_add_up(x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """1 - sqrt(alpha_bar) for the noise."""
    signal = alphas_cumprod[t].sqrt().reshape(-1, *[1] * (x_start.ndim - 1))
    return signal * x_start + (1 - signal) * noise
