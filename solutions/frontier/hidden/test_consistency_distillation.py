"""Hidden checks of consistency.py: the distillation loss, and sampling in one step."""

from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import (
    Candidate,
    assert_close,
    assert_draws_afresh,
    assert_shape,
    assert_true,
    check,
    load_beside,
)
from autograder.checks.strategies import made, normal, number, uniform

toys = load_beside(__file__, "toys")

SHAPES = [(1, 3), (4, 2), (3, 3), (2, 1, 5), (3, 4, 3), (2, 3, 4, 4), (2, 3, 1, 2, 2), (2, 2, 2, 2, 2)]
SIGMAS = 6.5
"""For 400 or more standard normal values, mean, mean square and mean lag products leave 6.5 standard errors with
probability below 1e-8 each (Chernoff). A check looks at fewer than ten of them: false alarms below 1e-7."""


class Pair(NamedTuple):
    """Data, and the times of two neighbours on a trajectory."""

    x: Tensor
    t_hi: Tensor
    t_lo: Tensor


def pairs() -> st.SearchStrategy[Pair]:
    """Batches of both precisions."""
    dtypes = st.sampled_from([torch.float32, torch.float64])
    return made(make_pair, st.sampled_from(SHAPES), st.integers(0, 2**20), dtypes)


def make_pair(shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64) -> Pair:
    """Fill the tensors from a seed; the later times are 5 to 40 percent later."""
    t_lo = uniform(shape[:1], seed + 1, 0.1, 4.0, dtype)
    return Pair(normal(shape, seed, dtype), t_lo * uniform(shape[:1], seed + 2, 1.05, 1.4, dtype), t_lo)


student, ema_student, teacher_step = toys.Student(), toys.AveragedStudent(), toys.TeacherStep()
"""Each another function of everything that it is given; times must have shape (B,)."""


def residual(pair: Pair) -> Tensor:
    """Student minus target."""
    return student(pair.x, pair.t_hi) - ema_student(teacher_step(*pair), pair.t_lo)


def true_loss(pair: Pair) -> float:
    """The mean over all elements, in float64, by an inner product."""
    flat = residual(Pair(*(part.double() for part in pair))).reshape(-1)
    return float(flat @ flat) / flat.numel()


# -- distillation_loss -------------------------------------------------------------------------------------


@check("distillation_loss", points=1.75, title="is the mean squared distance of student and target")
@given(pair=pairs())
def test_distillation_loss_formula(candidate: Candidate, pair: Pair) -> None:
    """The loss differs from the mean over all elements of the squared difference of student and target."""
    networks = [candidate.toy(name) for name in ("Student", "AveragedStudent", "TeacherStep")]
    loss = candidate.distillation_loss(*networks, *pair)
    rtol = 1e-4 if pair.x.dtype is torch.float32 else 1e-7
    assert_close(loss, true_loss(pair), rtol=rtol, scalar=True, what="the loss")


@check(
    "distillation_loss", points=1.25, title="its gradient passes through the student alone", kind="gradient"
)
def test_distillation_loss_gradient(candidate: Candidate) -> None:
    """The gradient is not that of a loss whose target is a constant."""
    pair = make_pair((3, 2, 2), 71)
    (gradient,) = candidate.distillation_loss.grad(student, ema_student, teacher_step, *pair, wrt=(3,))
    slope = torch.cos(pair.x) + 0.3 * toys.shaped(pair.t_hi, pair.x)
    expected = 2 * residual(pair) * slope / pair.x.numel()
    assert_close(gradient, expected, rtol=1e-4, what="the gradient of x")


@check("distillation_loss", points=0.75, title="sends no gradient into the averaged student", kind="gradient")
def test_distillation_loss_target_is_constant(candidate: Candidate) -> None:
    """The loss would train the averaged student, whose parameters only follow the student's."""
    pair, toy = make_pair((2, 3), 72, torch.float32), candidate.toy("ToyTimeNetwork", slope=0.5, drift=0.2)
    seen = candidate.distillation_loss.observe(student, toy, teacher_step, *pair)
    expected = student(pair.x, pair.t_hi) - (0.5 * teacher_step(*pair) + 0.2 * toys.shaped(pair.t_lo, pair.x))
    assert_close(seen.value, float((expected**2).mean()), rtol=1e-4, scalar=True, what="the loss")
    assert_true(not seen.requires_grad, "a gradient flows through the target")


