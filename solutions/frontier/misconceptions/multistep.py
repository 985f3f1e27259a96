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
    record("alone", candidate.v_prediction_target, X[1:2], NOISE[1:2], torch.tensor([2]), ALPHA_BARS)
    record("double", candidate.v_prediction_target, X.double(), NOISE.double(), T, ALPHA_BARS.double())
    record.grad("gradient", candidate.v_prediction_target, X, NOISE, T, ALPHA_BARS, wrt=(0, 1))


misconception(
    "v_prediction_target", name="velocity_reversed", belief="v points from the noise to the data",
    replace=(
        "alpha_bar.sqrt() * noise - (1 - alpha_bar).sqrt() * x_start",
        "(1 - alpha_bar).sqrt() * x_start - alpha_bar.sqrt() * noise",
    ),
    hint="Your v has the opposite sign. At t = 0, where the data are clean, is v the noise or minus the noise?",
)  # fmt: skip

misconception(
    "v_prediction_target", name="noisy_data_instead", belief="v is a mixture of data and noise like x_t",
    replace=(
        "alpha_bar.sqrt() * noise - (1 - alpha_bar).sqrt() * x_start",
        "alpha_bar.sqrt() * x_start + (1 - alpha_bar).sqrt() * noise",
    ),
    hint="What you return is x_t itself. If the network already sees it, what would there be to predict?",
)  # fmt: skip

misconception(
    "v_prediction_target", name="weights_of_the_noisy_data",
    belief="data and noise keep their weights from x_t, with a minus sign between them",
    replace=(
        "alpha_bar.sqrt() * noise - (1 - alpha_bar).sqrt() * x_start",
        "alpha_bar.sqrt() * x_start - (1 - alpha_bar).sqrt() * noise",
    ),
    hint="At t = 0 your v is the data. When the image is clean, should the network predict what it sees or the direction in "
    "which it will move?",
)  # fmt: skip

misconception(
    "v_prediction_target", name="parts_added", belief="both parts are added", replace=("noise -", "noise +"),
    hint="Your v is not at a right angle to x_t. If x_t has weights (cos, sin), which weights has a vector perpendicular to "
    "it?",
)  # fmt: skip

misconception(
    "v_prediction_target", name="v_without_square_roots", belief="alpha_bar and 1 - alpha_bar are the weights themselves",
    replace=[("alpha_bar.sqrt() * noise", "alpha_bar * noise"), ("(1 - alpha_bar).sqrt()", "(1 - alpha_bar)")],
    hint="The squares of your two weights do not add up to 1. What is missing?",
)  # fmt: skip

misconception(
    "v_prediction_target", name="straight_line_velocity", belief="the velocity is noise minus data",
    replace=("alpha_bar.sqrt() * noise - (1 - alpha_bar).sqrt() * x_start", "noise - x_start"),
    hint="Your v is the same at every timestep. In which kind of model do samples move on straight lines, and on which curve "
    "do they move here?",
)  # fmt: skip


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

misconception(
    "v_prediction_target", name="noisy_data_for_clean_data", belief="the network's input is what enters its target",
    replace=(
        "- (1 - alpha_bar).sqrt() * x_start",
        "- (1 - alpha_bar).sqrt() * (alpha_bar.sqrt() * x_start + (1 - alpha_bar).sqrt() * noise)",
    ),
    hint="You mix the noise with data that are noisy already. Which of x_0 and x_t stands in the formula?",
)  # fmt: skip


# -- min_snr_weight ----------------------------------------------------------------------------------------

EVERY = torch.tensor([4, 1, 0, 2, 3])


@probe("min_snr_weight")
def observe_min_snr_weight(candidate: Candidate, record: Record) -> None:
    """Default and other thresholds, double precision."""
    record("default", candidate.min_snr_weight, EVERY, ALPHA_BARS)
    record("low gamma", candidate.min_snr_weight, EVERY[:3], ALPHA_BARS, 0.5)
    record("high gamma", candidate.min_snr_weight, EVERY[1:2], ALPHA_BARS, 100.0)
    record("one weight below 1", candidate.min_snr_weight, EVERY[2:3], ALPHA_BARS, 0.5)
    record("double", candidate.min_snr_weight, EVERY, ALPHA_BARS.double(), 2.0)


misconception(
    "min_snr_weight", name="weight_for_predicted_data", belief="the weight is min(SNR, gamma)", replace=(" / snr", ""),
    hint="Your weights are right for a network that predicts clean data. What does a unit error in the noise mean for the "
    "predicted data, and which division follows?",
)  # fmt: skip

misconception(
    "min_snr_weight", name="weight_for_velocity", belief="the weight divides by SNR + 1", replace=("/ snr", "/ (snr + 1)"),
    hint="Your weights are right for a network that predicts v. Which prediction does the docstring speak of?",
)  # fmt: skip

misconception(
    "min_snr_weight", name="larger_of_the_two", belief="gamma is a lower limit", replace=("max=gamma", "min=gamma"),
    hint="Your weights are 1 for clean data and huge for noisy ones. Which timesteps should be kept from dominating?",
)  # fmt: skip

misconception(
    "min_snr_weight", name="ratio_of_deviations", belief="the signal-to-noise ratio compares standard deviations",
    replace=("alpha_bar / (1 - alpha_bar)", "(alpha_bar / (1 - alpha_bar)).sqrt()"),
    hint="Your ratio is the root of the right one. Does the SNR compare amplitudes or variances?",
)  # fmt: skip

misconception(
    "min_snr_weight", name="noise_to_signal", belief="the ratio is noise over signal",
    replace=("alpha_bar / (1 - alpha_bar)", "(1 - alpha_bar) / alpha_bar"),
    hint="Your weights fall where the noise is strong. Is alpha_bar the share of the signal or of the noise?",
)  # fmt: skip

misconception(
    "min_snr_weight", name="divided_by_gamma", belief="weights are normalised by gamma", replace=("/ snr", "/ gamma"),
    hint="Your weights grow with the SNR up to 1. For a noise-predicting network, should clean timesteps weigh more or less "
    "than noisy ones?",
)  # fmt: skip


@misconception(
    "min_snr_weight",
    belief="the noise of step t alone matters",
    hint="Your ratio is that of a single step. After t steps, which share of the variance is signal?",
)
def ratio_of_a_single_step(t: Tensor, alphas_cumprod: Tensor, gamma: float = 5.0) -> Tensor:
    """Use alpha_t."""
    return multistep.min_snr_weight(t, alphas(alphas_cumprod), gamma)
