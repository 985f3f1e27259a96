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


# -- discriminator_loss ----------------------------------------------------------------------------------------


@probe("discriminator_loss")
def observe_discriminator_loss(candidate: Candidate, record: Record) -> None:
    """Batches of equal and of different size, and plain numbers."""
    record("equal batches", candidate.discriminator_loss, REAL, FAKE)
    record("numbers", candidate.discriminator_loss, 0.85, 0.3)
    record("fewer fakes", candidate.discriminator_loss, REAL, FAKE[:2])
    record("more fakes", candidate.discriminator_loss, REAL[:1], FAKE)


@misconception(
    "discriminator_loss",
    belief="the value of the minimax game is the discriminator's loss",
    hint="A better discriminator gets a larger value from you. Does the discriminator maximise or minimise what "
    "a loss function returns?",
)
def value_of_the_game(d_real: Array, d_fake: Array) -> float:
    """Leave the minus sign out."""
    return np.mean(np.log(d_real)) + np.mean(np.log(1 - d_fake))


@misconception(
    "discriminator_loss",
    belief="both terms are the log of the discriminator's output",
    hint="Your loss falls when the discriminator calls generated samples real. Which probability should it "
    "assign to the label 'fake' of those samples?",
)
def fakes_scored_as_real(d_real: Array, d_fake: Array) -> float:
    """Use log d for both."""
    return -(np.mean(np.log(d_real)) + np.mean(np.log(d_fake)))


@misconception(
    "discriminator_loss",
    belief="label 1 means generated",
    hint="A perfect discriminator gets the largest loss from you. Which of the two batches carries the label 1 here?",
)
def labels_swapped(d_real: Array, d_fake: Array) -> float:
    """Exchange the roles of the two batches."""
    return -(np.mean(np.log(1 - d_real)) + np.mean(np.log(d_fake)))


@misconception(
    "discriminator_loss",
    belief="losses are summed over the batch",
    hint="Your loss grows with the size of the batch. What happens to it when every sample is given twice, and "
    "what should happen?",
)
def discriminator_terms_summed(d_real: Array, d_fake: Array) -> float:
    """Sum in place of mean."""
    return -(np.sum(np.log(d_real)) + np.sum(np.log(1 - d_fake)))


@misconception(
    "discriminator_loss",
    belief="the two halves are averaged, as in a cross-entropy over both batches",
    hint="What loss do you get for a discriminator that says 0.5 to everything, and how many terms of log 2 does "
    "the formula contain?",
)
def halves_averaged(d_real: Array, d_fake: Array) -> float:
    """Half the loss."""
    return -0.5 * (np.mean(np.log(d_real)) + np.mean(np.log(1 - d_fake)))


@misconception(
    "discriminator_loss",
    belief="the mean may be taken before the logarithm",
    hint="Your value is right for a batch of one and too small otherwise. Do a mean and a logarithm commute?",
)
def log_of_the_mean_outputs(d_real: Array, d_fake: Array) -> float:
    """Average the probabilities first."""
    return -(np.log(np.mean(d_real)) + np.log(1 - np.mean(d_fake)))


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


@misconception(
    "generator_loss_saturating",
    belief="the non-saturating loss is the saturating one",
    hint="Your loss is steepest where the discriminator rejects the samples. Which of the generator's two losses "
    "has that property, and which one is asked for here?",
)
def nonsaturating_loss_returned(d_fake: Array) -> float:
    """The other loss."""
    return -np.mean(np.log(d_fake))


@misconception(
    "generator_loss_saturating",
    belief="every loss starts with a minus sign",
    hint="Minimising your loss makes the discriminator right about generated samples. Whose loss is that?",
)
def discriminators_share_returned(d_fake: Array) -> float:
    """The discriminator's term for generated samples."""
    return -np.mean(np.log(1 - d_fake))


