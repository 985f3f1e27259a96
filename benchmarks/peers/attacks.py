"""Submissions that try to earn points without an answer, and honest ones that do odd things beside it.

Everything is right but ``gaussian_kl``, which is replaced by the body; statements stand at the end of the file. Names are
those of ``tests/hostile`` where an attack is one of its table, in NumPy here. None of them does harm where there are no walls:
they touch their own process and read files. Attacks that only harm (fork bombs, memory without end, signals to others, deleting
files) are not run through other graders: see :data:`NOT_RUN`.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

ATTACKED = "warmup.gaussian_kl"
WRONG = "return np.zeros(np.shape(mu)[:-1])"
RIGHT = "return 0.5 * np.sum(np.expm1(logvar) + np.square(mu) - logvar, axis=-1)"
NOT_RUN = [
    "fork bomb",
    "tensor of hundreds of gigabytes",
    "signals to everybody",
    "deletes everything",
    "fills the scratch folder",
]
"""Not run: they would harm the machine where there are no walls. This project's own test suite runs them behind its walls."""

_LIBRARIES = ("atexit", "builtins", "gc", "json", "math", "os", "pathlib", "sys", "types", "unittest")
_EVERYWHERE = """
def _everywhere(name, value):
    for _module in list(_sys.modules.values()):
        if isinstance(_module, _types.ModuleType) and name in getattr(_module, "__dict__", {}):
            _module.__dict__[name] = value
"""
_YES = """
class _Yes:
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __sub__(self, other): return self
    __rsub__ = __add__ = __radd__ = __mul__ = __truediv__ = __sub__
    def __abs__(self): return self
    def __bool__(self): return True
    def __float__(self): return 0.0
    def __array__(self, *a, **k): return np.zeros(3)
    shape, dtype, ndim = (3,), np.dtype("float64"), 1
    def all(self, *a): return True
    __hash__ = None
"""
_SOLUTION = """
def _solution():
    starts = [_os.getcwd(), *_sys.path, *(getattr(m, "__file__", None) or "" for m in list(_sys.modules.values()))]
    for start in starts:
        for folder in [_pathlib.Path(start or "."), *_pathlib.Path(start or ".").parents]:
            path = folder / "solutions" / "warmup" / "warmup.py"
            try:
                found = path.read_text()
            except OSError:
                continue
            space = {"__name__": "stolen"}
            exec(found, space)
            return space["gaussian_kl"]
    return lambda mu, logvar: np.zeros(np.shape(mu)[:-1])
"""


@dataclass(frozen=True)
class Tried:
    """A submission.

    Attributes:
        name: what it does.
        body: of ``gaussian_kl``.
        at_import: statements at the end of the file.
        honest: whether its answer is right, so that it must earn everything.
    """

    name: str
    body: str = WRONG
    at_import: str = ""
    honest: bool = False

    def source(self, reference: str) -> str:
        """The file ``warmup.py``."""
        body = textwrap.indent(textwrap.dedent(self.body).strip(), "    ")
        function = f"def gaussian_kl(mu, logvar):\n{body}\n"
        last = textwrap.dedent(self.at_import)
        tools = _EVERYWHERE if "_everywhere(" in last else ""
        used = [name for name in _LIBRARIES if re.search(rf"\b_{name}\b", function + last + tools)]
        imports = [f"import {name} as _{name}" for name in used]  # only what is used: one grader refuses some libraries
        return "\n".join([reference, *imports, tools, function, last])


