"""Modules in memory: imports among a submission's files, notebooks, and statements that fail or do not belong."""

from __future__ import annotations

import builtins
import json
import random
import signal
import sys
from typing import Any

import numpy as np
import pytest
import torch
from module_spaces import notebook_of, space_from, space_of

from autograder.cli import interrupt
from autograder.runtime.module_space import NOTEBOOK, LoadError
from autograder.runtime.torch_operations import TorchOperations


@pytest.mark.parametrize(
    "statement",
    [
        "from other import f",
        "from .other import f",
        "from . import other; f = other.f",
        "import other; f = other.f",
        "import other as o; f = o.f",
        "from other import *",
        "from .other import f as g; f = g",
        "def f():\n    from other import f\n    return f()",
    ],
)
def test_files_import_each_other(statement: str) -> None:
    """Absolutely, relatively, with stars and aliases, at the top and inside functions."""
    space = space_of(main=statement, other="def f():\n    return 7\n")
    assert space.module("main").f() == 7


@pytest.mark.parametrize(
    "statement",
    [
        "from helpers.deep import f",
        "import helpers.deep; f = helpers.deep.f",
        "import helpers.deep as d; f = d.f",
        "from helpers import deep; f = deep.f",
        "from .helpers.deep import f",
        "from helpers import reexported as f",
    ],
)
@pytest.mark.parametrize("with_init", [True, False])
def test_helper_packages(statement: str, with_init: bool) -> None:
    """With and without ``__init__.py``; packages import within themselves relatively."""
    files = {"main.py": statement, "helpers/deep.py": "from .base import seven\ndef f():\n    return seven\n"}
    files["helpers/base.py"] = "from ..constants import seven\n"
    files["constants.py"] = "seven = 7\n"
    if with_init:
        files["helpers/__init__.py"] = "from .deep import f as reexported\n"
    elif "reexported" in statement:
        pytest.skip("needs an __init__.py")
    space = space_from({name: text.encode() for name, text in files.items()})
    assert space.module("main").f() == 7


def test_circular_imports() -> None:
    """Two files that import each other and use each other in calls."""
    space = space_of(
        even="import odd\ndef is_even(n):\n    return n == 0 or odd.is_odd(n - 1)\n",
        odd="import even\ndef is_odd(n):\n    return n > 0 and even.is_even(n - 1)\n",
    )
    assert space.module("even").is_even(10)
    assert space.module("odd").is_odd(7)


def test_a_circular_import_of_names_keeps_the_functions() -> None:
    """It fails in Python too, at the top of one of the files; whatever does not need the name still works."""
    space = space_of(one="from two import g\ndef f():\n    return 1\n", two="from one import f\ndef g():\n    return 2\n")
    assert space.module("one").f() == 1
    assert space.module("one").g() == 2


def test_two_spaces_do_not_meet() -> None:
    """Two submissions with files of the same names, and nothing under the plain names."""
    first, second = space_of(losses="x = 1"), space_of(losses="x = 2")
    assert (first.module("losses").x, second.module("losses").x) == (1, 2)
    assert "losses" not in sys.modules


def test_a_file_is_run_once() -> None:
    """However often it is imported."""
    space = space_of(a="import b\n", b="import c\nc.count += 1\n", c="count = 0\n", d="import b\n")
    for name in ("a", "d", "b", "c"):
        space.module(name)
    assert space.module("c").count == 1


def test_libraries_come_from_the_installation() -> None:
    """Plain, dotted and renamed imports of libraries."""
    space = space_of(main="import torch.nn.functional as F, numpy as np, os.path\nfrom torch import nn\nimport torch\n")
    module = space.module("main")
    assert (module.torch, module.np, module.F) == (torch, np, torch.nn.functional)


def test_reaching_above_the_submission_is_an_import_error() -> None:
    """``from .. import`` finds nothing, and a relative import never finds a library."""
    for statement in ("from . import no", "from ..secret import x", "from .numpy import array", "from .no import x"):
        space = space_of(main=f"def f():\n    {statement}\n")
        with pytest.raises(ImportError):
            space.module("main").f()


