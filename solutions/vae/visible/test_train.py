"""Visible checks of train.py, on an autoencoder of a few parameters."""

import math

import torch

from autograder.checks import Candidate, RemoteObject, assert_close, assert_true, check
from autograder.checks.strategies import uniform

PARTS = ("loss", "reconstruction", "kl")


def loader_of(candidate: Candidate, images: torch.Tensor, batch_size: int) -> RemoteObject:
    """The images in order, with labels that are of no use."""
    return candidate.loader(images, torch.zeros(len(images), dtype=torch.int64), batch_size)


def constant_toy(candidate: Candidate) -> RemoteObject:
    """A toy model whose mean is the image's sum in every coordinate and that reconstructs zeros."""
    toy = candidate.toy("ToyVAE")
    toy.set_parameters(
        {"mean": torch.ones(4, 3), "spread": torch.zeros(4, 3), "picture": torch.zeros(2, 4), "offset": torch.zeros(3)}
    )
    return toy


def keyed(result: object) -> dict:
    """A result that should be a dict with the three parts."""
    assert_true(isinstance(result, dict) and set(result) == set(PARTS), f"the result is not a dict with keys {PARTS}")
    return dict(result)


@check("train", points=0.75, title="returns a history of every minibatch", kind="shape")
def test_train_returns_a_history_of_every_minibatch(candidate: Candidate) -> None:
    """The history is not a dict of the lists loss, reconstruction and kl with a Python float per minibatch."""
    loader = loader_of(candidate, uniform((5, 1, 1, 4), 0, 0, 1, torch.float32), 2)
    history = keyed(candidate.train(candidate.toy("ToyVAE"), loader, epochs=2))
    for name in PARTS:
        assert_true(isinstance(history[name], list), f"the history of {name} is not a list")
        assert_true(len(history[name]) == 6, f"the history of {name} does not have one entry per minibatch")
        assert_true(all(isinstance(value, float) for value in history[name]), f"{name} holds values that are no floats")


@check("train", points=1.0, title="records the losses before each update")
def test_train_records_the_losses_before_each_update(candidate: Candidate) -> None:
    """The first entries are not the losses of the untrained model on the first minibatch."""
    images = torch.tensor([[[[1.0, 0.0, 1.0, 0.0]]], [[[0.0, 1.0, 0.0, 0.0]]]])
    loader = loader_of(candidate, images, 2)
    history = keyed(candidate.train(constant_toy(candidate), loader, epochs=1, lr=0.01))
    for name, expected in (("loss", 5.25), ("reconstruction", 1.5), ("kl", 3.75)):
        assert_close(history[name], [expected], scalar=True, what=name)


@check("evaluate", points=0.5, title="returns three numbers", kind="shape")
def test_evaluate_returns_three_numbers(candidate: Candidate) -> None:
    """The result is not a dict of the numbers loss, reconstruction and kl."""
    loader = loader_of(candidate, uniform((5, 1, 1, 4), 1, 0, 1, torch.float32), 2)
    result = keyed(candidate.evaluate(candidate.toy("ToyVAE"), loader))
    for name in PARTS:
        value = result[name]
        single = isinstance(value, float) or (isinstance(value, torch.Tensor) and value.ndim == 0)
        assert_true(single and math.isfinite(value), f"{name} is not a finite number")


@check("evaluate", points=0.75, title="has the known values on a single minibatch")
def test_evaluate_has_known_values_on_one_minibatch(candidate: Candidate) -> None:
    """Loss, reconstruction and divergence of two images come out different."""
    images = torch.tensor([[[[1.0, 0.0, 1.0, 0.0]]], [[[0.0, 1.0, 0.0, 0.0]]]])
    result = keyed(candidate.evaluate(constant_toy(candidate), loader_of(candidate, images, 2)))
    for name, expected in (("loss", 5.25), ("reconstruction", 1.5), ("kl", 3.75)):
        assert_close(result[name], expected, what=name)
