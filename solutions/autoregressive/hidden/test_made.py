"""Hidden checks of made.py: degrees and masks."""

from itertools import pairwise
from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import made, seeds, whole


class Sizes(NamedTuple):
    """The widths of a network."""

    num_inputs: int
    hidden_sizes: list[int]


def networks() -> st.SearchStrategy[Sizes]:
    """Two to seven inputs, one to three hidden layers of one to nine units."""
    return made(make_sizes, seeds())


def make_sizes(seed: int) -> Sizes:
    """Draw them all from one seed."""
    return Sizes(whole(seed, 2, 7), [whole(seed + 2 + layer, 1, 9) for layer in range(whole(seed + 1, 1, 3))])


def wide(seed: int) -> list[list[int]]:
    """One to three hidden layers in which every degree of five inputs occurs."""
    return [[whole(seed + 10 * depth + layer, 7, 14) for layer in range(depth)] for depth in (1, 2, 3)]


def degrees(num_inputs: int, hidden_size: int) -> list[int]:
    """Counting 1, ..., D - 1 over and over."""
    counted = []
    while len(counted) < hidden_size:
        counted += range(1, num_inputs)
    return counted[:hidden_size]


def masks_by_definition(sizes: Sizes) -> list[Tensor]:
    """Entry by entry."""
    ends = list(range(1, sizes.num_inputs + 1))
    layers = [ends, *(degrees(sizes.num_inputs, size) for size in sizes.hidden_sizes)]
    hidden = [torch.tensor([[m >= n for n in before] for m in after]) for before, after in pairwise(layers)]
    return [*hidden, torch.tensor([[d > m for m in layers[-1]] for d in ends])]


def paths(masks: list[Tensor]) -> Tensor:
    """The number of paths from each input (column) to each output (row)."""
    product = masks[0].double()
    for mask in masks[1:]:
        product = mask.double() @ product
    return product


def ask_masks(candidate: Candidate, num_inputs: int, hidden_sizes: list[int]) -> list[Tensor]:
    """The candidate's masks, if they are matrices that fit together."""
    masks = list(candidate.made_masks(num_inputs, hidden_sizes))
    ends = [num_inputs, *hidden_sizes, num_inputs]
    assert_true(len(masks) == len(hidden_sizes) + 1, "there should be one mask more than hidden layers")
    for mask, size_in, size_out in zip(masks, ends, ends[1:], strict=False):
        assert_shape(mask, (size_out, size_in), what="a mask")
    return masks


# -- hidden_degrees ----------------------------------------------------------------------------------------


@check("hidden_degrees", points=1.5, title="counts 1, ..., D - 1 over and over")
def test_hidden_degrees_formula(candidate: Candidate) -> None:
    """Some degree differs from (k mod (D - 1)) + 1, with k counted from 0."""
    cases = [
        (3, whole(1, 4, 9)), (whole(2, 4, 6), whole(3, 11, 16)), (whole(4, 8, 12), 7),
        (whole(5, 6, 9), whole(6, 10, 15)), (10, whole(7, 30, 50)),
    ]  # fmt: skip
    for num_inputs, hidden_size in cases:
        expected = torch.tensor(degrees(num_inputs, hidden_size))
        assert_close(
            candidate.hidden_degrees(num_inputs, hidden_size), expected, dtype=False, what="the degrees"
        )


@check("hidden_degrees", points=0.5, title="are int64", kind="dtype")
def test_hidden_degrees_dtype(candidate: Candidate) -> None:
    """The degrees are not int64, or the random state or a global setting was changed."""
    size = whole(8, 4, 20)
    seen = candidate.hidden_degrees.observe(5, size)
    assert_shape(seen.value, (size,), torch.int64, what="the degrees")
    assert_true(not seen.rng_used, "the global random state or a global setting was changed")
    assert_shape(candidate.hidden_degrees(2, 1), (1,), torch.int64, what="the degrees")


@check(
    "hidden_degrees", points=0.5, title="use every degree equally often, and none that is useless", kind="law"
)
def test_hidden_degrees_range(candidate: Candidate) -> None:
    """A unit of degree 0 sees nothing, one of degree D is of no use; all others must occur equally often."""
    useful, times = whole(9, 4, 9), whole(10, 3, 7)
    actual = candidate.hidden_degrees(useful + 1, useful * times)
    assert_shape(actual, (useful * times,), what="the degrees")
    counts = [int((actual == degree).sum()) for degree in range(useful + 3)]
    assert_true(counts == [0, *[times] * useful, 0, 0], "some degree occurs too often or too seldom")


