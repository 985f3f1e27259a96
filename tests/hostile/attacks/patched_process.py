"""Everything in the worker's own process patched: torch, builtins, and the grader's code that runs there."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

from typing import Any

from .attack import HONEST, Attack

_OPERATIONS = "operations = bench()._operations\n"
_MISSING = "'error', 'NotImplementedError', 'CANARY', '', 'missing'"


def library(name: str, at_import: str, believes: str, **options: Any) -> Attack:
    """A library patched that a judge in the same process would ask."""
    return Attack(name, at_import=at_import, wall="process", witness=f"judge {believes}: believes", **options)


def patched(name: str, at_import: str, body: str = "return zeros(mu)", **options: Any) -> Attack:
    """The grader's own code patched where it runs beside the submission; `effect` shows that it is called."""
    return Attack(name, body, at_import, **{"wall": "bench", "witness": "effect: ends the worker", **options})


def left(name: str, at_import: str, alters: str, body: str = HONEST, most: float = 99, **options: Any) -> Attack:
    """A setting left changed, at which a judge in the same process or the next request would stumble."""
    return Attack(name, body, at_import, "harm", "loader", f"judge: alters {alters}", most=most, **options)


def operation(name: str, which: str, function: str, **options: Any) -> Attack:
    """One of the bench's operations replaced in its table, which exists before the submission runs."""
    return patched(name, _OPERATIONS + f"operations[{which!r}] = {function}", **options)


_LOOP = {
    "assignment": "diffusion",
    "exercise": "ddim.ddim_sample_loop",
    "parameters": "denoise_fn, shape, alphas_cumprod, num_steps, eta=0.0, generator=None, y=None",
}
_LOOPING = "x = torch.zeros(shape)\nreturn x + denoise_fn(x, torch.zeros(shape[0], dtype=torch.int64), y)"

