"""Wrong beliefs about velocity prediction and min-SNR weights, with the behaviour they lead to."""

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

multistep = reference("frontier", "multistep")

ALPHA_BARS = torch.tensor([0.97, 0.8, 0.44, 0.25, 0.07])
X = torch.tensor([[1.7, -0.6, 0.3], [0.2, 2.4, -1.1], [-0.8, 0.9, 1.3]])
NOISE = torch.tensor([[0.4, -1.2, 0.9], [1.5, 0.1, -0.7], [-0.3, 0.8, 2.1]])
T = torch.tensor([3, 1, 4])
IMAGES = torch.linspace(-1.5, 2, 16).sin().reshape(2, 2, 2, 2)
IMAGE_NOISE = torch.linspace(3, -2, 16).cos().reshape(2, 2, 2, 2)


def level(t: Tensor, alphas_cumprod: Tensor, x: Tensor) -> Tensor:
    """alpha_bar, shaped to multiply data."""
    return alphas_cumprod[t].reshape(-1, *[1] * (x.ndim - 1))


def alphas(alphas_cumprod: Tensor) -> Tensor:
    """The single alphas that a schedule of products is made of."""
    return torch.cat([alphas_cumprod[:1], alphas_cumprod[1:] / alphas_cumprod[:-1]])


# -- v_prediction_target -----------------------------------------------------------------------------------


@probe("v_prediction_target")
def observe_v_prediction_target(candidate: Candidate, record: Record) -> None:
    """Vectors whose batch is as large as their length, images, double precision, gradients."""
    record("vectors", candidate.v_prediction_target, X, NOISE, T, ALPHA_BARS)
    record("images", candidate.v_prediction_target, IMAGES, IMAGE_NOISE, T[:2], ALPHA_BARS)
    record("first step", candidate.v_prediction_target, X[:1], NOISE[:1], torch.tensor([0]), ALPHA_BARS)
    record("double", candidate.v_prediction_target, X.double(), NOISE.double(), T, ALPHA_BARS.double())
    record.grad("gradient", candidate.v_prediction_target, X, NOISE, T, ALPHA_BARS, wrt=(0, 1))