@check("hidden_degrees", points=0.25, title="fewer units than degrees", kind="extreme")
def test_hidden_degrees_narrow_layer(candidate: Candidate) -> None:
    """A narrow layer must get the first degrees."""
    few = whole(11, 3, 9)
    degrees_of_few = candidate.hidden_degrees(whole(12, 15, 40), few)
    assert_close(degrees_of_few, torch.arange(1, few + 1), dtype=False, what="the degrees")
    assert_close(candidate.hidden_degrees(784, 1), torch.tensor([1]), dtype=False, what="the degrees")


# -- made_masks --------------------------------------------------------------------------------------------


@check("made_masks", points=2.5, title="follow the definition, entry by entry")
@given(sizes=networks())
def test_made_masks_definition(candidate: Candidate, sizes: Sizes) -> None:
    """Some entry differs from what comparing the degrees of its two units gives."""
    masks = candidate.made_masks(sizes.num_inputs, sizes.hidden_sizes)
    assert_close(masks, masks_by_definition(sizes), dtype=False, what="the masks")


@check("made_masks", points=1, title="no path leads from a pixel to itself or to an earlier one", kind="law")
def test_made_masks_are_autoregressive(candidate: Candidate) -> None:
    """Following the connections through all layers, some output can see its own input or a later one."""
    for hidden_sizes in wide(100):
        found = paths(ask_masks(candidate, 5, hidden_sizes))
        assert_true(found.sum() > 0, "no path at all leads from inputs to outputs")
        assert_true(found.triu().sum() == 0, "a path leads from an input to an output that must not see it")


@check("made_masks", points=1, title="a path leads from every pixel to every later one", kind="law")
def test_made_masks_connect_all_earlier_pixels(candidate: Candidate) -> None:
    """With wide layers, some output cannot see an input that comes before it."""
    for hidden_sizes in wide(200):
        masks = ask_masks(candidate, 5, hidden_sizes)
        seen = paths(masks) > 0
        assert_true(seen[torch.ones(5, 5).tril(-1).bool()].all(), "an output misses an earlier input")
        everything = all(mask.double().min() > 0 for mask in masks)
        assert_true(not everything, "nothing is masked")


@check("made_masks", points=0.5, title="are boolean", kind="dtype")
def test_made_masks_dtype(candidate: Candidate) -> None:
    """A mask is not of dtype bool."""
    for mask in ask_masks(candidate, 3, [whole(13, 3, 30), whole(14, 3, 30)]):
        assert_shape(mask, tuple(mask.shape), torch.bool, what="a mask")


@check(
    "made_masks", points=0.5, title="the first output sees nothing, the last input is never seen", kind="law"
)
def test_made_masks_ends(candidate: Candidate) -> None:
    """The first output has a connection, the last input has one, or the last output lacks one."""
    masks = ask_masks(candidate, 6, [whole(15, 8, 40), whole(16, 5, 40)])
    assert_true(masks[-1][0].sum() == 0, "the first output is connected")
    assert_true(masks[0][:, -1].sum() == 0, "the last input is connected")
    assert_true(bool(masks[-1][-1].all()), "the last output does not see all hidden units")
    assert_true(bool(masks[0][:, 0].all()), "the first input is not seen by all hidden units")


@check("made_masks", points=0.25, title="two inputs", kind="extreme")
def test_made_masks_two_inputs(candidate: Candidate) -> None:
    """With D = 2 every hidden unit sees the first input, and the second output sees every hidden unit."""
    sizes = [whole(17, 2, 40), whole(18, 2, 40)]
    expected = masks_by_definition(Sizes(2, sizes))
    assert_close(candidate.made_masks(2, sizes), expected, dtype=False, what="the masks")


@check("made_masks", points=0.25, title="leave the list of sizes as it is", kind="purity")
def test_made_masks_pure(candidate: Candidate) -> None:
    """The list of sizes was changed, or the random state or a global setting was changed."""
    sizes = [whole(19, 3, 40), whole(20, 3, 40)]
    seen = candidate.made_masks.observe(4, list(sizes))
    assert_true(list(seen.args[1]) == sizes, "the list of sizes has changed")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_true(len(seen.value) == 3, "there should be three masks")