@check("distillation_loss", points=0.5, title="trains the student's parameters", kind="gradient")
def test_distillation_loss_trains_student(candidate: Candidate) -> None:
    """The loss is cut off from the student's parameters, or the call itself changed them."""
    pair, toy = make_pair((2, 3), 73, torch.float32), candidate.toy("ToyTimeNetwork", slope=0.5, drift=0.2)
    seen = candidate.distillation_loss.observe(toy, ema_student, teacher_step, *pair)
    assert_shape(seen.value, (), what="the loss")
    assert_true(seen.requires_grad, "no gradient reaches the student's parameters")
    after = toy.parameters_by_name()
    assert_close(after["slope"], torch.tensor(0.5), what="a parameter of the student after the call")
    assert_close(after["drift"], torch.tensor(0.2), what="a parameter of the student after the call")


@check("distillation_loss", points=0.25, title="does not grow with the amount of data", kind="law")
def test_distillation_loss_is_a_mean(candidate: Candidate) -> None:
    """The loss changed when the batch was repeated, or when every sample was."""
    pair = make_pair((2, 3), 74)
    longer = Pair(*(torch.cat([part, part]) for part in pair))
    wider = pair._replace(x=pair.x.repeat(1, 4))
    losses = [
        candidate.distillation_loss(student, ema_student, teacher_step, *case)
        for case in (pair, longer, wider)
    ]
    for loss in losses[1:]:
        assert_close(loss, float(losses[0]), scalar=True, what="the loss of more of the same")


@check("distillation_loss", points=0.25, title="vanishes for an exact consistency function", kind="law")
def test_distillation_loss_of_exact_function(candidate: Candidate) -> None:
    """Along exact trajectories, a function that leads every point to their start must have no loss."""
    pair = make_pair((3, 2), 75)

    def width(t: Tensor) -> Tensor:
        return (0.25 + t**2).sqrt().reshape(-1, 1)

    loss = candidate.distillation_loss(
        lambda x, t: x / width(t),
        lambda x, t: x / width(t),
        lambda x, t_hi, t_lo: x * width(t_lo) / width(t_hi),
        *pair,
    )
    assert_close(loss, 0.0, atol=1e-12, scalar=True, what="the loss")


@check("distillation_loss", points=0.25, title="depends on its inputs alone, and spares them", kind="purity")
def test_distillation_loss_pure(candidate: Candidate) -> None:
    """An input was modified, or the random state or a global setting was changed."""
    pair = make_pair((2, 3, 2), 76, torch.float32)
    seen = candidate.distillation_loss.observe(student, ema_student, teacher_step, *pair)
    for after, before in zip(seen.args[3:], pair, strict=True):
        assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")


# -- one_step_sample ---------------------------------------------------------------------------------------


class Watched:
    """A network that remembers what it was shown."""

    def __init__(self) -> None:
        self.x: list[Tensor] = []
        self.t: list[Tensor] = []

    def __call__(self, x: Tensor, t: Tensor) -> Tensor:
        """Note the question and answer with a smooth function of both; one time for all samples is charged where times are."""
        self.x.append(x.detach().clone())
        self.t.append(t.detach().clone())
        t = t.reshape(-1).expand(len(x)) if t.numel() == 1 else t
        return torch.sin(x / 7 + toys.shaped(t, x)) - 0.01 * x

    def sample(self, shape: tuple[int, ...], t_max: float) -> Tensor:
        """What should come out, given what the network saw; fails unless that was one batch of the right form."""
        assert_true(len(self.x) == 1, "the network was not called exactly once")
        assert_shape(self.x[0], shape, what="the data that the network saw")
        x, t = self.x[0].double(), torch.full(shape[:1], t_max, dtype=torch.float64)
        said = torch.sin(x / 7 + toys.shaped(t, x)) - 0.01 * x
        passed = t_max - 0.002
        return (0.25 / (passed**2 + 0.25) * x + 0.5 * passed / (0.25 + t_max**2) ** 0.5 * said).float()


@check("one_step_sample", points=1.25, title="is the consistency function of what the network saw")
def test_one_step_sample_value(candidate: Candidate) -> None:
    """The sample is not c_skip x + c_out network(x, t) at t_max, for the x that the network was shown."""
    early, late = number(82, 0.3, 0.6), number(83, 2, 3)
    for shape, options, t_max in (((3, 2), (), 80.0), ((2, 1, 3, 3), (early,), early), ((1, 2, 2), (late,), late)):
        network = Watched()
        sample = candidate.one_step_sample(network, shape, *options)
        assert_close(sample, network.sample(shape, t_max), rtol=1e-3, dtype=False, what="the sample")


