"""Right answers for density.py by other routes: forward mode, an LU decomposition, a cumulative sum."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.distributions import MultivariateNormal


def affine_log_prob(x: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """A multivariate normal with a diagonal factor."""
    return MultivariateNormal(b, scale_tril=torch.diag(a.abs())).log_prob(x)


def flow_log_prob(log_q0: Tensor, log_dets: Tensor) -> Tensor:
    """The last of the running values."""
    return torch.cat([log_q0.unsqueeze(0), -log_dets]).cumsum(dim=0)[-1]


def numerical_log_det(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """jacfwd and the diagonal of an LU decomposition."""
    jacobians = torch.stack([torch.func.jacfwd(f)(x[i]) for i in range(x.size(0))]).detach()
    lu, _ = torch.linalg.lu_factor(jacobians)
    return lu.diagonal(dim1=-2, dim2=-1).abs().log().sum(-1)
