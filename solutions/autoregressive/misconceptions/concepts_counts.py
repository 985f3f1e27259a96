"""Wrong beliefs about the size of the chain rule and the cost of MADE."""

from __future__ import annotations

from collections.abc import Callable

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries

Counts = dict[str, Callable[..., float] | int]


# -- table_sizes -----------------------------------------------------------------------------------------------


@probe("table_sizes")
def observe_table_sizes(candidate: Candidate, record: Record) -> None:
    """Two sizes, at the first, a middle and the last variable."""
    for i, n in ((1, 5), (3, 5), (5, 5), (2, 3)):
        record_entries(record, f"i={i} n={n}", candidate.table_sizes.answer(i=i, n=n))


@misconception(
    "table_sizes",
    belief="a probability table stores both outcomes",
    hint="The two entries of a row of your table add up to one. How many of them are free?",
)
def both_outcomes_counted() -> Counts:
    """Store p and 1 - p."""
    return {"conditional": lambda i, n: 2**i, "all": lambda i, n: 2 * (2**n - 1)}


@misconception(
    "table_sizes",
    belief="variables are counted from zero",
    hint="For i = 1 your table has one variable too many. On how many variables does p(x_1) depend?",
)
def variables_counted_from_zero() -> Counts:
    """Give conditional i as many parents as its number, with the right total."""
    return {"conditional": lambda i, n: 2**i, "all": lambda i, n: 2**n - 1}


@misconception(
    "table_sizes",
    belief="one number for each value of each parent, added up",
    hint="Your count grows linearly with i. How many different settings do i - 1 bits have together?",
)
def parents_added_instead_of_combined() -> Counts:
    """Count parents instead of their settings."""
    return {"conditional": lambda i, n: 2 * (i - 1) + 1, "all": lambda i, n: n * n}


@misconception(
    "table_sizes",
    belief="factorising makes the joint distribution cheaper",
    hint="Your total is smaller than the number of free entries of the joint table. Has the chain rule assumed "
    "anything that would allow this?",
)
def chain_rule_taken_for_independence() -> Counts:
    """Count independent bits."""
    return {"conditional": lambda i, n: 1, "all": lambda i, n: n}


@misconception(
    "table_sizes",
    belief="the joint table has 2^n free entries",
    hint="Your total is one too large. Which condition do all entries of the joint table satisfy together?",
)
def normalisation_forgotten() -> Counts:
    """Forget that probabilities sum to one."""
    return {"conditional": lambda i, n: 2 ** (i - 1), "all": lambda i, n: 2**n}


# -- network_passes --------------------------------------------------------------------------------------------


@probe("network_passes")
def observe_network_passes(candidate: Candidate, record: Record) -> None:
    """Three sizes."""
    for size in (2, 5, 9):
        record_entries(record, f"D={size}", candidate.network_passes.answer(num_inputs=size))


@misconception(
    "network_passes",
    belief="one pass gives all conditionals, so one pass gives a sample",
    hint="After one pass you know p(x_2 | x_1) for the x_1 that you fed in. Which x_1 was that when nothing was "
    "drawn yet?",
)
def sample_in_one_pass() -> Counts:
    """Draw all pixels at once."""
    return {"log_prob": 1, "sample": 1}


@misconception(
    "network_passes",
    belief="every conditional needs a pass of its own, given data too",
    hint="What do the masks buy? Which inputs does output d see when the whole vector is fed in?",
)
def one_pass_per_conditional() -> Counts:
    """Evaluate conditionals one by one."""
    return {"log_prob": lambda num_inputs: num_inputs, "sample": lambda num_inputs: num_inputs}


@misconception(
    "network_passes",
    belief="sampling is fast and likelihoods are slow, as in an inverse autoregressive flow",
    hint="Which of the two tasks has all values of x at hand from the start?",
)
def likelihood_and_sampling_swapped() -> Counts:
    """Swap the two."""
    return {"log_prob": lambda num_inputs: num_inputs, "sample": 1}


@misconception(
    "network_passes",
    belief="the first variable needs no network",
    hint="Your count for sampling is one short. Where in MADE is the probability of the first variable stored?",
)
def first_variable_for_free() -> Counts:
    """Leave out a pass."""
    return {"log_prob": 1, "sample": lambda num_inputs: num_inputs - 1}


@misconception(
    "network_passes",
    belief="every new variable means evaluating all conditionals before it again, one by one",
    hint="Your count for sampling grows with the square of the size. How many conditionals does one pass give?",
)
def conditionals_reevaluated_one_by_one() -> Counts:
    """Count 1 + 2 + … + D."""
    return {"log_prob": 1, "sample": lambda num_inputs: num_inputs * (num_inputs + 1) / 2}