@pytest.mark.parametrize("name", ["missing", "", "a.b", "torch"])
def test_what_is_not_part_of_the_submission_cannot_be_loaded(name: str) -> None:
    """A library is no module of the submission."""
    with pytest.raises(LoadError) as caught:
        space_of(main="x = 1").module(name)
    assert isinstance(caught.value.cause, ModuleNotFoundError)


def test_a_syntax_error_is_reported_each_time() -> None:
    """The file is not tried again, and files that import it fail where they do."""
    space = space_of(broken="def f(:\n", user="def g():\n    return 1\nfrom broken import f\n")
    for _ in range(2):
        with pytest.raises(LoadError) as caught:
            space.module("broken")
        assert isinstance(caught.value.cause, SyntaxError)
    assert space.module("user").g() == 1
    assert any("SyntaxError" in complaint for complaint in space.complaints)


def test_definitions_only_skips_what_merely_runs() -> None:
    """A training at the top of a file; imports, functions, classes and constants stay."""
    source = """
import math
SIZE = 3
def train():
    raise AssertionError("must not run")
class Model:
    size = SIZE
model = train()
train()
for _ in iter(int, 1):
    pass
while True:
    pass
if True:
    train()
def area():
    return math.pi * SIZE
"""
    space = space_of(main=source, definitions_only=True)
    module = space.module("main")
    assert module.area() == pytest.approx(9.42, abs=0.01)
    assert module.Model.size == 3
    assert not hasattr(module, "model")


def test_a_main_guard_does_not_run() -> None:
    """Neither in a file nor in a notebook."""
    source = "if __name__ == '__main__':\n    raise AssertionError\nx = 1\n"
    assert space_of(main=source).module("main").x == 1
    space = notebook_of(source)
    assert space.module("losses").x == 1
    assert not space.complaints


def test_cells_form_one_namespace() -> None:
    """Every expected module is the notebook; a failing cell does not stop later ones; the last definition counts."""
    space = notebook_of(
        "import math",
        "def f():\n    return 1",
        "1 / 0\ndef lost():\n    return 0",
        "def f(:",
        "from model import f as renamed\nimport losses",
        "def f():\n    return math.floor(2.5)",
        expected=("losses", "model"),
    )
    assert space.module("losses") is space.module("model")
    assert space.module("model").f() == 2
    assert space.module("losses").renamed() == 1
    assert len(space.complaints) == 2
    assert space.complaints[0].startswith("cell 3")


def test_notebook_names_are_harmless() -> None:
    """``display`` and ``get_ipython()`` exist and do nothing."""
    space = notebook_of("display(1)", "get_ipython().run_line_magic('matplotlib', 'inline')", "x = 1")
    assert space.module("losses").x == 1
    assert not space.complaints


def test_a_file_beside_a_notebook_is_a_module_of_its_own() -> None:
    """The notebook stands for the modules without a file only."""
    cells = json.dumps([{"source": "from model import h\ndef f():\n    return h()", "cell": 1, "id": "1"}]).encode()
    files = {NOTEBOOK: cells, "model.py": b"def h():\n    return 5\n"}
    space = space_from(files, ("losses", "model"))
    assert space.module("losses").f() == 5
    assert not hasattr(space.module("model"), "f")


def test_definitions_only_in_notebooks() -> None:
    """A cell that would not end."""
    space = notebook_of("x = 2", "while True: pass", "def f():\n    return x", definitions_only=True)
    assert space.module("losses").f() == 2


def test_builtins_are_not_shared() -> None:
    """A submission that replaces a builtin replaces its own."""
    module = space_of(main="__builtins__['len'] = lambda x: 42\ndef f():\n    return len([])\n").module("main")
    assert module.f() == 42
    assert builtins.len([]) == 0


def _ask(bench: TorchOperations, op: str, **fields: Any) -> list:
    return bench.perform({"op": op, **fields})


