"""Hidden checks of concepts.py, against sums over small distributions."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import rel_entr
from scipy.stats import wasserstein_distance

from autograder.checks import Candidate, check
from autograder.checks.short_answers import assert_number, assert_numbers
from autograder.checks.strategies import number, whole


def inception_score(probabilities: np.ndarray) -> float:
    """Exponential of the mean divergence of rows from their average."""
    return float(np.exp(rel_entr(probabilities, probabilities.mean(0)).sum(1).mean()))


@check("equilibrium", points=0.5, title="knows what the discriminator says and what it costs")
def test_equilibrium_of_the_discriminator(candidate: Candidate) -> None:
    """The discriminator's output, its logit or its loss differs from that at equilibrium."""
    loss = -(math.log(0.5) + math.log(1 - 0.5))
    assert_numbers(
        candidate.equilibrium.answer(), {"discriminator": 0.5, "logit": 0.0, "discriminator_loss": loss}
    )


@check("equilibrium", points=0.25, title="knows both losses of the generator")
def test_equilibrium_of_the_generator(candidate: Candidate) -> None:
    """One of the generator's losses differs from that at equilibrium."""
    assert_numbers(
        candidate.equilibrium.answer(), {"saturating": math.log(1 - 0.5), "nonsaturating": -math.log(0.5)}
    )


@check("unbalanced_discriminator", points=0.5, title="maximises the likelihood of the labels")
def test_unbalanced_discriminator_value(candidate: Candidate) -> None:
    """At some densities and shares another output would have a higher expected log-likelihood."""
    cases = (
        (number(1, 0.4, 0.6), number(2, 0.2, 0.3), 0.5),
        (number(3, 1.2, 2), number(4, 0.1, 0.3), number(5, 0.1, 0.2)),
        (number(6, 0.03, 0.1), number(7, 0.5, 0.8), number(8, 0.7, 0.9)),
    )
    for p_data, p_g, share in cases:
        real, fake = share * p_data, (1 - share) * p_g
        found = minimize_scalar(
            lambda d, real=real, fake=fake: -real * math.log(d) - fake * math.log(1 - d),
            bounds=(1e-9, 1 - 1e-9), method="bounded", options={"xatol": 1e-10},
        )  # fmt: skip
        answer = candidate.unbalanced_discriminator.answer(p_data=p_data, p_g=p_g, share=share)
        assert_number(answer, found.x)


@check("game_values", points=0.5, title="knows the global minimum")
def test_game_values_minimum(candidate: Candidate) -> None:
    """The smallest value of the game, or the divergence there, is another one."""
    assert_numbers(candidate.game_values.answer(), {"minimum": 2 * math.log(0.5), "jsd_at_minimum": 0.0})


@check("game_values", points=0.25, title="knows the value for disjoint supports")
def test_game_values_supremum(candidate: Candidate) -> None:
    """The largest value of the game, or the divergence there, is another one."""
    assert_numbers(candidate.game_values.answer(), {"supremum": 0.0, "jsd_at_supremum": math.log(2)})


@check("point_masses", points=0.5, title="knows the two distances and their slopes")
def test_point_masses_distances(candidate: Candidate) -> None:
    """A distance between the point masses, or its derivative, is another one."""
    for theta in (number(9, 0.2, 0.5), -number(10, 2, 3), number(11, 5, 9)):
        expected = {
            "wasserstein": wasserstein_distance([0.0], [theta]), "wasserstein_slope": np.sign(theta),
            "js": math.log(2), "js_slope": 0.0,
        }  # fmt: skip
        assert_numbers(candidate.point_masses.answer(theta=theta), expected)


@check("point_masses", points=0.25, title="compares a divergence that is bounded with one that is not")
def test_point_masses_divergences(candidate: Candidate) -> None:
    """One of the two divergences between point masses that do not overlap is another one."""
    assert_numbers(candidate.point_masses.answer(theta=-number(12, 0.5, 1.5)), {"js": math.log(2), "kl": math.inf})


@check("critic_supremum", points=0.25, title="grows with the Lipschitz constant and with the distance")
def test_critic_supremum_value(candidate: Candidate) -> None:
    """A critic with this Lipschitz constant reaches another value."""
    cases = (
        (number(13, 0.2, 0.5), 1.0), (-number(14, 2, 3), number(15, 0.3, 0.7)),
        (number(16, 3, 5), number(17, 5, 15)), (number(18, 1, 2), 0.0),
    )  # fmt: skip
    for theta, k in cases:
        assert_number(
            candidate.critic_supremum.answer(theta=theta, k=k), k * wasserstein_distance([0.0], [theta])
        )


@check("metric_blind_spots", points=0.5, title="gives the three scores")
def test_metric_blind_spots_value(candidate: Candidate) -> None:
    """One of the three generators gets another score."""
    for classes in (2, whole(19, 5, 15), whole(20, 20, 50)):
        expected = {
            "is_one_image_per_class": inception_score(np.eye(classes)),
            "is_one_class": inception_score(np.eye(classes)[np.zeros(8, int)]),
            "fid_same_moments": 0.0,
        }
        assert_numbers(candidate.metric_blind_spots.answer(num_classes=classes), expected)
