"""Right answers for network.py: entry by entry in double precision, or columns of an outer product."""

import torch
from torch import Tensor


def timestep_embedding(t: Tensor, dim: int, max_period: float = 10000) -> Tensor:
    """Fill the columns of the result, in double precision until the end."""
    embedding = torch.zeros(len(t), dim, dtype=torch.float64)
    for k in range(dim // 2):
        angle = t.double() / max_period ** (2 * k / dim)
        embedding[:, k] = angle.cos()
        embedding[:, dim // 2 + k] = angle.sin()
    return embedding.to(torch.get_default_dtype())
