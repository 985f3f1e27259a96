"""Mistakes that any exercise can show, recognised from records alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from autograder.checks.strategies import normal
from autograder.diagnosis.fingerprint import Entry, Fingerprint
from autograder.diagnosis.generic_mistakes import generic_diagnoses, generic_variants

INPUTS = [normal(shape, seed) for seed, shape in enumerate([(1, 3), (4, 3), (5, 2, 2), (2, 6)])]


def right(x: Tensor) -> Tensor:
    """A sum over the sample, averaged over nothing."""
    return (x**2).flatten(1).sum(1)


def record(function: Callable[[Any], Any], inputs: list[Any] = INPUTS) -> Fingerprint:
    """Values of a function on the inputs, and whether it raises."""
    fingerprint = Fingerprint()
    for number, x in enumerate(inputs):
        try:
            fingerprint.entries[f"case {number}"] = Entry(function(x), args=(x,))
        except Exception as error:
            fingerprint.entries[f"case {number}"] = Entry(error=type(error).__name__, args=(x,))
    return fingerprint


def names(wrong: Callable[[Any], Any], good: Callable[[Any], Any] = right, inputs: list[Any] = INPUTS) -> list[str]:
    """What the difference is called."""
    return [diagnosis.misconception for diagnosis in generic_diagnoses(record(good, inputs), record(wrong, inputs))]


CASES: dict[str, Callable[[Tensor], Any]] = {
    "constant_factor": lambda x: 0.5 * right(x),
    "sign_flipped": lambda x: -right(x),
    "nats_or_bits": lambda x: right(x) / math.log(2),
    "mean_instead_of_sum": lambda x: (x**2).flatten(1).mean(1),
    "sum_instead_of_mean": lambda x: right(x) * x.shape[0],
    "reduced_over_the_batch_too": lambda x: (x**2).sum(),
    "not_reduced": lambda x: x**2,
    "wrong_axis": lambda x: (x**2).sum(0),
    "right_for_a_batch_of_one_only": lambda x: right(x)[:1].expand(x.shape[0]) + (x.shape[0] > 1),
    "right_for_two_dimensions_only": lambda x: (x**2).sum(1),
    "same_number_for_all_inputs": lambda x: right(x - x) + 0.7,
    "almost_right": lambda x: right(x) + 1e-5 * right(x).max() * (1 + x.flatten(1)[:, 0]),
    "never_a_finite_number": lambda x: (-1 - right(x)).sqrt(),
}


@pytest.mark.parametrize("name", CASES)
def test_mistakes_by_value_and_shape(name: str) -> None:
    """Each by its own name."""
    assert names(CASES[name]) == [name]


def test_a_small_number_added_somewhere_is_no_factor() -> None:
    """It changes everything by nearly the same, but not by the same; a factor near one does."""
    inputs = [normal((3, 2), 1) + 2, normal((2, 4), 2) + 2]
    assert names(lambda x: x * (0.998 + 6e-4 * (x > 2)), lambda x: x + 0, inputs) == []
    assert names(lambda x: x * 0.998, lambda x: x + 0, inputs) == ["constant_factor"]


def test_mistakes_by_dtype() -> None:
    """A tensor that is made without looking at the input's dtype."""
    inputs = [x.to(dtype) for x in INPUTS[:2] for dtype in (torch.float32, torch.float64)]
    assert names(lambda x: right(x).float(), right, inputs) == ["right_for_float32_only"]
    assert names(lambda x: right(x).double(), right, inputs) == ["right_for_float64_only"]


def test_nearly_right_for_one_sample_is_not_right_for_one_sample() -> None:
    """An exponential for its first terms comes near on a mild input, of whatever shape that is."""
    inputs = [(normal((1, 3), 1) * 0.02).float(), normal((3, 3), 2).float(), normal((4, 3), 3).float()]
    assert names(torch.exp, lambda x: 1 + x, inputs) == []
    assert names(lambda x: 1 + x - x.mean(0) + x[0], lambda x: 1 + x, inputs) == ["right_for_a_batch_of_one_only"]


