"""Wrong beliefs about steps back along the SDE and along the probability flow, with the behaviour they lead to."""

import torch

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
