"""Wrong beliefs about the terms of a log-likelihood: which there are, and what a library's function expects."""


import torch.nn.functional as F
from torch import Tensor

from autograder.diagnosis import misconception

# -- categorical_log_prob ----------------------------------------------------------------------------------

misconception(
    "categorical_log_prob", name="first_step_left_out", belief="the first element has nothing to depend on",
    replace=(".sum(dim=-1)", "[:, 1:].sum(dim=-1)"),
    hint="A sequence of one step has log-probability 0 in your version, whatever it is. Is the first factor of the chain rule "
    "a conditional too, one without a condition?",
)  # fmt: skip

misconception(
    "categorical_log_prob", name="last_step_left_out", belief="the last element predicts nothing, so it does not count",
    replace=(".sum(dim=-1)", "[:, :-1].sum(dim=-1)"),
    hint="The last element of the sequence has no influence on your result. How many factors has the chain rule for T "
    "elements?",
)  # fmt: skip

misconception(
    "categorical_log_prob", name="probabilities_added_up", belief="probabilities of the steps add up",
    replace=("logits.log_softmax(dim=-1)", "logits.softmax(dim=-1)"),
    hint="You add up probabilities. The chain rule multiplies them: what does its logarithm add up?",
)  # fmt: skip

misconception(
    "categorical_log_prob", name="most_probable_category_taken", belief="the likelihood is that of the model's own choice",
    replace=("x.unsqueeze(-1)", "logits.argmax(dim=-1, keepdim=True)"),
    hint="Your result does not depend on x, only on the largest logit of each step. Whose probability is asked for?",
)  # fmt: skip

misconception(
    "categorical_log_prob", name="last_step_alone", belief="a sum that is kept up along the steps need not be added to",
    replace=(".sum(dim=-1)", "[:, -1]"),
    hint="Your result is the log-probability of the last step alone. If you go through the steps in a loop, what happens to "
    "those before?",
)  # fmt: skip

# -- bernoulli_log_prob ------------------------------------------------------------------------------------

REFERENCE = '-F.binary_cross_entropy_with_logits(logits, x, reduction="none")'

misconception(
    "bernoulli_log_prob", name="ones_not_counted", belief="only pixels that are off have a probability",
    replace=(REFERENCE, "((1 - x) * F.logsigmoid(-logits))"),
    hint="Vectors of ones all have log-probability 0 in your version. Which event do you leave out?",
)  # fmt: skip

misconception(
    "bernoulli_log_prob", name="cross_entropy_of_probabilities", belief="the cross-entropy of probabilities is as good",
    replace=(REFERENCE, '-F.binary_cross_entropy(logits.sigmoid(), x, reduction="none")'),
    hint="Your values stop falling at -100 per pixel, however wrong a confident prediction is. What does the documentation of "
    "binary_cross_entropy say about its logarithms, and which sibling of it takes logits?",
)  # fmt: skip

misconception(
    "bernoulli_log_prob", name="exponential_overflows", belief="log(1 + exp(l)) can be computed as it is written",
    replace=(REFERENCE, "(x * logits - (1 + logits.exp()).log())"),
    hint="For very large logits your result is infinite or not a number. Do you compute the exponential or the sigmoid of a "
    "logit on the way, how large or small may the result become, and which function gives its logarithm at once?",
)  # fmt: skip

misconception(
    "bernoulli_log_prob", name="softmax_over_the_pixels", belief="a softmax makes probabilities of logits, here too",
    replace=(REFERENCE, "(x * logits.log_softmax(dim=-1))"),
    hint="Your pixels compete: their probabilities of being on add up to one. Is one of them on, or may each be?",
)  # fmt: skip

misconception(
    "bernoulli_log_prob", name="probabilities_added_up", belief="probabilities of the pixels add up",
    replace=(REFERENCE, "(x * logits.sigmoid() + (1 - x) * (-logits).sigmoid())"),
    hint="You add up the probabilities of the pixels. Independent events multiply: what does the logarithm of a product add "
    "up?",
)  # fmt: skip


@misconception(
    "bernoulli_log_prob", belief="how far off the prediction is, is its likelihood",
    hint="Your result is minus a squared distance. Which logarithms does the docstring's formula add up?",
)  # fmt: skip
def squared_error_returned(logits: Tensor, x: Tensor) -> Tensor:
    """Minus the squared error of the probabilities."""
    return -F.mse_loss(logits.sigmoid(), x, reduction="none").sum(dim=-1)


# -- bits_per_dim ------------------------------------------------------------------------------------------

misconception(
    "bits_per_dim", name="multiplied_by_the_dimensions", belief="per dimension means times the number of dimensions",
    replace=("/ (num_dims * math.log(2))", "* num_dims / math.log(2)"),
    hint="A larger image costs more per dimension in your version. Is the total shared out among the dimensions, or repeated?",
)  # fmt: skip

misconception(
    "bits_per_dim", name="logarithm_taken_again", belief="the base-2 logarithm of the log-likelihood gives bits",
    replace=("-log_prob / (num_dims * math.log(2))", "(-log_prob).log2() / num_dims"),
    hint="You take the binary logarithm of something that is a logarithm already. How does one change the base of a logarithm?",
)  # fmt: skip