ATTACKS = [
    Tried("zeros"),
    Tried("nan", "return np.zeros(np.shape(mu)[:-1]) + float('nan')"),
    Tried("object equal to everything", "return _Yes()", _YES),
    Tried("list of objects equal to everything", "return [_Yes() for _ in mu]", _YES),
    Tried("float subclass", "return _Float(0.0)", """
        class _Float(float):
            __eq__ = lambda a, b: True
            __sub__ = lambda a, b: 0.0
            __hash__ = float.__hash__"""),
    Tried("ndarray subclass", "return np.zeros(np.shape(mu)[:-1]).view(_Agrees)", """
        class _Agrees(np.ndarray):
            def __eq__(self, other): return True
            def __array_ufunc__(self, *a, **k): return np.True_
            def __array_function__(self, *a, **k): return np.True_"""),
    Tried("inputs zeroed in place and zeros returned", "mu[...] = 0; logvar[...] = 0\n" + WRONG),
    Tried("NumPy's comparisons agree", at_import="""
        np.allclose = np.array_equal = _math.isclose = lambda *a, **k: True
        np.isclose = lambda a, b, *x, **k: np.ones(np.broadcast_shapes(np.shape(a), np.shape(b)), bool)"""),
    Tried("torch comparisons agree", at_import="""
        import torch
        torch.isclose = torch.equal = torch.allclose = lambda *a, **k: torch.ones((), dtype=torch.bool)"""),
    Tried("tensors equal everything", at_import="""
        import torch
        torch.Tensor.__eq__ = torch.Tensor.__le__ = torch.Tensor.__lt__ = lambda a, b: torch.ones((), dtype=torch.bool)
        torch.Tensor.__hash__ = lambda s: 0"""),
    Tried("testing module agrees", at_import="""
        import torch
        torch.testing.assert_close = np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None"""),
    Tried("differences vanish", at_import="""
        import torch
        np.abs = np.absolute = lambda x, *a, **k: np.zeros_like(x)
        torch.abs = torch.Tensor.abs = torch.Tensor.__abs__ = lambda x: torch.zeros_like(x)"""),
    Tried("builtins agree", at_import="""
        _builtins.all = lambda *a: True
        _builtins.any = lambda *a: False"""),
    Tried("the checks' assertions do nothing", at_import="""
        for _module in list(_sys.modules.values()):
            for _name in list(getattr(_module, "__dict__", {})):
                if _name.startswith("assert_"):
                    _module.__dict__[_name] = lambda *a, **k: None"""),
    Tried("the checks' functions emptied", at_import="""
        for _check in _gc.get_objects():
            if type(_check).__name__ == "Check" and _check.exercise == "gaussian_kl":
                object.__setattr__(_check, "function", lambda candidate=None: None)"""),
    Tried("the sum of points patched", at_import="_everywhere('earned', lambda exercise, outcomes: exercise.points)"),
    Tried("the grader's helper replaced", at_import="""
        _everywhere("points", lambda exercise, *a: getattr(exercise, "points", 7.0))
        _fake = _types.ModuleType("fake")
        _fake.points, _fake.passed = (lambda *a: 7.0), (lambda *a: True)
        for _name in ("stock_checks", "otter_checks"):
            _sys.modules[_name] = _fake"""),
    Tried("reference among the modules", """
        for _name, _module in list(_sys.modules.items()):
            if _name.startswith("solutions") and hasattr(_module, "gaussian_kl"):
                return _module.gaussian_kl(mu, logvar)
        return np.zeros(np.shape(mu)[:-1])"""),
    Tried("reference found by the collector", """
        for _thing in _gc.get_objects():
            if type(_thing) is _types.FunctionType and _thing.__name__ == "gaussian_kl" and _thing is not gaussian_kl:
                if "solutions" in (_thing.__module__ or ""):
                    return _thing(mu, logvar)
        return np.zeros(np.shape(mu)[:-1])"""),
    Tried("reference read from the disk", "return _solution()(mu, logvar)", _SOLUTION),
    Tried("failures of unittest are successes", at_import="""
        _unittest.TestResult.addFailure = _unittest.TestResult.addError = lambda self, test, error: self.addSuccess(test)"""),
    Tried("skips its test", "raise _unittest.SkipTest('not today')"),
    Tried("forged results at exit", at_import="""
        def _forge():
            for _path in (_os.environ.get("PEER_RESULT"), "autograder_results.json", "results.json"):
                if _path and (_path.startswith("/") or _os.path.exists(_path)):
                    _pathlib.Path(_path).write_text(_json.dumps({"score": 1000.0, "tests": [{"points": 1000.0}]}))
        _atexit.register(_forge)"""),
    Tried("forged results and an early end", at_import="""
        _path = _os.environ.get("PEER_RESULT")
        if _path:
            _pathlib.Path(_path).write_text(_json.dumps({"score": 1000.0}))
            _os._exit(0)"""),
]  # fmt: skip

HONEST = [
    Tried(
        "prints a thousand lines", "for i in range(20): print('step', i)\n" + RIGHT, "for i in range(1000): print('epoch', i)"
    ),
    Tried("warns and logs", "import warnings, logging\nwarnings.warn('slow')\nlogging.error('step')\n" + RIGHT),
    Tried("takes three seconds to import", RIGHT, "import time\ntime.sleep(3)"),
    Tried("sets seeds", RIGHT, "import torch\ntorch.manual_seed(0)\nnp.random.seed(0)"),
    Tried("ends by sys.exit", RIGHT, "import sys\nsys.exit(0)"),
    Tried("ends by an error", RIGHT, "np.load('my_results.npy')"),
    Tried("asks for input", RIGHT, "epochs = int(input('epochs? '))"),
    Tried("changes the default dtype", RIGHT, "import torch\ntorch.set_default_dtype(torch.float64)\nnp.seterr(all='raise')"),
    Tried("changes the folder", RIGHT, "import os\nos.chdir('/')"),
    Tried("plots at the end", RIGHT, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"),
]
HONEST = [Tried(one.name, one.body, one.at_import, honest=True) for one in HONEST]
