"""Figures are drawn where they help and never fail."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
import torch

from autograder.reports.figures import comparison_figure

INF, NAN = float("inf"), float("nan")
DRAWN = [
    (torch.linspace(0, 1, 8), torch.linspace(0, 2, 8)),
    (torch.linspace(0, 1, 1000), torch.zeros(900)),
    (np.full(10, 3.0), np.full(10, 3.0)),
    (np.linspace(-1e308, 0.7e308, 12), torch.full((12,), 1e308, dtype=torch.float64)),
    (torch.arange(12), torch.tensor([1.0, NAN, INF, -INF] * 3)),
    (torch.eye(4), torch.full((4, 4), NAN).fill_diagonal_(1)),
    (torch.ones(5, 4, dtype=torch.bool), torch.zeros(4, 5)),
    (torch.randn(300, 2), torch.randn(300, 2)),
    (torch.rand(20, 1, 28, 28), torch.rand(20, 1, 28, 28) * 1e9),
    (torch.rand(2, 3, 32, 32), torch.rand(2, 1, 8, 100)),
    (torch.rand(1, 3, 9, 9), torch.rand(1, 3, 9, 9).requires_grad_()),
    (torch.rand(2, 1, 8, 8, dtype=torch.bfloat16), torch.rand(2, 1, 8, 8)),
]
NOT_DRAWN = [
    (torch.tensor(1.0), torch.tensor(2.0)),
    (torch.zeros(3), torch.zeros(3)),
    (torch.zeros(2, 2), torch.zeros(2, 2)),
    (torch.zeros(9), torch.zeros(3, 3)),
    (torch.zeros(9), torch.full((9,), NAN)),
    (torch.zeros(9), None),
    (torch.zeros(9), "text"),
    (torch.zeros(9, dtype=torch.complex64), torch.zeros(9)),
    (torch.zeros(9), torch.eye(9).to_sparse()),
    (torch.zeros(0, 1, 8, 8), torch.zeros(0, 1, 8, 8)),
    (np.array(["a"] * 9), np.zeros(9)),
    (torch.zeros(9, device="meta"), torch.zeros(9)),
]


@pytest.mark.parametrize(("expected", "got"), DRAWN)
def test_a_figure_is_well_formed(expected: object, got: object) -> None:
    """Valid XML, the title escaped, no script, tens of kilobytes at most."""
    drawn = comparison_figure(expected, got, "<script>x</script> & \x1b")
    assert drawn is not None
    ElementTree.fromstring(drawn)
    assert b"<script" not in drawn
    assert b"nan" not in drawn.split(b"</desc>")[1].split(b"base64")[0]
    assert len(drawn) < 120_000


@pytest.mark.parametrize(("expected", "got"), NOT_DRAWN)
def test_no_figure_where_it_does_not_help(expected: object, got: object) -> None:
    """Scalars, small or foreign values and values that are nowhere finite have no picture."""
    assert comparison_figure(expected, got, "title") is None
