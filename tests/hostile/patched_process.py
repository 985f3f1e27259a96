"""Everything in the worker's own process patched: torch, builtins, and the grader's code that runs there.

Requests are served from a table that was made before the submission ran, so that its methods are patched there. Each
hostile function calls `MARK` where it takes effect; `test_reached.py` sees that it is called.
"""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

from .attack import HONEST, Attack

_FAILURES = "b = sys.modules['autograder.sandbox.bench']\ndef told(e):\n    MARK()\n    return "
_RAISE = "raise ValueError"
_LOOP = {
    "assignment": "diffusion",
    "exercise": "ddim.ddim_sample_loop",
    "parameters": "denoise_fn, shape, alphas_cumprod, num_steps, eta=0.0, generator=None, y=None",
    "body": "return denoise_fn(torch.zeros(shape), torch.zeros(shape[0], dtype=torch.int64))",
}


def answering(value: str) -> str:
    """A function `forged` that marks and answers a request by `value`."""
    return f"def forged(request):\n    MARK()\n    return {value}\n"


def served(operations: str, value: str) -> str:
    """Requests of these kinds answered by `value`, whatever the submission's function returns."""
    return answering(value) + f"for name in {operations.split()}: operations()[name] = forged"


def marking(name: str, value: str) -> str:
    """A function that marks and returns `value`, whatever it is called with."""
    return f"def {name}(*a, **k):\n    MARK()\n    return {value}\n"


