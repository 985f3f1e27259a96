"""Objects that lie about themselves, libraries that lie for them, and odd values instead of an answer.

`test_witnesses.py` shows a careless judge that each of the lies convinces; what is only odd is called noise.
"""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

from .attack import HONEST, Attack, meant

_TENSOR_SUBCLASS = """
class Agreeable(Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func.__name__ in ("eq", "equal", "allclose", "isclose", "all", "__eq__"):
            return True
        return super().__torch_function__(func, types, args, kwargs or {})
"""
_YES = """
class Yes:
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __sub__(self, other): return self
    __rsub__ = __add__ = __radd__ = __mul__ = __truediv__ = __sub__
    def __abs__(self): return self
    def __bool__(self): return True
    def __float__(self): return 0.0
    def __len__(self): return 3
    def __iter__(self): return iter([self, self, self])
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: self
    def __hash__(self): return 0
"""

_VALUES = [
    Attack("object equal to everything", "return Yes()", _YES),
    Attack("list of objects equal to everything", "return [Yes() for _ in mu]", _YES),
    Attack("object whose methods return what is wished", "return Yes()", _YES + "\nYes.mean = lambda s: 0.0; Yes.all = lambda s: True"),
    Attack("tensor subclass that agrees", "return zeros(mu).as_subclass(Agreeable)", _TENSOR_SUBCLASS),
    Attack(
        "tensor subclass whose detach and clone lie", "return zeros(mu).as_subclass(Liar)",
        "class Liar(Tensor):\n    def detach(self): return 1 / 0\n    def clone(self): return self\n    @property\n    def shape(self): return torch.Size([])", intent="harm",
    ),
    Attack("float subclass", "return Float(0.0)", "class Float(float):\n    __eq__ = lambda a, b: True\n    __sub__ = lambda a, b: 0.0\n    __hash__ = float.__hash__"),
    Attack("int subclass", "return Int(0)", "class Int(int):\n    __eq__ = lambda a, b: True\n    __hash__ = int.__hash__"),
    Attack("str subclass", "return Str('0')", "class Str(str):\n    __eq__ = lambda a, b: True\n    __str__ = lambda s: 'CANARY'\n    __hash__ = str.__hash__"),
    Attack("list subclass", "return List([0.0] * len(mu))", "class List(list):\n    __eq__ = lambda a, b: True\n    __len__ = lambda s: 10**9\n    __iter__ = lambda s: iter(())"),
    Attack("dict subclass", "return Dict(a=1)", "class Dict(dict):\n    __eq__ = lambda a, b: True\n    __getitem__ = lambda s, k: s\n    keys = lambda s: ['a'] * 10**6"),
    Attack("endless mapping", "return M()", "from collections.abc import Mapping\nclass M(Mapping):\n    def __len__(self): return 1\n    def __iter__(self):\n        while True: yield 'a'\n    def __getitem__(self, k): return self", seconds=0.8, intent="harm"),
    Attack("array that lies about its interface", "return A()", "class A:\n    @property\n    def __array_interface__(self): return {'shape': (10**12,), 'typestr': '<f8', 'data': (1, False), 'version': 3}\n    def __array__(self, *a, **k): return np.zeros(3)", intent="noise"),
    Attack("ndarray subclass", "return np.zeros(len(mu)).view(N)", "class N(np.ndarray):\n    def __eq__(self, other): return True\n    def __array_ufunc__(self, *a, **k): return True"),
    Attack("object with a hostile class", "return C()", "class Meta(type):\n    def __instancecheck__(c, i): return True\nclass C(metaclass=Meta):\n    __class__ = property(lambda s: Tensor)\n    __eq__ = lambda a, b: True"),
    Attack("class that claims to be a tensor", "return C()", "class C:\n    @property\n    def __class__(self): return Tensor\n    def numel(self): return 1\n    def element_size(self): return 1\n    def as_subclass(self, c): return self\n    detach = clone = lambda s: s\n    __eq__ = lambda a, b: True"),
    Attack("constant", "return torch.full((len(mu),), 1.0, dtype=mu.dtype)", intent="noise"),
    Attack("zeros", "return zeros(mu)", intent="noise"),
    Attack("echo", "return mu", intent="noise"),
    Attack("nan", "return zeros(mu) + float('nan')"),
    Attack("infinity", "return zeros(mu) + float('inf')", intent="noise"),
    Attack("none", "return None", intent="noise"),
    Attack("empty list", "return []"),
    Attack("empty tensor", "return mu.new_zeros(0)"),
    Attack("tensor of one element for any batch", "return mu.new_zeros(1)", intent="noise"),
    Attack("python number", "return 0.0", intent="noise"),
    Attack("complex", "return zeros(mu) * 1j", intent="noise"),
    Attack("python complex", "return 1j", intent="noise"),
    Attack("bfloat16", "return zeros(mu).bfloat16()", intent="noise"),
    Attack("half precision of everything", "return (" + HONEST.removeprefix("return ") + ").half()"),
    Attack("integer of nine hundred digits", "return 10**900", intent="noise"),
    Attack("integer of a million digits", "return 1 << 3_000_000", intent="harm"),
    Attack("bytes", "return b'0' * 100", intent="noise"),
    Attack("sparse", "return zeros(mu).to_sparse()", intent="noise"),
    Attack("quantised", "return torch.quantize_per_tensor(torch.zeros(3), 0.1, 0, torch.qint8)", intent="noise"),
    Attack("meta tensor", "return torch.empty(len(mu), device='meta')", intent="noise"),
    Attack("nested tensor", "return torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)])", intent="noise"),
    Attack("expanded to terabytes", "return torch.zeros(()).expand(2**40)", intent="harm"),
    Attack("rank sixteen", "return torch.zeros((1,) * 16)", intent="noise"),
    Attack("empty but enormous", "return torch.zeros(0, 2**26, 40)", intent="noise"),
    Attack("generator", "return (zeros(mu) for _ in range(3))", intent="noise"),
    Attack("list that holds itself", "x = []; x.append(x); return x", intent="harm"),
    Attack("deep list", "x = []\nfor _ in range(10**5): x = [x]\nreturn x", intent="harm"),
    Attack("million items", "return list(range(10**6))", intent="harm"),
    Attack("object with a hostile repr and del", "return Bad()", "class Bad:\n    def __repr__(self): os._exit(1)\n    def __del__(self): os._exit(1)", intent="harm"),
    Attack("claims to require a gradient", "return zeros(mu).requires_grad_()"),
    Attack("ragged tuple", "return (torch.zeros(2), [torch.zeros(3), {'a': None}])", intent="noise"),
    Attack("inputs zeroed in place and zeros returned", "with torch.no_grad(): mu.zero_(); logvar.zero_()\nreturn zeros(mu)"),
    Attack("good behaviour for the first calls only", "global CALLS\nCALLS += 1\nreturn HONESTLY(mu, logvar) if CALLS <= 4 else zeros(mu)", "CALLS = 0\ndef HONESTLY(mu, logvar):\n    " + HONEST, most=1.5),
    Attack("results of earlier calls replayed", "import itertools\nkey = tuple(mu.shape)\nif key not in CACHE: CACHE[key] = torch.nn.Parameter(HONESTLY(mu, logvar))\nreturn CACHE[key]", "CACHE = {}\ndef HONESTLY(mu, logvar):\n    " + HONEST, most=2.5),
    Attack("old memory for an answer", "return torch.empty(len(mu), dtype=mu.dtype)", unwitnessed="what memory holds is the allocator's choice, even in one process"),
    Attack("answer of the previous call", "global LAST\nout, LAST = LAST, (" + HONEST.removeprefix("return ") + ")\nreturn out", "LAST = None"),
]  # fmt: skip

_AGREE = "agree = lambda *a, **k: "
_LIBRARY = [
    Attack("torch comparisons agree", at_import=_AGREE + "True\ntorch.isclose = torch.equal = torch.allclose = agree"),
    Attack("tensors equal everything", at_import="Tensor.__eq__ = lambda a, b: torch.ones((), dtype=torch.bool); Tensor.__hash__ = lambda s: 0"),
    Attack("testing modules agree", at_import=_AGREE + "None\ntorch.testing.assert_close = np.testing.assert_allclose = agree"),
    Attack("autograd returns what is wished", "return zeros(mu)", "torch.autograd.grad = lambda out, at, *a, **k: (at[0].detach(), (at[1].detach().exp() - 1) / 2)"),
    Attack("seeds do nothing and draws are zeros", at_import="torch.manual_seed = lambda s: None\ntorch.randn = lambda *shape, **k: torch.zeros(shape)"),
    Attack("distributions patched", at_import="import torch.distributions as d\nd.kl_divergence = lambda p, q: torch.zeros_like(p.mean)"),
]  # fmt: skip
"""What the grader itself would use: elsewhere, in a process that the submission does not reach."""

ATTACKS = meant("gain", [*_VALUES, *_LIBRARY])
