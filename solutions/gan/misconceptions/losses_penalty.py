"""Wrong beliefs about the gradient penalty, with the behaviour they lead to."""

from collections.abc import Callable

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

Critic = Callable[[Tensor], Tensor]
REAL = torch.tensor([[1.5, -0.5, 2.0], [0.3, 0.9, -1.2]], dtype=torch.float64)
FAKE = torch.tensor([[-0.7, 0.4, 0.1], [1.1, -1.6, 0.8]], dtype=torch.float64)
EPS = torch.tensor([[0.2], [0.7]], dtype=torch.float64)
WEIGHTS = torch.tensor([0.6, -1.1, 0.8], dtype=torch.float64)


@probe("gradient_penalty")
def observe_gradient_penalty(candidate: Candidate, record: Record) -> None:
    """Critics with known gradients, vectors and maps, derivatives, and the points of a call without weights."""
    critic = candidate.toy("QuadraticCritic", scale=0.9, slope=0.3, stale=1.5)
    record("vectors", candidate.gradient_penalty, critic, REAL, FAKE, EPS)
    maps = (REAL.view(2, 1, 3, 1), FAKE.view(2, 1, 3, 1), EPS.view(2, 1, 1, 1))
    record("maps", candidate.gradient_penalty, critic, *maps)
    gentle = candidate.toy("QuadraticCritic", scale=0.05, slope=0.1)
    record("a gentle critic", candidate.gradient_penalty, gentle, REAL, FAKE, EPS)
    left = critic.gradients_by_name()
    record.value(
        "gradients left", [None if gradient is None else float(gradient) for gradient in left.values()]
    )
    weights = candidate.toy("WeightCritic", weights=WEIGHTS)
    record.grad("gradient", candidate.gradient_penalty, weights, REAL, FAKE, EPS, wrt=(0, 1, 2))
    bowl, size = candidate.toy("BowlCritic"), (6, 2, 2)
    candidate.gradient_penalty(bowl, torch.ones(size), torch.zeros(size))
    shares = bowl.attribute("points")[-1]
    record.value("one weight per sample", bool((shares == shares[:, :1, :1]).all()))
    record.value("different weights", bool((shares != shares[:1]).any()))
    record.value("weights in between", bool(((shares > 0) & (shares < 1)).all()))


def between(real: Tensor, fake: Tensor, eps: Tensor | None) -> Tensor:
    """The points on the segments."""
    if eps is None:
        eps = torch.rand(len(real), *[1] * (real.ndim - 1), dtype=real.dtype)
    return (eps * real + (1 - eps) * fake).detach().requires_grad_()


def slopes(critic: Critic, points: Tensor) -> Tensor:
    """Gradients, one row per sample."""
    return torch.autograd.grad(critic(points).sum(), points, create_graph=True)[0].flatten(1)


@misconception(
    "gradient_penalty",
    belief="eps is the share of the generated sample",
    hint="With eps = 1 your points are the generated samples. Which of the two should eps be the weight of?",
)
def weights_exchanged(critic: Critic, real: Tensor, fake: Tensor, eps: Tensor | None = None) -> Tensor:
    """eps * fake + (1 - eps) * real."""
    return (slopes(critic, between(fake, real, eps)).norm(dim=1) - 1).square().mean()


@misconception(
    "gradient_penalty",
    belief="the batch has one gradient with one norm",
    hint="Your penalty changes when every sample is shown twice. Over which dimensions does the norm of one "
    "sample's gradient run?",
)
def norm_of_the_whole_batch(critic: Critic, real: Tensor, fake: Tensor, eps: Tensor | None = None) -> Tensor:
    """One norm for all samples."""
    return (slopes(critic, between(real, fake, eps)).norm() - 1).square()


@misconception(
    "gradient_penalty",
    belief="the squared norm should be one",
    hint="Your penalty grows with the fourth power of the slope. Is a root missing?",
)
def squared_norm_compared_with_one(
    critic: Critic, real: Tensor, fake: Tensor, eps: Tensor | None = None
) -> Tensor:
    """Forget the root."""
    return (slopes(critic, between(real, fake, eps)).square().sum(1) - 1).square().mean()


@misconception(
    "gradient_penalty",
    belief="gradients should be as small as possible",
    hint="A critic with slope 0 pays nothing with your penalty. Which slope should be free of charge?",
)
def slope_pulled_to_zero(critic: Critic, real: Tensor, fake: Tensor, eps: Tensor | None = None) -> Tensor:
    """Forget the - 1."""
    return slopes(critic, between(real, fake, eps)).square().sum(1).mean()