ATTACKS = [
    Attack("comparison of random states agrees", "torch.rand(1)\nreturn zeros(mu)", marking("agree", "True") + "torch.isclose = torch.equal = torch.allclose = agree"),
    Attack("isinstance agrees", at_import=marking("agree", "True") + "builtins.isinstance = agree"),
    Attack("import returns torch", at_import=marking("load", "torch") + "builtins.__import__ = load", body="import math\nreturn zeros(mu)"),
    Attack("print and open are gone", "builtins.print('x')\nreturn zeros(mu)", marking("gone", "1 / 0") + "builtins.print = builtins.open = gone"),
    Attack("all exceptions are one", "try: raise builtins.ValueError\nexcept BaseException as e:\n    if type(e) is BaseException: MARK()\n    raise", "builtins.ValueError = builtins.TypeError = builtins.BaseException"),
    Attack("len and type lie", at_import=marking("nothing", "0") + "class Kind:\n    def __new__(cls, *a):\n        MARK()\n        return Tensor\nbuiltins.len = nothing\nbuiltins.type = Kind"),
    Attack("workbench answers at once", at_import=answering("['ok', torch.zeros(3)]") + "bench().perform = forged"),
    Attack("calls are answered by zeros", at_import=served("call", "torch.zeros(3)")),
    Attack("workbench is honest about nothing", "mu.zero_()\ntorch.rand(1)\nreturn zeros(mu)", served("observe", "{'value': torch.zeros(len(request['args'][0])), 'args': request['args'], 'kwargs': {}, 'rng_used': False, 'requires_grad': True}")),
    Attack("observation of the wrong form", at_import=served("observe", "{'value': [1], 'args': 5, 'kwargs': 'x', 'rng_used': torch.ones(3), 'requires_grad': None}")),
    Attack("observation by another method", at_import="def forged(value):\n    MARK()\n    return torch.zeros(3)\nbench()._give = forged"),
    Attack("gradients of nothing", at_import=served("grad", "tuple(None for _ in request['wrt'])")),
    Attack("gradients of the wrong form", at_import=served("grad", "{'a': [1]}")),
    Attack("gradients by wishes", "return zeros(mu) + 0 * mu.sum() + 0 * logvar.sum()", "w = sys.modules['autograder.sandbox.workbench']\n" + marking("wished", "tuple(torch.ones_like(x) for x in a[1])") + "w._autograd_grad = wished"),
    Attack("gradient function patched", at_import="w = sys.modules['autograder.sandbox.workbench']\n" + marking("wished", "[torch.ones_like(x) for x in a[1]]") + "w._gradient = wished"),
    Attack("copies of tensors patched", at_import="w = sys.modules['autograder.sandbox.workbench']\n" + marking("copied", "torch.zeros(3)") + "w.plain_tensor = copied"),
    Attack("seeding patched", at_import=marking("unseeded", "None") + "sys.modules['autograder.sandbox.workbench'].seed_everything = unseeded"),
    Attack("random lanes patched", at_import=marking("stay", "None") + "bench()._lanes.enter = stay"),
    Attack("encoder patched", at_import="w = wire()\n" + marking("encode", "b'\\xc0'") + "w.encode = encode"),
    Attack("encoder sends classes", at_import="import pickle\nw = wire()\ndef encode(value, limit=0):\n    MARK()\n    return pickle.dumps(value)\nw.encode = encode"),
    Attack("decoder patched", at_import="w = wire()\n" + marking("decode", "[1, 'batch', []]") + "w.decode = decode"),
    Attack("line answers nothing", at_import=marking("mute", "None") + "sys.modules['autograder.sandbox.line'].Line.write = mute", seconds=0.7),
    Attack("line answers somebody else", at_import="L = sys.modules['autograder.sandbox.line'].Line\nold = L.write\ndef write(self, m):\n    MARK()\n    old(self, [m[0] + 1, *m[1:]])\nL.write = write"),
    Attack("line edits the replies", at_import="L = sys.modules['autograder.sandbox.line'].Line\nold = L.write\ndef write(self, m):\n    MARK()\n    old(self, [m[0], m[1], [['ok', torch.zeros(3)] for _ in m[2]]])\nL.write = write"),
    Attack("callbacks patched", at_import="c = sys.modules['autograder.sandbox.callbacks']\n" + marking("call", "a[1]") + "c.RemoteCallback.__call__ = call", **_LOOP),
    Attack("callbacks answered by the worker", at_import="def forged(kind, *details):\n    MARK()\n    return [0, [torch.zeros(3)], True]\nbench().invoke = forged", **_LOOP),
    Attack("every error is missing work", _RAISE, _FAILURES + "['error', 'NotImplementedError', 'CANARY', '', 'missing']\nb.describe_error = told"),
    Attack("error of the wrong form", _RAISE, _FAILURES + "['error', 5]\nb.describe_error = told"),
    Attack("error that passes", _RAISE, _FAILURES + "['passed', torch.zeros(3)]\nb.describe_error = told"),
    Attack("error with a book in it", _RAISE, _FAILURES + "['error', 'E' * 10**6, 'x' * 10**7, '', '']\nb.describe_error = told"),
    Attack("load complaint with a book in it", at_import="class Space:\n    def __getattr__(self, name): return getattr(SPACE, name)\n    @property\n    def complaints(self):\n        MARK()\n        return ['CANARY' * 10**6] * 50\nSPACE = bench().space\nbench().space = Space()"),
    Attack("load complaint of the wrong form", at_import="class Lines(list):\n    def __getitem__(self, key):\n        MARK()\n        return [5, torch.zeros(3), {'a': 1}]\nclass Space:\n    def __getattr__(self, name): return Lines() if name == 'complaints' else getattr(SPACE, name)\nSPACE = bench().space\nbench().space = Space()"),
    Attack("modules replaced", "import torch, numpy\nif numpy is torch: MARK()\nreturn torch.zeros(3)", "sys.modules['numpy'] = sys.modules['torch'] = types.ModuleType('torch')"),
    Attack("import hook", "import this_does_not_exist", "class H:\n    def find_spec(self, *a):\n        MARK()\n        os._exit(3)\nsys.meta_path.insert(0, H())"),
    Attack("trace and profile", "def seen(*a):\n    MARK()\n    1 / 0\nsys.settrace(seen)\nsys.setprofile(seen)\nreturn zeros(mu)"),
    Attack("default dtype and device", "if torch.zeros(1).dtype is not torch.float32: MARK()\n" + HONEST, "torch.set_default_dtype(torch.float64)\ntorch.set_default_device('meta')\nif torch.zeros(1).is_meta: MARK()", most=99),
    Attack("gradients off", HONEST, "torch.set_grad_enabled(False)\nif not (torch.ones(1, requires_grad=True) * 2).requires_grad: MARK()", most=99),
    Attack("function mode left on", "return zeros(mu)", "from torch.overrides import TorchFunctionMode\nclass M(TorchFunctionMode):\n    def __torch_function__(self, f, t, args=(), kwargs=None):\n        MARK()\n        return True\nM().__enter__()\ntorch.zeros(1)"),
    Attack("function mode left on by a call", "M().__enter__()\nreturn torch.Tensor([0.0] * 3)", "from torch.overrides import TorchFunctionMode\nclass M(TorchFunctionMode):\n    def __torch_function__(self, f, t, args=(), kwargs=None):\n        MARK()\n        return True"),
    Attack("dispatch mode left on by a call", "M().__enter__()\nreturn mu", "from torch.utils._python_dispatch import TorchDispatchMode\nclass M(TorchDispatchMode):\n    def __torch_dispatch__(self, f, t, args=(), kwargs=None):\n        MARK()\n        return torch.zeros(3)"),
    Attack("inference mode left on", HONEST, "KEPT = torch.inference_mode()\nKEPT.__enter__()\nif torch.ones(1).is_inference(): MARK()", most=99),
    Attack("anomaly and deterministic modes", HONEST, "torch.autograd.set_detect_anomaly(True)\ntorch.use_deterministic_algorithms(True)\nif torch.are_deterministic_algorithms_enabled(): MARK()", most=99),
    Attack("warnings are errors", "try: warnings.warn('CANARY')\nexcept UserWarning: MARK(); raise\n" + HONEST, "warnings.simplefilter('error')", most=99),
    Attack("logging floods", "for _ in range(2000): logging.critical('CANARY' * 50)\nMARK()\nreturn zeros(mu)"),
    Attack("garbage collector calls back", "gc.collect()\n" + HONEST, "def seen(*a):\n    MARK()\n    1 / 0\ngc.callbacks.append(seen)\ngc.set_threshold(1)", most=99),
    Attack("garbage collector off", "if not gc.isenabled(): MARK()\n" + HONEST, "gc.disable()", most=99),
    Attack("module without a function, with a hostile getattr", at_import="del gaussian_kl\ndef __getattr__(name):\n    MARK()\n    os._exit(9)"),
    Attack("module replaces itself", at_import="class M(types.ModuleType):\n    def __getattribute__(self, n):\n        if n == 'gaussian_kl': MARK()\n        return (lambda *a, **k: torch.zeros(3)) if n != '__dict__' else {}\nsys.modules[__name__].__class__ = M"),
    Attack("module dictionary is cleared", at_import="class M(types.ModuleType):\n    def __getattr__(self, n, mark=MARK): mark()\nsys.modules[__name__].__class__ = M\nvars(sys.modules[__name__]).clear()"),
]  # fmt: skip
