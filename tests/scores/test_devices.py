"""Every score computes where its tensors are: no tensor is made on the CPU by accident, and none is fetched before the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from autograder.scores.class_accuracy import class_shares, label_accuracy
from autograder.scores.coverage import coverage
from autograder.scores.denoising import score_denoising
from autograder.scores.elbo import score_elbo
from autograder.scores.energy_distance import energy_distance
from autograder.scores.features import DigitClassifier, describe
from autograder.scores.flows.density import score_density
from autograder.scores.frechet import frechet_distance
from autograder.scores.kernel_distance import kernel_distance
from autograder.scores.memorisation import score_memorisation
from autograder.scores.paired_error import paired_rmse, worst_relative_deviation
from autograder.scores.sample_distance import sample_distance, within_class_distance
from autograder.scores.verified_made import plain_nll, verified_nll

MOVES = ("aten._to_copy.default", "aten.copy_.default")


class OneDevice(TorchDispatchMode):
    """Fails an operation that mixes devices, as a GPU would, and answers single numbers with one."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Look at the tensors of an operation."""
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        away = [tensor for tensor in tensors if tensor.device.type == "meta"]
        if str(func) == "aten._local_scalar_dense.default" and away:
            self.fetched += 1
            return {torch.bool: True}.get(away[0].dtype, 1 if not away[0].is_floating_point() else 1.0)
        here = [tensor for tensor in tensors if tensor.device.type == "cpu" and tensor.ndim]
        assert not (away and here) or str(func) in MOVES, f"{func} mixes devices"
        if str(func) in MOVES and away and tensors[0].device.type == "meta":
            assert func(*args, **kwargs or {}).device.type == "meta", f"{func} fetches a tensor"
        return func(*args, **kwargs or {})


def away(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """A tensor on a device without data."""
    return torch.empty(*shape, dtype=dtype, device="meta")


def seeded() -> torch.Generator:
    """A generator on the CPU, as the grader has it."""
    return torch.Generator().manual_seed(0)


def whole(*shape: int) -> Tensor:
    """Labels."""
    return away(*shape, dtype=torch.int64)


SCORES: dict[str, Callable[[], Any]] = {
    "elbo": lambda: score_elbo(
        lambda x: (x.flatten(1)[:, :5], x.flatten(1)[:, :5]),
        lambda z: z.new_zeros(len(z), 1, 4, 4),
        away(30, 1, 4, 4),
        seeded(),
    ),
    "verified": lambda: verified_nll(lambda x: x * 2, away(9, 7), seeded()),
    "plain": lambda: plain_nll(lambda x: x * 2, away(9, 7)),
    "density": lambda: score_density(lambda x: x.sum(dim=1), away(50, 2), seeded()),
    "denoising": lambda: score_denoising(
        lambda x, t, y: x * t.view(-1, 1, 1, 1), away(20, 1, 4, 4), away(100), (3, 50), seeded(), whole(20), null_label=10
    ),
    "energy": lambda: energy_distance(away(20, 2), away(30, 2)),
    "frechet": lambda: frechet_distance(away(20, 6), away(30, 6)),
    "kernel": lambda: kernel_distance(away(20, 6), away(30, 6)),
    "coverage": lambda: coverage(away(20, 6), away(30, 6)),
    "shares": lambda: class_shares(away(20, 10)),
    "accuracy": lambda: label_accuracy(away(20, 10), whole(20)),
    "distance": lambda: sample_distance(away(20, 1, 5, 5), away(30, 1, 5, 5)),
    "within": lambda: within_class_distance(away(20, 6), whole(20)),
    "rmse": lambda: paired_rmse(away(20, 2), away(20, 2)),
    "deviation": lambda: worst_relative_deviation(away(20, 2), away(20, 2)),
    "memorisation": lambda: score_memorisation(away(20, 1, 8, 8), away(60, 1, 8, 8), away(40, 1, 8, 8)),
    "features": lambda: describe(DigitClassifier(28, "meta"), away(20, 1, 28, 28)),
}


@pytest.mark.parametrize("name", SCORES)
def test_a_score_stays_on_its_device(name: str) -> None:
    """Random numbers are moved there, and single numbers come back."""
    with OneDevice() as device:
        result = SCORES[name]()
    assert device.fetched > 0 or name == "features"
    assert result is not None


def test_mixing_devices_would_be_noticed() -> None:
    """The test's own test."""
    with OneDevice(), pytest.raises(AssertionError, match="mixes devices"):
        away(3) + torch.ones(3)
    with OneDevice(), pytest.raises((AssertionError, NotImplementedError)):
        away(3).cpu()
