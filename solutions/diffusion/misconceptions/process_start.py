"""Wrong beliefs about predicting clean data and about the loss, with the behaviour they lead to."""

from collections.abc import Callable

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

extract = reference("diffusion", "schedule").extract
q_sample = reference("diffusion", "process").q_sample

ALPHA_BARS = torch.tensor([0.92, 0.7, 0.44, 0.25, 0.07])
X = torch.tensor([[1.7, -0.6, 0.3], [0.2, 2.4, -1.1], [-0.8, 0.9, 1.3]])
NOISE = torch.tensor([[0.4, -1.2, 0.9], [1.5, 0.1, -0.7], [-0.3, 0.8, 2.1]])
T = torch.tensor([3, 1, 4])
IMAGES = torch.linspace(-1.5, 2, 16).sin().reshape(2, 2, 2, 2)
IMAGE_NOISE = torch.linspace(3, -2, 16).cos().reshape(2, 2, 2, 2)

Denoiser = Callable[..., Tensor]


# -- predict_start_from_noise ------------------------------------------------------------------------------


@probe("predict_start_from_noise")
def observe_predict_start_from_noise(candidate: Candidate, record: Record) -> None:
    """Vectors, images with small values, double precision, gradients."""
    record("vectors", candidate.predict_start_from_noise, X, T, NOISE, ALPHA_BARS)
    record("images", candidate.predict_start_from_noise, IMAGES, T[:2], IMAGE_NOISE, ALPHA_BARS)
    record("double", candidate.predict_start_from_noise, X.double(), T, NOISE.double(), ALPHA_BARS.double())
    record.grad("gradient", candidate.predict_start_from_noise, X, T, NOISE, ALPHA_BARS, wrt=(0, 2))


