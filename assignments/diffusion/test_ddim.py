"""Visible checks of ddim.py."""

import torch
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_true, check


@check("ddim_timesteps", points=0.75, title="four of ten timesteps")
def test_ddim_timesteps_known_values(candidate: Candidate) -> None:
    """floor(k * 10 / 4) for k = 3, 2, 1, 0 is 7, 5, 2, 0."""
    assert_close(candidate.ddim_timesteps(10, 4), torch.tensor([7, 5, 2, 0]), dtype=False)


@check("ddim_step", points=0.75, title="a deterministic step from alpha_bar 0.36 to 0.64")
def test_ddim_step_known_value(candidate: Candidate) -> None:
    """With x_t = 1.4 and eps = 1, x_0 = (1.4 - 0.8) / 0.6 = 1, and x_prev = 0.8 * 1 + 0.6 * 1 = 1.4."""
    x_t, eps = torch.tensor([[1.4, 2.0]]), torch.tensor([[1.0, -1.0]])
    x_prev = candidate.ddim_step(x_t, eps, torch.tensor(0.36), torch.tensor(0.64))
    assert_close(x_prev, torch.tensor([[1.4, 0.8 * 2.8 / 0.6 - 0.6]]))


@check("ddim_step", points=0.5, title="the step to alpha_bar = 1 gives the predicted x_0", kind="law")
def test_ddim_step_to_clean_data(candidate: Candidate) -> None:
    """At alpha_bar = 1 no noise is left, whatever eta is."""
    x_t, eps, noise = torch.tensor([[1.4, 2.0]]), torch.tensor([[1.0, -1.0]]), torch.tensor([[3.0, 3.0]])
    for eta in (0.0, 1.0):
        x_prev = candidate.ddim_step(x_t, eps, torch.tensor(0.36), torch.tensor(1.0), eta, noise)
        assert_close(x_prev, torch.tensor([[1.0, 2.8 / 0.6]]))


@check("ddim_sample_loop", points=0.5, title="the network is asked at the timesteps of ddim_timesteps", kind="law")
def test_ddim_sample_loop_timesteps(candidate: Candidate) -> None:
    """Four of ten steps ask the network at t = 7, 5, 2, 0, each time for the whole batch."""
    seen = []

    def denoise_fn(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        seen.append(t.tolist())
        return 0.5 * x

    candidate.ddim_sample_loop(denoise_fn, (2, 3), torch.linspace(0.95, 0.05, 10), 4)
    assert_true(seen == [[7, 7], [5, 5], [2, 2], [0, 0]], "the network was asked at other timesteps")


@check("ddim_sample_loop", points=0.75, title="without predicted noise only the scale changes")
def test_ddim_sample_loop_without_noise(candidate: Candidate) -> None:
    """If the network predicts no noise, each step divides by sqrt(alpha_bar_t) and multiplies by sqrt(alpha_bar_prev).

    From the first x to the result the factors cancel, except for the first one: 1 / sqrt(0.25) = 2.
    """
    seen = []

    def denoise_fn(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        seen.append(x)
        return torch.zeros_like(x)

    alphas_cumprod = torch.tensor([0.9, 0.8, 0.25, 0.1])
    sample = candidate.ddim_sample_loop(denoise_fn, (3, 2), alphas_cumprod, 2)
    assert_true(len(seen) == 2, "the network was not asked once per step")
    assert_close(sample, 2 * seen[0], dtype=False)
