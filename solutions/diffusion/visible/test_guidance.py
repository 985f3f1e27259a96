"""Visible checks of guidance.py."""

import torch

from autograder.checks import Candidate, assert_close, check


@check("drop_labels", points=0.5, title="p = 0 drops none, p = 1 drops all", kind="law")
def test_drop_labels_certain_cases(candidate: Candidate) -> None:
    """With probability 0 the labels stay, with probability 1 all become the null label."""
    y = torch.tensor([3, 1, 4, 1, 5]).repeat(50)
    assert_close(candidate.drop_labels(y, 10, p=0.0), y)
    assert_close(candidate.drop_labels(y, 10, p=1.0), torch.full((250,), 10))


@check("guided_noise", points=0.5, title="guidance scales 0, 1 and 3")
def test_guided_noise_known_values(candidate: Candidate) -> None:
    """Scale 0 ignores the label, 1 is the conditional prediction, 3 goes three times as far."""
    eps_cond, eps_uncond = torch.tensor([[2.0, 1.0]]), torch.tensor([[1.0, 1.5]])
    assert_close(candidate.guided_noise(eps_cond, eps_uncond, 0.0), eps_uncond)
    assert_close(candidate.guided_noise(eps_cond, eps_uncond, 1.0), eps_cond)
    assert_close(candidate.guided_noise(eps_cond, eps_uncond, 3.0), torch.tensor([[4.0, 0.0]]))
