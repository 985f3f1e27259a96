"""Wrong beliefs about the gradient penalty, with the behaviour they lead to."""


import torch

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

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


misconception(
    "gradient_penalty", name="sum_of_absolute_slopes", belief="any norm will do",
    replace=("torch.linalg.vector_norm(gradient.flatten(1), dim=1)", "gradient.flatten(1).abs().sum(1)"),
    hint="You add up the absolute values of the gradient's entries. Which norm does the formula take?",
)  # fmt: skip

misconception(
    "gradient_penalty", name="weights_exchanged", belief="eps is the share of the generated sample",
    replace=("eps * real + (1 - eps) * fake", "eps * fake + (1 - eps) * real"),
    hint="With eps = 1 your points are the generated samples. Which of the two should eps be the weight of?",
)  # fmt: skip

misconception(
    "gradient_penalty", name="norm_of_the_whole_batch", belief="the batch has one gradient with one norm",
    replace=[
        ("torch.linalg.vector_norm(gradient.flatten(1), dim=1)", "torch.linalg.vector_norm(gradient)"),
        (".square().mean()", ".square()"),
    ],
    hint="Your penalty changes when every sample is shown twice. Over which dimensions does the norm of one sample's gradient "
    "run?",
)  # fmt: skip

misconception(
    "gradient_penalty", name="squared_norm_compared_with_one", belief="the squared norm should be one",
    replace=("torch.linalg.vector_norm(gradient.flatten(1), dim=1)", "gradient.flatten(1).square().sum(1)"),
    hint="Your penalty grows with the fourth power of the slope. Is a root missing?",
)  # fmt: skip

misconception(
    "gradient_penalty", name="slope_pulled_to_zero", belief="gradients should be as small as possible",
    replace=("(norm - 1).square()", "gradient.flatten(1).square().sum(1)"),
    hint="A critic with slope 0 pays nothing with your penalty. Which slope should be free of charge?",
)  # fmt: skip

misconception(
    "gradient_penalty", name="steep_slopes_charged_only", belief="only slopes above one are a violation",
    replace=("(norm - 1)", "(norm - 1).relu()"),
    hint="A flat critic pays nothing with your penalty. Is the penalty meant for slopes above one only?",
)  # fmt: skip

misconception(
    "gradient_penalty", name="graph_not_kept", belief="a gradient is a number like any other",
    replace=(", create_graph=True", ""),
    hint="Your penalty has the right value, but the critic cannot learn from it. What does autograd need to be told to keep "
    "the gradient differentiable?",
)  # fmt: skip

misconception(
    "gradient_penalty", name="gradients_by_backward", belief="gradients are obtained by backward()",
    replace=[
        (
            "(gradient,) = torch.autograd.grad(critic(x_hat).sum(), x_hat, create_graph=True)",
            "critic(x_hat).sum().backward(create_graph=True)",
        ),
        ("gradient.flatten(1)", "x_hat.grad.flatten(1)"),
    ],
    hint="After your call the critic's parameters have other gradients than before. Which function returns gradients instead "
    "of adding them to .grad?",
)  # fmt: skip

misconception(
    "gradient_penalty", name="weight_for_every_element", belief="each pixel gets a weight of its own",
    replace=("torch.rand(len(real), *[1] * (real.ndim - 1), dtype=real.dtype, device=real.device)", "torch.rand_like(real)"),
    hint="Without eps, your points leave the segment between a real and a generated sample. How many weights does one sample "
    "have?",
)  # fmt: skip

misconception(
    "gradient_penalty", name="one_weight_for_the_batch", belief="one random number places all points",
    replace=("len(real), *[1] * (real.ndim - 1)", "()"),
    hint="Without eps, all your points have the same share of the real sample. Should samples share one draw?",
)  # fmt: skip

misconception(
    "gradient_penalty", name="weight_of_ten_included", belief="the weight of the penalty belongs here",
    replace=("(norm - 1).square()", "10 * (norm - 1).square()"),
    hint="Your penalty is ten times too large. Where is it multiplied by its weight: here, or in the training loop?",
)  # fmt: skip

misconception(
    "gradient_penalty", name="samples_not_detached", belief="gradients may flow on into the samples",
    replace=(".detach().requires_grad_()", "\n    x_hat = x_hat if x_hat.requires_grad else x_hat.requires_grad_()"),
    hint="Your penalty would also train the generator that made the samples. At which point should x_hat be cut off from them?",
)  # fmt: skip

misconception(
    "gradient_penalty", name="norm_along_dimension_one", belief="a sample is a vector, so the norm runs over dimension 1",
    replace=("gradient.flatten(1), dim=1", "gradient, dim=1"),
    hint="Your penalty is right for vectors and wrong for images. Over which dimensions of an image does the norm run?",
)  # fmt: skip

misconception(
    "gradient_penalty", name="weights_drawn_from_a_normal", belief="any random number is a weight",
    replace=("torch.rand(", "torch.randn("),
    hint="Without eps, some of your points do not lie between the real and the generated sample. From which distribution "
    "are your weights drawn?",
)  # fmt: skip

misconception(
    "gradient_penalty", name="average_slope_penalised", belief="the mean slope should be one",
    replace=("(norm - 1).square().mean()", "(norm.mean() - 1).square()"),
    hint="A critic that is too steep at one point and as much too flat at another pays nothing at all. What is averaged: "
    "the slopes, or what each of them costs?",
)  # fmt: skip
