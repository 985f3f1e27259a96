"""Visible checks of made.py."""

import itertools

import torch
import torch.nn.functional as F

from autograder.checks import Candidate, RemoteObject, assert_close, assert_shape, assert_true, check


def all_vectors(size: int) -> torch.Tensor:
    """All binary vectors of a length."""
    return torch.tensor(list(itertools.product([0.0, 1.0], repeat=size)))


def random_made(candidate: Candidate, size: int, hidden_sizes: list[int]) -> RemoteObject:
    """A MADE with random parameters, in eval mode."""
    made = candidate.MADE(size, hidden_sizes).built(torch.zeros(2, size))
    generator = torch.Generator().manual_seed(3)
    named = made.parameters_by_name()
    made.set_parameters(
        {name: torch.randn(value.shape, generator=generator) for name, value in named.items()}
    )
    return made


@check("hidden_degrees", points=0.75, title="six units for four inputs")
def test_hidden_degrees_known_value(candidate: Candidate) -> None:
    """Degrees run from 1 to D - 1 = 3 and start again."""
    assert_close(candidate.hidden_degrees(4, 6), torch.tensor([1, 2, 3, 1, 2, 3]), dtype=False)


@check("hidden_degrees", points=0.5, title="two inputs leave one degree")
def test_hidden_degrees_two_inputs(candidate: Candidate) -> None:
    """With D = 2 every hidden unit may see the first input only."""
    assert_close(candidate.hidden_degrees(2, 3), torch.tensor([1, 1, 1]), dtype=False)


@check("made_masks", points=1.25, title="three inputs, four hidden units")
def test_made_masks_known_value(candidate: Candidate) -> None:
    """The hidden units have degrees 1, 2, 1, 2, so the two masks can be written down by hand."""
    into_hidden, into_output = candidate.made_masks(3, [4])
    expected_hidden = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 0], [1, 1, 0]]).bool()
    expected_output = torch.tensor([[0, 0, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1]]).bool()
    assert_close(into_hidden, expected_hidden, dtype=False, what="the first mask")
    assert_close(into_output, expected_output, dtype=False, what="the last mask")


@check("made_masks", points=0.75, title="one mask per layer, shaped (out, in)", kind="shape")
def test_made_masks_shapes(candidate: Candidate) -> None:
    """Two hidden layers make three masks in the layout of nn.Linear.weight."""
    masks = candidate.made_masks(5, [7, 6])
    assert_true(len(masks) == 3, "there should be three masks")
    for mask, shape in zip(masks, [(7, 5), (6, 7), (5, 6)], strict=True):
        assert_shape(mask, shape, torch.bool, what="a mask")


@check("MaskedLinear", points=1.25, title="two inputs, two outputs, one connection missing")
def test_masked_linear_known_value(candidate: Candidate) -> None:
    """y_1 = 2 x_1 + 10 (the weight 3 is masked) and y_2 = 4 x_1 + 5 x_2 + 20."""
    layer = candidate.MaskedLinear(2, 2, torch.tensor([[True, False], [True, True]]))
    layer.set_parameters(
        {"weight": torch.tensor([[2.0, 3.0], [4.0, 5.0]]), "bias": torch.tensor([10.0, 20.0])}
    )
    y = layer(torch.tensor([[1.0, 1.0], [0.0, 2.0]]))
    assert_close(y, torch.tensor([[12.0, 29.0], [10.0, 30.0]]))


@check("MaskedLinear", points=0.75, title="the mask is a buffer and in the state dict", kind="law")
def test_masked_linear_buffer(candidate: Candidate) -> None:
    """The mask must be found under the name mask, with its values; it is not a parameter."""
    mask = torch.tensor([[True, False, True], [False, False, True]])
    layer = candidate.MaskedLinear(3, 2, mask)
    assert_close(layer.buffers_by_name().get("mask"), mask, dtype=False, what="the buffer mask")
    assert_close(layer.state_dict().get("mask"), mask, dtype=False, what="mask in the state dict")
    assert_true("mask" not in layer.parameters_by_name(), "the mask is a parameter")


@check("MADE", points=0.75, title="logits, log-probabilities and samples have the right shapes", kind="shape")
def test_made_shapes(candidate: Candidate) -> None:
    """Logits are (B, D), log-probabilities (B,), samples (N, D) with values 0 and 1."""
    made = candidate.MADE(5, [8, 8])
    x = all_vectors(5)[:7]
    assert_shape(made(x), (7, 5), torch.float32, what="the logits")
    assert_shape(made.log_prob(x), (7,), torch.float32, what="the log-probabilities")
    sample = made.sample(4)
    assert_shape(sample, (4, 5), torch.float32, what="the samples")
    assert_true(((sample == 0) | (sample == 1)).all(), "the samples have values other than 0 and 1")


@check("MADE", points=1.25, title="a pixel's logit ignores the pixel itself and all later ones", kind="law")
def test_made_ignores_later_pixels(candidate: Candidate) -> None:
    """Flipping pixel j must not change the logits of the pixels 0, ..., j."""
    made = random_made(candidate, 4, [16, 16])
    x = torch.tensor([[1.0, 0, 1, 0]])
    flipped = (x - torch.eye(4)).abs()
    changes = made(flipped) - made(x)
    assert_close(
        changes.tril(), torch.zeros(4, 4), atol=1e-5, what="the change of logit i (column) with pixel j (row)"
    )


@check("MADE", points=1, title="log_prob is the likelihood of the model's own logits")
def test_made_log_prob_of_own_logits(candidate: Candidate) -> None:
    """log_prob differs from minus the binary cross-entropy of forward's logits, summed over pixels."""
    made = random_made(candidate, 4, [16])
    x = all_vectors(4)
    logits = made(x)
    assert_shape(logits, (16, 4), what="the logits")
    assert_true(logits.std(dim=0).max() > 1e-3, "the logits do not depend on x")
    expected = -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
    assert_close(made.log_prob(x), expected)


@check("MADE", points=1, title="the probabilities of all binary vectors add up to one", kind="law")
def test_made_is_normalised(candidate: Candidate) -> None:
    """The 16 vectors of length 4 have a total probability other than 1."""
    log_prob = random_made(candidate, 4, [16, 8]).log_prob(all_vectors(4))
    assert_shape(log_prob, (16,))
    assert_close(log_prob.exp().sum(), torch.tensor(1.0), rtol=1e-3, what="the total probability")