def test_right_by_its_largest_term_is_not_right_for_one_sample() -> None:
    """Of a huge input one term is left: the only sample that is alone must be one that tells something."""
    huge, mild, several = torch.tensor([[1e6, 1.0, 2.0]]), normal((1, 3), 1).float(), normal((3, 3), 2).float()
    first = (lambda x: x[:, 0] * 3, lambda x: x[:, 0] * 3 + x[:, 1] + x[:, 2])
    assert names(*first, [huge, several]) == []
    alone = (lambda x: x.sum(1) - x.sum() + x[0].sum(), lambda x: x.sum(1))
    assert names(*alone, [huge, mild, several]) == ["right_for_a_batch_of_one_only"]
    assert names(*alone, [huge, several]) == []


def test_an_easy_sample_alone_is_no_batch_of_one() -> None:
    """A formula that is wrong beyond a bound is right for small samples, whether they are alone or in a larger batch."""
    small, several = torch.tensor([[0.3, 0.4]]), torch.tensor([[0.3, 0.4], [2.0, 3.0], [4.0, 0.1]])
    assert names(lambda x: x.clamp(max=1).sum(1), lambda x: x.sum(1), [small, several]) == []
    spoilt = (lambda x: x.sum(1) + x.mean() - x[0].mean() + (len(x) > 1), lambda x: x.sum(1))
    assert names(*spoilt, [small, several]) == ["right_for_a_batch_of_one_only"]


PACKED: list[tuple[str, str, Callable[[Tensor], Any]]] = [
    ("another_type", "in a tuple", lambda x: (right(x),)),
    ("another_type", "in a list", lambda x: [right(x)]),
    ("another_type", "list of samples", lambda x: [(one**2).sum() for one in x]),
    ("more_than_asked", "first part", lambda x: (right(x), x)),
    ("more_than_asked", "second part", lambda x: [x.sum(), right(x)]),
    ("terms_not_added", "their sum", lambda x: (right(x) - 1, torch.ones(len(x), dtype=x.dtype))),
]


@pytest.mark.parametrize(("name", "words", "wrong"), PACKED)
def test_right_values_in_a_tuple_or_a_list(name: str, words: str, wrong: Callable[[Tensor], Any]) -> None:
    """What is right about them is said; a tuple with nothing right in it has no name, nor has one that is asked for."""
    (found,) = generic_diagnoses(record(right), record(wrong))
    assert (found.misconception, words in found.hint) == (name, True)
    assert names(lambda x: (right(x) + x.sum(), x)) == []
    assert names(lambda x: (x, right(x), x), lambda x: (x, right(x))) == []


def test_a_transposed_matrix() -> None:
    """Exactly the transpose, and never for square symmetric ones."""
    inputs = [normal((3, 2), 1), normal((4, 5), 2)]
    assert names(lambda x: (2 * x).T.clone(), lambda x: 2 * x, inputs) == ["transposed"]


def test_the_right_answer_has_no_name() -> None:
    """Nor has one that differs in no recorded way."""
    assert names(right) == []
    assert names(lambda x: right(x) * (1 + 1e-9)) == []


UNNAMED: dict[str, Callable[[Tensor], Any]] = {
    "nothing": lambda x: None,
    "text": lambda x: "text",
    "text list": lambda x: ["a"],
    "error": lambda x: 1 / 0,
    "nan": lambda x: right(x) * math.nan,
    "infinite": lambda x: right(x) / 0,
    "zeros": lambda x: right(x) * 0,
    "empty": lambda x: x[:0],
    "bfloat16": lambda x: (right(x) * 3).bfloat16(),
    "complex": lambda x: right(x) * 1j,
    "bool": lambda x: right(x) > 0,
    "dictionary": lambda x: {"a": right(x)},
    "ragged": lambda x: [[1.0], [1.0, 2.0]],
    "object": lambda x: object(),
    "array of text": lambda x: np.array(["a"]),
    "other": lambda x: right(x).sin(),
    "tuple": lambda x: (right(x), right(x)),
    "deep": lambda x: ((x, None), {"a": "b"}),
}


