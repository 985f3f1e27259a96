"""Wrong beliefs about degrees and masks, with the behaviour they lead to."""

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

made = reference("autoregressive", "made")
hidden_degrees = made.hidden_degrees

# -- hidden_degrees ----------------------------------------------------------------------------------------


@probe("hidden_degrees")
def observe_hidden_degrees(candidate: Candidate, record: Record) -> None:
    """More units than degrees, fewer, and the smallest case."""
    record("many units", candidate.hidden_degrees, 5, 11)
    record("few units", candidate.hidden_degrees, 9, 3)
    record("two inputs", candidate.hidden_degrees, 2, 4)


@misconception(
    "hidden_degrees",
    belief="degrees are counted from zero",
    hint="Your first unit has degree 0. Which input could it see, if inputs have the degrees 1 to D?",
)
def degrees_counted_from_zero(num_inputs: int, hidden_size: int) -> Tensor:
    """Forget the + 1."""
    return torch.arange(hidden_size) % (num_inputs - 1)


@misconception(
    "hidden_degrees",
    belief="hidden units have the same degrees as inputs",
    hint="Some of your units have degree D. Which output could make use of a unit that has seen every input?",
)
def degrees_up_to_d(num_inputs: int, hidden_size: int) -> Tensor:
    """Count modulo D."""
    return torch.arange(hidden_size) % num_inputs + 1


@misconception(
    "hidden_degrees",
    belief="degrees are sorted over the layer",
    hint="The right degrees occur, but in blocks of equal ones. Which degree does the formula give to the "
    "unit next to unit 0?",
)
def degrees_in_blocks(num_inputs: int, hidden_size: int) -> Tensor:
    """Spread 1 ... D - 1 evenly over the layer."""
    return torch.arange(hidden_size) * (num_inputs - 1) // hidden_size + 1


@misconception(
    "hidden_degrees",
    belief="degrees that are too large are cut off",
    hint="From a certain unit on all of yours have the largest degree. What does the formula do once D - "
    "1 is reached?",
)
def degrees_clipped(num_inputs: int, hidden_size: int) -> Tensor:
    """Clip instead of starting again."""
    return (torch.arange(hidden_size) + 1).clamp(max=num_inputs - 1)


@misconception(
    "hidden_degrees",
    belief="units are counted from one",
    hint="Your first unit has degree 2 wherever there is such a degree. Is the first unit k = 0 or k = 1?",
)
def units_counted_from_one(num_inputs: int, hidden_size: int) -> Tensor:
    """Start with k = 1."""
    return torch.arange(1, hidden_size + 1) % (num_inputs - 1) + 1


@misconception(
    "hidden_degrees",
    belief="degrees are drawn at random, as in the paper",
    hint="Two calls give different degrees. Does the formula in the docstring contain any randomness?",
)
def degrees_drawn_at_random(num_inputs: int, hidden_size: int) -> Tensor:
    """Draw uniformly."""
    return torch.randint(1, num_inputs, (hidden_size,))


# -- made_masks --------------------------------------------------------------------------------------------


@probe("made_masks")
def observe_made_masks(candidate: Candidate, record: Record) -> None:
    """One, two and three hidden layers, and the smallest case."""
    record("one layer", candidate.made_masks, 4, [5])
    record("two layers", candidate.made_masks, 4, [6, 7])
    record("three layers", candidate.made_masks, 5, [4, 3, 8])
    record("two inputs", candidate.made_masks, 2, [2])


def compare(
    num_inputs: int,
    hidden_sizes: list[int],
    hidden: Callable[[Tensor, Tensor], Tensor] = torch.ge,
    output: Callable[[Tensor, Tensor], Tensor] = torch.gt,
) -> list[Tensor]:
    """Masks from comparisons ``(own degrees as a column, earlier degrees as a row)``."""
    inputs = torch.arange(1, num_inputs + 1)
    degrees = [inputs, *(hidden_degrees(num_inputs, size) for size in hidden_sizes)]
    masks = [hidden(after[:, None], before[None]) for before, after in pairwise(degrees)]
    return [*masks, output(inputs[:, None], degrees[-1][None])]


@misconception(
    "made_masks",
    belief="outputs may use units of their own degree",
    hint="In your network a path leads from a pixel to its own output: it could learn to copy. Which of "
    "the two comparisons must be strict?",
)
def output_mask_not_strict(num_inputs: int, hidden_sizes: list[int]) -> list[Tensor]:
    """>= at the output."""
    return compare(num_inputs, hidden_sizes, output=torch.ge)


@misconception(
    "made_masks",
    belief="every comparison is strict",
    hint="Your outputs miss the pixels just before them, more of them with every layer. What may a hidden "
    "unit of degree m know: the first m inputs, or fewer?",
)
def every_mask_strict(num_inputs: int, hidden_sizes: list[int]) -> list[Tensor]:
    """> everywhere."""
    return compare(num_inputs, hidden_sizes, hidden=torch.gt)


@misconception(
    "made_masks",
    belief="masks are laid out from inputs to outputs",
    hint="The entries are right, but rows and columns have changed places. Which shape has the weight of "
    "an nn.Linear(3, 4)?",
)
def masks_transposed(num_inputs: int, hidden_sizes: list[int]) -> list[Tensor]:
    """(in, out) instead of (out, in)."""
    return [mask.T for mask in compare(num_inputs, hidden_sizes)]


@misconception(
    "made_masks",
    belief="inputs are numbered from zero",
    hint="Your hidden units see one input more than their degree allows. Which degree has the first input?",
)
def input_degrees_from_zero(num_inputs: int, hidden_sizes: list[int]) -> list[Tensor]:
    """arange(D) for the inputs only."""
    return [
        compare(num_inputs, hidden_sizes, hidden=lambda own, earlier: own >= earlier - 1)[0],
        *compare(num_inputs, hidden_sizes)[1:],
    ]


@misconception(
    "made_masks",
    belief="only the first and the last layer need masks",
    hint="With two hidden layers, your hidden units of low degree can see everything that the layer "
    "before them knows. Which layers can pass on information?",
)
def hidden_layers_fully_connected(num_inputs: int, hidden_sizes: list[int]) -> list[Tensor]:
    """Ones between hidden layers."""
    first, *between, last = compare(num_inputs, hidden_sizes)
    return [first, *(torch.ones_like(mask) for mask in between), last]


@misconception(
    "made_masks",
    belief="a unit sees what comes after it",
    hint="In your network outputs depend on later pixels and not on earlier ones. Must the degree of what "
    "is seen be smaller or larger?",
)
def direction_reversed(num_inputs: int, hidden_sizes: list[int]) -> list[Tensor]:
    """Turn the comparisons around."""
    return compare(num_inputs, hidden_sizes, hidden=torch.le, output=torch.lt)


@misconception(
    "made_masks",
    belief="masks are numbers to multiply with",
    hint="The entries are right, but of what type are they? Which dtype does the docstring ask for?",
)
def masks_as_numbers(num_inputs: int, hidden_sizes: list[int]) -> list[Tensor]:
    """Float masks."""
    return [mask.float() for mask in compare(num_inputs, hidden_sizes)]
