"""Wrong beliefs about steps back along the SDE and along the probability flow, with the behaviour they lead to."""

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

X = torch.tensor([[1.7, -0.6, 0.3], [0.2, 2.4, -1.1], [-0.8, 0.9, 1.3]])
SCORE = torch.tensor([[-0.9, 0.5, 1.4], [0.3, -1.2, 0.8], [0.6, 0.1, -2.0]])
NOISE = torch.tensor([[0.4, -1.2, 0.9], [1.5, 0.1, -0.7], [-0.3, 0.8, 2.1]])
T = torch.tensor([0.3, 0.95, 0.12])
IMAGES = torch.linspace(-1.5, 2, 16).sin().reshape(2, 2, 2, 2)
IMAGE_SCORE = torch.linspace(3, -2, 16).cos().reshape(2, 2, 2, 2)


def speed(t: Tensor, x: Tensor, beta_min: float, beta_max: float) -> Tensor:
    """beta(t), shaped to multiply data."""
    return (beta_min + t * (beta_max - beta_min)).reshape(-1, *[1] * (x.ndim - 1))


# -- reverse_step ------------------------------------------------------------------------------------------


@probe("reverse_step")
def observe_reverse_step(candidate: Candidate, record: Record) -> None:
    """Vectors with as many columns as samples, images, another step size, double precision, gradients."""
    record("vectors", candidate.reverse_step, X, SCORE, T, 0.02, NOISE)
    record("images", candidate.reverse_step, IMAGES, IMAGE_SCORE, T[:2], 0.1, IMAGES.flip(0), 0.5, 3.0)
    record("one sample", candidate.reverse_step, X[:1], SCORE[:1], T[:1], 0.05, NOISE[:1], 0.5, 3.0)
    record("double", candidate.reverse_step, X.double(), SCORE.double(), T.double(), 0.01, NOISE.double())
    record.grad("gradient", candidate.reverse_step, X, SCORE, T, 0.02, NOISE, wrt=(0, 1, 4))


@misconception(
    "reverse_step",
    belief="the score enters with one half, as in the flow",
    hint="Your samples end up too wide. In which of the two equations, the stochastic or the deterministic "
    "one, does the score have the factor one half?",
)
def score_halved(
    x: Tensor,
    score: Tensor,
    t: Tensor,
    dt: float,
    noise: Tensor,
    beta_min: float = 0.1,
    beta_max: float = 20.0,
) -> Tensor:
    """Mix up SDE and ODE."""
    beta = speed(t, x, beta_min, beta_max)
    return x + 0.5 * beta * (x + score) * dt + (beta * dt).sqrt() * noise


@misconception(
    "reverse_step",
    belief="noise of variance beta is multiplied by dt",
    hint="With short steps your samples have hardly any randomness. How does the standard deviation of "
    "Brownian motion grow with time?",
)
def noise_scaled_with_dt(
    x: Tensor,
    score: Tensor,
    t: Tensor,
    dt: float,
    noise: Tensor,
    beta_min: float = 0.1,
    beta_max: float = 20.0,
) -> Tensor:
    """Multiply the noise by dt."""
    beta = speed(t, x, beta_min, beta_max)
    return x + beta * (0.5 * x + score) * dt + beta.sqrt() * dt * noise


@misconception(
    "reverse_step",
    belief="the diffusion coefficient is beta",
    hint="Your noise is right where beta is 1, and too strong where it is larger. Is beta the variance "
    "gained per time, or the standard deviation?",
)
def beta_as_diffusion_coefficient(
    x: Tensor,
    score: Tensor,
    t: Tensor,
    dt: float,
    noise: Tensor,
    beta_min: float = 0.1,
    beta_max: float = 20.0,
) -> Tensor:
    """Forget the root of beta."""
    beta = speed(t, x, beta_min, beta_max)
    return x + beta * (0.5 * x + score) * dt + beta * dt**0.5 * noise


@misconception(
    "reverse_step",
    belief="the drift is the same in both directions of time",
    hint="Going back, your x shrinks towards zero as it does going forward. When time runs backwards, what "
    "happens to the sign of the drift?",
)
def drift_not_reversed(
    x: Tensor,
    score: Tensor,
    t: Tensor,
    dt: float,
    noise: Tensor,
    beta_min: float = 0.1,
    beta_max: float = 20.0,
) -> Tensor:
    """Keep the sign of the forward drift."""
    beta = speed(t, x, beta_min, beta_max)
    return x + beta * (score - 0.5 * x) * dt + (beta * dt).sqrt() * noise


@misconception(
    "reverse_step",
    belief="the reverse drift is subtracted as it stands, with a positive dt",
    hint="Your steps lead away from the data: all but the noise has the wrong sign. The equation holds with "
    "time running backwards; which sign does its dt have?",
)
def step_in_the_direction_of_time(
    x: Tensor,
    score: Tensor,
    t: Tensor,
    dt: float,
    noise: Tensor,
    beta_min: float = 0.1,
    beta_max: float = 20.0,
) -> Tensor:
    """Add the drift times dt instead of subtracting it."""
    beta = speed(t, x, beta_min, beta_max)
    return x - beta * (0.5 * x + score) * dt + (beta * dt).sqrt() * noise


