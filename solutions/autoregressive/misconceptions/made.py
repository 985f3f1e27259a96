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


misconception(
    "hidden_degrees", name="degrees_counted_from_zero", belief="degrees are counted from zero", replace=(" + 1", ""),
    hint="Your first unit has degree 0. Which input could it see, if inputs have the degrees 1 to D?",
)  # fmt: skip

misconception(
    "hidden_degrees", name="degrees_spread_evenly", belief="degrees rise from the first unit to the last",
    replace=("torch.arange(hidden_size) % (num_inputs - 1) + 1", "torch.linspace(1, num_inputs - 1, hidden_size).long()"),
    hint="Your degrees rise slowly over the whole layer. Which degree does the unit after one of the largest degree have?",
)  # fmt: skip

misconception(
    "hidden_degrees", name="degrees_up_to_d", belief="hidden units have the same degrees as inputs",
    replace=("(num_inputs - 1)", "num_inputs"),
    hint="Some of your units have degree D. Which output could make use of a unit that has seen every input?",
)  # fmt: skip

misconception(
    "hidden_degrees", name="degrees_in_blocks", belief="degrees are sorted over the layer",
    replace=("% (num_inputs - 1)", "* (num_inputs - 1) // hidden_size"),
    hint="The right degrees occur, but in blocks of equal ones. Which degree does the formula give to the unit next to unit 0?",
)  # fmt: skip

misconception(
    "hidden_degrees", name="degrees_clipped", belief="degrees that are too large are cut off",
    replace=("torch.arange(hidden_size) % (num_inputs - 1) + 1", "(torch.arange(hidden_size) + 1).clamp(max=num_inputs - 1)"),
    hint="From a certain unit on all of yours have the largest degree. What does the formula do once D - 1 is reached?",
)  # fmt: skip

misconception(
    "hidden_degrees", name="units_counted_from_one", belief="units are counted from one",
    replace=("torch.arange(hidden_size)", "torch.arange(1, hidden_size + 1)"),
    hint="Your first unit has degree 2 wherever there is such a degree. Is the first unit k = 0 or k = 1?",
)  # fmt: skip

misconception(
    "hidden_degrees", name="degrees_drawn_at_random", belief="degrees are drawn at random, as in the paper",
    replace=("torch.arange(hidden_size) % (num_inputs - 1) + 1", "torch.randint(1, num_inputs, (hidden_size,))"),
    hint="Two calls give different degrees. Does the formula in the docstring contain any randomness?",
)  # fmt: skip

misconception(
    "hidden_degrees", name="degrees_sorted", belief="units are ordered by their degree",
    replace=("return torch.arange(hidden_size) % (num_inputs - 1) + 1",
             "return (torch.arange(hidden_size) % (num_inputs - 1) + 1).sort().values"),
    hint="The right degrees occur, each as often as it should, but sorted. Which degree does the formula give to unit 1?",
)  # fmt: skip

misconception(
    "hidden_degrees", name="units_shifted_by_one", belief="unit k has number k - 1",
    replace=("torch.arange(hidden_size) %", "(torch.arange(hidden_size) - 1) %"),
    hint="Your first unit has degree D - 1, and the second has degree 1. Is the first unit k = 0 or k = 1?",
)  # fmt: skip


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


misconception(
    "made_masks", name="masks_in_reversed_order", belief="the list begins at the outputs",
    replace=(
        "return [*masks, inputs[:, None] > degrees[-1][None, :]]",
        "return [inputs[:, None] > degrees[-1][None, :], *masks[::-1]]",
    ),
    hint="Your list begins with the mask of the outputs. In which order does an image pass through the layers?",
)  # fmt: skip

misconception(
    "made_masks", name="output_mask_not_strict", belief="outputs may use units of their own degree",
    replace=("> degrees", ">= degrees"),
    hint="In your network a path leads from a pixel to its own output: it could learn to copy. Which of the two comparisons "
    "must be strict?",
)  # fmt: skip

