"""Where real numbers are expected, complex ones are no answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from autograder.checks import assert_close
from autograder.checks.closeness import CheckFailed


@pytest.mark.parametrize("got", [2 + 0j, np.complex64(2), torch.tensor(2 + 0j), np.array([2 + 0j]), torch.tensor([2 + 0j])])
def test_a_complex_number_is_not_a_real_one(got: Any) -> None:
    """Whatever its imaginary part and whether the dtype is left open."""
    wanted = torch.tensor([2.0]) if isinstance(got, torch.Tensor) and got.ndim else np.array([2.0]) if np.ndim(got) else 2.0
    with pytest.raises(CheckFailed, match="complex"):
        assert_close(got, wanted, dtype=False)
