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
    for p in (0.25, 0.75):
        dropped = candidate.drop_labels.observe(LABELS, NULL, p, candidate.generator(2))
        share = (dropped.value != LABELS).double().mean()
        record.value(f"share of changed labels for {p}", round(8 * float(share)) / 8)
        record.value(f"null labels for {p}", bool((dropped.value == NULL).any()))
        record.value(f"global randomness for {p}", dropped.rng_used)
    generator = candidate.generator(3)
    counts = [(candidate.drop_labels(LABELS[:40], NULL, 0.5, generator) != LABELS[:40]).sum() for _ in range(3)]
    record.value("always the same count", len({int(count) for count in counts}) == 1)


@misconception(
    "drop_labels",
    belief="p is the probability of keeping a label",
    hint="With p = 0.1 nearly all of your labels disappear. Is p the probability of dropping or of keeping?",
)
def p_taken_for_keeping(
    y: Tensor, null_label: int, p: float = 0.1, generator: torch.Generator | None = None
) -> Tensor:
    """Keep with probability p."""
    return y.masked_fill(torch.rand(y.shape, generator=generator) >= p, null_label)


@misconception(
    "drop_labels",
    belief="a batch is trained with labels or without them",
    hint="In each of your batches either all labels are dropped or none. For whom is the coin tossed?",
)
def whole_batch_dropped(
    y: Tensor, null_label: int, p: float = 0.1, generator: torch.Generator | None = None
) -> Tensor:
    """One draw for all."""
    return y.masked_fill(torch.rand((), generator=generator) < p, null_label)


@misconception(
    "drop_labels",
    belief="the null label is 0",
    hint="Your dropped labels become a class of their own: 0. Which label stands for no class here?",
)
def label_zero_for_no_class(
    y: Tensor, null_label: int, p: float = 0.1, generator: torch.Generator | None = None
) -> Tensor:
    """Multiply by the mask."""
    return y * (torch.rand(y.shape, generator=generator) >= p).long()


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


@misconception(
    "drop_labels",
    belief="a share p of each batch is dropped",
    hint="You drop exactly the same number of labels every time. If each label is dropped independently, is the "
    "number fixed?",
)
def fixed_number_dropped(
    y: Tensor, null_label: int, p: float = 0.1, generator: torch.Generator | None = None
) -> Tensor:
    """Shuffle and cut."""
    order = torch.randperm(len(y), generator=generator)
    return y.index_fill(0, order[: round(p * len(y))], null_label)


@misconception(
    "drop_labels",
    belief="random numbers come from the global state",
    hint="With equal generators your result differs from call to call. Where should the random numbers come from?",
)
def label_generator_ignored(
    y: Tensor, null_label: int, p: float = 0.1, generator: torch.Generator | None = None
) -> Tensor:
    """Forget the generator."""
    return y.masked_fill(torch.rand(y.shape) < p, null_label)


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


@misconception(
    "guided_noise",
    belief="w = 0 is the plain conditional model",
    hint="Your guidance is stronger than asked for, by exactly one. Two conventions are common: which value of w "
    "means no label in this one?",
)
def scale_counted_from_the_conditional(eps_cond: Tensor, eps_uncond: Tensor, w: float) -> Tensor:
    """The convention (1 + w) cond - w uncond."""
    return (1 + w) * eps_cond - w * eps_uncond


@misconception(
    "guided_noise",
    belief="guidance pushes away from the label",
    hint="With w = 1 your result ignores the label, with larger w it avoids the class. Which prediction do you "
    "start from, and which do you move towards?",
)
def predictions_exchanged(eps_cond: Tensor, eps_uncond: Tensor, w: float) -> Tensor:
    """Swap the two."""
    return eps_cond + w * (eps_uncond - eps_cond)


@misconception(
    "guided_noise",
    belief="the conditional prediction is added to the unconditional one",
    hint="With equal predictions your result is not that prediction. Whose difference does w scale?",
)
def conditional_added(eps_cond: Tensor, eps_uncond: Tensor, w: float) -> Tensor:
    """Forget to subtract."""
    return eps_uncond + w * eps_cond


@misconception(
    "guided_noise",
    belief="guidance only scales the conditional prediction",
    hint="Your result does not depend on the unconditional prediction. What is it there for?",
)
def unconditional_ignored(eps_cond: Tensor, eps_uncond: Tensor, w: float) -> Tensor:
    """Scale one prediction."""
    return w * eps_cond


@misconception(
    "guided_noise",
    belief="a weight lies between 0 and 1",
    hint="Beyond w = 1 your result no longer changes. What are guidance scales of 3 and 7 meant to do?",
)
def scale_limited_to_one(eps_cond: Tensor, eps_uncond: Tensor, w: float) -> Tensor:
    """Clip w."""
    return eps_uncond + min(max(w, 0.0), 1.0) * (eps_cond - eps_uncond)


@misconception(
    "guided_noise",
    belief="only the difference matters",
    hint="With equal predictions your result is zero. What is the scaled difference added to?",
)
def difference_alone(eps_cond: Tensor, eps_uncond: Tensor, w: float) -> Tensor:
    """Forget the starting point."""
    return w * (eps_cond - eps_uncond)
