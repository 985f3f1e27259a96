"""Wrong beliefs about predicting clean data and about the loss, with the behaviour they lead to."""


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


# -- predict_start_from_noise ------------------------------------------------------------------------------


@probe("predict_start_from_noise")
def observe_predict_start_from_noise(candidate: Candidate, record: Record) -> None:
    """Vectors, images with small values, double precision, gradients."""
    record("vectors", candidate.predict_start_from_noise, X, T, NOISE, ALPHA_BARS)
    record("images", candidate.predict_start_from_noise, IMAGES, T[:2], IMAGE_NOISE, ALPHA_BARS)
    record("double", candidate.predict_start_from_noise, X.double(), T, NOISE.double(), ALPHA_BARS.double())
    record.grad("gradient", candidate.predict_start_from_noise, X, T, NOISE, ALPHA_BARS, wrt=(0, 2))


misconception(
    "predict_start_from_noise", name="signal_not_rescaled", belief="subtracting the noise is enough",
    replace=("(x_t - (1 - alpha_bar).sqrt() * noise) / alpha_bar.sqrt()", "x_t - (1 - alpha_bar).sqrt() * noise"),
    hint="Your images come out too dark, most of all at late timesteps. What did the forward process do to x_0 besides adding "
    "noise?",
)  # fmt: skip

misconception(
    "predict_start_from_noise", name="noise_subtracted_unscaled", belief="the noise was added with weight one",
    replace=("(1 - alpha_bar).sqrt() * noise", "noise"),
    hint="Some noise is left in your images at early timesteps. With which weight did the noise enter x_t?",
)  # fmt: skip

misconception(
    "predict_start_from_noise", name="divided_by_alpha_bar", belief="alpha_bar is the weight of the signal",
    replace=("/ alpha_bar.sqrt()", "/ alpha_bar"),
    hint="Your x_0 is too large by a factor that grows with t. What exactly multiplies x_0 in the forward process?",
)  # fmt: skip

misconception(
    "predict_start_from_noise", name="noise_weighted_by_its_variance", belief="1 - alpha_bar is the weight of the noise",
    replace=("(1 - alpha_bar).sqrt()", "(1 - alpha_bar)"),
    hint="Noising your x_0 again with the same noise does not give x_t back. Is the weight of the noise a variance or its "
    "root?",
)  # fmt: skip

misconception(
    "predict_start_from_noise", name="clipped_to_pixel_values", belief="pixels lie between -1 and 1",
    replace=(
        "(x_t - (1 - alpha_bar).sqrt() * noise) / alpha_bar.sqrt()",
        "((x_t - (1 - alpha_bar).sqrt() * noise) / alpha_bar.sqrt()).clamp(-1, 1)",
    ),
    hint="Your result never leaves [-1, 1]. Does the docstring ask for that, and what happens to gradients and to data of "
    "another range?",
)  # fmt: skip


