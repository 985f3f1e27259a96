"""What the attacks' own code starts with: names of what they attack, and ways to say that they got there.

The same source runs behind the walls and, as a witness, where one of them is open. Only the targets differ: in the
open an attack meets a process, files, folders and a socket that were made for it. So no attack may name a path, a
process or an address itself; `tests/hostile/test_table.py` looks for that.
"""

from __future__ import annotations

TOOLS = '''
import sys, os, gc, time, struct, socket, threading, builtins, warnings, logging, inspect, types, ctypes, signal
import numpy as np, torch
from torch import Tensor

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
    """The line to the grader, its sequence number, and the names of the loop that serves it."""
    frame = next(frame for frame in frames() if frame.f_code.co_name == "answer_with")
    line = frame.f_locals["self"]
    return line, line._sequence, frame.f_locals

def bench():
    return serving()[2]["bench"]

def wire():
    return sys.modules["autograder.wire.codec"]

def send(data):
    line, _, _ = serving()
    line._connection.sendall(data)

def frame(message):
    data = wire().encode(message)
    return struct.pack(">I", len(data)) + data

def zeros(mu):
    return torch.zeros(len(mu), dtype=mu.dtype)

def right(mu, logvar):
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).flatten(1).sum(1)

CALLS = []

def visible(calls=3):
    """Whether this is one of the first calls, those of visible checks: hidden inputs come later, in the same worker."""
    CALLS.append(1)
    return len(CALLS) <= calls

FORGED = torch.full((3,), 7.25)
'''

BEHIND_WALLS = '''
import os as _os

class Bitten(BaseException):
    """Nothing that an attack catches: it got where it must not get."""

def bite(what):
    raise Bitten("LEAKED " + what)

def effect():
    """Called where a patch takes effect."""

import autograder.sandbox as _package
_parent, _self = _os.getppid(), _os.getpid()
VICTIMS = [1, _parent, _self - 1, _self + 1, 0, -1]
PLACES = ["/tmp/x", {results!r} + "/x", "/dev/shm/x", "/root/.bashrc", _os.path.expanduser("~/sitecustomize.py"),
          "../../x", _os.__file__]
TREES = ["/", "/work", "/root", "/home", _os.getcwd(), "/proc/1", "/proc/self", "/tmp", "/var/tmp"]
COURSE = _package.__file__.rsplit("/", 3)[0]
MEET = "/tmp/hostile-"
SEGMENT = "hostile"
ADDRESSES = [("127.0.0.1", 80), ("1.1.1.1", 53)]
SHELL = "/bin/sh"
ROOT = 0
'''

EFFECT_STATUS = 77
EFFECT_ENDS = f'''
def effect():
    """End the process: that the patch takes effect is seen from outside."""
    import os
    os._exit({EFFECT_STATUS})
'''
"""In place of the harmless `effect`, to see whether the patched thing is called at all."""


def behind_walls(results: str) -> str:
    """The targets of an attack behind the walls: the machine, the grader, the course.

    Args:
        results: a folder in which the grader's results might lie.
    """
    return BEHIND_WALLS.format(results=results) + TOOLS


def in_the_open(report: int, folder: str, victim: int, port: int) -> str:
    """The targets of an attack that runs without a wall: all of them made for it, and nothing else.

    Args:
        report: descriptor on which it says what it got at.
        folder: a temporary folder with a planted course in it.
        victim: a process that waits to be attacked.
        port: where a socket of the witness listens.
    """
    return (
        f"""
import os as _os

def bite(what):
    _os.write({report}, what.encode() + b"\\n")

def effect():
    bite("effect")

VICTIMS = [{victim}]
PLACES = [{folder!r} + "/" + name for name in ("x", "results/x", ".bashrc")]
TREES = [{folder!r}]
COURSE = {folder!r}
MEET = {folder!r} + "/hostile-"
SEGMENT = "hostile-%d" % _os.getpid()
ADDRESSES = [("127.0.0.1", {port})]
SHELL = "/bin/sh"
ROOT = _os.getuid()
"""
        + TOOLS
    )
