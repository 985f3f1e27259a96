"""Wrong beliefs about the losses of a GAN, with the behaviour they lead to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from autograder.checks import Candidate
from autograder.diagnosis import misconception, probe

Array = NDArray[np.float64]
Record = Callable[..., None]

REAL = np.array([0.9, 0.62, 0.35, 0.71])
FAKE = np.array([0.2, 0.47, 0.08, 0.66])
FAKE_MATRIX = np.array([[0.3, 0.12, 0.44], [0.57, 0.05, 0.81]])
SURE = np.array([4e-6, 0.3, 2e-5])
"""Probabilities at which a guard inside the logarithm shows."""


# -- discriminator_loss ----------------------------------------------------------------------------------------


@probe("discriminator_loss")
def observe_discriminator_loss(candidate: Candidate, record: Record) -> None:
    """Batches of equal and of different size, and plain numbers."""
    record("equal batches", candidate.discriminator_loss, REAL, FAKE)
    record("numbers", candidate.discriminator_loss, 0.85, 0.3)
    record("fewer fakes", candidate.discriminator_loss, REAL, FAKE[:2])
    record("more fakes", candidate.discriminator_loss, REAL[:1], FAKE)
    record("nearly sure", candidate.discriminator_loss, SURE, 1 - SURE)


misconception(
    "discriminator_loss", name="value_of_the_game", belief="the value of the minimax game is the discriminator's loss",
    replace=("return -(", "return ("),
    hint="A better discriminator gets a larger value from you. Does the discriminator maximise or minimise what a loss "
    "function returns?",
)  # fmt: skip

misconception(
    "discriminator_loss", name="fakes_scored_as_real", belief="both terms are the log of the discriminator's output",
    replace=("np.log1p(-np.asarray(d_fake))", "np.log(d_fake)"),
    hint="Your loss falls when the discriminator calls generated samples real. Which probability should it assign to the "
    "label 'fake' of those samples?",
)  # fmt: skip

misconception(
    "discriminator_loss", name="labels_swapped", belief="label 1 means generated",
    replace=[("np.log(d_real)", "np.log(1 - d_real)"), ("np.log1p(-np.asarray(d_fake))", "np.log(d_fake)")],
    hint="A perfect discriminator gets the largest loss from you. Which of the two batches carries the label 1 here?",
)  # fmt: skip

misconception(
    "discriminator_loss", name="discriminator_terms_summed", belief="losses are summed over the batch",
    replace=[("np.mean(np.log(d_real))", "np.sum(np.log(d_real))"), ("np.mean(np.log1p", "np.sum(np.log1p")],
    hint="Your loss grows with the size of the batch. What happens to it when every sample is given twice, and what should "
    "happen?",
)  # fmt: skip

misconception(
    "discriminator_loss", name="halves_averaged", belief="the two halves are averaged, as in a cross-entropy over both batches",
    replace=("return -(", "return -0.5 * ("),
    hint="What loss do you get for a discriminator that says 0.5 to everything, and how many terms of log 2 does the formula "
    "contain?",
)  # fmt: skip

misconception(
    "discriminator_loss", name="log_of_the_mean_outputs", belief="the mean may be taken before the logarithm",
    replace=[
        ("np.mean(np.log(d_real))", "np.log(np.mean(d_real))"),
        ("np.mean(np.log1p(-np.asarray(d_fake)))", "np.log1p(-np.mean(d_fake))"),
    ],
    hint="Your value is right for a batch of one and too small otherwise. Do a mean and a logarithm commute?",
)  # fmt: skip


@misconception(
    "discriminator_loss",
    belief="both batches have the same size",
    hint="Your loss is right for batches of equal size only. By which number should each of the two sums be divided?",
)
def both_sums_divided_by_the_real_batch(d_real: Array, d_fake: Array) -> float:
    """Divide everything by the number of real samples."""
    return -(np.sum(np.log(d_real)) + np.sum(np.log(1 - d_fake))) / np.size(d_real)


# -- generator_loss_saturating ---------------------------------------------------------------------------------


@probe("generator_loss_saturating")
def observe_generator_loss_saturating(candidate: Candidate, record: Record) -> None:
    """A vector, a matrix and a number."""
    record("vector", candidate.generator_loss_saturating, FAKE)
    record("number", candidate.generator_loss_saturating, 0.3)
    record("matrix", candidate.generator_loss_saturating, FAKE_MATRIX)
    record("nearly sure", candidate.generator_loss_saturating, 1 - SURE)


misconception(
    "generator_loss_saturating", name="nonsaturating_loss_returned", belief="the non-saturating loss is the saturating one",
    replace=("np.mean(np.log1p(-np.asarray(d_fake)))", "-np.mean(np.log(d_fake))"),
    hint="Your loss is steepest where the discriminator rejects the samples. Which of the generator's two losses has that "
    "property, and which one is asked for here?",
)  # fmt: skip

misconception(
    "generator_loss_saturating", name="discriminators_share_returned", belief="every loss starts with a minus sign",
    replace=("return np.mean(", "return -np.mean("),
    hint="Minimising your loss makes the discriminator right about generated samples. Whose loss is that?",
)  # fmt: skip

misconception(
    "generator_loss_saturating", name="log_of_d_minimised", belief="the game contains log D(G(z))",
    replace=("np.log1p(-np.asarray(d_fake))", "np.log(d_fake)"),
    hint="Your loss falls when the samples look less real. Which term of the minimax game depends on the generator?",
)  # fmt: skip

misconception(
    "generator_loss_saturating", name="saturating_terms_summed", belief="the saturating loss is summed over the batch",
    replace=("np.mean(", "np.sum("),
    hint="What happens to your loss when every sample of the batch is given twice, and what should happen?",
)  # fmt: skip

misconception(
    "generator_loss_saturating", name="log_of_one_minus_the_mean", belief="the mean of the outputs may go into the logarithm",
    replace=("np.mean(np.log1p(-np.asarray(d_fake)))", "np.log1p(-np.mean(d_fake))"),
    hint="Your value is right for a single sample and not for several different ones. Does the log of a mean equal the mean "
    "of the logs?",
)  # fmt: skip

misconception(
    "generator_loss_saturating", name="saturating_loss_per_sample", belief="losses are kept per sample",
    replace=("np.mean(np.log1p(-np.asarray(d_fake)))", "np.log1p(-d_fake)"),
    hint="One number per sample comes back. What does an optimiser need: a loss for each sample or one for the batch?",
)  # fmt: skip

misconception(
    "generator_loss_saturating", name="share_of_detected_samples", belief="the chance of being caught is minimised",
    replace=("np.log1p(-np.asarray(d_fake))", "1 - np.asarray(d_fake)"),
    hint="Your loss stays between 0 and 1, however sure the discriminator is. Which function of 1 - d is averaged in the "
    "formula?",
)  # fmt: skip


# -- generator_loss_nonsaturating ------------------------------------------------------------------------------


@probe("generator_loss_nonsaturating")
def observe_generator_loss_nonsaturating(candidate: Candidate, record: Record) -> None:
    """A vector, a matrix and a number."""
    record("vector", candidate.generator_loss_nonsaturating, FAKE)
    record("number", candidate.generator_loss_nonsaturating, 0.3)
    record("matrix", candidate.generator_loss_nonsaturating, FAKE_MATRIX)
    record("nearly sure", candidate.generator_loss_nonsaturating, SURE)


misconception(
    "generator_loss_nonsaturating", name="saturating_loss_returned", belief="the generator always minimises log(1 - D)",
    replace=("-np.mean(np.log(d_fake))", "np.mean(np.log(1 - d_fake))"),
    hint="Your loss is nearly flat where the discriminator is sure that the samples are generated. Is that the behaviour that "
    "this variant was invented to have, or to avoid?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="objective_in_place_of_loss", belief="log D is what the generator minimises",
    replace=("-np.mean(", "np.mean("),
    hint="Minimising your value makes the samples look less real. Which way should a step downhill move D(G(z))?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="trained_towards_label_zero",
    belief="generated samples carry the label 0 in the generator's step too", replace=("np.log(d_fake)", "np.log(1 - d_fake)"),
    hint="Your loss is smallest when the discriminator spots every fake. Which label does the generator want for its samples?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="nonsaturating_terms_summed",
    belief="the non-saturating loss is summed over the batch", replace=("np.mean(", "np.sum("),
    hint="What happens to your loss when every sample of the batch is given twice, and what should happen?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="log_of_the_mean_output",
    belief="averaging first and taking the log later is the same",
    replace=("np.mean(np.log(d_fake))", "np.log(np.mean(d_fake))"),
    hint="Your value is right for a single sample and too small for several different ones. What does Jensen's inequality say "
    "about the log of a mean?",
)  # fmt: skip

misconception(
    "generator_loss_nonsaturating", name="averaged_over_the_last_axis_only",
    belief="a matrix of outputs keeps one loss per row",
    replace=("np.mean(np.log(d_fake))", "np.mean(np.log(np.atleast_1d(d_fake)), axis=-1)"),
    hint="With a single row of outputs you return one number, with a matrix several. What shape should a loss have that is "
    "averaged over everything?",
)  # fmt: skip


@misconception(
    "discriminator_loss", belief="both batches are one batch of labelled samples",
    hint="Your loss is right where both batches have the same size. Over which samples does each of the two means run?",
)  # fmt: skip
def one_mean_over_both_batches(d_real: Array, d_fake: Array) -> float:
    """Twice the mean over all samples together."""
    logs = np.concatenate([np.log(np.ravel(d_real)), np.log1p(-np.ravel(d_fake))])
    return float(-2 * np.mean(logs))
