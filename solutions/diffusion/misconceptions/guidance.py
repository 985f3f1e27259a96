"""Wrong beliefs about classifier-free guidance, with the behaviour they lead to."""

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

NULL = 23
LABELS = torch.arange(1000) % 10 + 1
EPS_COND = torch.tensor([[1.7, -0.6, 0.3], [0.2, 2.4, -1.1]])
EPS_UNCOND = torch.tensor([[0.4, -1.2, 0.9], [1.5, 0.1, -0.7]])


# -- drop_labels -------------------------------------------------------------------------------------------


@probe("drop_labels")
def observe_drop_labels(candidate: Candidate, record: Record) -> None:
    """Certain cases as they are; of random ones, rounded shares that do not depend on the order of the draws."""
    record("none", candidate.drop_labels, LABELS[:5], NULL, 0.0, generator=candidate.generator(1))
    record("all", candidate.drop_labels, LABELS[:5], NULL, 1.0, generator=candidate.generator(1))
    null_labels = []
    for p in (0.25, 0.75):
        dropped = candidate.drop_labels.observe(LABELS, NULL, p, candidate.generator(2))
        share = (dropped.value != LABELS).double().mean()
        record.value(f"share of changed labels for {p}", round(8 * float(share)) / 8)
        null_labels.append(bool((dropped.value == NULL).any()))
        record.value(f"global randomness for {p}", dropped.rng_used)
    record.value("null labels", null_labels)
    generator = candidate.generator(3)
    counts = [(candidate.drop_labels(LABELS[:40], NULL, 0.5, generator) != LABELS[:40]).sum() for _ in range(3)]
    record.value("always the same count", len({int(count) for count in counts}) == 1)
    labels = [candidate.drop_labels(LABELS[:40], NULL, 0.5, generator) for _ in range(2)]
    record.value("always the same labels", bool(torch.equal(*labels)))


misconception(
    "drop_labels", name="p_taken_for_keeping", belief="p is the probability of keeping a label", replace=("< p", ">= p"),
    hint="With p = 0.1 nearly all of your labels disappear. Is p the probability of dropping or of keeping?",
)  # fmt: skip

misconception(
    "drop_labels", name="seed_set_inside", belief="a function should be reproducible by itself",
    replace=("generator=generator", "generator=torch.Generator().manual_seed(0)"),
    hint="The same labels disappear at every call, whatever generator is passed. Is a seed set inside, or is nothing "
    "drawn at all?",
)  # fmt: skip

misconception(
    "drop_labels", name="whole_batch_dropped", belief="a batch is trained with labels or without them",
    replace=("y.shape", "()"),
    hint="In each of your batches either all labels are dropped or none. For whom is the coin tossed?",
)  # fmt: skip

misconception(
    "drop_labels", name="label_zero_for_no_class", belief="the null label is 0", replace=("null_label)", "0)"),
    hint="Your dropped labels become a class of their own: 0. Which label stands for no class here?",
)  # fmt: skip


misconception(
    "drop_labels", name="minus_one_for_no_class", belief="the null label is -1", replace=("null_label)", "-1)"),
    hint="Your dropped labels become -1, whatever null_label is. Which label stands for no class here?",
)  # fmt: skip


@misconception(
    "drop_labels",
    belief="the batch may be changed",
    hint="The labels that were passed in are different after the call. Who else may still need them?",
)
def labels_overwritten(
    y: Tensor, null_label: int, p: float = 0.1, generator: torch.Generator | None = None
) -> Tensor:
    """Write into y."""
    y[torch.rand(y.shape, generator=generator) < p] = null_label
    return y


misconception(
    "drop_labels", name="fixed_number_dropped", belief="a share p of each batch is dropped",
    replace=(
        "torch.rand(y.shape, generator=generator, device=y.device) < p",
        "torch.randperm(len(y), generator=generator).argsort() < round(p * len(y))",
    ),
    hint="You drop exactly the same number of labels every time. If each label is dropped independently, is the number fixed?",
)  # fmt: skip

misconception(
    "drop_labels", name="label_generator_ignored", belief="random numbers come from the global state",
    replace=("generator=generator, ", ""),
    hint="With equal generators your result differs from call to call. Where should the random numbers come from?",
)  # fmt: skip


# -- guided_noise ------------------------------------------------------------------------------------------


@probe("guided_noise")
def observe_guided_noise(candidate: Candidate, record: Record) -> None:
    """Scales inside and outside [0, 1], both precisions, gradients."""
    record("no guidance", candidate.guided_noise, EPS_COND, EPS_UNCOND, 0.0)
    record("conditional", candidate.guided_noise, EPS_COND, EPS_UNCOND, 1.0)
    record("half", candidate.guided_noise, EPS_COND, EPS_UNCOND, 0.5)
    record("strong", candidate.guided_noise, EPS_COND, EPS_UNCOND, 3.0)
    record("double", candidate.guided_noise, EPS_COND.double(), EPS_UNCOND.double(), 7.0)
    record.grad("gradient", candidate.guided_noise, EPS_COND, EPS_UNCOND, 3.0, wrt=(0, 1))


misconception(
    "guided_noise", name="scale_counted_from_the_conditional", belief="w = 0 is the plain conditional model",
    replace=("return eps_uncond", "return eps_cond"),
    hint="Your guidance is stronger than asked for, by exactly one. Two conventions are common: which value of w means no "
    "label in this one?",
)  # fmt: skip

misconception(
    "guided_noise", name="predictions_exchanged", belief="guidance pushes away from the label",
    replace=("eps_uncond + w * (eps_cond - eps_uncond)", "eps_cond + w * (eps_uncond - eps_cond)"),
    hint="With w = 1 your result ignores the label, with larger w it avoids the class. Which prediction do you start from, "
    "and which do you move towards?",
)  # fmt: skip

misconception(
    "guided_noise", name="conditional_added", belief="the conditional prediction is added to the unconditional one",
    replace=("(eps_cond - eps_uncond)", "eps_cond"),
    hint="With equal predictions your result is not that prediction. Whose difference does w scale?",
)  # fmt: skip

misconception(
    "guided_noise", name="unconditional_ignored", belief="guidance only scales the conditional prediction",
    replace=("eps_uncond + w * (eps_cond - eps_uncond)", "w * eps_cond"),
    hint="Your result does not depend on the unconditional prediction. What is it there for?",
)  # fmt: skip

misconception(
    "guided_noise", name="scale_limited_to_one", belief="a weight lies between 0 and 1",
    replace=("w * (", "min(max(w, 0.0), 1.0) * ("),
    hint="Beyond w = 1 your result no longer changes. What are guidance scales of 3 and 7 meant to do?",
)  # fmt: skip

misconception(
    "guided_noise", name="difference_alone", belief="only the difference matters", replace=("eps_uncond + w", "w"),
    hint="With equal predictions your result is zero. What is the scaled difference added to?",
)  # fmt: skip
