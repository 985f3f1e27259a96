"""Wrong beliefs about the forward process and the reverse mean."""

from __future__ import annotations

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries

# -- marginal_coefficients -------------------------------------------------------------------------------------


@probe("marginal_coefficients")
def observe_marginal_coefficients(candidate: Candidate, record: Record) -> None:
    """Much and little noise."""
    for alpha_bar in (0.9, 0.2):
        record_entries(record, f"{alpha_bar}", candidate.marginal_coefficients.answer(alpha_bar=alpha_bar))


misconception(
    "marginal_coefficients", name="roots_forgotten", belief="alpha_bar and 1 - alpha_bar are the factors themselves",
    replace=[("math.sqrt(alpha_bar)", "alpha_bar"), ("math.sqrt(1 - alpha_bar)", "1 - alpha_bar")],
    hint="What is the variance of x_t for data of unit variance? Should it be one?",
)  # fmt: skip

misconception(
    "marginal_coefficients", name="signal_and_noise_swapped", belief="alpha_bar is the share of noise",
    replace=[
        ("math.sqrt(alpha_bar)", "math.sqrt(1 - alpha_bar)"),
        ("math.sqrt(1 - alpha_bar)", "math.sqrt(alpha_bar)"),
        ("alpha_bar / (1 - alpha_bar)", "(1 - alpha_bar) / alpha_bar"),
    ],
    hint="Where does alpha_bar start, at one or at zero, and is x_t noisy there?",
)  # fmt: skip

misconception(
    "marginal_coefficients", name="factors_adding_up_to_one", belief="the factors of signal and noise add up to one",
    replace=("math.sqrt(1 - alpha_bar)", "1 - math.sqrt(alpha_bar)"),
    hint="Which of the two has to add up to one: standard deviations or variances?",
)  # fmt: skip

misconception(
    "marginal_coefficients", name="noise_variance_as_a_factor", belief="the noise is given as a variance",
    replace=("math.sqrt(1 - alpha_bar)", "1 - alpha_bar"),
    hint="Your noise factor is the square of the right one. Does noise of unit variance get multiplied by a variance?",
)  # fmt: skip

misconception(
    "marginal_coefficients", name="ratio_of_amplitudes", belief="the signal-to-noise ratio compares amplitudes",
    replace=("alpha_bar / (1 - alpha_bar)", "math.sqrt(alpha_bar / (1 - alpha_bar))"),
    hint="Your ratio is the root of the one asked for. Is it a ratio of amplitudes or of powers?",
)  # fmt: skip


# -- two_step_marginal -----------------------------------------------------------------------------------------


@probe("two_step_marginal")
def observe_two_step_marginal(candidate: Candidate, record: Record) -> None:
    """Different steps, in both orders."""
    for beta1, beta2 in ((0.1, 0.3), (0.6, 0.05)):
        record_entries(record, f"{beta1} {beta2}", candidate.two_step_marginal.answer(beta1=beta1, beta2=beta2))


misconception(
    "two_step_marginal", name="variances_added", belief="the variances of both steps simply add up",
    replace=("1 - (1 - beta1) * (1 - beta2)", "beta1 + beta2"),
    hint="The second step also shrinks what the first one added. By which factor does the variance of the first noise change?",
)  # fmt: skip

misconception(
    "two_step_marginal", name="variances_multiplied", belief="the variance is the product of both",
    replace=("1 - (1 - beta1) * (1 - beta2)", "beta1 * beta2"),
    hint="With beta1 = 0 the first step does nothing. What variance should remain?",
)  # fmt: skip

misconception(
    "two_step_marginal", name="mean_factor_without_roots", belief="each step multiplies the data by 1 - beta",
    replace=("math.sqrt(", "("),
    hint="Your mean factor is the square of the right one. By what does one step multiply x?",
)  # fmt: skip

misconception(
    "two_step_marginal", name="first_variance_scaled_by_the_root",
    belief="the first noise is scaled by the factor of the data, not by its square",
    replace=("1 - (1 - beta1) * (1 - beta2)", "math.sqrt(1 - beta2) * beta1 + beta2"),
    hint="If x is multiplied by a, by what is its variance multiplied?",
)  # fmt: skip

misconception(
    "two_step_marginal", name="only_the_last_noise_counted", belief="the noise of the last step alone remains",
    replace=("1 - (1 - beta1) * (1 - beta2)", "beta2"),
    hint="With beta2 = 0 the second step does nothing. What variance should remain?",
)  # fmt: skip


# -- reverse_mean_coefficients ---------------------------------------------------------------------------------


@probe("reverse_mean_coefficients")
def observe_reverse_mean_coefficients(candidate: Candidate, record: Record) -> None:
    """A small and a large step."""
    for beta, alpha_bar in ((0.02, 0.7), (0.3, 0.1)):
        answer = candidate.reverse_mean_coefficients.answer(beta=beta, alpha_bar=alpha_bar)
        record_entries(record, f"{beta} {alpha_bar}", answer)


misconception(
    "reverse_mean_coefficients", name="noise_added", belief="the predicted noise is added", replace=("-beta /", "beta /"),
    hint="Denoising by one step: is predicted noise to be put in or taken out?",
)  # fmt: skip

misconception(
    "reverse_mean_coefficients", name="noise_removed_with_the_root_of_beta",
    belief="the step removes noise of amplitude sqrt(beta)",
    replace=("-beta / math.sqrt((1 - beta) * (1 - alpha_bar))", "-math.sqrt(beta) / math.sqrt(1 - beta)"),
    hint="The noise inside x_t is the sum of all steps so far, predicted as a whole. How large is this step's share, in terms "
    "of variances?",
)  # fmt: skip

misconception(
    "reverse_mean_coefficients", name="factor_applied_to_x_only", belief="the factor 1/sqrt(alpha) belongs to x_t only",
    replace=("(1 - beta) * (1 - alpha_bar)", "1 - alpha_bar"),
    hint="Your coefficient of x_t is right. Does the factor in front of the bracket apply to both terms?",
)  # fmt: skip

misconception(
    "reverse_mean_coefficients", name="noise_divided_by_the_variance",
    belief="the noise is divided by the variance 1 - alpha_bar",
    replace=("math.sqrt((1 - beta) * (1 - alpha_bar))", "(math.sqrt(1 - beta) * (1 - alpha_bar))"),
    hint="Compare the score with the noise: which of the two contains 1 - alpha_bar, and which its root?",
)  # fmt: skip

misconception(
    "reverse_mean_coefficients", name="shrunk_once_more",
    belief="the reverse step multiplies by sqrt(1 - beta), as the forward step does",
    replace=("1 / math.sqrt(1 - beta)", "math.sqrt(1 - beta)"),
    hint="The forward step shrinks the data. What must a step back do?",
)  # fmt: skip

misconception(
    "reverse_mean_coefficients", name="jump_to_the_clean_image",
    belief="the mean of a reverse step is the predicted clean image",
    replace=[
        ("math.sqrt(1 - beta)", "math.sqrt(alpha_bar)"),
        ("-beta / math.sqrt((1 - beta) * (1 - alpha_bar))", "-math.sqrt((1 - alpha_bar) / alpha_bar)"),
    ],
    hint="Your coefficients jump to x_0 at once. How far should one step go?",
)  # fmt: skip
