"""Checks of the form of the answers in concepts.py; whether they are right is checked when your work is graded."""

from __future__ import annotations

from autograder.checks import Candidate, check
from autograder.checks.short_answers import assert_form, assert_is_number


@check("equilibrium", points=0.25, title="has its five numbers", kind="shape")
def test_equilibrium_form(candidate: Candidate) -> None:
    """The answer should be a dict with the five keys, and every value a number."""
    keys = ("discriminator", "logit", "discriminator_loss", "saturating", "nonsaturating")
    assert_form(candidate.equilibrium.answer(), numbers=keys)


@check(
    "unbalanced_discriminator",
    points=0.25,
    title="is a number once its three quantities are known",
    kind="shape",
)
def test_unbalanced_discriminator_form(candidate: Candidate) -> None:
    """The answer should be a formula in p_data, p_g and share."""
    assert_is_number(candidate.unbalanced_discriminator.answer(p_data=0.4, p_g=0.3, share=0.5))


@check("game_values", points=0.25, title="has its four numbers", kind="shape")
def test_game_values_form(candidate: Candidate) -> None:
    """The answer should be a dict with the four keys, and every value a number."""
    assert_form(
        candidate.game_values.answer(), numbers=("minimum", "jsd_at_minimum", "supremum", "jsd_at_supremum")
    )


@check(
    "point_masses", points=0.25, title="has five entries that are numbers once theta is known", kind="shape"
)
def test_point_masses_form(candidate: Candidate) -> None:
    """The answer should be a dict with the five keys, and every value a number once theta is known."""
    keys = ("wasserstein", "js", "kl", "wasserstein_slope", "js_slope")
    assert_form(candidate.point_masses.answer(theta=1.0), numbers=keys)


@check("critic_supremum", points=0.25, title="is a number once theta and k are known", kind="shape")
def test_critic_supremum_form(candidate: Candidate) -> None:
    """The answer should be a formula in theta and k."""
    assert_is_number(candidate.critic_supremum.answer(theta=1.0, k=1.0))


@check(
    "metric_blind_spots",
    points=0.25,
    title="has three entries that become numbers",
    kind="shape",
)
def test_metric_blind_spots_form(candidate: Candidate) -> None:
    """The answer should be a dict with the three keys, and every value a number once num_classes is known."""
    keys = ("is_one_image_per_class", "is_one_class", "fid_same_moments")
    assert_form(candidate.metric_blind_spots.answer(num_classes=10), numbers=keys)
