"""How an attack is written down."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Intent = Literal["gain", "tell", "harm", "noise"]
"""Points that are not earned; hidden inputs carried out; harm to others; or only an answer that is odd."""

PRELUDE = '''
import sys, os, gc, time, struct, socket, threading, builtins, warnings, logging, inspect, types, ctypes
import numpy as np, torch
from torch import Tensor

TARGET_PIDS = (1, os.getppid(), os.getpid() - 1, os.getpid() + 1, 0, -1)
TARGET_DIR = "/tmp"
TARGET_PLACES = ("/work", "/root", "/home", os.getcwd(), "/proc/1", "/proc/self", "/tmp", "/etc/shadow")

MARKING = False

def MARK(marking=MARKING, leave=os._exit):
    """Called where hostile code takes effect; a witness sets the flag, and the worker ends here with a status of its own."""
    if marking: leave(77)

SEEN = []

def note(*tensors):
    """Remember a fingerprint of every input."""
    for value in tensors:
        if isinstance(value, (Tensor, np.ndarray)):
            SEEN.append("SEEN%.9e" % float(torch.as_tensor(np.asarray(value)).double().sum()))
    return " ".join(SEEN[-12:])

def frames():
    frame = sys._getframe()
    while frame is not None:
        yield frame
        frame = frame.f_back

def serving():
    """Line and sequence number of the loop that serves the grader."""
    frame = next(frame for frame in frames() if frame.f_code.co_name == "answer_with")
    line = frame.f_locals["self"]
    return line, line._sequence, frame.f_locals

def bench():
    """What carries out requests; nothing of it is out of the submission's reach."""
    return serving()[2]["bench"]

def operations():
    """The table that requests are served from: made before the submission ran, and patched here."""
    return bench()._operations

def wire():
    return sys.modules["autograder.sandbox.wire"]

def send(data):
    line, _, _ = serving()
    MARK()
    line._connection.sendall(data)

def frame(message):
    data = wire().encode(message)
    return struct.pack(">I", len(data)) + data

def zeros(mu):
    return torch.zeros(len(mu), dtype=mu.dtype)
'''


@dataclass(frozen=True)
class Attack:
    """A submission with hostile code in one function, at import, or both.

    Attributes:
        name: what is tried.
        body: of the attacked function; it ends by a wrong answer unless `most` allows a score.
        at_import: statements at the end of the attacked file.
        most: the score that may be reached, because the hostile part is harmless and the rest is honest.
        seconds: the time limit of a check.
        files: files handed in beside.
        known: why the attack still succeeds, where it does.
        intent: what it is for; the table that it stands in says so where it is left out.
        effect: what it does where no wall is; see :mod:`hostile.unwalled`.
        unwitnessed: why nobody can see it succeed without the wall, where that is so.
    """

    name: str
    body: str = "return zeros(mu)"
    at_import: str = ""
    assignment: str = "vae"
    exercise: str = "losses.gaussian_kl"
    parameters: str = "mu, logvar"
    most: float = 0.0
    seconds: float = 6.0
    files: dict[str, str] = field(default_factory=dict)
    known: str = ""
    intent: Intent | Literal[""] = ""
    effect: str = ""
    unwitnessed: str = ""

    @property
    def module(self) -> str:
        """The attacked file."""
        return self.exercise.partition(".")[0]

    @property
    def function(self) -> str:
        """The attacked function."""
        return self.exercise.partition(".")[2]

    def source(self, reference: str, *, marking: bool = False, targets: Mapping[str, object] | None = None) -> str:
        """Return the file: everything right but the attacked function; ``marking`` ends it where that takes effect.

        ``targets`` replace what it would look at and strike, for a run without walls.
        """
        body = textwrap.indent(textwrap.dedent(self.body).strip(), "    ")
        definition = f"def {self.function}({self.parameters}):\n{body}\n"
        prelude = PRELUDE.replace("MARKING = False", "MARKING = True") if marking else PRELUDE
        for name, value in (targets or {}).items():
            prelude, count = re.subn(rf"^{name} = .*$", lambda _: f"{name} = {value!r}", prelude, flags=re.MULTILINE)  # noqa: B023
            assert count == 1, name
        return "\n".join([reference, prelude, definition, textwrap.dedent(self.at_import)])


def meant(intent: Intent, attacks: Iterable[Attack]) -> list[Attack]:
    """Attacks of one table, each with the table's intent unless it has its own."""
    return [replace(attack, intent=attack.intent or intent) for attack in attacks]


HONEST = "return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).flatten(1).sum(1)"
"""The right answer of the exercise that is attacked by default."""