@check("one_step_sample", points=1, title="starts from normal noise of standard deviation t_max")
def test_one_step_sample_noise(candidate: Candidate) -> None:
    """The x that the network saw is not t_max times independent standard normal draws, or the sample has nothing of it."""
    for shape, t_max in (((200, 3, 5), 80.0), ((50, 10), 3.0)):
        network = Watched()
        sample = candidate.one_step_sample(network, shape, t_max, generator=candidate.generator(81))
        network.sample(shape, t_max)
        assert_white(network.x[0] / t_max)
        assert_shape(sample, shape, what="the batch of samples")
        assert_true(len(sample.unique()) > len(network.x[0]), "the sample does not depend on the noise")


def assert_white(z: Tensor) -> None:
    """Standard normal, and independent along every axis."""
    z = z.double()
    bound = SIGMAS / z.numel() ** 0.5
    assert_true(abs(z.mean()) < bound, "the noise is not centred")
    # Of 500 values none is beyond 2 with probability (1 - 0.0455)^500 < 1e-10.
    assert_true(z.abs().max() > 2, "the noise is cut off")
    assert_true(abs((z**2).mean() - 1) < bound * 2**0.5, "the noise has the wrong size")
    # |z| <= 1 with probability 0.683 for a normal distribution, 0.577 for a uniform one.
    assert_true(abs((z.abs() <= 1).double().mean() - 0.6827) < 0.4655 * bound, "the noise is not normal")
    for dim in range(z.ndim):
        neighbours = z.narrow(dim, 0, z.shape[dim] - 1) * z.narrow(dim, 1, z.shape[dim] - 1)
        limit = SIGMAS / neighbours.numel() ** 0.5
        assert_true(abs(neighbours.mean()) < limit, "the noise is not independent")


@check("one_step_sample", points=0.25, title="asks the network once, at t_max", kind="law")
def test_one_step_sample_time(candidate: Candidate) -> None:
    """The network was not called exactly once, or t was not filled with t_max, once per sample."""
    for shape, t_max in (((1, 4), number(84, 4, 7)), ((3, 1, 2, 2, 2), number(85, 10, 20))):
        network = Watched()
        sample = candidate.one_step_sample(network, shape, t_max=t_max)
        assert_shape(sample, shape, what="the batch of samples")
        assert_true(len(network.t) == 1, "the network was not called exactly once")
        assert_close(network.t[0], torch.full(shape[:1], t_max), what="t")


@check("one_step_sample", points=0.75, title="a generator makes it reproducible", kind="random")
def test_one_step_sample_generator(candidate: Candidate) -> None:
    """With equal generators the samples differ, with different ones they agree, or the global state was used."""
    first, again, other = (
        candidate.one_step_sample.observe(Watched(), (2, 3), generator=candidate.generator(seed))
        for seed in (1, 1, 2)
    )
    assert_shape(first.value, (2, 3))
    assert_close(again.value, first.value, what="the second set of samples")
    assert_shape(other.value, (2, 3))
    assert_true(not torch.allclose(other.value, first.value), "another seed gave the same samples")
    assert_true(not first.rng_used, "the global random state was used although a generator was given")


@check(
    "one_step_sample", points=1, title="without a generator it draws from the global state", kind="random"
)
def test_one_step_sample_global_state(candidate: Candidate) -> None:
    """Without a generator, the samples do not follow the global seed, or every call gives the same ones."""
    assert_shape(candidate.one_step_sample(Watched(), (3, 3)), (3, 3))
    assert_draws_afresh(candidate, lambda: candidate.one_step_sample(Watched(), (3, 3)), "the set of samples")


@check("one_step_sample", points=0.25, title="samples are in the default precision", kind="dtype")
def test_one_step_sample_dtype(candidate: Candidate) -> None:
    """The samples, or the data and times that the network saw, are not in torch's default dtype."""
    network = Watched()
    sample = candidate.one_step_sample(network, (2, 3), number(86, 10, 50))
    assert_shape(sample, (2, 3), torch.float32, what="the batch of samples")
    assert_true(len(network.x) > 0, "the network was not called")
    assert_shape(network.x[0], (2, 3), torch.float32, what="the data that the network saw")
    assert_shape(network.t[0], (2,), torch.float32, what="t")