@misconception(
    "v_prediction_target",
    belief="v points from the noise to the data",
    hint="Your v has the opposite sign. At t = 0, where the data are clean, is v the noise or minus the "
    "noise?",
)
def velocity_reversed(x_start: Tensor, noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Flip the sign."""
    return -multistep.v_prediction_target(x_start, noise, t, alphas_cumprod)


@misconception(
    "v_prediction_target",
    belief="v is a mixture of data and noise like x_t",
    hint="What you return is x_t itself. If the network already sees it, what would there be to predict?",
)
def noisy_data_instead(x_start: Tensor, noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Return x_t."""
    alpha_bar = level(t, alphas_cumprod, x_start)
    return alpha_bar.sqrt() * x_start + (1 - alpha_bar).sqrt() * noise


@misconception(
    "v_prediction_target",
    belief="data and noise keep their weights from x_t, with a minus sign between them",
    hint="At t = 0 your v is the data. When the image is clean, should the network predict what it sees or "
    "the direction in which it will move?",
)
def weights_of_the_noisy_data(x_start: Tensor, noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Do not exchange the weights."""
    alpha_bar = level(t, alphas_cumprod, x_start)
    return alpha_bar.sqrt() * x_start - (1 - alpha_bar).sqrt() * noise


@misconception(
    "v_prediction_target",
    belief="both parts are added",
    hint="Your v is not at a right angle to x_t. If x_t has weights (cos, sin), which weights has a vector "
    "perpendicular to it?",
)
def parts_added(x_start: Tensor, noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Lose the minus sign."""
    alpha_bar = level(t, alphas_cumprod, x_start)
    return alpha_bar.sqrt() * noise + (1 - alpha_bar).sqrt() * x_start


@misconception(
    "v_prediction_target",
    belief="alpha_bar and 1 - alpha_bar are the weights themselves",
    hint="The squares of your two weights do not add up to 1. What is missing?",
)
def v_without_square_roots(x_start: Tensor, noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Forget the roots."""
    alpha_bar = level(t, alphas_cumprod, x_start)
    return alpha_bar * noise - (1 - alpha_bar) * x_start


@misconception(
    "v_prediction_target",
    belief="the velocity is noise minus data",
    hint="Your v is the same at every timestep. In which kind of model do samples move on straight lines, "
    "and on which curve do they move here?",
)
def straight_line_velocity(x_start: Tensor, noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """The target of flow matching."""
    return noise - x_start


@misconception(
    "v_prediction_target",
    belief="a vector of coefficients broadcasts over the batch",
    hint="Within one sample, your columns are at different noise levels. Which dimension of the data did the "
    "coefficients align with?",
)
def v_along_the_last_dimension(x_start: Tensor, noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Index without adding dimensions; works whenever the sizes happen to agree."""
    width = x_start.shape[-1]
    alpha_bar = alphas_cumprod[t if width == len(t) else t.repeat(width)[:width]]
    return alpha_bar.sqrt() * noise - (1 - alpha_bar).sqrt() * x_start


# -- min_snr_weight ----------------------------------------------------------------------------------------

EVERY = torch.tensor([4, 1, 0, 2, 3])


@probe("min_snr_weight")
def observe_min_snr_weight(candidate: Candidate, record: Record) -> None:
    """Default and other thresholds, double precision."""
    record("default", candidate.min_snr_weight, EVERY, ALPHA_BARS)
    record("low gamma", candidate.min_snr_weight, EVERY[:3], ALPHA_BARS, 0.5)
    record("high gamma", candidate.min_snr_weight, EVERY[1:2], ALPHA_BARS, 100.0)
    record("double", candidate.min_snr_weight, EVERY, ALPHA_BARS.double(), 2.0)


@misconception(
    "min_snr_weight",
    belief="the weight is min(SNR, gamma)",
    hint="Your weights are right for a network that predicts clean data. What does a unit error in the noise "
    "mean for the predicted data, and which division follows?",
)
def weight_for_predicted_data(t: Tensor, alphas_cumprod: Tensor, gamma: float = 5.0) -> Tensor:
    """Forget the division by SNR."""
    alpha_bar = alphas_cumprod[t]
    return (alpha_bar / (1 - alpha_bar)).clamp(max=gamma)


@misconception(
    "min_snr_weight",
    belief="the weight divides by SNR + 1",
    hint="Your weights are right for a network that predicts v. Which prediction does the docstring speak "
    "of?",
)
def weight_for_velocity(t: Tensor, alphas_cumprod: Tensor, gamma: float = 5.0) -> Tensor:
    """The weight of v-prediction."""
    snr = alphas_cumprod[t] / (1 - alphas_cumprod[t])
    return snr.clamp(max=gamma) / (snr + 1)


@misconception(
    "min_snr_weight",
    belief="gamma is a lower limit",
    hint="Your weights are 1 for clean data and huge for noisy ones. Which timesteps should be kept from "
    "dominating?",
)
def larger_of_the_two(t: Tensor, alphas_cumprod: Tensor, gamma: float = 5.0) -> Tensor:
    """Take the maximum."""
    snr = alphas_cumprod[t] / (1 - alphas_cumprod[t])
    return snr.clamp(min=gamma) / snr


@misconception(
    "min_snr_weight",
    belief="the signal-to-noise ratio compares standard deviations",
    hint="Your ratio is the root of the right one. Does the SNR compare amplitudes or variances?",
)
def ratio_of_deviations(t: Tensor, alphas_cumprod: Tensor, gamma: float = 5.0) -> Tensor:
    """Take a root."""
    snr = (alphas_cumprod[t] / (1 - alphas_cumprod[t])).sqrt()
    return snr.clamp(max=gamma) / snr


@misconception(
    "min_snr_weight",
    belief="the ratio is noise over signal",
    hint="Your weights fall where the noise is strong. Is alpha_bar the share of the signal or of the noise?",
)
def noise_to_signal(t: Tensor, alphas_cumprod: Tensor, gamma: float = 5.0) -> Tensor:
    """Invert the ratio."""
    snr = (1 - alphas_cumprod[t]) / alphas_cumprod[t]
    return snr.clamp(max=gamma) / snr


@misconception(
    "min_snr_weight",
    belief="weights are normalised by gamma",
    hint="Your weights grow with the SNR up to 1. For a noise-predicting network, should clean timesteps "
    "weigh more or less than noisy ones?",
)
def divided_by_gamma(t: Tensor, alphas_cumprod: Tensor, gamma: float = 5.0) -> Tensor:
    """Divide by gamma."""
    return (alphas_cumprod[t] / (1 - alphas_cumprod[t])).clamp(max=gamma) / gamma


@misconception(
    "min_snr_weight",
    belief="the noise of step t alone matters",
    hint="Your ratio is that of a single step. After t steps, which share of the variance is signal?",
)
def ratio_of_a_single_step(t: Tensor, alphas_cumprod: Tensor, gamma: float = 5.0) -> Tensor:
    """Use alpha_t."""
    return multistep.min_snr_weight(t, alphas(alphas_cumprod), gamma)