misconception(
    "made_masks", name="every_mask_strict", belief="every comparison is strict", replace=(">= before", "> before"),
    hint="Your outputs miss the pixels just before them, more of them with every layer. What may a hidden unit of degree m "
    "know: the first m inputs, or fewer?",
)  # fmt: skip

misconception(
    "made_masks", name="masks_transposed", belief="masks are laid out from inputs to outputs",
    replace=[
        ("after[:, None] >= before[None, :]", "after >= before[:, None]"),
        ("inputs[:, None] > degrees[-1][None, :]", "inputs > degrees[-1][:, None]"),
    ],
    hint="The entries are right, but rows and columns have changed places. Which shape has the weight of an nn.Linear(3, 4)?",
)  # fmt: skip


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


misconception(
    "made_masks", name="hidden_layers_fully_connected", belief="only the first and the last layer need masks",
    replace=("return [*masks,", "return [masks[0], *(torch.ones_like(mask) for mask in masks[1:]),"),
    hint="With two hidden layers, your hidden units of low degree can see everything that the layer before them knows. Which "
    "layers can pass on information?",
)  # fmt: skip

misconception(
    "made_masks", name="direction_reversed", belief="a unit sees what comes after it",
    replace=[(">= before", "<= before"), ("> degrees", "< degrees")],
    hint="In your network outputs depend on later pixels and not on earlier ones. Must the degree of what is seen be smaller "
    "or larger?",
)  # fmt: skip

misconception(
    "made_masks", name="masks_as_numbers", belief="masks are numbers to multiply with",
    replace=(
        "return [*masks, inputs[:, None] > degrees[-1][None, :]]",
        "return [mask.float() for mask in [*masks, inputs[:, None] > degrees[-1][None, :]]]",
    ),
    hint="The entries are right, but of what type are they? Which dtype does the docstring ask for?",
)  # fmt: skip


misconception(
    "made_masks", name="output_mask_forgotten", belief="a mask per hidden layer",
    replace=("return [*masks, inputs[:, None] > degrees[-1][None, :]]", "return masks"),
    hint="You return as many masks as there are hidden layers. Which connections does the last layer have?",
)  # fmt: skip


@misconception(
    "made_masks", belief="hidden units talk to units of their own degree",
    hint="Your masks are right for a single hidden layer. Which units of the layer before may a hidden unit of degree m "
    "see: those of degree m alone?",
)  # fmt: skip
def hidden_layers_joined_by_equal_degrees(num_inputs: int, hidden_sizes: list[int]) -> list[Tensor]:
    """Equal degrees between hidden layers."""
    masks = compare(num_inputs, hidden_sizes)
    equal = compare(num_inputs, hidden_sizes, hidden=torch.eq)
    return [masks[0], *equal[1:-1], masks[-1]]


misconception(
    "made_masks", name="masks_inverted", belief="True means that a connection is cut",
    replace=[(">= before", "< before"), ("> degrees", "<= degrees")],
    hint="Exactly the wrong entries are True. Does True in the mask mean that a connection exists or that it is cut?",
)  # fmt: skip

misconception(
    "made_masks", name="outputs_numbered_from_zero", belief="outputs are numbered from zero",
    replace=("inputs[:, None] > degrees", "inputs[:, None] - 1 > degrees"),
    hint="Your outputs miss the pixel just before them. Which degree has the first output, and is the comparison strict "
    "already?",
)  # fmt: skip

misconception(
    "made_masks", name="layer_sizes_of_the_inputs", belief="every hidden layer comes after the inputs",
    replace=[("for before, after in pairwise(degrees)", "for before, after in zip([inputs] * len(degrees), degrees[1:])")],
    hint="With two hidden layers, the second of your masks has as many columns as there are inputs. Which layer comes before a "
    "hidden layer?",
)  # fmt: skip