@misconception(
    "generator_loss_saturating",
    belief="the game contains log D(G(z))",
    hint="Your loss falls when the samples look less real. Which term of the minimax game depends on the generator?",
)
def log_of_d_minimised(d_fake: Array) -> float:
    """Forget the complement."""
    return np.mean(np.log(d_fake))


@misconception(
    "generator_loss_saturating",
    belief="the saturating loss is summed over the batch",
    hint="What happens to your loss when every sample of the batch is given twice, and what should happen?",
)
def saturating_terms_summed(d_fake: Array) -> float:
    """Sum in place of mean."""
    return np.sum(np.log(1 - d_fake))


@misconception(
    "generator_loss_saturating",
    belief="the mean of the outputs may go into the logarithm",
    hint="Your value is right for a single sample and not for several different ones. Does the log of a mean "
    "equal the mean of the logs?",
)
def log_of_one_minus_the_mean(d_fake: Array) -> float:
    """Average the probabilities first."""
    return np.log(1 - np.mean(d_fake))


@misconception(
    "generator_loss_saturating",
    belief="losses are kept per sample",
    hint="One number per sample comes back. What does an optimiser need: a loss for each sample or one for the batch?",
)
def saturating_loss_per_sample(d_fake: Array) -> Array:
    """Leave the mean out."""
    return np.log(1 - d_fake)


# -- generator_loss_nonsaturating ------------------------------------------------------------------------------


@probe("generator_loss_nonsaturating")
def observe_generator_loss_nonsaturating(candidate: Candidate, record: Record) -> None:
    """A vector, a matrix and a number."""
    record("vector", candidate.generator_loss_nonsaturating, FAKE)
    record("number", candidate.generator_loss_nonsaturating, 0.3)
    record("matrix", candidate.generator_loss_nonsaturating, FAKE_MATRIX)


@misconception(
    "generator_loss_nonsaturating",
    belief="the generator always minimises log(1 - D)",
    hint="Your loss is nearly flat where the discriminator is sure that the samples are generated. Is that the "
    "behaviour that this variant was invented to have, or to avoid?",
)
def saturating_loss_returned(d_fake: Array) -> float:
    """The other loss."""
    return np.mean(np.log(1 - d_fake))


@misconception(
    "generator_loss_nonsaturating",
    belief="log D is what the generator minimises",
    hint="Minimising your value makes the samples look less real. Which way should a step downhill move D(G(z))?",
)
def objective_in_place_of_loss(d_fake: Array) -> float:
    """Leave the minus sign out."""
    return np.mean(np.log(d_fake))


@misconception(
    "generator_loss_nonsaturating",
    belief="generated samples carry the label 0 in the generator's step too",
    hint="Your loss is smallest when the discriminator spots every fake. Which label does the generator want for "
    "its samples?",
)
def trained_towards_label_zero(d_fake: Array) -> float:
    """The discriminator's term for generated samples."""
    return -np.mean(np.log(1 - d_fake))


@misconception(
    "generator_loss_nonsaturating",
    belief="the non-saturating loss is summed over the batch",
    hint="What happens to your loss when every sample of the batch is given twice, and what should happen?",
)
def nonsaturating_terms_summed(d_fake: Array) -> float:
    """Sum in place of mean."""
    return -np.sum(np.log(d_fake))


@misconception(
    "generator_loss_nonsaturating",
    belief="averaging first and taking the log later is the same",
    hint="Your value is right for a single sample and too small for several different ones. What does Jensen's "
    "inequality say about the log of a mean?",
)
def log_of_the_mean_output(d_fake: Array) -> float:
    """Average the probabilities first."""
    return -np.log(np.mean(d_fake))


@misconception(
    "generator_loss_nonsaturating",
    belief="a matrix of outputs keeps one loss per row",
    hint="With a single row of outputs you return one number, with a matrix several. What shape should a loss "
    "have that is averaged over everything?",
)
def averaged_over_the_last_axis_only(d_fake: Array) -> Array:
    """Average over one axis."""
    return -np.mean(np.log(np.atleast_1d(d_fake)), axis=-1)
