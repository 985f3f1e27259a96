"""Visible checks of sde.py."""

import math

import torch

from autograder.checks import Candidate, assert_close, assert_shape, check


@check("marginal", points=1, title="halfway and at the end of time")
def test_marginal_known_values(candidate: Candidate) -> None:
    """B(t) = beta_min t + (beta_max - beta_min) t^2 / 2 is 2.5375 at t = 0.5 and 10.05 at t = 1."""
    x0 = torch.tensor([[2.0, -1.0], [2.0, -1.0]])
    mean, std = candidate.marginal(x0, torch.tensor([0.5, 1.0]))
    decay = torch.tensor([[math.exp(-2.5375 / 2)], [math.exp(-10.05 / 2)]])
    assert_close(mean, decay * x0, what="the mean")
    assert_close(std.expand(2, 2), (1 - decay**2).sqrt().expand(2, 2), what="the standard deviation")


@check("marginal", points=0.5, title="a batch of images at different times", kind="shape")
def test_marginal_images(candidate: Candidate) -> None:
    """The mean is shaped like the images; the standard deviation has shape (B, 1, 1, 1)."""
    mean, std = candidate.marginal(torch.ones(2, 3, 4, 4), torch.tensor([0.2, 0.9]))
    assert_shape(mean, (2, 3, 4, 4), torch.float32, what="the mean")
    assert_shape(std, (2, 1, 1, 1), torch.float32, what="the standard deviation")


@check("reverse_step", points=1, title="x = 2, score -1.5, noise 0.5, beta 10.05")
def test_reverse_step_known_value(candidate: Candidate) -> None:
    """beta(0.5) = 10.05, and 10.05 * (2 / 2 - 1.5) * 0.1 + sqrt(10.05 * 0.1) * 0.5 is added to x = 2."""
    x, score, noise = torch.tensor([[2.0]]), torch.tensor([[-1.5]]), torch.tensor([[0.5]])
    moved = candidate.reverse_step(x, score, torch.tensor([0.5]), 0.1, noise)
    assert_close(moved, torch.tensor([[2 - 0.5025 + 0.5 * math.sqrt(1.005)]]))


@check("reverse_step", points=0.5, title="a batch of images at different times", kind="shape")
def test_reverse_step_images(candidate: Candidate) -> None:
    """Each image takes its step with the beta of its own time: 0.1 at t = 0 and 20 at t = 1."""
    x, zero = torch.ones(2, 3, 4, 4), torch.zeros(2, 3, 4, 4)
    moved = candidate.reverse_step(x, zero, torch.tensor([0.0, 1.0]), 0.01, zero)
    assert_shape(moved, (2, 3, 4, 4), torch.float32)
    assert_close(moved[:, 0, 0, 0], torch.tensor([1.0005, 1.1]), what="the first pixel of each image")


@check("probability_flow_step", points=1, title="x = 2, score -1.5, beta 10.05")
def test_probability_flow_step_known_value(candidate: Candidate) -> None:
    """beta(0.5) = 10.05, and half of 10.05 * (2 - 1.5) * 0.1 is added to x = 2."""
    moved = candidate.probability_flow_step(
        torch.tensor([[2.0]]), torch.tensor([[-1.5]]), torch.tensor([0.5]), 0.1
    )
    assert_close(moved, torch.tensor([[2 + 0.5 * 10.05 * 0.5 * 0.1]]))


@check("probability_flow_step", points=0.5, title="a batch of images at different times", kind="shape")
def test_probability_flow_step_images(candidate: Candidate) -> None:
    """Each image takes its step with the beta of its own time: 0.1 at t = 0 and 20 at t = 1."""
    x, zero = torch.ones(2, 3, 4, 4), torch.zeros(2, 3, 4, 4)
    moved = candidate.probability_flow_step(x, zero, torch.tensor([0.0, 1.0]), 0.01)
    assert_shape(moved, (2, 3, 4, 4), torch.float32)
    assert_close(moved[:, 0, 0, 0], torch.tensor([1.0005, 1.1]), what="the first pixel of each image")


@check("discretize", points=1, title="four steps of a gentle schedule")
def test_discretize_known_values(candidate: Candidate) -> None:
    """With beta from 0.4 to 2 the four steps end at beta = 0.8, 1.2, 1.6, 2, and each lasts 1/4."""
    betas = candidate.discretize(4, beta_min=0.4, beta_max=2.0)
    assert_close(betas, torch.tensor([0.2, 0.3, 0.4, 0.5]), dtype=False)