@misconception(
    "gradient_penalty",
    belief="only slopes above one are a violation",
    hint="A flat critic pays nothing with your penalty. Is the penalty meant for slopes above one only?",
)
def steep_slopes_charged_only(
    critic: Critic, real: Tensor, fake: Tensor, eps: Tensor | None = None
) -> Tensor:
    """The one-sided penalty."""
    return (slopes(critic, between(real, fake, eps)).norm(dim=1) - 1).relu().square().mean()


@misconception(
    "gradient_penalty",
    belief="a gradient is a number like any other",
    hint="Your penalty has the right value, but the critic cannot learn from it. What does autograd need to be "
    "told to keep the gradient differentiable?",
)
def graph_not_kept(critic: Critic, real: Tensor, fake: Tensor, eps: Tensor | None = None) -> Tensor:
    """Without create_graph."""
    points = between(real, fake, eps)
    gradient = torch.autograd.grad(critic(points).sum(), points)[0].flatten(1)
    return (gradient.norm(dim=1) - 1).square().mean()


@misconception(
    "gradient_penalty",
    belief="gradients are obtained by backward()",
    hint="After your call the critic's parameters have other gradients than before. Which function returns "
    "gradients instead of adding them to .grad?",
)
def gradients_by_backward(critic: Critic, real: Tensor, fake: Tensor, eps: Tensor | None = None) -> Tensor:
    """Read x_hat.grad."""
    points = between(real, fake, eps)
    critic(points).sum().backward(create_graph=True)
    return (points.grad.flatten(1).norm(dim=1) - 1).square().mean()


@misconception(
    "gradient_penalty",
    belief="each pixel gets a weight of its own",
    hint="Without eps, your points leave the segment between a real and a generated sample. How many weights does "
    "one sample have?",
)
def weight_for_every_element(critic: Critic, real: Tensor, fake: Tensor, eps: Tensor | None = None) -> Tensor:
    """rand_like."""
    eps = torch.rand_like(real) if eps is None else eps
    return (slopes(critic, between(real, fake, eps)).norm(dim=1) - 1).square().mean()


@misconception(
    "gradient_penalty",
    belief="one random number places all points",
    hint="Without eps, all your points have the same share of the real sample. Should samples share one draw?",
)
def one_weight_for_the_batch(critic: Critic, real: Tensor, fake: Tensor, eps: Tensor | None = None) -> Tensor:
    """A single draw."""
    eps = torch.rand((), dtype=real.dtype) if eps is None else eps
    return (slopes(critic, between(real, fake, eps)).norm(dim=1) - 1).square().mean()


@misconception(
    "gradient_penalty",
    belief="the weight of the penalty belongs here",
    hint="Your penalty is ten times too large. Where is it multiplied by its weight: here, or in the training "
    "loop?",
)
def weight_of_ten_included(critic: Critic, real: Tensor, fake: Tensor, eps: Tensor | None = None) -> Tensor:
    """lambda = 10."""
    return 10 * (slopes(critic, between(real, fake, eps)).norm(dim=1) - 1).square().mean()


@misconception(
    "gradient_penalty",
    belief="gradients may flow on into the samples",
    hint="Your penalty would also train the generator that made the samples. At which point should x_hat be cut "
    "off from them?",
)
def samples_not_detached(critic: Critic, real: Tensor, fake: Tensor, eps: Tensor | None = None) -> Tensor:
    """Without detach."""
    if eps is None:
        eps = torch.rand(len(real), *[1] * (real.ndim - 1), dtype=real.dtype)
    points = eps * real + (1 - eps) * fake
    points = points if points.requires_grad else points.requires_grad_()
    return (slopes(critic, points).norm(dim=1) - 1).square().mean()


@misconception(
    "gradient_penalty",
    belief="a sample is a vector, so the norm runs over dimension 1",
    hint="Your penalty is right for vectors and wrong for images. Over which dimensions of an image does the norm "
    "run?",
)
def norm_along_dimension_one(critic: Critic, real: Tensor, fake: Tensor, eps: Tensor | None = None) -> Tensor:
    """norm(dim=1) whatever the shape."""
    gradient = slopes(critic, between(real, fake, eps)).view_as(real)
    return (gradient.norm(2, dim=1) - 1).square().mean()
