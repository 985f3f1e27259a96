"""General positions move what is trained; a frozen parameter is part of the function."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from autograder.checks.calls import Remote
from autograder.checks.candidate import Candidate
from autograder.runtime.general_position import settle_module, shake_parameters
from autograder.runtime.module_space import ModuleSpace
from autograder.sessions.local import LocalSession

SOURCE = b"""
import torch
from torch import nn


class Masked(nn.Module):
    def __init__(self):
        super().__init__()
        self.mask = nn.Parameter(torch.tensor([1.0, 0.0]), requires_grad=False)
        self.order = nn.Parameter(torch.tensor([1, 0]), requires_grad=False)
        self.flags = nn.Parameter(torch.tensor([True, False]), requires_grad=False)
        self.weight = nn.Parameter(torch.zeros(2))
        self.register_buffer("scale", torch.tensor(2.0))

    def forward(self, x):
        return self.scale * self.mask * self.weight * x[:, self.order]
"""


def masked() -> nn.Module:
    """A module with parameters of every kind."""
    made: nn.Module = ModuleSpace({"net.py": SOURCE}, ["net"], "trainable_only.").module("net").Masked()
    return made


@pytest.mark.parametrize("settle", [True, False])
def test_frozen_parameters_and_buffers_stay(settle: bool) -> None:
    """Floating, integer and boolean ones; the trained one moves."""
    module = masked()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    if settle:
        settle_module(module, torch.ones(3, 2), 1, 2.0)
    else:
        shake_parameters(module, 1, 2.0)
    changed = {name for name, value in module.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {"weight"}


def test_checks_see_what_is_trained() -> None:
    """By name, with gradients for exactly these; shapes and buffers are complete."""
    candidate = Candidate(Remote(LocalSession(ModuleSpace({"net.py": SOURCE}, ["net"], "seen."))), "net")
    module = candidate.Masked()
    assert set(module.parameters_by_name()) == {"weight"}
    assert set(module.gradients_by_name()) == {"weight"}
    assert set(module.parameter_shapes()) == {"mask", "order", "flags", "weight"}
    assert set(module.buffers_by_name()) == {"scale"}
    _, gradients = module.grad(torch.ones(3, 2), wrt=(0,), parameters=True)
    assert gradients["weight"].tolist() == [6.0, 0.0]
    assert set(gradients) == {"weight"}