DISTURBANCES = {
    "dtype": "torch.set_default_dtype(torch.float64)",
    "grad": "torch.set_grad_enabled(False)",
    "seeds": "torch.manual_seed(3); np.random.seed(3); random.seed(3)",
    "errors": "np.seterr(all='raise')",
    "deterministic": "torch.use_deterministic_algorithms(True)",
    "device": "torch.set_default_device('meta')",
    "mode": "kept = torch.inference_mode(); kept.__enter__()",
}


def _global_state() -> dict[str, Any]:
    return {
        "dtype": torch.get_default_dtype(),
        "grad": torch.is_grad_enabled(),
        "seeds": (torch.get_rng_state().tolist(), np.random.get_state()[1].tolist(), random.getstate()),  # type: ignore[index]
        "errors": np.geterr(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "device": torch.empty(1).device,
        "mode": torch.is_inference_mode_enabled(),
    }


@pytest.mark.parametrize("disturbance", DISTURBANCES)
@pytest.mark.parametrize("how", ["import", "call", "sibling", "substitute"])
def test_loading_leaves_no_trace_in_global_state(disturbance: str, how: str) -> None:
    """However a file comes to be run: at the start, by the first call, for a substitution."""
    source = f"import random, torch, numpy as np\n{DISTURBANCES[disturbance]}\ndef f():\n    return 1\n"
    space = space_of(main=source if how != "sibling" else "def f():\n    return 1\n", other=source)
    bench = TorchOperations(lambda *details: None, space=space)
    before = _global_state()
    requests: dict[str, dict[str, Any]] = {
        "import": {"op": "import", "module": "main"},
        "call": {"op": "call", "target": ["module", "main", "f"], "args": (), "kwargs": {}},
        "sibling": {"op": "call", "target": ["module", "other", "f"], "args": (), "kwargs": {}},
        "substitute": {"op": "substitute", "module": "main", "name": "f", "callback": lambda: 2},
    }
    reply = bench.perform(requests[how])
    assert reply[0] == "ok", reply
    assert _global_state() == before


def test_the_worker_reports_only_the_students_frames() -> None:
    """No path of this machine, the student's line, the error's type."""
    space = space_of(main="def f(x):\n    return x.shape\n")
    bench = TorchOperations(lambda *details: None, space=space)
    reply = _ask(bench, "call", target=["module", "main", "f"], args=(3,), kwargs={})
    assert reply[:2] == ["error", "AttributeError"]
    assert "return x.shape" in reply[3]
    assert "/" not in reply[3]


def test_absent_and_unwritten_are_missing_and_failing_to_load_is_not() -> None:
    """The reasons in the reply."""
    space = space_of(main="def f():\n    raise NotImplementedError()\n", broken="def f(:\n")
    bench = TorchOperations(lambda *details: None, space=space)
    reasons = [
        _ask(bench, "call", target=["module", module, name], args=(), kwargs={})[4]
        for module, name in (("main", "f"), ("main", "g"), ("broken", "f"))
    ]
    assert reasons == ["missing", "missing", "load:broken"]


def test_error_messages_are_cut() -> None:
    """A student's message of a megabyte does not travel."""
    bench = TorchOperations(lambda *details: None, space=space_of(main="def f():\n    raise ValueError('x' * 10**6)\n"))
    reply = _ask(bench, "call", target=["module", "main", "f"], args=(), kwargs={})
    assert len(reply[2]) <= 2000


def test_unknown_requests_are_answered_with_an_error() -> None:
    """Nothing kills the workbench."""
    bench = TorchOperations(lambda *details: None, space=space_of(main="x = 1"))
    assert _ask(bench, "nonsense")[0] == "error"
    assert _ask(bench, "attribute", number=7, name="x")[0] == "error"


@pytest.mark.parametrize(
    "body", ["os.kill(os.getpid(), signal.SIGINT)", "try:\n    os.kill(os.getpid(), signal.SIGTERM)\nfinally:\n    x = 1"]
)
def test_an_interruption_is_not_taken_for_a_statement_that_failed(body: str) -> None:
    """Of a command: otherwise a reference without some of its functions would go on, and others be charged for that."""
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with pytest.raises(KeyboardInterrupt):
            space_of(main=f"import os, signal\n{body}\ndef f(): ...\n").module("main")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
