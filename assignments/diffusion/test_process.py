"""Visible checks of process.py."""

import torch
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_shape, assert_true, check

ALPHA_BAR = torch.tensor([0.96, 0.64, 0.36])
BETAS = torch.tensor([0.2, 0.5], dtype=torch.float64)


def filled(value: float, batch: int = 1) -> Tensor:
    """A batch of vectors of length two, all entries equal."""
    return torch.full((batch, 2), value)


@check("q_sample", points=0.5, title="x_0 = 1, noise -0.5, alpha_bar 0.64")
def test_q_sample_known_value(candidate: Candidate) -> None:
    """sqrt(0.64) * 1 + sqrt(0.36) * (-0.5) = 0.5."""
    x_t = candidate.q_sample(filled(1.0), torch.tensor([1]), filled(-0.5), ALPHA_BAR)
    assert_close(x_t, filled(0.5))


@check("q_sample", points=0.5, title="a batch of images at different timesteps", kind="shape")
def test_q_sample_images(candidate: Candidate) -> None:
    """Noisy images have the shape of the images, and each is made with the alpha_bar of its own timestep."""
    x_start = torch.ones(2, 3, 4, 4)
    x_t = candidate.q_sample(x_start, torch.tensor([2, 1]), torch.zeros(2, 3, 4, 4), ALPHA_BAR)
    assert_shape(x_t, (2, 3, 4, 4), torch.float32)
    assert_close(x_t[:, 0, 0, 0], torch.tensor([0.6, 0.8]), what="the first pixel of each image")


@check("score_from_noise", points=0.5, title="noise -0.5, alpha_bar 0.64")
def test_score_from_noise_known_value(candidate: Candidate) -> None:
    """The noise has standard deviation 0.6 in x_t: the score of noise -0.5 is 0.5 / 0.6."""
    score = candidate.score_from_noise(filled(-0.5), torch.tensor([1]), ALPHA_BAR)
    assert_close(score, filled(0.5 / 0.6))


@check("score_from_noise", points=0.5, title="a batch of images at different timesteps", kind="shape")
def test_score_from_noise_images(candidate: Candidate) -> None:
    """The score has the shape of the noise, and each image is treated at its own timestep."""
    score = candidate.score_from_noise(torch.ones(2, 1, 3, 3), torch.tensor([2, 1]), ALPHA_BAR)
    assert_shape(score, (2, 1, 3, 3), torch.float32)
    assert_close(score[:, 0, 0, 0], torch.tensor([-1.25, -1 / 0.6]), what="the first pixel of each image")


@check("predict_start_from_noise", points=0.75, title="x_t = 0.5, noise -0.5, alpha_bar 0.64")
def test_predict_start_from_noise_known_value(candidate: Candidate) -> None:
    """(0.5 - sqrt(0.36) * (-0.5)) / sqrt(0.64) = 1."""
    x_start = candidate.predict_start_from_noise(filled(0.5), torch.tensor([1]), filled(-0.5), ALPHA_BAR)
    assert_close(x_start, filled(1.0))


@check("denoising_loss", points=0.5, title="noise (1, 0), predicted (0.8, 0.2)")
def test_denoising_loss_known_value(candidate: Candidate) -> None:
    """Both entries are off by 0.2, so the mean squared error is 0.04."""
    noise, predicted = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.8, 0.2]])

    def denoise_fn(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        return predicted

    loss = candidate.denoising_loss(denoise_fn, filled(3.0), torch.tensor([1]), noise, ALPHA_BAR)
    assert_close(loss, torch.tensor(0.04))


@check("denoising_loss", points=0.5, title="the perfect denoiser has no loss", kind="law")
def test_denoising_loss_perfect_denoiser(candidate: Candidate) -> None:
    """A network that knows x_0 can compute the noise from x_t: its loss is zero. The worst guess has loss one."""
    x_start, noise = filled(2.0, 3), torch.tensor([[1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]])
    t = torch.tensor([2, 0, 1])
    alpha_bar = ALPHA_BAR[t].reshape(3, 1)

    def perfect(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        return (x - alpha_bar.sqrt() * x_start) / (1 - alpha_bar).sqrt()

    def ignorant(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        return torch.zeros_like(x)

    assert_close(candidate.denoising_loss(perfect, x_start, t, noise, ALPHA_BAR), torch.tensor(0.0), atol=1e-6)
    assert_close(candidate.denoising_loss(ignorant, x_start, t, noise, ALPHA_BAR), torch.tensor(1.0))


@check("GaussianDiffusion", points=1.25, title="the posterior of the second of two steps")
def test_q_posterior_known_values(candidate: Candidate) -> None:
    """With betas 0.2 and 0.5, alpha_bar is 0.8 and 0.4; at t = 1 the posterior can be computed by hand.

    mean = (sqrt(0.8) * 0.5 * x_0 + sqrt(0.5) * 0.2 * x_1) / 0.6 and variance = 0.5 * 0.2 / 0.6.
    """
    diffusion = candidate.GaussianDiffusion(BETAS)
    mean, variance, _ = diffusion.q_posterior(filled(3.0), filled(-1.0), torch.tensor([1]))
    expected = (0.8**0.5 * 0.5 * 3.0 - 0.5**0.5 * 0.2) / 0.6
    assert_close(mean, filled(expected), dtype=False, what="the mean")
    assert_true(isinstance(variance, torch.Tensor), "the variance is not a tensor")
    assert_close(variance.reshape(-1)[:1], torch.tensor([0.1 / 0.6]), dtype=False, what="the variance")


@check("GaussianDiffusion", points=0.75, title="the mean in terms of the predicted noise")
def test_p_mean_variance_known_values(candidate: Candidate) -> None:
    """The mean is (x_t - beta_t / sqrt(1 - alpha_bar_t) * noise) / sqrt(alpha_t)."""

    def denoise_fn(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        return torch.ones_like(x)

    diffusion = candidate.GaussianDiffusion(BETAS)
    mean, _, _ = diffusion.p_mean_variance(denoise_fn, filled(2.0), torch.tensor([1]))
    assert_close(mean, filled((2.0 - 0.5 / 0.6**0.5) / 0.5**0.5), dtype=False, what="the mean")


@check("GaussianDiffusion", points=0.75, title="the last step adds no noise")
def test_p_sample_last_step(candidate: Candidate) -> None:
    """At t = 0 the sample is the mean: x_t / sqrt(0.8) if the predicted noise is zero."""

    def denoise_fn(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        return torch.zeros_like(x)

    diffusion = candidate.GaussianDiffusion(BETAS)
    sample = diffusion.p_sample(denoise_fn, filled(2.0), torch.tensor([0]), noise=filled(5.0))
    assert_close(sample, filled(2.0 / 0.8**0.5), dtype=False)


@check("GaussianDiffusion", points=0.75, title="the loop visits every timestep, last to first", kind="law")
def test_p_sample_loop_timesteps(candidate: Candidate) -> None:
    """With four steps the network is asked at t = 3, 2, 1, 0, each time for the whole batch."""
    seen = []

    def denoise_fn(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        seen.append((tuple(x.shape), t.tolist()))
        return x

    diffusion = candidate.GaussianDiffusion(torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64))
    sample = diffusion.p_sample_loop(denoise_fn, (2, 1, 3, 3))
    assert_shape(sample, (2, 1, 3, 3))
    expected = [((2, 1, 3, 3), [step, step]) for step in (3, 2, 1, 0)]
    assert_true(seen == expected, "the network was asked at other timesteps")
