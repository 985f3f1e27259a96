"""Attacks out of short answers, which return no tensor but numbers, texts, formulas and lists of them."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.course.course import open_course

from .attacks.attack import Attack
from .conftest import Arena, reference_files, submission, the_exercise
from .told import everything_told
from .witness.opening import OpenGround
from .witness.witnesses import bites, task_of

EXERCISE = ("vae", "concepts.kl_isotropic")
PRELUDE = """
import gc, math, os, socket, struct, sys, threading

def serving():
    frame = sys._getframe()
    while frame.f_code.co_name != "answer_with":
        frame = frame.f_back
    return frame.f_locals["self"], frame.f_locals

def wire():
    return sys.modules["autograder.wire.codec"]

def send(message):
    data = wire().encode(message)
    serving()[0]._connection.sendall(struct.pack(">I", len(data)) + data)

def leaked(what):
    raise ValueError("LEAKED " + str(what))
"""

ATTACKS = {
    "a value that equals everything": "return lambda **q: type('Yes', (float,), {'__eq__': lambda a, b: True, '__sub__': lambda a, b: 0.0})(1.0)",
    "not a number": "return lambda **q: math.nan",
    "everything at once": "return [0.0, 1.0, lambda **q: 2.0]",
    "an array of guesses": "import numpy as np\nreturn lambda **q: np.linspace(0, 9, 1000)",
    "forged replies": "line, _ = serving()\nsend([line._sequence, 'reply', [['ok', 0.0]] * 50])\nreturn 0.0",
    "a reply ahead of time": "line, _ = serving()\nsend([line._sequence + 1, 'reply', [['ok', 0.0]]])\nreturn 0.0",
    "a bench that answers itself": "bench = serving()[1]['bench']\ntype(bench)._do_answer = lambda self, request: 0.0\nreturn 0.0",
    "a request that was never made": "line, _ = serving()\nsend([line._sequence, 'callback', [0, [[], {}], [], False]])\nreturn 0.0",
    "a handle for an answer": "return lambda **q: wire().Handle(0, 'float')",
    "a frame without end": "serving()[0]._connection.sendall(b'\\x04\\x00\\x00\\x00' + bytes(1000))\nreturn 0.0",
    "an exit": "os._exit(0)",
    "an exit in the formula": "return lambda **q: os._exit(0)",
    "no end": "while True: pass",
    "no end of a thread": "threading.Thread(target=lambda: [None for _ in iter(int, 1)]).start()\nreturn 0.0",
    "all memory": "return [bytes(2**30) for _ in range(100)]",
    "a flood": "for _ in range(10**5): print('x' * 10**4)\nreturn 0.0",
    "a deep answer": "value = []\nfor _ in range(10**5): value = [value]\nreturn value",
    "quantities told": "def formula(**q): raise ValueError('CANARY %r' % q)\nreturn formula",
    "quantities in a type's name": "def formula(**q): raise type('CANARY%r' % q, (Exception,), {})()\nreturn formula",
    "the network": "import _socket\ntry: _socket.socket(2, 1)\nexcept OSError: return 0.0\nleaked('a socket')",
    "a child": "try: pid = os.fork()\nexcept OSError: return 0.0\nif pid == 0: os._exit(0)\nleaked('a child')",
    "the parent": "for pid in VICTIMS:\n    try: os.kill(pid, 0); leaked('a signal')\n    except OSError: pass\nreturn 0.0",
    "the course": "for path in ('solutions', 'solutions/vae/hidden/test_losses.py', 'autograder/assessment/runner.py'):\n    path = os.path.join(COURSE, path)\n    try: leaked(os.listdir(path) if os.path.isdir(path) else open(path).read())\n    except OSError: pass\nreturn 0.0",
    "checks in memory": "found = [name for name in sys.modules if 'hidden' in name or 'autograder.checks' in name or name.startswith('solutions')]\nleaked(found) if found else None\nreturn 0.0",
    "expected values in memory": "gc.unfreeze()\nfound = [o for o in gc.get_objects() if type(o) is type(leaked) and o.__name__ in ('assert_number', 'gaussian_divergence')]\nleaked(found) if found else None\nreturn 0.0",
}

WITNESSES = {
    "the network": "judge: raises LEAKED",
    "a child": "judge: raises LEAKED",
    "the parent": "judge: raises LEAKED",
    "the course": "judge: raises LEAKED",
    "checks in memory": "judge: raises LEAKED",
    "expected values in memory": "judge: raises LEAKED",
    "an exit": "judge: dies",
    "no end": "judge: hangs",
    "all memory": "judge: swells",
    "a flood": "judge: prints 1000000",
    "a deep answer": "judge writes JSON: raises RecursionError",
    "a value that equals everything": "judge takes a formula: believes",
    "everything at once": "judge takes one of several: believes",
    "an array of guesses": "judge takes any of an array: believes",
    "quantities told": "judge takes a formula: prints CANARY",
    "quantities in a type's name": "judge takes a formula: prints CANARY",
    "an exit in the formula": "judge takes a formula: dies",
}
"""Where the attacks bite that are not bound to the loop that serves requests; those are like the ones of other exercises."""


@pytest.mark.parametrize("name", WITNESSES)
def test_it_bites_in_the_open(name: str, ground: OpenGround) -> None:
    """The same body before a judge in its own process."""
    attack = Attack(name, ATTACKS[name], PRELUDE, parameters="*args", witness=WITNESSES[name])
    record = ground.run(task_of(attack, dict(open_course().assignment("vae").reference_files())))
    assert bites(record, attack.witness), record


@pytest.mark.parametrize("name", ATTACKS)
def test_no_point_no_leak_no_harm(
    name: str,
    arena: Arena,
    tmp_path: Path,
    unharmed: Callable[[str, str], None],
    nothing_left: None,
) -> None:
    """A short answer gets as far as any other."""
    grader = arena.grader("vae")
    solutions = grader.course.solutions
    targets = f"\nCOURSE = {str(solutions.parent)!r}\nVICTIMS = [os.getppid()] if os.getppid() else []\n"
    body = ATTACKS[name]
    files = reference_files(arena, "vae")
    source = files["concepts.py"]
    assert isinstance(source, bytes)
    function = f"def kl_isotropic():\n{textwrap.indent(body, '    ')}\n"
    path = submission(tmp_path / "mallory", {**files, "concepts.py": source.decode() + PRELUDE + targets + function})
    graded = arena.grade("vae", path, EXERCISE[1], seconds=2.0)
    exercise = the_exercise(graded)
    assert exercise.score == 0
    told = "".join(check.message for check in exercise.checks if check.visibility == "hidden") + exercise.note
    assert "CANARY" not in told
    assert "LEAKED" not in "".join(everything_told(graded, tmp_path / "told").values())
    unharmed(*EXERCISE)
