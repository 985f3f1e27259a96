"""Wrong beliefs about putting a consistency function together, with the behaviour they lead to."""

from collections.abc import Callable

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

consistency = reference("frontier", "consistency")
Network = Callable[[Tensor, Tensor], Tensor]

SOME = torch.tensor([0.7, 1.5, 2.2])
X = torch.tensor([[1.7, -0.6, 0.3], [0.2, 2.4, -1.1], [-0.8, 0.9, 1.3]])
IMAGES = torch.linspace(-1.5, 2, 16).sin().reshape(2, 2, 2, 2)


def network(x: Tensor, t: Tensor) -> Tensor:
    """A network that depends on everything it should, and copes with any shape of t."""
    times = torch.as_tensor(t).reshape(-1, *[1] * (x.ndim - 1)).to(x.dtype)
    return torch.sin(1.3 * x + 0.4 * times) + 0.2 * x


def of_time(x: Tensor, t: Tensor) -> Tensor:
    """A network whose gradient in t can be seen although x may be cut off."""
    return torch.ones_like(x) * torch.as_tensor(t).reshape(-1, *[1] * (x.ndim - 1)) ** 2


def slope_of_time() -> Tensor:
    """The gradient in t of the right function's sum, with `of_time` for a network."""
    times = SOME.clone().requires_grad_()
    (slope,) = torch.autograd.grad(consistency.consistency_function(of_time, X, times).sum(), times)
    return slope


@probe("consistency_function")
def observe_consistency_function(candidate: Candidate, record: Record) -> None:
    """Vectors with as many columns as samples, images, other settings, gradients, and what the network is shown."""
    shown = []

    def watched(x: Tensor, t: Tensor) -> Tensor:
        shown.append((x.detach().clone(), torch.as_tensor(t).detach().clone()))
        return network(x, t)

    record("vectors", candidate.consistency_function, watched, X, SOME)
    record.value("shown", shown[0] if shown else "nothing")
    record("images", candidate.consistency_function, network, IMAGES, SOME[:2], 1.2, 0.3)
    record("at t_min", candidate.consistency_function, network, X[:1], torch.tensor([0.002]))
    record("double", candidate.consistency_function, network, X.double(), SOME.double(), 0.9, 0.1)
    record.grad("gradient", candidate.consistency_function, network, X, SOME, wrt=(1,))
    (slope,) = candidate.consistency_function.grad(of_time, X, SOME, wrt=(2,))
    record.value("the network is reached", slope is not None and bool(torch.allclose(slope, slope_of_time(), rtol=1e-3)))


misconception(
    "consistency_function", name="weights_exchanged", belief="c_skip weighs the network, c_out the input",
    replace=("skip * x + out *", "out * x + skip *"),
    hint="At t_min you return the network's output instead of the input. Which of the two weights is 1 there, and which of "
    "the two should be kept?",
)  # fmt: skip

misconception(
    "consistency_function", name="network_input_rescaled", belief="the network's input has to be normalised",
    replace=("network(x, t)", "network((sigma_data**2 + t.reshape(shape) ** 2).rsqrt() * x, t)"),
    hint="The network is not shown x but a scaled version of it. Does this definition contain a weight for the input?",
)  # fmt: skip

misconception(
    "consistency_function", name="input_kept_whole", belief="a skip connection adds the whole input",
    replace=("skip * x +", "x +"),
    hint="At large times your result still contains all of the noise in x. With which weight does the input enter?",
)  # fmt: skip

misconception(
    "consistency_function", name="output_not_weighted", belief="the network's output is added as it is",
    replace=("+ out * network", "+ network"),
    hint="At t_min your result is not x, because the network still has a say. What is missing in front of its output?",
)  # fmt: skip

misconception(
    "consistency_function", name="settings_not_handed_on", belief="the default settings will do",
    replace=[("c_skip(t, sigma_data, t_min)", "c_skip(t)"), ("c_out(t, sigma_data, t_min)", "c_out(t)")],
    hint="With other values of sigma_data or t_min your result stays the same. Where should the two be handed on?",
)  # fmt: skip


@misconception(
    "consistency_function",
    belief="weights of shape (B,) broadcast over the batch",
    hint="Within one sample, your columns have different weights. Which dimension of x did the weights align "
    "with?",
)
def weights_along_the_last_dimension(
    f: Network, x: Tensor, t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002
) -> Tensor:
    """Multiply without adding dimensions; works whenever the sizes happen to agree."""
    times = t if x.shape[-1] == len(t) else t.repeat(x.shape[-1])[: x.shape[-1]]
    return consistency.c_skip(times, sigma_data, t_min) * x + consistency.c_out(times, sigma_data, t_min) * f(
        x, t
    )


misconception(
    "consistency_function", name="network_cut_off", belief="a consistency function is evaluated without gradients",
    replace=("network(x, t)", "network(x, t).detach()"),
    hint="The values are right, but no gradient reaches the network. Is this function used only for sampling?",
)  # fmt: skip

misconception(
    "consistency_function", name="network_input_detached", belief="the input of the network is data, and needs no gradient",
    replace=("network(x, t)", "network(x.detach(), t)"),
    hint="The values are right, and the network itself gets a gradient, but through the network none reaches x. What cuts its "
    "input off?",
)  # fmt: skip

misconception(
    "consistency_function", name="skipped_input_detached", belief="the skip connection has nothing to learn",
    replace=("skip * x +", "skip * x.detach() +"),
    hint="The values are right, but x gets the gradient of the network's part alone. What cuts off the term with c_skip?",
)  # fmt: skip

misconception(
    "consistency_function", name="input_detached", belief="x is data, and needs no gradient",
    replace=("shape = (-1", "x = x.detach()\n    shape = (-1"),
    hint="The values are right, and the network gets a gradient, but x gets none. In which sense is the function to be "
    "differentiable in x?",
)  # fmt: skip

misconception(
    "consistency_function", name="network_alone", belief="a consistency function is a network",
    replace=("skip * x + out * network(x, t)", "network(x, t)"),
    hint="At t_min your function is whatever the network says. What is to make it the identity there?",
)  # fmt: skip

misconception(
    "consistency_function", name="time_shaped_for_the_weights", belief="the network takes times that are ready to broadcast",
    replace=("network(x, t)", "network(x, t.reshape(shape))"),
    hint="Your network is shown times with trailing dimensions. Which shape is it promised?",
)  # fmt: skip

misconception(
    "consistency_function", name="logarithm_of_time_shown", belief="networks take the logarithm of the noise level",
    replace=("network(x, t)", "network(x, 0.25 * t.log())"),
    hint="Your network is shown a function of t. Who is responsible for preparing the time, and what does the docstring "
    "say about how the network is called?",
)  # fmt: skip
