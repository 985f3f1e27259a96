"""Wrong beliefs about the forward process and the reverse mean."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries, reference

Table = dict[str, Callable[..., float]]
concepts = reference("diffusion", "concepts")


# -- marginal_coefficients -------------------------------------------------------------------------------------


@probe("marginal_coefficients")
def observe_marginal_coefficients(candidate: Candidate, record: Record) -> None:
    """Much and little noise."""
    for alpha_bar in (0.9, 0.2):
        record_entries(record, f"{alpha_bar}", candidate.marginal_coefficients.answer(alpha_bar=alpha_bar))


@misconception(
    "marginal_coefficients",
    belief="alpha_bar and 1 - alpha_bar are the factors themselves",
    hint="What is the variance of x_t for data of unit variance? Should it be one?",
)
def roots_forgotten() -> Table:
    """Variances as factors."""
    return concepts.marginal_coefficients() | {
        "signal": lambda alpha_bar: alpha_bar, "noise": lambda alpha_bar: 1 - alpha_bar,
    }  # fmt: skip


@misconception(
    "marginal_coefficients",
    belief="alpha_bar is the share of noise",
    hint="Where does alpha_bar start, at one or at zero, and is x_t noisy there?",
)
def signal_and_noise_swapped() -> Table:
    """Swap the two."""
    return {
        "signal": lambda alpha_bar: math.sqrt(1 - alpha_bar),
        "noise": lambda alpha_bar: math.sqrt(alpha_bar),
        "snr": lambda alpha_bar: (1 - alpha_bar) / alpha_bar,
    }


@misconception(
    "marginal_coefficients",
    belief="the factors of signal and noise add up to one",
    hint="Which of the two has to add up to one: standard deviations or variances?",
)
def factors_adding_up_to_one() -> Table:
    """1 - sqrt."""
    return concepts.marginal_coefficients() | {"noise": lambda alpha_bar: 1 - math.sqrt(alpha_bar)}


@misconception(
    "marginal_coefficients",
    belief="the noise is given as a variance",
    hint="Your noise factor is the square of the right one. Does noise of unit variance get multiplied by a "
    "variance?",
)
def noise_variance_as_a_factor() -> Table:
    """1 - alpha_bar for the noise only."""
    return concepts.marginal_coefficients() | {"noise": lambda alpha_bar: 1 - alpha_bar}


@misconception(
    "marginal_coefficients",
    belief="the signal-to-noise ratio compares amplitudes",
    hint="Your ratio is the root of the one asked for. Is it a ratio of amplitudes or of powers?",
)
def ratio_of_amplitudes() -> Table:
    """Root of the ratio."""
    return concepts.marginal_coefficients() | {"snr": lambda alpha_bar: math.sqrt(alpha_bar / (1 - alpha_bar))}


# -- two_step_marginal -----------------------------------------------------------------------------------------


@probe("two_step_marginal")
def observe_two_step_marginal(candidate: Candidate, record: Record) -> None:
    """Different steps, in both orders."""
    for beta1, beta2 in ((0.1, 0.3), (0.6, 0.05)):
        record_entries(record, f"{beta1} {beta2}", candidate.two_step_marginal.answer(beta1=beta1, beta2=beta2))


@misconception(
    "two_step_marginal",
    belief="the variances of both steps simply add up",
    hint="The second step also shrinks what the first one added. By which factor does the variance of the first "
    "noise change?",
)
def variances_added() -> Table:
    """beta1 + beta2."""
    return concepts.two_step_marginal() | {"variance": lambda beta1, beta2: beta1 + beta2}


@misconception(
    "two_step_marginal",
    belief="the variance is the product of both",
    hint="With beta1 = 0 the first step does nothing. What variance should remain?",
)
def variances_multiplied() -> Table:
    """beta1 beta2."""
    return concepts.two_step_marginal() | {"variance": lambda beta1, beta2: beta1 * beta2}


@misconception(
    "two_step_marginal",
    belief="each step multiplies the data by 1 - beta",
    hint="Your mean factor is the square of the right one. By what does one step multiply x?",
)
def mean_factor_without_roots() -> Table:
    """No root."""
    return concepts.two_step_marginal() | {"mean_factor": lambda beta1, beta2: (1 - beta1) * (1 - beta2)}


@misconception(
    "two_step_marginal",
    belief="the first noise is scaled by the factor of the data, not by its square",
    hint="If x is multiplied by a, by what is its variance multiplied?",
)
def first_variance_scaled_by_the_root() -> Table:
    """Root instead of square."""
    return concepts.two_step_marginal() | {
        "variance": lambda beta1, beta2: math.sqrt(1 - beta2) * beta1 + beta2
    }


@misconception(
    "two_step_marginal",
    belief="the noise of the last step alone remains",
    hint="With beta2 = 0 the second step does nothing. What variance should remain?",
)
def only_the_last_noise_counted() -> Table:
    """beta2."""
    return concepts.two_step_marginal() | {"variance": lambda beta1, beta2: beta2}


# -- reverse_mean_coefficients ---------------------------------------------------------------------------------


@probe("reverse_mean_coefficients")
def observe_reverse_mean_coefficients(candidate: Candidate, record: Record) -> None:
    """A small and a large step."""
    for beta, alpha_bar in ((0.02, 0.7), (0.3, 0.1)):
        answer = candidate.reverse_mean_coefficients.answer(beta=beta, alpha_bar=alpha_bar)
        record_entries(record, f"{beta} {alpha_bar}", answer)


@misconception(
    "reverse_mean_coefficients",
    belief="the predicted noise is added",
    hint="Denoising by one step: is predicted noise to be put in or taken out?",
)
def noise_added() -> Table:
    """Plus."""
    return concepts.reverse_mean_coefficients() | {
        "noise": lambda beta, alpha_bar: beta / math.sqrt((1 - beta) * (1 - alpha_bar))
    }


@misconception(
    "reverse_mean_coefficients",
    belief="the step removes noise of amplitude sqrt(beta)",
    hint="The noise inside x_t is the sum of all steps so far, predicted as a whole. How large is this step's "
    "share, in terms of variances?",
)
def noise_removed_with_the_root_of_beta() -> Table:
    """sqrt(beta)."""
    return concepts.reverse_mean_coefficients() | {
        "noise": lambda beta, alpha_bar: -math.sqrt(beta) / math.sqrt(1 - beta)
    }


@misconception(
    "reverse_mean_coefficients",
    belief="the factor 1/sqrt(alpha) belongs to x_t only",
    hint="Your coefficient of x_t is right. Does the factor in front of the bracket apply to both terms?",
)
def factor_applied_to_x_only() -> Table:
    """No division of the noise term."""
    return concepts.reverse_mean_coefficients() | {
        "noise": lambda beta, alpha_bar: -beta / math.sqrt(1 - alpha_bar)
    }


@misconception(
    "reverse_mean_coefficients",
    belief="the noise is divided by the variance 1 - alpha_bar",
    hint="Compare the score with the noise: which of the two contains 1 - alpha_bar, and which its root?",
)
def noise_divided_by_the_variance() -> Table:
    """No root."""
    return concepts.reverse_mean_coefficients() | {
        "noise": lambda beta, alpha_bar: -beta / (math.sqrt(1 - beta) * (1 - alpha_bar))
    }


@misconception(
    "reverse_mean_coefficients",
    belief="the reverse step multiplies by sqrt(1 - beta), as the forward step does",
    hint="The forward step shrinks the data. What must a step back do?",
)
def shrunk_once_more() -> Table:
    """Multiply instead of divide."""
    return concepts.reverse_mean_coefficients() | {"x_t": lambda beta, alpha_bar: math.sqrt(1 - beta)}


@misconception(
    "reverse_mean_coefficients",
    belief="the mean of a reverse step is the predicted clean image",
    hint="Your coefficients jump to x_0 at once. How far should one step go?",
)
def jump_to_the_clean_image() -> Table:
    """The prediction of x_0."""
    return {
        "x_t": lambda beta, alpha_bar: 1 / math.sqrt(alpha_bar),
        "noise": lambda beta, alpha_bar: -math.sqrt((1 - alpha_bar) / alpha_bar),
    }