@pytest.mark.parametrize("wrong", UNNAMED)
@pytest.mark.parametrize("good", [right, lambda x: (right(x), 1), lambda x: float(x.sum()), lambda x: x.numpy()])
def test_values_of_any_kind_are_survived(wrong: str, good: Callable[[Tensor], Any]) -> None:
    """Whatever comes back where whatever is expected: a list of names, never an exception."""
    found = names(UNNAMED[wrong], good)
    assert len(found) <= 3


def test_values_without_meaning_are_not_scaled_versions() -> None:
    """Zeros are no constant factor; they are called what they are."""
    for wrong in ("nothing", "error", "other"):
        assert names(UNNAMED[wrong]) == []
    assert names(UNNAMED["zeros"]) == ["same_number_for_all_inputs"]
    assert names(UNNAMED["nan"]) == names(UNNAMED["infinite"]) == ["never_a_finite_number"]


ALMOST: dict[str, Callable[[Tensor], Any]] = {
    "another number for one input": lambda x: right(x) * 0 + (x.shape[0] > 4),
    "another number for one sample": lambda x: torch.zeros(x.shape[0]).index_fill(0, torch.tensor([0]), 1.0),
    "an error for one input": lambda x: right(x) * 0 if x.shape[0] < 5 else 1 / 0,
    "finite for one sample": lambda x: (right(x) * math.nan).index_fill(0, torch.tensor([0]), 1.0),
    "finite for one input": lambda x: right(x) * (math.nan if x.shape[0] < 5 else 0.5),
}


@pytest.mark.parametrize("wrong", ALMOST)
def test_what_is_almost_the_same_for_all_inputs_is_not_called_so(wrong: str) -> None:
    """One exception suffices: what is said of every input must be true of every input."""
    assert names(ALMOST[wrong]) == []


def test_an_answer_that_is_rightly_the_same_is_no_mistake() -> None:
    """Where the right one is the same number for all inputs as well, too little is known."""
    assert names(lambda x: x.new_ones(len(x)), lambda x: x.new_zeros(len(x))) == ["constant_added"]


def test_side_effects_beside_wrong_values_are_likely_only() -> None:
    """The confidence tells whether anything else is wrong."""
    good, bad = record(right), record(right)
    for entry in bad.entries.values():
        entry.changed = True
    assert generic_diagnoses(good, bad)[0].confidence == "exact"
    for entry in bad.entries.values():
        entry.value = entry.value + 1
    assert generic_diagnoses(good, bad)[0].confidence == "likely"


def test_lost_gradients() -> None:
    """Only where all else is right."""
    good, bad = record(right), record(right)
    good.entries["gradient"] = Entry((torch.ones(2),), gradient=True)
    for lost in ((None,), (torch.zeros(2),)):
        bad.entries["gradient"] = Entry(lost, gradient=True)
        assert [one.misconception for one in generic_diagnoses(good, bad)] == ["detached_from_the_graph"]
    bad.entries["case 0"].value = bad.entries["case 0"].value + 1
    assert "detached_from_the_graph" not in [one.misconception for one in generic_diagnoses(good, bad)]


def test_variants_by_calling_the_reference_differently() -> None:
    """Swapped arguments, where there are two."""
    swapped = next(variant for name, _, variant in generic_variants(lambda a, b: a - b) if name == "arguments_swapped")
    assert swapped(5, 3) == -2
    assert [name for name, _, _ in generic_variants(lambda a: a)].count("arguments_swapped") == 0


def test_one_constant_everywhere() -> None:
    """The same difference on all inputs, whatever they are; gradients must agree."""
    assert names(lambda x: right(x) + 0.7) == ["constant_added"]
    assert names(lambda x: right(x) + x.shape[0]) == []
