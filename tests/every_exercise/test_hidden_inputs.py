"""What hidden checks send differs from attempt to attempt, so that what one attempt learns is worth nothing to the next."""

from __future__ import annotations

import functools
import itertools

import pytest
from every_exercise.recorded_inputs import numbers_sent

from autograder.course.assignment import Check
from autograder.course.course import open_course
from autograder.sessions.subjects import LoadedModules

ATTEMPTS = ("first attempt", "second attempt", "somebody else's")
"""Three contents that somebody might hand in."""

WORDS = "asks for a table of words or of constants of the course: nothing is sent at all"

FIXED: dict[str, str] = {
    "warmup:concepts:hidden:training_objectives:bounds": WORDS,
    "warmup:concepts:hidden:training_objectives:without_likelihood": WORDS,
    "warmup:concepts:hidden:reported_likelihoods:of_the_trained": WORDS,
    "warmup:concepts:hidden:reported_likelihoods:of_latent_variables": WORDS,
    "vae:concepts:hidden:collapsed_posterior:entries": WORDS,
    "diffusion:concepts:hidden:guidance_regimes:scales": WORDS,
    "diffusion:concepts:hidden:guidance_regimes:trade": WORDS,
    "autoregressive:concepts:hidden:density_kinds:of_all": WORDS,
    "autoregressive:concepts:hidden:density_kinds:of_the_classics": WORDS,
    "autoregressive:concepts:hidden:likelihood_access:of_all": WORDS,
    "autoregressive:concepts:hidden:likelihood_access:of_four": WORDS,
    "gan:concepts:hidden:equilibrium:of_the_discriminator": WORDS,
    "gan:concepts:hidden:equilibrium:of_the_generator": WORDS,
    "gan:concepts:hidden:game_values:minimum": WORDS,
    "gan:concepts:hidden:game_values:supremum": WORDS,
    "flows:concepts:hidden:determinant_costs:value": WORDS,
    "frontier:concepts:hidden:latent_savings:elements": WORDS,
    "frontier:concepts:hidden:latent_savings:positions": WORDS,
}
"""Hidden checks that send every attempt the same -> why they may."""


def hidden_checks(name: str) -> dict[str, Check]:
    """All hidden checks of an assignment by a key that tells them from those of all others."""
    exercises = open_course().assignment(name).exercises
    return {f"{name}:{check.key}": check for exercise in exercises for check in exercise.checks if check.visibility == "hidden"}


@functools.cache
def unsalted(name: str) -> frozenset[str]:
    """Hidden checks of which two attempts get the same numbers."""
    assignment = open_course().assignment(name)
    subject = LoadedModules(assignment, assignment.reference_files())
    found = set()
    for key, check in hidden_checks(name).items():
        sent = [[number for _, number in numbers_sent(assignment, subject, check, attempt)] for attempt in ATTEMPTS]
        if any(one == other for one, other in itertools.combinations(sent, 2)):
            found.add(key)
    return frozenset(found)


@pytest.mark.parametrize("name", open_course().names())
def test_inputs_of_a_hidden_check_differ_from_attempt_to_attempt(name: str) -> None:
    """In at least one number, of whatever is sent: arguments, options, parameters, what the check's own functions say."""
    assert sorted(unsalted(name) - FIXED.keys()) == []


@pytest.mark.parametrize("name", open_course().names())
def test_the_table_of_fixed_checks_is_up_to_date(name: str) -> None:
    """A check that has become salted, or does not exist any more, is no longer excused."""
    listed = {key for key in FIXED if key.startswith(f"{name}:")}
    assert sorted(listed - unsalted(name)) == []


def test_numbers_are_heard_wherever_they_are_sent() -> None:
    """A check with tensors, options and functions of its own is noted in full, and alike when it is run again."""
    assignment = open_course().assignment("diffusion")
    subject = LoadedModules(assignment, assignment.reference_files())
    check = hidden_checks("diffusion")["diffusion:ddim:hidden:ddim_sample_loop:noisy_steps"]
    first, again = (numbers_sent(assignment, subject, check, "an attempt") for _ in range(2))
    assert first == again
    places = {place for place, _ in first}
    assert {"call args 2", "call args 3", "call args 4", "call args 0 answers"} <= places
