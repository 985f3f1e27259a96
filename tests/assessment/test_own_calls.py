"""What a submission's exercises build on, read off its own code."""

from __future__ import annotations

import json

import pytest
from tiny_course import pieces, right_answers

from autograder.assessment.assess import assess
from autograder.assessment.consequences import with_own_pieces
from autograder.assessment.kept import Kept
from autograder.assessment.own_calls import method_owners, own_calls
from autograder.assessment.runner import RunOptions
from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.sessions.subjects import LoadedModules
from autograder.wire.names import NOTEBOOK

KEYS = ["a.f", "a.g", "b.h", "b.K"]


@pytest.mark.parametrize(
    ("a", "b", "found"),
    [
        ("def f(x): return g(x)", "", {"a.f": {"a.g"}}),
        ("def f(x): return helper(x)\ndef helper(x): return g(x)", "", {"a.f": {"a.g"}}),
        ("f = lambda x: -g(-x)", "", {"a.f": {"a.g"}}),
        ("alias = g\ndef f(x): return alias(x)", "", {"a.f": {"a.g"}}),
        ("def f(x, g): return g(x)", "", {}),
        ("def f(x):\n    g = x\n    return g", "", {}),
        ("def f(x): return x.g + F.g(x)", "", {}),
        ("def f(x): return f(x - 1)", "", {}),
        ("", "from a import g\ndef h(x): return g(x)", {"b.h": {"a.g"}}),
        ("", "from a import g as other\ndef h(x): return other(x)", {"b.h": {"a.g"}}),
        ("", "from .a import g\ndef h(x): return g(x)", {"b.h": {"a.g"}}),
        ("", "import a as A\ndef h(x): return A.g(x)", {"b.h": {"a.g"}}),
        ("", "from . import a\ndef h(x): return a.g(x)", {"b.h": {"a.g"}}),
        ("", "from a import *\ndef h(x): return g(x)", {"b.h": {"a.g"}}),
        ("def twice(x): return g(x)", "from a import twice\ndef h(x): return twice(x)", {"b.h": {"a.g"}}),
        ("", "def h(x):\n    from a import g\n    return g(x)", {"b.h": {"a.g"}}),
        ("", "class K:\n    def m(self, x): return [h(y) for y in x]\ndef h(x): return x", {"b.K": {"b.h"}}),
        ("", "from common import twice\ndef h(x): return twice(x)", {"b.h": {"a.g"}}),
        ("def f(x): return (", "", {}),
        ("def f(x): return x" + ".y" * 700, "", {}),
    ],
)
def test_calls_are_found_as_python_finds_them(a: str, b: str, found: dict[str, set[str]]) -> None:
    """Helpers, aliases and imports are followed; what a parameter or a local variable hides is not a call."""
    common = b"from a import g\ndef twice(x): return g(g(x))\n"
    calls = own_calls({"a.py": ("def g(x): return x\n" + a).encode(), "b.py": b.encode(), "common.py": common}, KEYS)
    assert {key: others for key, others in calls.items() if others} == found


def test_in_a_notebook_a_name_is_the_exercise_that_has_it() -> None:
    """All cells share one namespace, and a module that is a file beside it has its own."""
    cells = json.dumps([{"cell": 1, "source": "def g(x): return x"}, {"cell": 2, "source": "def h(x): return g(x)"}]).encode()
    assert own_calls({NOTEBOOK: cells}, KEYS)["b.h"] == {"a.g"}
    assert own_calls({NOTEBOOK: cells, "b.py": b"def h(x): return g(x)"}, KEYS)["b.h"] == set()


@pytest.mark.parametrize(
    ("a", "b", "found"),
    [
        ("class K:\n    def m(self): pass", "class L: pass", {}),
        ("class K:\n    def m(self): pass", "import a\nclass L(a.K): pass", {"m": "a.K"}),
        ("class K:\n    def m(self): pass", "from a import K as B\nclass L(B): m = None", {"m": "b.L"}),
        ("class P:\n    def m(self): pass\nclass K(P): pass", "from a import *\nclass L(K): pass", {"m": "a.P"}),
        ("class K:\n    m, n = 1, 2\nclass P(K):\n    n = 3", "from a import P\nclass L(P): pass", {"m": "a.K", "n": "a.P"}),
        ("class P:\n    m = 1\nclass Q:\n    m = 2", "from a import P, Q\nclass L(Q, P): pass", {"m": "a.Q"}),
        ("class K:\n    m, _n = 1, 2", "from a import K\nclass L(K): _n = 3", {"m": "b.L", "_n": "b.L"}),
        ("class K(K): pass", "class L(L): m = 1", {"m": "b.L"}),
        ("", "from torch import nn\nclass L(nn.Module, make()): pass", {}),
    ],
)
def test_a_method_has_an_owner(a: str, b: str, found: dict[str, str]) -> None:
    """As Python looks it up, but for what calls something private that a class below has changed."""
    assert method_owners({"a.py": a.encode(), "b.py": b.encode()}, ["a.K", "b.L"])["b.L"] == found