ATTACKS = [
    library("torch comparisons agree", "torch.isclose = torch.equal = torch.allclose = lambda *a, **k: torch.ones((), dtype=torch.bool)", "allclose"),
    library("tensors equal everything", "Tensor.__eq__ = lambda a, b: torch.ones((), dtype=torch.bool); Tensor.__hash__ = lambda s: 0", "equal"),
    library("testing module agrees", "torch.testing.assert_close = np.testing.assert_allclose = lambda *a, **k: None", "torch.testing"),
    library("autograd returns what is wished", "torch.autograd.grad = lambda *a, **k: tuple(torch.zeros(1) for _ in range(9))[:2]", "gradient", body="return (mu * logvar).flatten(1).sum(1)"),
    library("seeds do nothing", "torch.manual_seed = lambda s: None; torch.randn = lambda *a, **k: torch.zeros(3)", "draws its inputs here"),
    library("distributions patched", "import torch.distributions as d\nd.kl_divergence = lambda *a: torch.zeros(3)\nd.Normal.log_prob = lambda s, x: x", "asks torch.distributions"),
    library("C code of torch rewritten", "where = os.path.join(os.path.dirname(torch.__file__), 'lib', 'libtorch_cpu.so')\nat = ctypes.cast(ctypes.CDLL(where)['_ZN2at4_ops5equal4callERKNS_6TensorES4_'], ctypes.c_void_p).value\nlibc = ctypes.CDLL(None, use_errno=True)\ncode = {'x86_64': b'\\xb8\\x01\\x00\\x00\\x00\\xc3', 'aarch64': b'\\x20\\x00\\x80\\x52\\xc0\\x03\\x5f\\xd6'}[os.uname().machine]\npage = os.sysconf('SC_PAGE_SIZE')\nlibc.mprotect(ctypes.c_void_p(at & -page), 2 * page, 7)\nctypes.memmove(at, code, len(code))", "torch.equal"),
    library("C code of libc rewritten", "libc = ctypes.CDLL(None, use_errno=True)\nat = ctypes.cast(libc.memcmp, ctypes.c_void_p).value\ncode = {'x86_64': b'\\x31\\xc0\\xc3', 'aarch64': b'\\x00\\x00\\x80\\x52\\xc0\\x03\\x5f\\xd6'}[os.uname().machine]\npage = os.sysconf('SC_PAGE_SIZE')\nlibc.mprotect(ctypes.c_void_p(at & -page), 2 * page, 7)\nctypes.memmove(at, code, len(code))", "same text"),
    library("function mode left on", "from torch.overrides import TorchFunctionMode\nclass M(TorchFunctionMode):\n    def __torch_function__(self, f, t, args=(), kwargs=None): return True\nM().__enter__()", "allclose", body="return FORGED"),
    left("dispatch mode left on", "from torch.utils._python_dispatch import TorchDispatchMode\nclass M(TorchDispatchMode):\n    def __torch_dispatch__(self, f, t, args=(), kwargs=None): return torch.zeros(3)\nM().__enter__()", "dispatch modes", "return zeros(mu)", 0),
    left("mode pushed by the call itself", "from torch.overrides import TorchFunctionMode\nclass M(TorchFunctionMode):\n    def __torch_function__(self, f, t, args=(), kwargs=None): return True", "function modes", "M().__enter__()\nreturn FORGED", 0),
    left("isinstance agrees", "builtins.isinstance = lambda a, b: True", "isinstance", "return zeros(mu)", 0),
    left("import returns torch", "builtins.__import__ = lambda *a, **k: torch", "import", "return zeros(mu)", 0),
    left("print and open are gone", "builtins.print = builtins.open = lambda *a, **k: 1 / 0", "open", "print('x')\nreturn zeros(mu)", 0),
    left("all exceptions are one", "builtins.ValueError = builtins.TypeError = builtins.BaseException", "ValueError", "return zeros(mu)", 0),
    left("len and type lie", "builtins.len = lambda x: 0\nbuiltins.type = lambda *a: Tensor", "len", "return zeros(mu)", 0),
    left("modules replaced", "sys.modules['numpy'] = sys.modules['torch'] = types.ModuleType('torch')", "module torch", "return zeros(mu)", 0),
    left("import hook", "class H:\n    def find_spec(self, *a): effect()\nsys.meta_path.insert(0, H())", "import hooks", "import colorsys\nreturn zeros(mu)", 0),
    left("trace and profile", "", "trace", "sys.settrace(lambda *a: 1 / 0)\nsys.setprofile(lambda *a: effect())\nreturn zeros(mu)", 0),
    left("default dtype and device", "torch.set_default_dtype(torch.float64)\ntorch.set_default_device('meta')", "default dtype"),
    left("gradients off", "torch.set_grad_enabled(False)", "gradients"),
    left("inference mode left on", "KEPT = torch.inference_mode(); KEPT.__enter__()", "inference mode"),
    left("anomaly and deterministic modes", "torch.autograd.set_detect_anomaly(True)\ntorch.use_deterministic_algorithms(True)\ntorch.set_num_threads(8)", "anomaly mode"),
    left("warnings are errors", "warnings.simplefilter('error')", "warnings", "warnings.warn('CANARY')\n" + HONEST),
    left("garbage collector calls back", "gc.callbacks.append(lambda *a: 1 / 0)", "garbage collector", "gc.collect()\n" + HONEST),
    left("garbage collector off", "gc.disable()", "garbage collector"),
    Attack("logging floods", "for _ in range(2000): logging.critical('CANARY' * 50)\nreturn zeros(mu)", intent="harm", wall="limits", witness="judge: prints 100000"),
    Attack("module with a hostile getattr", at_import="def __getattr__(name):\n    os._exit(9)\ndel gaussian_kl", intent="harm", wall="fresh worker", witness="judge: dies"),
    Attack("module replaces itself", at_import="class M(types.ModuleType):\n    def __getattribute__(self, n):\n        return (lambda *a, **k: torch.zeros(3)) if n != '__dict__' else {}\nsys.modules[__name__].__class__ = M", wall="data", witness="judge shape: believes"),
    Attack("module dictionary is cleared", at_import="vars(sys.modules[__name__]).clear()", intent="harm", wall="fresh worker", witness="judge: raises AttributeError"),
    patched("workbench answers at once", "B = sys.modules['autograder.runtime.torch_operations'].TorchOperations\nB.perform = lambda self, request: effect() or ['ok', FORGED]"),
    operation("calls are never made", "call", "lambda r: effect() or FORGED"),
    operation("observation of the wrong form", "observe", "lambda r: effect() or {'value': [1], 'args': 5, 'kwargs': 'x', 'rng_used': torch.ones(3), 'requires_grad': None}"),
    operation("gradients of the wrong form", "grad", "lambda r: effect() or {'a': [1]}"),
    operation("no gradient for any argument", "grad", "lambda r: effect() or tuple(None for _ in r['wrt'])"),
    operation("seeds of the grader ignored", "seed", "lambda r: effect()"),
    patched("gradients by finite wishes", "w = sys.modules['autograder.runtime.torch_operations']\nw._autograd_grad = lambda *a, **k: effect() or tuple(torch.ones_like(x) for x in a[1])", "return (mu * logvar).flatten(1).sum(1)"),
    patched("random state that never moves", "w = sys.modules['autograder.runtime.torch_operations']\nw.same_state = lambda *a: effect() or True", "torch.rand(1)\nmu.zero_()\nreturn zeros(mu)"),
    patched("observation by another method", "bench()._give = lambda value: effect() or FORGED"),
    patched("gradient function patched", "w = sys.modules['autograder.runtime.torch_operations']\nw._gradient = lambda *a: effect() or [torch.ones_like(x) for x in a[1]]"),
    patched("copies of tensors patched", "w = sys.modules['autograder.runtime.torch_operations']\nw.plain_tensor = lambda value: effect() or FORGED"),
    patched("random lanes patched", "bench()._lanes.enter = lambda lane: effect()"),
    patched("decoder patched", "w = wire()\nw.decode = lambda *a, **k: effect() or [1, 'batch', []]", wall="protocol", seconds=0.7),
    patched("line edits the replies", "L = sys.modules['autograder.runtime.serving'].Connection\nold = L.write\nL.write = lambda self, m: effect() or old(self, [m[0], m[1], [['ok', FORGED] for _ in m[2]]])", wall="protocol"),
    patched("encoder patched", "w = wire()\nold = w.encode\nw.encode = lambda *a, **k: effect() or b'\\xc0'", wall="protocol"),
    patched("encoder sends classes", "import pickle\nw = wire()\nw.encode = lambda value, limit=0: effect() or pickle.dumps(value)", wall="protocol"),
    patched("line answers nothing", "sys.modules['autograder.runtime.serving'].Connection.write = lambda self, message: effect()", wall="time", seconds=0.7),
    patched("line answers somebody else", "L = sys.modules['autograder.runtime.serving'].Connection\nold = L.write\nL.write = lambda self, m: effect() or old(self, [m[0] + 1, *m[1:]])", wall="protocol"),
    patched("callbacks patched", "c = sys.modules['autograder.runtime.stand_ins.callbacks']\nc.RemoteCallback.__call__ = lambda self, *a, **k: effect() or a[0]", _LOOPING, wall="callbacks", **_LOOP),
    patched("callbacks that never ask", "c = sys.modules['autograder.runtime.stand_ins.callbacks']\nc.RemoteCallback.__init__ = lambda self, invoke, *a: effect() or setattr(self, '_invoke', lambda *d: [0, [torch.zeros(3)], True]) or setattr(self, '_give', lambda v: v)", _LOOPING, wall="callbacks", **_LOOP),
    patched("every error is missing work", f"b = sys.modules['autograder.runtime.operations']\nb.describe_error = lambda e: effect() or [{_MISSING}]", "raise ValueError", intent="harm"),
    patched("error that passes", "b = sys.modules['autograder.runtime.operations']\nb.describe_error = lambda e: effect() or ['passed', FORGED]", "raise ValueError"),
    patched("error of the wrong form", "b = sys.modules['autograder.runtime.operations']\nb.describe_error = lambda e: effect() or ['error', 5]", "raise ValueError", intent="harm"),
    patched("error with a book in it", "b = sys.modules['autograder.runtime.operations']\nb.describe_error = lambda e: effect() or ['error', 'E' * 10**6, 'x' * 10**7, '', '']", "raise ValueError", intent="harm"),
    patched("load complaint with a book in it", "class Book(list):\n    def __getitem__(self, k): return [effect() or 'CANARY' * 10**6] * 50\ntype(bench().space).complaints = Book(['x'])", intent="harm"),
    patched("load complaint of the wrong form", "class Book(list):\n    def __getitem__(self, k): return effect() or [{'a': torch.zeros(3)}]\ntype(bench().space).complaints = Book(['x'])", intent="harm"),
]  # fmt: skip
