"""Everything in the worker's own process patched: torch, builtins, and the grader's code that runs there."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

from .attack import HONEST, Attack

_FORGE = """
bench = sys.modules["autograder.sandbox.workbench"].Workbench
"""

ATTACKS = [
    Attack("torch comparisons agree", at_import="torch.isclose = torch.equal = torch.allclose = lambda *a, **k: True"),
    Attack("tensors equal everything", at_import="Tensor.__eq__ = lambda a, b: torch.ones((), dtype=torch.bool); Tensor.__hash__ = lambda s: 0"),
    Attack("testing module agrees", at_import="torch.testing.assert_close = np.testing.assert_allclose = lambda *a, **k: None"),
    Attack("autograd returns what is wished", at_import="torch.autograd.grad = lambda *a, **k: tuple(torch.zeros(1) for _ in range(9))"),
    Attack("seeds do nothing", at_import="torch.manual_seed = lambda s: None; torch.randn = lambda *a, **k: torch.zeros(3)"),
    Attack("distributions patched", at_import="import torch.distributions as d\nd.kl_divergence = lambda *a: torch.zeros(3)\nd.Normal.log_prob = lambda s, x: x"),
    Attack("isinstance agrees", at_import="builtins.isinstance = lambda a, b: True"),
    Attack("import returns torch", at_import="builtins.__import__ = lambda *a, **k: torch"),
    Attack("print and open are gone", "print('x')\nreturn zeros(mu)", "builtins.print = builtins.open = lambda *a, **k: 1 / 0"),
    Attack("all exceptions are one", at_import="builtins.ValueError = builtins.TypeError = builtins.BaseException"),
    Attack("len and type lie", at_import="builtins.len = lambda x: 0\nbuiltins.type = lambda *a: Tensor"),
    Attack("workbench answers at once", at_import=_FORGE + "bench.perform = lambda self, request: ['ok', torch.zeros(3)]"),
    Attack("workbench is honest about nothing", at_import=_FORGE + "bench._do_observe = lambda self, r: {'value': 0, 'args': r['args'], 'kwargs': {}, 'rng_used': False, 'requires_grad': True}\nbench._do_grad = lambda self, r: tuple(None for _ in r['wrt'])"),
    Attack("observation of the wrong form", at_import=_FORGE + "bench._do_observe = lambda self, r: {'value': [1], 'args': 5, 'kwargs': 'x', 'rng_used': torch.ones(3), 'requires_grad': None}"),
    Attack("gradients of the wrong form", at_import=_FORGE + "bench._do_grad = lambda self, r: {'a': [1]}"),
    Attack("gradients by finite wishes", at_import="w = sys.modules['autograder.sandbox.workbench']\nw._autograd_grad = lambda *a, **k: tuple(torch.ones_like(x) for x in a[1])"),
    Attack("encoder patched", at_import="w = wire()\nw.encode = lambda *a, **k: b'\\xc0'\nsys.modules['autograder.sandbox.line'].wire.encode = w.encode"),
    Attack("encoder sends classes", at_import="import pickle\nw = wire()\nw.encode = lambda value, limit=0: pickle.dumps(value)"),
    Attack("line answers nothing", at_import="sys.modules['autograder.sandbox.line'].Line.write = lambda self, message: None", seconds=0.7),
    Attack("line answers somebody else", at_import="L = sys.modules['autograder.sandbox.line'].Line\nold = L.write\nL.write = lambda self, m: old(self, [m[0] + 1, *m[1:]])"),
    Attack("callbacks patched", at_import="c = sys.modules['autograder.sandbox.callbacks']\nc.RemoteCallback.__call__ = lambda self, *a, **k: a[0]"),
    Attack("every error is missing work", at_import="sys.modules['autograder.sandbox.workbench'].describe_error = lambda e: ['error', 'NotImplementedError', 'CANARY', '', 'missing']", body="raise ValueError"),
    Attack("error of the wrong form", at_import="sys.modules['autograder.sandbox.workbench'].describe_error = lambda e: ['error', 5]", body="raise ValueError"),
    Attack("error with a book in it", at_import="sys.modules['autograder.sandbox.workbench'].describe_error = lambda e: ['error', 'E' * 10**6, 'x' * 10**7, '', '']", body="raise ValueError"),
    Attack("load complaint with a book in it", at_import=_FORGE + "bench._do_import = lambda self, r: ['CANARY' * 10**6] * 50"),
    Attack("load complaint of the wrong form", at_import=_FORGE + "bench._do_import = lambda self, r: {'a': torch.zeros(3)}"),
    Attack("modules replaced", at_import="sys.modules['numpy'] = sys.modules['torch'] = types.ModuleType('torch')"),
    Attack("import hook", at_import="class H:\n    def find_spec(self, *a): os._exit(3)\nsys.meta_path.insert(0, H())\nimport colorsys"),
    Attack("trace and profile", "sys.settrace(lambda *a: 1 / 0)\nsys.setprofile(lambda *a: 1 / 0)\nreturn zeros(mu)"),
    Attack("default dtype and device", HONEST, "torch.set_default_dtype(torch.float64)\ntorch.set_default_device('meta')", most=99),
    Attack("gradients off", HONEST, "torch.set_grad_enabled(False)\ntorch.autograd.set_grad_enabled(False)", most=99),
    Attack("function mode left on", "return zeros(mu)", "from torch.overrides import TorchFunctionMode\nclass M(TorchFunctionMode):\n    def __torch_function__(self, f, t, args=(), kwargs=None): return True\nM().__enter__()"),
    Attack("dispatch mode left on", "return zeros(mu)", "from torch.utils._python_dispatch import TorchDispatchMode\nclass M(TorchDispatchMode):\n    def __torch_dispatch__(self, f, t, args=(), kwargs=None): return torch.zeros(3)\nM().__enter__()"),
    Attack("inference mode left on", HONEST, "torch.inference_mode().__enter__()", most=99),
    Attack("anomaly and deterministic modes", HONEST, "torch.autograd.set_detect_anomaly(True)\ntorch.use_deterministic_algorithms(True)\ntorch.set_num_threads(8)", most=99),
    Attack("warnings are errors", "warnings.warn('CANARY')\n" + HONEST, "warnings.simplefilter('error')", most=99),
    Attack("logging floods", "for _ in range(2000): logging.critical('CANARY' * 50)\nreturn zeros(mu)"),
    Attack("leaves by atexit", HONEST, "import atexit\natexit.register(lambda: os.abort())", most=99),
    Attack("garbage collector off and thresholds zero", HONEST, "gc.disable(); gc.set_threshold(1)\ngc.callbacks.append(lambda *a: 1 / 0)", most=99),
    Attack("module with a hostile getattr", at_import="def __getattr__(name):\n    os._exit(9)"),
    Attack("module replaces itself", at_import="class M(types.ModuleType):\n    def __getattribute__(self, n):\n        return (lambda *a, **k: torch.zeros(3)) if n != '__dict__' else {}\nsys.modules[__name__].__class__ = M"),
    Attack("module dictionary is cleared", at_import="vars(sys.modules[__name__]).clear()"),
]  # fmt: skip
