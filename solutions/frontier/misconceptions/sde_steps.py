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


# -- reverse_step ------------------------------------------------------------------------------------------


@probe("reverse_step")
def observe_reverse_step(candidate: Candidate, record: Record) -> None:
    """Vectors with as many columns as samples, images, another step size, double precision, gradients."""
    record("vectors", candidate.reverse_step, X, SCORE, T, 0.02, NOISE)
    record("images", candidate.reverse_step, IMAGES, IMAGE_SCORE, T[:2], 0.1, IMAGES.flip(0), 0.5, 3.0)
    record("one sample", candidate.reverse_step, X[:1], SCORE[:1], T[:1], 0.05, NOISE[:1], 0.5, 3.0)
    record("double", candidate.reverse_step, X.double(), SCORE.double(), T.double(), 0.01, NOISE.double())
    record.grad("gradient", candidate.reverse_step, X, SCORE, T, 0.02, NOISE, wrt=(0, 1, 4))


misconception(
    "reverse_step", name="score_halved", belief="the score enters with one half, as in the flow",
    replace=("beta * (0.5 * x + score)", "0.5 * beta * (x + score)"),
    hint="Your samples end up too wide. In which of the two equations, the stochastic or the deterministic one, does the "
    "score have the factor one half?",
)  # fmt: skip

misconception(
    "reverse_step", name="noise_scaled_with_dt", belief="noise of variance beta is multiplied by dt",
    replace=("torch.sqrt(beta * dt)", "torch.sqrt(beta) * dt"),
    hint="With short steps your samples have hardly any randomness. How does the standard deviation of Brownian motion grow "
    "with time?",
)  # fmt: skip

misconception(
    "reverse_step", name="beta_as_diffusion_coefficient", belief="the diffusion coefficient is beta",
    replace=("torch.sqrt(beta * dt)", "beta * dt**0.5"),
    hint="Your noise is right where beta is 1, and too strong where it is larger. Is beta the variance gained per time, or "
    "the standard deviation?",
)  # fmt: skip

misconception(
    "reverse_step", name="drift_not_reversed", belief="the drift is the same in both directions of time",
    replace=("(0.5 * x + score)", "(score - 0.5 * x)"),
    hint="Going back, your x shrinks towards zero as it does going forward. When time runs backwards, what happens to the "
    "sign of the drift?",
)  # fmt: skip

misconception(
    "reverse_step", name="step_in_the_direction_of_time",
    belief="the reverse drift is subtracted as it stands, with a positive dt", replace=("x + beta", "x - beta"),
    hint="Your steps lead away from the data: all but the noise has the wrong sign. The equation holds with time running "
    "backwards; which sign does its dt have?",
)  # fmt: skip

misconception(
    "reverse_step", name="forward_drift_left_out", belief="going back means following the score only",
    replace=("(0.5 * x + score)", "score"),
    hint="Your step does not undo the shrinking of the signal. The forward drift is missing from the reverse one; where does "
    "f(x, t) appear in the equation?",
)  # fmt: skip

misconception(
    "reverse_step", name="beta_at_the_end_of_the_step", belief="beta belongs to the time at which the step arrives",
    replace=("t * (beta_max", "(t - dt).clamp(min=0) * (beta_max"),
    hint="Your step is right for a slightly smaller beta. At which end of the step does an explicit Euler method evaluate the "
    "equation?",
)  # fmt: skip

misconception(
    "reverse_step", name="noise_without_its_diffusion", belief="the Wiener process has variance dt",
    replace=("torch.sqrt(beta * dt) * noise", "dt**0.5 * noise"),
    hint="Your noise is as large near the data as at the end of time. What does the increment of the Wiener process get "
    "multiplied by?",
)  # fmt: skip

misconception(
    "reverse_step", name="noise_of_langevin_dynamics", belief="noise is scaled by the root of twice the step",
    replace=("torch.sqrt(beta * dt)", "torch.sqrt(2 * beta * dt)"),
    hint="Your noise has twice the variance that it should have. Which process has a factor of two under the root, and "
    "does this one?",
)  # fmt: skip

misconception(
    "reverse_step", name="score_scaled_by_g", belief="the score is multiplied by the diffusion coefficient",
    replace=("beta * (0.5 * x + score)", "(0.5 * beta * x + beta.sqrt() * score)"),
    hint="Your score has the weight g(t). With which power does g stand before the score?",
)  # fmt: skip

misconception(
    "reverse_step", name="ancestral_step_of_a_ddpm", belief="the reverse SDE is stepped like a DDPM",
    replace=("x + beta * (0.5 * x + score) * dt", "(x + beta * score * dt) / (1 - beta * dt).sqrt()"),
    hint="Your step is the right one only as dt goes to zero: you divide where Euler-Maruyama does not. Is a step of a "
    "DDPM asked for, or one of the SDE?",
)  # fmt: skip