@misconception(
    "predict_start_from_noise",
    belief="subtracting the noise is enough",
    hint="Your images come out too dark, most of all at late timesteps. What did the forward process do to x_0 "
    "besides adding noise?",
)
def signal_not_rescaled(x_t: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Do not divide."""
    return x_t - (1 - extract(alphas_cumprod, t, x_t.shape)).sqrt() * noise


@misconception(
    "predict_start_from_noise",
    belief="the noise was added with weight one",
    hint="Some noise is left in your images at early timesteps. With which weight did the noise enter x_t?",
)
def noise_subtracted_unscaled(x_t: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Subtract the whole noise."""
    return (x_t - noise) / extract(alphas_cumprod, t, x_t.shape).sqrt()


@misconception(
    "predict_start_from_noise",
    belief="alpha_bar is the weight of the signal",
    hint="Your x_0 is too large by a factor that grows with t. What exactly multiplies x_0 in the forward process?",
)
def divided_by_alpha_bar(x_t: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Forget the root in the denominator."""
    alpha_bar = extract(alphas_cumprod, t, x_t.shape)
    return (x_t - (1 - alpha_bar).sqrt() * noise) / alpha_bar


@misconception(
    "predict_start_from_noise",
    belief="1 - alpha_bar is the weight of the noise",
    hint="Noising your x_0 again with the same noise does not give x_t back. Is the weight of the noise a variance "
    "or its root?",
)
def noise_weighted_by_its_variance(x_t: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Forget the root in front of the noise."""
    alpha_bar = extract(alphas_cumprod, t, x_t.shape)
    return (x_t - (1 - alpha_bar) * noise) / alpha_bar.sqrt()


@misconception(
    "predict_start_from_noise",
    belief="pixels lie between -1 and 1",
    hint="Your result never leaves [-1, 1]. Does the docstring ask for that, and what happens to gradients and to "
    "data of another range?",
)
def clipped_to_pixel_values(x_t: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Clip, as many samplers do."""
    alpha_bar = extract(alphas_cumprod, t, x_t.shape)
    return ((x_t - (1 - alpha_bar).sqrt() * noise) / alpha_bar.sqrt()).clamp(-1, 1)


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


@misconception(
    "predict_start_from_noise",
    belief="going back means adding what was subtracted",
    hint="Your result carries twice the noise. Solve the equation of q_sample for x_0: with which sign does the "
    "noise appear?",
)
def noise_added_again(x_t: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Flip the sign of the noise."""
    alpha_bar = extract(alphas_cumprod, t, x_t.shape)
    return (x_t + (1 - alpha_bar).sqrt() * noise) / alpha_bar.sqrt()


# -- denoising_loss ----------------------------------------------------------------------------------------


def bent(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
    """A noise predictor that depends on everything it should."""
    steps = torch.as_tensor(t).reshape(-1, *[1] * (x.ndim - 1)).to(x.dtype)
    return torch.sin(x + 0.3 * steps) + 0.2 * x


@probe("denoising_loss")
def observe_denoising_loss(candidate: Candidate, record: Record) -> None:
    """Batches of several sizes, double precision, and the gradient through the network."""
    record("vectors", candidate.denoising_loss, bent, X, T, NOISE, ALPHA_BARS)
    record("one sample", candidate.denoising_loss, bent, X[:1], T[:1], NOISE[:1], ALPHA_BARS)
    record("images", candidate.denoising_loss, bent, IMAGES, T[:2], IMAGE_NOISE, ALPHA_BARS)
    record("double", candidate.denoising_loss, bent, X.double(), T, NOISE.double(), ALPHA_BARS.double())
    record.grad("gradient", candidate.denoising_loss, bent, X, T, NOISE, ALPHA_BARS, wrt=(1,))


@misconception(
    "denoising_loss",
    belief="the loss is a sum of squares",
    hint="Your loss grows with the size of images and of the batch. Which of the two does the docstring ask for: a "
    "sum or a mean?",
)
def squared_errors_summed(
    denoise_fn: Denoiser, x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """Sum over everything."""
    return (noise - denoise_fn(q_sample(x_start, t, noise, alphas_cumprod), t)).square().sum()


@misconception(
    "denoising_loss",
    belief="squared errors are summed over an image and averaged over the batch",
    hint="Your loss is that of a likelihood, too large by the number of pixels. Over what is the mean taken here?",
)
def summed_over_the_image(
    denoise_fn: Denoiser, x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """Average over the batch only."""
    errors = (noise - denoise_fn(q_sample(x_start, t, noise, alphas_cumprod), t)).square()
    return errors.flatten(1).sum(dim=1).mean()


@misconception(
    "denoising_loss",
    belief="the network predicts the clean image",
    hint="With the perfect noise predictor your loss is not zero. What is the network's output compared with?",
)
def compared_with_the_data(
    denoise_fn: Denoiser, x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """Take the clean data as the target."""
    return (x_start - denoise_fn(q_sample(x_start, t, noise, alphas_cumprod), t)).square().mean()


@misconception(
    "denoising_loss",
    belief="the network looks at the clean image",
    hint="Your network is shown data without any noise. Could it find the noise there?",
)
def network_shown_clean_data(
    denoise_fn: Denoiser, x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """Skip the forward process."""
    return (noise - denoise_fn(x_start, t)).square().mean()


@misconception(
    "denoising_loss",
    belief="absolute errors are as good as squared ones",
    hint="Small errors weigh too much in your loss. Which norm does the objective contain?",
)
def absolute_errors(
    denoise_fn: Denoiser, x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """L1 loss."""
    return (noise - denoise_fn(q_sample(x_start, t, noise, alphas_cumprod), t)).abs().mean()


@misconception(
    "denoising_loss",
    belief="the error is a distance, so a root is due",
    hint="The square of your loss would be right. Is a root part of the mean squared error?",
)
def root_of_the_mean(
    denoise_fn: Denoiser, x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """Root mean square."""
    return (noise - denoise_fn(q_sample(x_start, t, noise, alphas_cumprod), t)).square().mean().sqrt()


@misconception(
    "denoising_loss",
    belief="no gradient is needed through the prediction",
    hint="The loss has the right value, but training with it changes nothing. Between the network's output and the "
    "loss, where does the graph end?",
)
def prediction_detached(
    denoise_fn: Denoiser, x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """Evaluate the network without a graph."""
    with torch.no_grad():
        predicted = denoise_fn(q_sample(x_start, t, noise, alphas_cumprod), t)
    return (noise - predicted).square().mean()


@misconception(
    "denoising_loss",
    belief="fresh noise is drawn for every loss",
    hint="Two calls with the same arguments give different losses. Which noise does the network have to find?",
)
def loss_with_own_noise(
    denoise_fn: Denoiser, x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """Ignore the given noise."""
    drawn = torch.randn_like(x_start)
    return (drawn - denoise_fn(q_sample(x_start, t, drawn, alphas_cumprod), t)).square().mean()
