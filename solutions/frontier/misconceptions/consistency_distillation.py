"""Wrong beliefs about consistency distillation, with the behaviour they lead to."""


import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

X = torch.tensor([[1.7, -0.6, 0.3], [0.2, 2.4, -1.1]])
IMAGES = torch.linspace(-1.5, 2, 24).sin().reshape(3, 2, 2, 2)
T_HI = torch.tensor([1.3, 2.6, 0.9])
T_LO = torch.tensor([1.0, 1.9, 0.8])


def column(t: Tensor, x: Tensor) -> Tensor:
    """Times, shaped to multiply data; any shape of t will do."""
    return torch.as_tensor(t).reshape(-1, *[1] * (x.ndim - 1)).to(x.dtype)


def student(x: Tensor, t: Tensor) -> Tensor:
    """A student."""
    return torch.sin(x) + 0.3 * column(t, x) * x


def ema_student(x: Tensor, t: Tensor) -> Tensor:
    """An averaged student that differs from the student."""
    return torch.cos(0.7 * x) - 0.2 * column(t, x)


def teacher_step(x: Tensor, t_hi: Tensor, t_lo: Tensor) -> Tensor:
    """A teacher."""
    return x * (column(t_lo, x) / column(t_hi, x)) + 0.1 * column(t_hi, x)


@probe("distillation_loss")
def observe_distillation_loss(candidate: Candidate, record: Record) -> None:
    """Two batch sizes, double precision, the gradient, and whether the averaged student would be trained."""
    networks = (student, ema_student, teacher_step)
    record("vectors", candidate.distillation_loss, *networks, X, T_HI[:2], T_LO[:2])
    record("images", candidate.distillation_loss, *networks, IMAGES, T_HI, T_LO)
    record("one sample", candidate.distillation_loss, *networks, X[1:], T_HI[1:2], T_LO[1:2])
    record("double", candidate.distillation_loss, *networks, X.double(), T_HI[:2].double(), T_LO[:2].double())
    record.grad("gradient", candidate.distillation_loss, *networks, X, T_HI[:2], T_LO[:2], wrt=(3,))
    toy = candidate.toy("ToyTimeNetwork", slope=0.5, drift=0.2)
    seen = candidate.distillation_loss.observe(student, toy, teacher_step, X, T_HI[:2], T_LO[:2])
    record.value("averaged student is trained", float(seen.requires_grad))


misconception(
    "distillation_loss", name="gradient_through_the_target", belief="both sides of the difference are trained",
    replace=("torch.no_grad()", "torch.enable_grad()"),
    hint="Your loss sends gradients through the target as well. Which of the two is the moving target, and who is supposed to "
    "move it?",
)  # fmt: skip

misconception(
    "distillation_loss", name="only_the_teacher_detached", belief="it is enough that the teacher has no gradient",
    replace=[
        ("torch.no_grad()", "torch.enable_grad()"),
        ("teacher_step(x, t_hi, t_lo)", "teacher_step(x, t_hi, t_lo).detach()"),
    ],
    hint="The teacher is cut off from the graph, the averaged student is not. Would an optimiser that holds its parameters "
    "change them?",
)  # fmt: skip

misconception(
    "distillation_loss", name="student_as_its_own_target", belief="the target comes from the student itself",
    replace=("target = ema_student(", "target = student("),
    hint="The averaged student is never asked. Chasing its own output makes the student unstable; who should provide the "
    "target?",
)  # fmt: skip

misconception(
    "distillation_loss", name="teacher_not_asked", belief="both functions look at the same data",
    replace=("teacher_step(x, t_hi, t_lo)", "x"),
    hint="The teacher has no influence on your loss. Which data belong to time t_lo?",
)  # fmt: skip

misconception(
    "distillation_loss", name="target_at_the_later_time", belief="both functions are asked about the same time",
    replace=("teacher_step(x, t_hi, t_lo), t_lo)", "teacher_step(x, t_hi, t_lo), t_hi)"),
    hint="The averaged student is told the wrong noise level for the data it sees. At which time does the teacher's step end?",
)  # fmt: skip

misconception(
    "distillation_loss", name="student_at_the_teachers_point", belief="the student learns at the teacher's point",
    replace=("student(x, t_hi)", "student(teacher_step(x, t_hi, t_lo).detach(), t_lo)"),
    hint="Your student and its average see the same data. Between which two points of a trajectory should they agree?",
)  # fmt: skip

misconception(
    "distillation_loss", name="distance_summed_over_the_image", belief="the distance is summed over an image",
    replace=(".mean()", ".flatten(1).sum(dim=1).mean()"),
    hint="Your loss grows with the number of pixels. Over what is the mean taken?",
)  # fmt: skip

misconception(
    "distillation_loss", name="student_detached_instead", belief="the student is the constant one",
    replace=[("torch.no_grad()", "torch.enable_grad()"), ("student(x, t_hi)", "student(x, t_hi).detach()")],
    hint="The value is right, but the gradient goes through the target and not through the student. Which of the two should "
    "the optimiser move?",
)  # fmt: skip

misconception(
    "distillation_loss", name="absolute_distance", belief="absolute differences are as good as squared ones",
    replace=(".square()", ".abs()"),
    hint="Small differences weigh too much in your loss. Which norm does this objective contain?",
)  # fmt: skip

misconception(
    "distillation_loss", name="teacher_steps_the_other_way", belief="the teacher is told first where to arrive",
    replace=("teacher_step(x, t_hi, t_lo)", "teacher_step(x, t_lo, t_hi)"),
    hint="Your loss is the one for a teacher that steps from t_lo to t_hi. In which order does teacher_step take its two "
    "times, and at which of them are the data x?",
)  # fmt: skip

misconception(
    "distillation_loss", name="teacher_as_the_target", belief="the teacher's step is what the student should find",
    replace=("ema_student(teacher_step(x, t_hi, t_lo), t_lo)", "teacher_step(x, t_hi, t_lo)"),
    hint="Your averaged student is never asked. The teacher's step ends at t_lo: where does a consistency function lead?",
)  # fmt: skip

misconception(
    "distillation_loss", name="pseudo_huber_distance", belief="a pseudo-Huber distance is as good as a squared one",
    replace=(
        "(student(x, t_hi) - target).square().mean()",
        "(((student(x, t_hi) - target).flatten(1).square().sum(dim=1) + (c := 0.00054 * x[0].numel() ** 0.5) ** 2).sqrt() "
        "- c).mean()",
    ),
    hint="Your loss is the mean of each sample's distance, less a small constant: large differences count once, not squared. "
    "Which distance does the docstring name?",
)  # fmt: skip

misconception(
    "distillation_loss", name="pseudo_huber_distance_of_elements", belief="a pseudo-Huber distance is as good as a squared one",
    replace=(
        "(student(x, t_hi) - target).square().mean()",
        "(((student(x, t_hi) - target).square() + 0.001**2).sqrt() - 0.001).mean()",
    ),
    hint="Your loss adds up absolute differences, rounded off near zero. Which distance does the docstring name?",
)  # fmt: skip