@misconception(
    "predict_start_from_noise",
    belief="taking the noise out means one step back",
    hint="Your result is still noisy: it looks like x_{t-1}. Which formula have you got: the one for one step "
    "back, or for all the way to x_0?",
)
def mean_of_one_step_back(x_t: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """The mean of p(x_{t-1} | x_t)."""
    alphas = torch.cat([alphas_cumprod[:1], alphas_cumprod[1:] / alphas_cumprod[:-1]])
    alpha, alpha_bar = extract(alphas, t, x_t.shape), extract(alphas_cumprod, t, x_t.shape)
    return (x_t - (1 - alpha) / (1 - alpha_bar).sqrt() * noise) / alpha.sqrt()


misconception(
    "predict_start_from_noise", name="noise_added_again", belief="going back means adding what was subtracted",
    replace=("x_t -", "x_t +"),
    hint="Your result carries twice the noise. Solve the equation of q_sample for x_0: with which sign does the noise appear?",
)  # fmt: skip


# -- denoising_loss ----------------------------------------------------------------------------------------


def bent(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
    """A noise predictor that depends on everything it should."""
    steps = torch.as_tensor(t).reshape(-1, *[1] * (x.ndim - 1)).to(x.dtype)
    return torch.sin(x + 0.3 * steps) + 0.2 * x


@probe("denoising_loss")
def observe_denoising_loss(candidate: Candidate, record: Record) -> None:
    """Batches of several sizes, double precision, and the gradient through the network."""
    record("vectors", candidate.denoising_loss, bent, X, T, NOISE, ALPHA_BARS)
    record("one sample", candidate.denoising_loss, bent, X[1:2], torch.tensor([2]), NOISE[1:2], ALPHA_BARS)
    record("images", candidate.denoising_loss, bent, IMAGES, T[:2], IMAGE_NOISE, ALPHA_BARS)
    record("double", candidate.denoising_loss, bent, X.double(), T, NOISE.double(), ALPHA_BARS.double())
    record.grad("gradient", candidate.denoising_loss, bent, X, T, NOISE, ALPHA_BARS, wrt=(1,))


misconception(
    "denoising_loss", name="squared_errors_summed", belief="the loss is a sum of squares", replace=(".mean()", ".sum()"),
    hint="Your loss grows with the size of images and of the batch. Which of the two does the docstring ask for: a sum or a "
    "mean?",
)  # fmt: skip

misconception(
    "denoising_loss", name="summed_over_the_image",
    belief="squared errors are summed over an image and averaged over the batch",
    replace=(".mean()", ".flatten(1).sum(dim=1).mean()"),
    hint="Your loss is that of a likelihood, too large by the number of pixels. Over what is the mean taken here?",
)  # fmt: skip

misconception(
    "denoising_loss", name="compared_with_the_data", belief="the network predicts the clean image",
    replace=("(noise - predicted)", "(x_start - predicted)"),
    hint="With the perfect noise predictor your loss is not zero. What is the network's output compared with?",
)  # fmt: skip

misconception(
    "denoising_loss", name="network_shown_clean_data", belief="the network looks at the clean image",
    replace=("q_sample(x_start, t, noise, alphas_cumprod)", "x_start"),
    hint="Your network is shown data without any noise. Could it find the noise there?",
)  # fmt: skip

misconception(
    "denoising_loss", name="absolute_errors", belief="absolute errors are as good as squared ones",
    replace=("square()", "abs()"),
    hint="Small errors weigh too much in your loss. Which norm does the objective contain?",
)  # fmt: skip

misconception(
    "denoising_loss", name="root_of_the_mean", belief="the error is a distance, so a root is due",
    replace=(".mean()", ".mean().sqrt()"),
    hint="The square of your loss would be right. Is a root part of the mean squared error?",
)  # fmt: skip

misconception(
    "denoising_loss", name="prediction_detached", belief="no gradient is needed through the prediction",
    replace=("- predicted", "- predicted.detach()"),
    hint="The loss has the right value, but no gradient flows from it through the network to the network's input. Where does "
    "the graph end: behind the network, so that training with this loss changes nothing, or before it?",
)  # fmt: skip

misconception(
    "denoising_loss", name="loss_with_own_noise", belief="fresh noise is drawn for every loss",
    replace=("predicted =", "noise = torch.randn_like(x_start)\n    predicted ="),
    hint="Two calls with the same arguments give different losses. Which noise does the network have to find?",
)  # fmt: skip


@misconception(
    "predict_start_from_noise", belief="only x_t was scaled",
    hint="You divide x_t by the scale of the signal, and then take off the noise. In which order must the two be undone?",
)  # fmt: skip
def noise_taken_off_after_the_scale(x_t: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """x_t / sqrt(alpha_bar) - sqrt(1 - alpha_bar) noise."""
    level = alphas_cumprod[t].reshape(-1, *[1] * (x_t.ndim - 1))
    return x_t / level.sqrt() - (1 - level).sqrt() * noise