@misconception(
    "reverse_step",
    belief="going back means following the score only",
    hint="Your step does not undo the shrinking of the signal. The forward drift is missing from the reverse "
    "one; where does f(x, t) appear in the equation?",
)
def forward_drift_left_out(
    x: Tensor,
    score: Tensor,
    t: Tensor,
    dt: float,
    noise: Tensor,
    beta_min: float = 0.1,
    beta_max: float = 20.0,
) -> Tensor:
    """Langevin dynamics."""
    beta = speed(t, x, beta_min, beta_max)
    return x + beta * score * dt + (beta * dt).sqrt() * noise


@misconception(
    "reverse_step",
    belief="beta belongs to the time at which the step arrives",
    hint="Your step is right for a slightly smaller beta. At which end of the step does an explicit Euler "
    "method evaluate the equation?",
)
def beta_at_the_end_of_the_step(
    x: Tensor,
    score: Tensor,
    t: Tensor,
    dt: float,
    noise: Tensor,
    beta_min: float = 0.1,
    beta_max: float = 20.0,
) -> Tensor:
    """Use t - dt."""
    beta = speed((t - dt).clamp(min=0), x, beta_min, beta_max)
    return x + beta * (0.5 * x + score) * dt + (beta * dt).sqrt() * noise


# -- probability_flow_step ---------------------------------------------------------------------------------


@probe("probability_flow_step")
def observe_probability_flow_step(candidate: Candidate, record: Record) -> None:
    """Vectors with as many columns as samples, images, another step size, double precision, gradients."""
    record("vectors", candidate.probability_flow_step, X, SCORE, T, 0.02)
    record("images", candidate.probability_flow_step, IMAGES, IMAGE_SCORE, T[:2], 0.1, 0.5, 3.0)
    record("one sample", candidate.probability_flow_step, X[:1], SCORE[:1], T[:1], 0.05, 0.5, 3.0)
    record("double", candidate.probability_flow_step, X.double(), SCORE.double(), T.double(), 0.01)
    record.grad("gradient", candidate.probability_flow_step, X, SCORE, T, 0.02, wrt=(0, 1))


@misconception(
    "probability_flow_step",
    belief="the flow is the reverse SDE without noise",
    hint="Your samples contract too much: the flow is not the SDE with its noise switched off. Without noise "
    "to balance, how much of the score is needed?",
)
def whole_score(
    x: Tensor, score: Tensor, t: Tensor, dt: float, beta_min: float = 0.1, beta_max: float = 20.0
) -> Tensor:
    """Use the score's weight of the SDE."""
    return x + speed(t, x, beta_min, beta_max) * (0.5 * x + score) * dt


@misconception(
    "probability_flow_step",
    belief="dx/dt times dt is added",
    hint="Your steps lead from data to noise. The step goes from t to t - dt; by how much does the time "
    "change?",
)
def flow_forward_in_time(
    x: Tensor, score: Tensor, t: Tensor, dt: float, beta_min: float = 0.1, beta_max: float = 20.0
) -> Tensor:
    """Go forward in time."""
    return x - 0.5 * speed(t, x, beta_min, beta_max) * (x + score) * dt


@misconception(
    "probability_flow_step",
    belief="every sampler adds noise",
    hint="Two calls with the same arguments give different results. Is there any noise in an ordinary "
    "differential equation?",
)
def noise_added_to_the_flow(
    x: Tensor, score: Tensor, t: Tensor, dt: float, beta_min: float = 0.1, beta_max: float = 20.0
) -> Tensor:
    """Draw noise as in the SDE."""
    beta = speed(t, x, beta_min, beta_max)
    return x + 0.5 * beta * (x + score) * dt + (beta * dt).sqrt() * torch.randn_like(x)


@misconception(
    "probability_flow_step",
    belief="only the score moves samples",
    hint="Standard normal data should stay where they are under your flow, but they do not. Which term "
    "balances the score there?",
)
def flow_without_drift(
    x: Tensor, score: Tensor, t: Tensor, dt: float, beta_min: float = 0.1, beta_max: float = 20.0
) -> Tensor:
    """Leave out f(x, t)."""
    return x + 0.5 * speed(t, x, beta_min, beta_max) * score * dt


@misconception(
    "probability_flow_step",
    belief="the score's sign stays when time is reversed",
    hint="Your flow carries samples away from where the density is high. With dt running backwards, do both "
    "terms of the velocity change their sign?",
)
def score_pushes_away(
    x: Tensor, score: Tensor, t: Tensor, dt: float, beta_min: float = 0.1, beta_max: float = 20.0
) -> Tensor:
    """Reverse one of the two signs only."""
    return x + 0.5 * speed(t, x, beta_min, beta_max) * (x - score) * dt


@misconception(
    "probability_flow_step",
    belief="drift and score both enter with weight beta",
    hint="Each of your steps is exactly twice as long as it should be. Which factor do f(x, t) and the score "
    "have in common in this equation?",
)
def twice_the_velocity(
    x: Tensor, score: Tensor, t: Tensor, dt: float, beta_min: float = 0.1, beta_max: float = 20.0
) -> Tensor:
    """Forget the one half."""
    return x + speed(t, x, beta_min, beta_max) * (x + score) * dt


@misconception(
    "probability_flow_step",
    belief="beta belongs to the time at which the step arrives",
    hint="Your step is right for a slightly smaller beta. At which end of the step does an explicit Euler "
    "method evaluate the equation?",
)
def flow_with_later_beta(
    x: Tensor, score: Tensor, t: Tensor, dt: float, beta_min: float = 0.1, beta_max: float = 20.0
) -> Tensor:
    """Use t - dt."""
    return x + 0.5 * speed((t - dt).clamp(min=0), x, beta_min, beta_max) * (x + score) * dt
