"""Hidden checks of made.py: MADE, judged by what it computes.

Parameters are replaced by random ones under whatever names the candidate gave them. Where one method builds
on another, the candidate's own version of that one says what to expect.
"""

import itertools
import math

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checks import (
    Candidate,
    RemoteObject,
    assert_alone_in_train_mode,
    assert_close,
    assert_draws_afresh,
    assert_gradients_are_slopes,
    assert_sets_no_seed,
    assert_shape,
    assert_true,
    check,
)
from autograder.checks.strategies import generator, whole


def all_vectors(size: int) -> Tensor:
    """All binary vectors of a length, in the order of the numbers that they spell."""
    return torch.tensor(list(itertools.product([0.0, 1.0], repeat=size)))


def randomise(module: RemoteObject, seed: int, scale: float = 1.0) -> None:
    """Weights of size ``scale`` over the root of their fan-in, biases of a third of ``scale``; eval mode."""
    values, random = {}, generator(seed)
    for name, value in module.parameters_by_name().items():
        size = scale / value.shape[1] ** 0.5 if value.ndim > 1 else scale / 3
        values[name] = torch.randn(value.shape, generator=random) * size
    module.set_parameters(values)
    module.eval()


def random_made(
    candidate: Candidate, size: int, hidden_sizes: list[int], seed: int, scale: float = 3.0
) -> RemoteObject:
    """A MADE with random parameters."""
    made = candidate.MADE(size, hidden_sizes).built(torch.zeros(2, size))
    randomise(made, seed, scale)
    return made


def flips(made: RemoteObject, size: int, seed: int) -> Tensor:
    """How much logit i (last axis) changes when pixel j (first axis) is flipped, for eight random vectors."""
    x = torch.randint(2, (8, size), generator=generator(seed)).float()
    flipped = (x - torch.eye(size).unsqueeze(1)).abs()
    logits = made(torch.cat([x, flipped.reshape(-1, size)]))
    assert_shape(logits, (8 * (size + 1), size), what="the logits")
    return logits[8:].reshape(size, 8, size) - logits[:8]


def ancestral_table(made: RemoteObject, size: int) -> Tensor:
    """The exact probability of each vector if pixels are drawn one by one, zeros standing for later ones."""
    x = all_vectors(size)
    logits = made(x)
    assert_shape(logits, (2**size, size), what="the logits")
    log_prob = torch.zeros(2**size, dtype=torch.float64)
    for i in range(size):
        prefix = torch.arange(2**size) >> (size - i) << (size - i)
        logit = logits[prefix, i].double()
        log_prob += F.logsigmoid(torch.where(x[:, i] > 0, logit, -logit))
    return log_prob.exp()


def assert_binary(sample: Tensor, shape: tuple[int, int]) -> None:
    """Zeros and ones of a floating dtype."""
    assert_shape(sample, shape, torch.float32, what="the samples")
    assert_true(((sample == 0) | (sample == 1)).all(), "the samples have values other than 0 and 1")


NETWORKS = [(2, [6]), (5, [24, 30]), (4, [16, 12, 20]), (7, [40])]


@check("MADE", points=2, title="logit i ignores pixel i and all later ones", kind="law")
def test_made_autoregressive(candidate: Candidate) -> None:
    """Changing pixel j changed the logit of pixel j or of an earlier one."""
    largest = 0.0
    for number, (size, hidden_sizes) in enumerate(NETWORKS):
        changes = flips(random_made(candidate, size, hidden_sizes, 10 + number), size, number)
        largest = max(largest, float(changes.abs().max()))
        allowed = torch.ones(size, size).triu(1).unsqueeze(1)
        assert_close(
            changes * (1 - allowed), torch.zeros_like(changes), atol=1e-4, what="the change of a logit"
        )
    # The smallest network has no unit alive once in a thousand times, all four together practically never.
    assert_true(largest > 1e-3, "the logits do not depend on x")


@check("MADE", points=1.5, title="logit i can depend on every earlier pixel", kind="law")
def test_made_sees_every_earlier_pixel(candidate: Candidate) -> None:
    """With wide hidden layers, some logit does not react to an earlier pixel."""
    for size, hidden_sizes in [(2, [10]), (5, [32, 40]), (4, [24, 18, 30])]:
        made = candidate.MADE(size, hidden_sizes).built(torch.zeros(2, size))
        changes = torch.zeros(size, size)
        for seed in (20, 21, 22, 23):
            randomise(made, seed, 3.0)
            changes = changes.maximum(flips(made, size, seed).abs().amax(dim=1))
        earlier = torch.ones(size, size).triu(1).bool()
        assert_true(changes[earlier].min() > 1e-4, "a logit does not react to an earlier pixel")
        assert_true(
            changes[earlier].min() > 100 * changes[~earlier].max(), "a logit reacts as much to later pixels"
        )