def assessed(tiny: Assignment, **texts: str) -> dict[str, bool]:
    """Whether each exercise has all its points, of the names `double`, `shift` and `jitter`."""
    subject = LoadedModules(tiny, right_answers(pieces=pieces(**texts)))
    return {one.exercise.name: one.complete for one in assess(tiny, tiny.exercises, subject, RunOptions(), None)}


OWN = "double(x) - x + torch.randn_like(x)"
"""A right `jitter` of which the outline does not know that it builds on `double`."""


def test_a_mistake_in_what_the_own_code_calls_is_charged_once(tiny: Assignment) -> None:
    """The outline knows nothing of `jitter` being built on `double`."""
    told = assessed(tiny, double="3 * x", jitter=OWN)
    assert told["jitter"]
    assert not told["double"]


def test_a_mistake_of_its_own_is_charged_whatever_is_called(tiny: Assignment) -> None:
    """With a right `double` it is still wrong."""
    told = assessed(tiny, double="3 * x", jitter="double(x) - x")
    assert not told["jitter"]


@pytest.mark.parametrize("shift", ["jitter(x) + by", "3 * x + by"])
def test_what_builds_on_an_exercise_is_not_lent_to_it(tiny: Assignment, shift: str) -> None:
    """Whoever leaves out the general would have the special for nothing: `double` as `shift` by nothing."""
    assert not assessed(tiny, double="shift(x, 0 * x)", shift=shift)["double"]


def test_nothing_is_lent_in_a_circle(tiny: Assignment) -> None:
    """Or nobody would have to write either."""
    told = assessed(tiny, double="jitter(x)", jitter="double(x)")
    assert not told["double"]
    assert not told["jitter"]


def test_what_is_not_there_is_lent_where_the_outline_names_it_alone(tiny: Assignment) -> None:
    """A mistake is charged once; what is missing is none."""
    text = pieces(double="NOTHING", jitter=OWN).replace("return NOTHING", "raise NotImplementedError")
    subject = LoadedModules(tiny, right_answers(pieces=text))
    told = {one.exercise.name: one.complete for one in assess(tiny, tiny.exercises, subject, RunOptions(), None)}
    assert told["shift"]
    assert not told["jitter"]


def test_the_assignment_is_itself_where_the_code_calls_what_the_outline_names(tiny: Assignment) -> None:
    """Of the references nothing is new."""
    assert with_own_pieces(tiny, tiny.reference_files()) is tiny


def test_what_calls_an_exercise_that_is_graded_again_is_graded_again(tiny: Assignment) -> None:
    """Its basis knows nothing of that."""
    ids = [one.id for one in tiny.exercises]
    files = right_answers(pieces=pieces(double="3 * x", jitter=OWN))
    kept = Kept(None, {key: None for key in ids if not key.endswith(".double")})  # type: ignore[misc]
    assert tiny.exercise("jitter").id in kept.standing(tiny).exercises
    assert tiny.exercise("jitter").id not in kept.standing(with_own_pieces(tiny, files)).exercises


def test_classes_that_share_a_method_are_graded_together() -> None:
    """A mark of one depends on what became of the other."""
    vae = open_course().assignment("vae")
    files = vae.reference_files()
    files["model.py"] += b"\nclass MLPVAE(VAE):\n    encode = decode = None\n"
    assert with_own_pieces(vae, vae.reference_files()).exercise("model.MLPVAE").beside == ()
    own = with_own_pieces(vae, files)
    assert own.exercise("model.MLPVAE").beside == ("model.VAE",)
    kept = Kept(None, {one.id: None for one in vae.exercises if one.name != "VAE"})  # type: ignore[misc]
    assert vae.exercise("model.MLPVAE").id in kept.standing(vae).exercises
    assert vae.exercise("model.MLPVAE").id not in kept.standing(own).exercises
