"""Visible checks of schedule.py."""

import torch

from autograder.checks import Candidate, assert_close, assert_shape, check


@check("linear_beta_schedule", points=0.75, title="five steps from 0.1 to 0.5")
def test_linear_beta_schedule_known_values(candidate: Candidate) -> None:
    """A schedule of five steps from 0.1 to 0.5 rises by 0.1 per step and contains both ends."""
    expected = torch.tensor([0.1, 0.2, 0.3, 0.4, 0.5], dtype=torch.float64)
    betas = candidate.linear_beta_schedule(5, beta_start=0.1, beta_end=0.5)
    assert_close(betas, expected, rtol=1e-5, dtype=False, what="the betas")


@check("cosine_beta_schedule", points=0.75, title="four steps of the cosine schedule")
def test_cosine_beta_schedule_known_values(candidate: Candidate) -> None:
    """A cosine schedule of four steps with s = 0 cuts a quarter of pi / 2 per step.

    cos(pi / 8)^2 = (2 + sqrt 2) / 4, cos(pi / 4)^2 = 1 / 2 and cos(3 pi / 8)^2 = (2 - sqrt 2) / 4.
    """
    root = 2**0.5
    expected = torch.tensor([1 - (2 + root) / 4, 1 - 2 / (2 + root), 1 - (2 - root) / 2], dtype=torch.float64)
    betas = candidate.cosine_beta_schedule(4, s=0.0)
    assert_shape(betas, (4,), what="the betas")
    assert_close(betas[:3], expected, rtol=1e-5, dtype=False, what="the betas before the last")


@check("cosine_beta_schedule", points=0.25, title="the last step is clipped", kind="extreme")
def test_cosine_beta_schedule_last_step(candidate: Candidate) -> None:
    """Of the signal of the step before, the last step would leave nothing: its beta is clipped at 0.999."""
    betas = candidate.cosine_beta_schedule(4, s=0.0)
    assert_shape(betas, (4,), what="the betas")
    assert_close(betas[3:], torch.tensor([0.999], dtype=torch.float64), rtol=1e-5, dtype=False, what="the last beta")


@check("alphas_cumprod", points=0.75, title="the running product of 1 - beta")
def test_alphas_cumprod_known_values(candidate: Candidate) -> None:
    """Betas 0.1, 0.2 and 0.5 leave 0.9, 0.72 and 0.36 of the signal's variance."""
    betas = torch.tensor([0.1, 0.2, 0.5], dtype=torch.float64)
    expected = torch.tensor([0.9, 0.72, 0.36], dtype=torch.float64)
    assert_close(candidate.alphas_cumprod(betas), expected, rtol=1e-5, dtype=False)


@check("extract", points=0.5, title="looks up one value per sample")
def test_extract_known_values(candidate: Candidate) -> None:
    """Each sample of a batch of vectors gets the value at its own timestep."""
    values = torch.tensor([10.0, 20.0, 30.0, 40.0])
    t = torch.tensor([3, 0, 3])
    expected = torch.tensor([[40.0], [10.0], [40.0]])
    assert_close(candidate.extract(values, t, (3, 7)).expand(3, 7), expected.expand(3, 7))


@check("extract", points=0.25, title="shaped for a batch of images", kind="shape")
def test_extract_shape_for_images(candidate: Candidate) -> None:
    """For a batch of images the result must have shape (B, 1, 1, 1)."""
    values = torch.linspace(0, 1, 5)
    assert_shape(candidate.extract(values, torch.tensor([1, 4]), (2, 3, 8, 8)), (2, 1, 1, 1), torch.float32)