@check("MADE", points=1.5, title="log_prob is the Bernoulli log-likelihood of its own logits")
def test_made_log_prob(candidate: Candidate) -> None:
    """log_prob differs from the log-probability of x under the logits that forward returns for x."""
    varied, low, high = 0.0, 0.0, 0.0
    for size, hidden_sizes in [(6, [20, 20]), (3, [9])]:
        made = random_made(candidate, size, hidden_sizes, 30)
        x = all_vectors(size)[::3]
        logits = made(x)
        assert_shape(logits, tuple(x.shape), what="the logits")
        varied = max(varied, float(logits.std(dim=0).max()))
        low, high = min(low, float(logits.min())), max(high, float(logits.max()))
        expected = torch.where(x > 0, F.logsigmoid(logits), F.logsigmoid(-logits)).sum(1)
        assert_close(made.log_prob(x), expected, what="log_prob")
    assert_true(varied > 1e-3, "the logits do not depend on x")
    assert_true(low < 0 or high > 1, "the logits are probabilities")


@check("MADE", points=1.25, title="is a proper probability model, and its logits are its conditionals")
def test_made_conditionals(candidate: Candidate) -> None:
    """The total probability is not 1, or a conditional found by summing is not the sigmoid of its logit."""
    for size, hidden_sizes in [(4, [20, 16]), (5, [30])]:
        made = random_made(candidate, size, hidden_sizes, 40)
        x = all_vectors(size)
        logits, log_prob = made(x), made.log_prob(x)
        assert_shape(logits, (2**size, size), what="the logits")
        assert_shape(log_prob, (2**size,), what="log_prob")
        assert_true(logits.std(dim=0).max() > 1e-3, "the logits do not depend on x")
        probability = log_prob.double().exp()
        assert_close(
            probability.sum(), torch.tensor(1.0), rtol=1e-4, dtype=False, what="the total probability"
        )
        for i in range(size):
            grouped = probability.reshape(2**i, 2, -1).sum(-1)
            conditional = (grouped[:, 1] / grouped.sum(1)).repeat_interleave(2 ** (size - i))
            assert_close(
                logits[:, i].double().sigmoid(), conditional, rtol=1e-3, what="a conditional probability"
            )


@check("MADE", points=1.5, title="sample draws from the model's own distribution")
def test_made_sample_frequencies(candidate: Candidate) -> None:
    """Some binary vector occurs more or less often among the samples than its probability allows, or a seed is set inside."""
    number = 3000
    for seed in (50, 56):
        made = random_made(candidate, 3, [24, 24], seed, 2.0)
        p = ancestral_table(made, 3)
        sample = made.sample(number, generator=candidate.generator(seed))
        assert_binary(sample, (number, 3))
        counts = torch.bincount((sample @ torch.tensor([4.0, 2.0, 1.0])).long(), minlength=8)
        # Bernstein: each of 32 tails has probability at most exp(-20); together 7e-8 false alarms.
        bound = (2 * 20 * number * p * (1 - p)).sqrt() + 2 * 20 / 3
        assert_true(
            ((counts - number * p).abs() <= bound).all(), "some vector is drawn too often or too seldom"
        )
    uncertain = random_made(candidate, 8, [10], 57, 0.3)
    assert_draws_afresh(candidate, lambda: uncertain.sample(16), "the set of samples")


@check("MADE", points=1, title="sample goes through the pixels one after the other", kind="law")
def test_made_sample_certain(candidate: Candidate) -> None:
    """With conditionals that are practically certain, the samples are not the only possible vector."""
    made, tried = candidate.MADE(6, [30]).built(torch.zeros(2, 6)), 0
    for seed in range(60, 80):
        if tried == 4:
            return
        randomise(made, seed, 1e4)
        p = ancestral_table(made, 6)
        # At most a probability of 1e-9 for each of 8 samples to be another vector: false alarms below 1e-8.
        if p.max() > 1 - 1e-9 and 0 < all_vectors(6)[p.argmax()].sum() < 6:
            tried += 1
            sample = made.sample(8, generator=candidate.generator(seed))
            assert_binary(sample, (8, 6))
            assert_close(sample, all_vectors(6)[p.argmax()].expand(8, 6), what="the samples")


@check("MADE", points=0.75, title="sample: a generator makes it reproducible", kind="random")
def test_made_sample_generator(candidate: Candidate) -> None:
    """Equal generators give different samples, different ones equal samples, or the global state was used or seeded."""
    made = random_made(candidate, 8, [10], 70, 0.3)
    first = made.sample.observe(16, generator=candidate.generator(1))
    again = made.sample(16, generator=candidate.generator(1))
    other = made.sample(16, generator=candidate.generator(2))
    assert_binary(first.value, (16, 8))
    assert_binary(other, (16, 8))
    assert_binary(made.sample(1, generator=candidate.generator(3)), (1, 8))
    assert_close(again, first.value, what="the second set of samples")
    # The conditionals are between 0.2 and 0.8: 128 equal bits have probability below 1e-20.
    assert_true(not torch.equal(other, first.value), "another seed gave the same samples")
    assert_true(not first.rng_used, "the global random state was used although a generator was given")
    assert_sets_no_seed(candidate, lambda: candidate.MADE(8, [10]))


