"""Wrong beliefs about products of alphas and about looking them up, with the behaviour they lead to."""

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

BETAS = torch.tensor([0.1, 0.35, 0.2, 0.5], dtype=torch.float64)
VALUES = torch.tensor([0.5, -1.0, 2.0, 3.5, 7.0])


# -- alphas_cumprod ----------------------------------------------------------------------------------------


@probe("alphas_cumprod")
def observe_alphas_cumprod(candidate: Candidate, record: Record) -> None:
    """Unordered betas in both precisions, a single one, and gradients."""
    record("double", candidate.alphas_cumprod, BETAS)
    record("single", candidate.alphas_cumprod, BETAS.float())
    record("one step", candidate.alphas_cumprod, BETAS[:1])
    record.grad("gradient", candidate.alphas_cumprod, BETAS, wrt=(0,))


@misconception(
    "alphas_cumprod",
    belief="the betas are multiplied",
    hint="Your values become tiny after a few steps, although each step removes little. Which factor is what a "
    "step leaves over?",
)
def product_of_betas(betas: Tensor) -> Tensor:
    """Multiply what is removed."""
    return torch.cumprod(betas, dim=0)


@misconception(
    "alphas_cumprod",
    belief="small losses add up",
    hint="Your values are nearly right while the betas are small, then turn negative. Do losses of a share add, or "
    "do the shares that remain multiply?",
)
def betas_subtracted(betas: Tensor) -> Tensor:
    """First-order approximation of the product."""
    return 1 - torch.cumsum(betas, dim=0)


@misconception(
    "alphas_cumprod",
    belief="entry t holds the product before step t",
    hint="Your values are all there, one place too late, and the first is 1. Has x_0 of the schedule already been "
    "noised once?",
)
def product_excludes_own_step(betas: Tensor) -> Tensor:
    """Shift by one step."""
    return torch.cat([torch.ones_like(betas[:1]), torch.cumprod(1 - betas, dim=0)[:-1]])


@misconception(
    "alphas_cumprod",
    belief="alpha is what survives one step, so this is alpha",
    hint="Your values do not decrease steadily; they follow the single betas. What turns alpha_t into alpha_bar_t?",
)
def single_alphas(betas: Tensor) -> Tensor:
    """Forget the product."""
    return 1 - betas


@misconception(
    "alphas_cumprod",
    belief="amplitudes are what is multiplied",
    hint="The square of your result would be right. Does alpha_bar measure what is left of the amplitude or of the "
    "variance?",
)
def amplitudes_multiplied(betas: Tensor) -> Tensor:
    """Multiply square roots."""
    return torch.cumprod((1 - betas).sqrt(), dim=0)


@misconception(
    "alphas_cumprod",
    belief="float32 is precise enough for a product",
    hint="Your values are right to about seven digits, whatever precision comes in. Where does the dtype of betas "
    "get lost?",
)
def product_in_single_precision(betas: Tensor) -> Tensor:
    """Convert first."""
    return torch.cumprod(1 - betas.float(), dim=0)


# -- extract -----------------------------------------------------------------------------------------------


@probe("extract")
def observe_extract(candidate: Candidate, record: Record) -> None:
    """Vectors and images, with repeated and different timesteps, batch sizes that equal other sizes."""
    record("vectors", candidate.extract, VALUES, torch.tensor([3, 0, 3]), (3, 3))
    record("images", candidate.extract, VALUES, torch.tensor([4, 1]), (2, 3, 5, 5))
    record("volumes", candidate.extract, VALUES.double(), torch.tensor([2, 2, 0]), (3, 2, 3, 3, 3))
    record("sequences", candidate.extract, VALUES, torch.tensor([1]), (1, 4, 6))
    record.grad("gradient", candidate.extract, VALUES, torch.tensor([3, 0, 3]), (3, 2), wrt=(0,))


@misconception(
    "extract",
    belief="a vector of one number per sample broadcasts over the batch",
    hint="Your result has shape (B,). With which dimension of the data does broadcasting align it: the first or "
    "the last?",
)
def left_as_a_vector(values: Tensor, t: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Index only."""
    return values[t]


@misconception(
    "extract",
    belief="data are always images",
    hint="For images all is well; for other data the result has the wrong number of dimensions. From where can you "
    "learn how many there are?",
)
def four_dimensions_always(values: Tensor, t: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Hard-code the shape of images."""
    return values[t].reshape(-1, 1, 1, 1)


@misconception(
    "extract",
    belief="the coefficient must already have the shape of the data",
    hint="Your numbers are right, but the result is as large as the data. What does broadcasting make unnecessary?",
)
def spread_over_the_data(values: Tensor, t: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Expand to the full shape."""
    return values[t].reshape(-1, *[1] * (len(shape) - 1)).expand(shape)


@misconception(
    "extract",
    belief="all samples of a batch share one timestep",
    hint="Every sample gets the value that belongs to the first one. Must all samples of a batch be at the same "
    "timestep?",
)
def timestep_of_the_first_sample(values: Tensor, t: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Look up once."""
    return values[t[0]].repeat(shape[0]).reshape(-1, *[1] * (len(shape) - 1))


@misconception(
    "extract",
    belief="timesteps are counted from one",
    hint="Every sample gets the value of the timestep before its own, and at t = 0 the last of the table. From "
    "which number are timesteps counted in this assignment?",
)
def timesteps_counted_from_one(values: Tensor, t: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Subtract one; -1 wraps around."""
    return values[t - 1].reshape(-1, *[1] * (len(shape) - 1))


@misconception(
    "extract",
    belief="the coefficient belongs to the last dimension",
    hint="Your result broadcasts along the last dimension of the data. Which dimension counts the samples?",
)
def batch_dimension_last(values: Tensor, t: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Put the ones in front."""
    return values[t].reshape(*[1] * (len(shape) - 1), -1)


@misconception(
    "extract",
    belief="t holds the places that are looked up, in order",
    hint="Your values come back sorted by timestep. Which value does the first sample of the batch need?",
)
def values_sorted_by_timestep(values: Tensor, t: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Mask the table instead of indexing it, repetitions included."""
    return values[t.sort().values].reshape(-1, *[1] * (len(shape) - 1))
