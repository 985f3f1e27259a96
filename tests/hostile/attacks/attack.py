"""How an attack is written down."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

WALLS = {
    "process": "the judge lives in another process, in which nothing of the submission runs",
    "data": "only plain data crosses: a subclass arrives as its plain type, anything else as a number without behaviour",
    "values": "values are compared, after type, shape, dtype and finiteness, so that NaN and nothing at all fail",
    "hidden inputs": "hidden inputs differ by run and submission, and there are many",
    "protocol": "every frame is checked: length, number, kind, form, items, depth, bytes",
    "bench": "requests are served from a table made before the submission runs, its replies are checked for form",
    "callbacks": "the grader's functions check what they are asked with: number, form, size, how often, how long",
    "texts": "of a hidden check three fixed outcomes are told, and nothing that a submission said or printed",
    "phases": "what a student may read is said before any worker of the run has met a hidden input",
    "markup": "text from outside is escaped and freed of control characters",
    "fresh worker": "every part of an exercise that loses its worker gets a fresh one; the next student's is fresh anyway",
    "loader": "a failing statement is skipped, an ending one leaves the file's definitions; settings are put back",
    "finder": "only the assignment's own names are taken from a submission, and only in the worker",
    "filter": "the system call filter",
    "no path": "private root, Landlock: the path does not exist or may not be opened",
    "namespaces": "namespaces of its own, its own uid: there is nobody to signal, trace or meet",
    "limits": "memory, files, threads and output of a worker are limited by the kernel and the grader",
    "time": "a time limit for every check and a budget for the submission; the worker is killed from outside",
    "memory ceiling": "one ceiling for all that a submission makes the grader hold, one byte budget for a frame",
    "scratch": "a scratch folder of limited size that goes with the worker",
}
"""What stops attacks, by short name."""

INTENTS = {
    "gain": "points for what is not right",
    "leak": "hidden inputs, or the course, in what a student reads",
    "harm": "the grader, the machine or the next student",
    "none": "nothing: an honest answer in odd circumstances must keep its points",
}


@dataclass(frozen=True)
class Attack:
    """A submission with hostile code in one function, at import, or both.

    Attributes:
        name: what is tried.
        body: of the attacked function; it ends by a wrong answer unless `most` allows a score.
        at_import: statements at the end of the attacked file.
        intent: what it is after, a key of :data:`INTENTS`.
        wall: what stops it, a key of :data:`WALLS`.
        witness: where it bites and how that shows, see :mod:`hostile.witness.witnesses`: the name of a witness, a
            colon, and what has to be seen there.
        most: the score that may be reached, because the hostile part is harmless and the rest is honest.
        seconds: the time limit of a check.
        files: files handed in beside.
        chooses: it makes hidden checks right, wrong or not running as it likes, which a student is told.
        known: why the attack still succeeds, where it does.
    """

    name: str
    body: str = "return zeros(mu)"
    at_import: str = ""
    intent: str = "gain"
    wall: str = "values"
    witness: str = "judge: runs"
    assignment: str = "vae"
    exercise: str = "losses.gaussian_kl"
    parameters: str = "mu, logvar"
    most: float = 0.0
    seconds: float = 6.0
    files: dict[str, str] = field(default_factory=dict)
    chooses: bool = False
    known: str = ""

    @property
    def module(self) -> str:
        """The attacked file."""
        return self.exercise.partition(".")[0]

    @property
    def function(self) -> str:
        """The attacked function."""
        return self.exercise.partition(".")[2]

    def source(self, reference: str, prelude: str) -> str:
        """Return the file: everything right but the attacked function.

        Args:
            reference: the file as it should be.
            prelude: targets and tools, see :mod:`hostile.attacks.prelude`.
        """
        body = textwrap.indent(textwrap.dedent(self.body).strip(), "    ")
        definition = f"def {self.function}({self.parameters}):\n{body}\n"
        return "\n".join([reference, prelude, definition, textwrap.dedent(self.at_import)])


HONEST = "return right(mu, logvar)"
"""The right answer of the exercise that is attacked by default."""