@check("MADE", points=0.5, title="its hidden layers are more than one linear map", kind="law")
def test_made_is_nonlinear(candidate: Candidate) -> None:
    """The effect of one pixel on a later logit never depends on a third pixel: the network is linear."""
    for hidden_sizes in ([40, 40], [40]):
        logits = random_made(candidate, 5, hidden_sizes, 80)(all_vectors(5))
        assert_shape(logits, (32, 5), what="the logits")
        cube = logits.reshape(2, 2, 8, 5)
        mixed = cube[1, 1] - cube[1, 0] - cube[0, 1] + cube[0, 0]
        assert_true(mixed[:, 2:].abs().max() > 1e-2, "the logits are a linear function of x")


@check("MADE", points=0.5, title="hidden_sizes says how many layers and units there are", kind="law")
def test_made_hidden_sizes(candidate: Candidate) -> None:
    """More units or more layers did not lead to more parameters."""
    counts, few, many = [], whole(81, 3, 7), whole(82, 9, 60)
    for hidden_sizes in ([few], [many], [many, many], [many, many, many]):
        named = candidate.MADE(4, hidden_sizes).built(torch.zeros(2, 4)).parameters_by_name()
        counts.append(sum(value.numel() for value in named.values()))
    assert_true(
        all(a < b for a, b in itertools.pairwise(counts)), "the network does not grow with hidden_sizes"
    )


@check("MADE", points=0.75, title="every parameter that matters gets a gradient of log_prob", kind="gradient")
def test_made_gradients(candidate: Candidate) -> None:
    """A parameter has an influence on log_prob or on the logits, but its gradient is missing or cut on the way."""
    made = random_made(candidate, 5, [20, 20], 90)
    for method in ("__call__", "log_prob"):
        assert_gradients_are_slopes(made, method, all_vectors(5), of_input=False)
    x = all_vectors(5)
    before = made.log_prob(x)
    _, named = made.log_prob.grad(x, wrt=(0,), parameters=True)
    dead = [name for name, gradient in named.items() if gradient is None or not gradient.abs().max() > 0]
    assert_true(len(dead) < len(named), "no parameter gets a gradient")
    if dead:
        values = made.parameters_by_name()
        made.set_parameters({name: values[name] + 1 for name in dead})
        assert_close(made.log_prob(x), before, what="log_prob after changing parameters without gradient")


@check("MADE", points=0.25, title="very confident models have finite log-probabilities", kind="extreme")
def test_made_extreme_logits(candidate: Candidate) -> None:
    """With logits in the thousands log_prob is not finite, or differs from the likelihood of the logits."""
    x, lowest, highest = all_vectors(4), 0.0, 0.0
    # Logits of tanh units, too, have a standard deviation of hundreds, and six models show both signs.
    for seed in range(95, 101):
        made = random_made(candidate, 4, [24], seed, 1000.0)
        logits = made(x)
        assert_shape(logits, (16, 4), what="the logits")
        lowest, highest = min(lowest, logits.min()), max(highest, logits.max())
    assert_true(highest > 120, "large parameters do not give large logits")
    assert_true(
        lowest < -120, "large parameters do not give logits far below zero: something bounds the outputs from below"
    )
    expected = torch.where(x > 0, F.logsigmoid(logits), F.logsigmoid(-logits)).sum(1)
    assert_close(made.log_prob(x), expected, what="log_prob")


@check("MADE", points=0.25, title="treats every vector on its own", kind="law")
def test_made_batch_independence(candidate: Candidate) -> None:
    """In eval or in train mode, the logits of a vector changed with the other vectors of its batch."""
    made = random_made(candidate, 4, [12], 96)
    x = all_vectors(4)
    whole, part = made(x), made(x[5:6])
    assert_shape(whole, (16, 4), what="the logits")
    assert_true(whole.std() > 1e-3, "the logits do not depend on x")
    assert_close(part, whole[5:6], rtol=1e-3, what="the logits of a single vector")
    assert_true(math.isfinite(float(whole.sum())), "the logits are not finite")
    assert_alone_in_train_mode(candidate, made, ("__call__", "log_prob"), x, torch.ones_like(x))


@check("MADE", points=0.25, title="leaves its inputs and the random state as they are", kind="purity")
def test_made_pure(candidate: Candidate) -> None:
    """The vectors were modified, or the random state or a global setting was changed, by forward or log_prob in eval mode."""
    made = random_made(candidate, 4, [8], 97)
    x = all_vectors(4)
    for seen, shape in ((made.observe(x), (16, 4)), (made.log_prob.observe(x), (16,))):
        assert_close(seen.args[0], x, rtol=0, atol=0, what="x after the call")
        assert_true(not seen.rng_used, "the global random state was used")
        assert_shape(seen.value, shape)