@misconception(
    "reverse_step",
    belief="a step returns its mean as well",
    hint="You return two results. Is the mean of the step asked for, or the state after it?",
)
def mean_returned_too(
    x: Tensor, score: Tensor, t: Tensor, dt: float, noise: Tensor, beta_min: float = 0.1, beta_max: float = 20.0
) -> tuple[Tensor, Tensor]:
    """A pair."""
    beta = (beta_min + t * (beta_max - beta_min)).reshape(-1, *[1] * (x.ndim - 1))
    mean = x + beta * (0.5 * x + score) * dt
    return mean + torch.sqrt(beta * dt) * noise, mean


# -- probability_flow_step ---------------------------------------------------------------------------------


@probe("probability_flow_step")
def observe_probability_flow_step(candidate: Candidate, record: Record) -> None:
    """Vectors with as many columns as samples, images, another step size, double precision, gradients."""
    record("vectors", candidate.probability_flow_step, X, SCORE, T, 0.02)
    record("images", candidate.probability_flow_step, IMAGES, IMAGE_SCORE, T[:2], 0.1, 0.5, 3.0)
    record("one sample", candidate.probability_flow_step, X[:1], SCORE[:1], T[:1], 0.05, 0.5, 3.0)
    record("double", candidate.probability_flow_step, X.double(), SCORE.double(), T.double(), 0.01)
    record.grad("gradient", candidate.probability_flow_step, X, SCORE, T, 0.02, wrt=(0, 1))


misconception(
    "probability_flow_step", name="whole_score", belief="the flow is the reverse SDE without noise",
    replace=("0.5 * beta * (x + score)", "beta * (0.5 * x + score)"),
    hint="Your samples contract too much: the flow is not the SDE with its noise switched off. Without noise to balance, how "
    "much of the score is needed?",
)  # fmt: skip

misconception(
    "probability_flow_step", name="flow_forward_in_time", belief="dx/dt times dt is added", replace=("x + 0.5", "x - 0.5"),
    hint="Your steps lead from data to noise. The step goes from t to t - dt; by how much does the time change?",
)  # fmt: skip

misconception(
    "probability_flow_step", name="noise_added_to_the_flow", belief="every sampler adds noise",
    replace=("* dt", "* dt + torch.sqrt(beta * dt) * torch.randn_like(x)"),
    hint="Two calls with the same arguments give different results. Is there any noise in an ordinary differential equation?",
)  # fmt: skip

misconception(
    "probability_flow_step", name="flow_without_drift", belief="only the score moves samples", replace=("(x + score)", "score"),
    hint="Standard normal data should stay where they are under your flow, but they do not. Which term balances the score "
    "there?",
)  # fmt: skip

misconception(
    "probability_flow_step", name="score_pushes_away", belief="the score's sign stays when time is reversed",
    replace=("x + score", "x - score"),
    hint="Your flow carries samples away from where the density is high. With dt running backwards, do both terms of the "
    "velocity change their sign?",
)  # fmt: skip

misconception(
    "probability_flow_step", name="twice_the_velocity", belief="drift and score both enter with weight beta",
    replace=("0.5 * beta", "beta"),
    hint="Each of your steps is exactly twice as long as it should be. Which factor do f(x, t) and the score have in common "
    "in this equation?",
)  # fmt: skip

misconception(
    "probability_flow_step", name="flow_with_later_beta", belief="beta belongs to the time at which the step arrives",
    replace=("t * (beta_max", "(t - dt).clamp(min=0) * (beta_max"),
    hint="Your step is right for a slightly smaller beta. At which end of the step does an explicit Euler method evaluate the "
    "equation?",
)  # fmt: skip

misconception(
    "probability_flow_step", name="flow_score_scaled_by_g", belief="the score is multiplied by the diffusion coefficient",
    replace=("beta * (x + score)", "(beta * x + beta.sqrt() * score)"),
    hint="Your score has the weight g(t) / 2. With which power does g stand before the score?",
)  # fmt: skip

misconception(
    "probability_flow_step", name="flow_times_along_the_last_dimension", belief="times line up by themselves",
    replace=(
        "(beta_min + t * (beta_max - beta_min)).reshape(-1, *[1] * (x.ndim - 1))",
        "beta_min + t * (beta_max - beta_min)",
    ),
    hint="Your times run along the last dimension of the data instead of along the batch. How do shapes (B,) and (B, D) "
    "line up?",
)  # fmt: skip
