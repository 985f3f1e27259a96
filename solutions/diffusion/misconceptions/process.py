"""Wrong beliefs about the closed forms of the diffusion process, with the behaviour they lead to."""

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

extract = reference("diffusion", "schedule").extract

ALPHA_BARS = torch.tensor([0.92, 0.7, 0.44, 0.25, 0.07])
X = torch.tensor([[1.7, -0.6, 0.3], [0.2, 2.4, -1.1], [-0.8, 0.9, 1.3]])
NOISE = torch.tensor([[0.4, -1.2, 0.9], [1.5, 0.1, -0.7], [-0.3, 0.8, 2.1]])
T = torch.tensor([3, 1, 4])
IMAGES = torch.linspace(-1.5, 2, 16).sin().reshape(2, 2, 2, 2)
IMAGE_NOISE = torch.linspace(3, -2, 16).cos().reshape(2, 2, 2, 2)


def alphas(alphas_cumprod: Tensor) -> Tensor:
    """The single alphas that a schedule of products is made of."""
    return torch.cat([alphas_cumprod[:1], alphas_cumprod[1:] / alphas_cumprod[:-1]])


# -- q_sample ----------------------------------------------------------------------------------------------


@probe("q_sample")
def observe_q_sample(candidate: Candidate, record: Record) -> None:
    """Vectors whose batch is as large as their length, images, double precision, gradients."""
    record("vectors", candidate.q_sample, X, T, NOISE, ALPHA_BARS)
    record("images", candidate.q_sample, IMAGES, T[:2], IMAGE_NOISE, ALPHA_BARS)
    record("first step", candidate.q_sample, X[:1], torch.tensor([0]), NOISE[:1], ALPHA_BARS)
    record("double", candidate.q_sample, X.double(), T, NOISE.double(), ALPHA_BARS.double())
    record.grad("gradient", candidate.q_sample, X, T, NOISE, ALPHA_BARS, wrt=(0, 2))


@misconception(
    "q_sample",
    belief="alpha_bar and 1 - alpha_bar are the weights themselves",
    hint="With your weights the variance of x_t is too small. If data and noise have variance 1, what must the "
    "squares of the two weights add up to?",
)
def square_roots_left_out(x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Interpolate linearly."""
    alpha_bar = extract(alphas_cumprod, t, x_start.shape)
    return alpha_bar * x_start + (1 - alpha_bar) * noise


@misconception(
    "q_sample",
    belief="1 - alpha_bar is the standard deviation of the noise",
    hint="The data enter correctly, the noise too weakly. Is 1 - alpha_bar a variance or a standard deviation?",
)
def variance_used_as_deviation(x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Take the root of the signal's weight only."""
    alpha_bar = extract(alphas_cumprod, t, x_start.shape)
    return alpha_bar.sqrt() * x_start + (1 - alpha_bar) * noise


@misconception(
    "q_sample",
    belief="alpha_bar measures how much noise there is",
    hint="At t = 0 your result is almost pure noise. Which of the two should alpha_bar, close to 1 at first, be "
    "the weight of?",
)
def data_and_noise_exchanged(x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Swap the weights."""
    alpha_bar = extract(alphas_cumprod, t, x_start.shape)
    return (1 - alpha_bar).sqrt() * x_start + alpha_bar.sqrt() * noise


@misconception(
    "q_sample",
    belief="one step of the process leads to x_t",
    hint="At late timesteps your x_t still shows far too much of the image. Do you add the noise of one step, or "
    "of all steps so far?",
)
def single_step_from_the_data(x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Use alpha_t instead of alpha_bar_t."""
    alpha = extract(alphas(alphas_cumprod), t, x_start.shape)
    return alpha.sqrt() * x_start + (1 - alpha).sqrt() * noise


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


@misconception(
    "q_sample",
    belief="sampling means drawing noise here",
    hint="Two calls with the same arguments give different results. What is the argument noise for?",
)
def own_noise_drawn(x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Ignore the given noise."""
    alpha_bar = extract(alphas_cumprod, t, x_start.shape)
    return alpha_bar.sqrt() * x_start + (1 - alpha_bar).sqrt() * torch.randn_like(x_start)


# -- score_from_noise --------------------------------------------------------------------------------------


@probe("score_from_noise")
def observe_score_from_noise(candidate: Candidate, record: Record) -> None:
    """Vectors, images, double precision, gradients."""
    record("vectors", candidate.score_from_noise, NOISE, T, ALPHA_BARS)
    record("images", candidate.score_from_noise, IMAGE_NOISE, T[:2], ALPHA_BARS)
    record("double", candidate.score_from_noise, NOISE.double(), T, ALPHA_BARS.double())
    record.grad("gradient", candidate.score_from_noise, NOISE, T, ALPHA_BARS, wrt=(0,))


@misconception(
    "score_from_noise",
    belief="the score points where the noise points",
    hint="Your score points away from the data. In which direction does the density of a Gaussian grow?",
)
def score_sign_flipped(noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Lose the minus sign."""
    return noise / (1 - extract(alphas_cumprod, t, noise.shape)).sqrt()


@misconception(
    "score_from_noise",
    belief="the score divides by the variance",
    hint="Your score is too large. The formula for x_t - mean divides by the variance; but how large is x_t - mean "
    "itself, in terms of the noise?",
)
def noise_divided_by_the_variance(noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Forget that x_t - mean contains the deviation once."""
    return -noise / (1 - extract(alphas_cumprod, t, noise.shape))


@misconception(
    "score_from_noise",
    belief="the score is minus the noise",
    hint="Your score does not depend on the timestep. Is a narrow Gaussian's log-density as steep as a wide one's?",
)
def score_without_scale(noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Forget the scale."""
    return -noise


@misconception(
    "score_from_noise",
    belief="the noise is scaled as in x_t",
    hint="Your score is largest where the noise is strongest. Should it not be steepest where the Gaussian is "
    "narrowest?",
)
def noise_multiplied_by_the_deviation(noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Multiply instead of dividing."""
    return -noise * (1 - extract(alphas_cumprod, t, noise.shape)).sqrt()


@misconception(
    "score_from_noise",
    belief="the width of q(x_t | x_0) is sqrt(alpha_bar)",
    hint="Your score explodes at late timesteps. Which of alpha_bar and 1 - alpha_bar is the variance of x_t given "
    "x_0?",
)
def divided_by_the_signal_scale(noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Confuse the two roots."""
    return -noise / extract(alphas_cumprod, t, noise.shape).sqrt()


@misconception(
    "score_from_noise",
    belief="the noise of step t alone matters",
    hint="Your score is as steep as if only the last step had added noise. Which variance does q(x_t | x_0) have "
    "after t steps?",
)
def width_of_a_single_step(noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Use beta_t instead of 1 - alpha_bar_t."""
    return -noise / (1 - extract(alphas(alphas_cumprod), t, noise.shape)).sqrt()
