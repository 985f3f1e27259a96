"""Statements that fail: what goes on after them, what is told of them, and whose words an error has."""

from __future__ import annotations

import sys

import pytest
from module_spaces import notebook_of, space_of

from autograder.runtime.torch_operations import TorchOperations


@pytest.mark.parametrize(
    "statement",
    [
        "1 / 0",
        "raise SystemExit(0)",
        "exit()",
        "raise KeyboardInterrupt",
        "open('/nowhere/at/all')",
        "input('name? ')",
        "undefined",
        "import not_installed_anywhere",
        "assert False, 'demonstration'",
        "f(1, 2, 3)",
    ],
)
def test_a_failing_statement_does_not_cost_the_functions(statement: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, between or after them; the complaint names line and error."""
    monkeypatch.setattr(sys, "stdin", open("/dev/null"))  # noqa: SIM115 - for the length of the test
    source = f"before = 1\ndef f():\n    return before\n{statement}\ndef g():\n    return f() + 1\nafter = 3\n"
    space = space_of(main=source)
    module = space.module("main")
    assert (module.f(), module.g(), module.after) == (1, 2, 3)
    assert space.complaints[0].startswith("main.py")
    assert "line 4" in space.complaints[0]


def test_future_imports_hold_for_every_function_of_a_file_with_a_failing_statement() -> None:
    """Annotations that cannot be evaluated must not cost the function."""
    source = "from __future__ import annotations\ndef f(x: Unknown) -> Unknown:\n    return x\n1 / 0\n"
    assert space_of(main=source).module("main").f(3) == 3
    cells = "from __future__ import annotations", "def f(x: Unknown) -> Unknown:\n    return x"
    assert notebook_of(*cells).module("losses").f(3) == 3


def test_complaints_survive_errors_that_cannot_be_printed() -> None:
    """An exception whose message raises."""
    source = "class Nasty(Exception):\n    def __str__(self):\n        raise ValueError\nraise Nasty\nx = 1\n"
    space = space_of(main=source)
    assert space.module("main").x == 1
    assert space.complaints == ["main.py, line 4: Nasty: `raise Nasty`"]


CELL = """import numpy as np, not_here as nh, math
from google.colab import drive
count = 0
count += 1
drive.mount('/content')
if True:
    a = 1
    b = open('/content/data').read()
    c = a + 1
for _ in range(3):
    count += 1
    raise OSError
d = count
def f(x: nh.Array, y: "drive" = 2) -> nh.Array:
    return x + y
@nh.jit
@staticmethod
def g(x: nh.Array):
    return x
"""


@pytest.mark.parametrize("form", ["cell", "file"])
def test_a_failing_statement_ends_nothing_but_itself(form: str) -> None:
    """In a cell as in a file: what does not depend on it goes on after it, and nothing runs twice."""
    space = notebook_of(CELL) if form == "cell" else space_of(losses=CELL)
    module = space.module("losses")
    assert (module.a, module.c, module.d, module.f(1), module.g(5)) == (1, 2, 2, 3, 5)
    assert module.np.__name__ == "numpy"
    assert module.math.pi > 3
    place = "cell 1" if form == "cell" else "losses.py"
    told = space.complaints
    statement = "`import numpy as np, not_here as nh, math`"
    assert told[0] == f"{place}: not_here is not installed here (line 1): {statement}; not defined because of it: nh"
    assert told[1].startswith(f"{place}: google is not installed here (line 2): `from google.colab import drive`; not defined")
    assert "(line 2)" in space.why_undefined(module, "drive")
    assert told[2].startswith(f"{place}, line 5: NameError")
    assert told[3].startswith(f"{place}, line 8: FileNotFoundError")
    assert told[3].endswith("not defined because of it: b")


def test_what_a_later_statement_defines_is_not_called_undefined() -> None:
    """The cost of a failure is told as it is when everything has run."""
    space = space_of(main="from tqdm_of_elsewhere import tqdm\ntqdm = iter\n")
    space.module("main")
    assert "not defined" not in space.complaints[0]


def test_a_function_whose_statement_failed_is_not_called_missing() -> None:
    """The error is told that kept it from being defined."""
    bench = TorchOperations(print, space=space_of(main="def f(x=SIZE):\n    return x\n"))
    reply = bench.perform({"op": "call", "target": ["module", "main", "f"], "args": [], "kwargs": {}})
    assert reply[1] == "NotDefined"
    assert "NameError: name 'SIZE' is not defined" in reply[2]
    assert reply[4] == ""


def test_imports_in_try_are_definitions() -> None:
    """Where only definitions are used because the file does not end."""
    source = (
        "try:\n    from nowhere import bar\nexcept ImportError:\n    bar = iter\nwhile True: pass\ndef f():\n    return bar"
    )
    assert space_of(main=source, definitions_only=True).module("main").f() is iter


def test_exported_notebooks_keep_cells_that_were_only_timed() -> None:
    """``jupyter nbconvert --to script`` makes texts of them."""
    source = "get_ipython().system('pip install x')\nget_ipython().run_cell_magic('time', '', 'def f():\\n    return 3\\n')\n"
    space = space_of(main=source + "display(f())\n")
    assert space.module("main").f() == 3
    assert not space.complaints


LIBRARY_ERRORS = {
    "torch.nn.functional.mse_loss(torch.tensor(1), torch.tensor(2))": "not implemented for 'Long'",
    "torch.distributions.Distribution(validate_args=False).sample()": "",
    "torch.ones(2).to('cuda')": "there is no GPU here; use x.device",
    "torch.ones(2).cuda()": "there is no GPU here; use x.device",
    "torch.zeros(3, device='mps')": "there is no GPU here; use x.device",
    "torch.Generator('cuda')": "there is no GPU here; use x.device",
    "__import__('not_installed_anywhere')": "not_installed_anywhere is not installed here",
}


@pytest.mark.parametrize("expression", LIBRARY_ERRORS)
def test_an_error_of_a_library_is_an_error_in_its_words(expression: str) -> None:
    """Never "not implemented yet": the function is there."""
    bench = TorchOperations(print, space=space_of(main=f"import torch\ndef f():\n    praise = {expression}  # raise\n"))
    reply = bench.perform({"op": "call", "target": ["module", "main", "f"], "args": [], "kwargs": {}})
    assert reply[0] == "error"
    assert LIBRARY_ERRORS[expression] in reply[2]
    assert reply[4] == ""


@pytest.mark.parametrize("body", ["raise NotImplementedError", "raise NotImplementedError('later')", "return todo()"])
def test_a_students_own_raise_means_not_implemented_yet(body: str) -> None:
    """Also in a helper."""
    source = f"def todo():\n    raise NotImplementedError\ndef f():\n    {body}\n"
    bench = TorchOperations(print, space=space_of(main=source))
    assert bench.perform({"op": "call", "target": ["module", "main", "f"], "args": [], "kwargs": {}})[4] == "missing"
