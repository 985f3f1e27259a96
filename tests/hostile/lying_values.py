"""Objects that lie about themselves, constants, and other values instead of an answer."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

from .attack import HONEST, Attack

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

ATTACKS = [
    Attack("object equal to everything", "return Yes()", _YES),
    Attack("list of objects equal to everything", "return [Yes() for _ in mu]", _YES),
    Attack("object whose methods return what is wished", "return Yes()", _YES + "\nYes.mean = lambda s: 0.0; Yes.all = lambda s: True"),
    Attack("tensor subclass that agrees", "return zeros(mu).as_subclass(Agreeable)", _TENSOR_SUBCLASS),
    Attack(
        "tensor subclass whose detach and clone lie", "return zeros(mu).as_subclass(Liar)",
        "class Liar(Tensor):\n    def detach(self): return 1 / 0\n    def clone(self): return self\n    @property\n    def shape(self): return torch.Size([])",
    ),
    Attack("float subclass", "return Float(0.0)", "class Float(float):\n    __eq__ = lambda a, b: True\n    __sub__ = lambda a, b: 0.0\n    __hash__ = float.__hash__"),
    Attack("int subclass", "return Int(0)", "class Int(int):\n    __eq__ = lambda a, b: True\n    __hash__ = int.__hash__"),
    Attack("str subclass", "return Str('0')", "class Str(str):\n    __eq__ = lambda a, b: True\n    __str__ = lambda s: 'CANARY'\n    __hash__ = str.__hash__"),
    Attack("list subclass", "return List([0.0] * len(mu))", "class List(list):\n    __eq__ = lambda a, b: True\n    __len__ = lambda s: 10**9\n    __iter__ = lambda s: iter(())"),
    Attack("dict subclass", "return Dict(a=1)", "class Dict(dict):\n    __eq__ = lambda a, b: True\n    __getitem__ = lambda s, k: s\n    keys = lambda s: ['a'] * 10**6"),
    Attack("endless mapping", "return M()", "from collections.abc import Mapping\nclass M(Mapping):\n    def __len__(self): return 1\n    def __iter__(self):\n        while True: yield 'a'\n    def __getitem__(self, k): return self", seconds=0.8),
    Attack("array that lies about its interface", "return A()", "class A:\n    @property\n    def __array_interface__(self): return {'shape': (10**12,), 'typestr': '<f8', 'data': (1, False), 'version': 3}\n    def __array__(self, *a, **k): return np.zeros(3)"),
    Attack("ndarray subclass", "return np.zeros(len(mu)).view(N)", "class N(np.ndarray):\n    def __eq__(self, other): return True\n    def __array_ufunc__(self, *a, **k): return True"),
    Attack("object with a hostile class", "return C()", "class Meta(type):\n    def __instancecheck__(c, i): return True\nclass C(metaclass=Meta):\n    __class__ = property(lambda s: Tensor)"),
    Attack("class that claims to be a tensor", "return C()", "class C:\n    @property\n    def __class__(self): return Tensor\n    def numel(self): return 1\n    def element_size(self): return 1\n    def as_subclass(self, c): return self\n    detach = clone = lambda s: s"),
    Attack("constant", "return torch.full((len(mu),), 1.0, dtype=mu.dtype)"),
    Attack("zeros", "return zeros(mu)"),
    Attack("echo", "return mu"),
    Attack("nan", "return zeros(mu) + float('nan')"),
    Attack("infinity", "return zeros(mu) + float('inf')"),
    Attack("none", "return None"),
    Attack("empty list", "return []"),
    Attack("empty tensor", "return mu.new_zeros(0)"),
    Attack("tensor of one element for any batch", "return mu.new_zeros(1)"),
    Attack("python number", "return 0.0"),
    Attack("complex", "return zeros(mu) * 1j"),
    Attack("python complex", "return 1j"),
    Attack("bfloat16", "return zeros(mu).bfloat16()"),
    Attack("half precision of everything", "return (" + HONEST.removeprefix("return ") + ").half()"),
    Attack("integer of nine hundred digits", "return 10**900"),
    Attack("integer of a million digits", "return 1 << 3_000_000"),
    Attack("bytes", "return b'0' * 100"),
    Attack("sparse", "return zeros(mu).to_sparse()"),
    Attack("quantised", "return torch.quantize_per_tensor(torch.zeros(3), 0.1, 0, torch.qint8)"),
    Attack("meta tensor", "return torch.empty(len(mu), device='meta')"),
    Attack("nested tensor", "return torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)])"),
    Attack("expanded to terabytes", "return torch.zeros(()).expand(2**40)"),
    Attack("rank sixteen", "return torch.zeros((1,) * 16)"),
    Attack("empty but enormous", "return torch.zeros(0, 2**26, 40)"),
    Attack("generator", "return (zeros(mu) for _ in range(3))"),
    Attack("list that holds itself", "x = []; x.append(x); return x"),
    Attack("deep list", "x = []\nfor _ in range(10**5): x = [x]\nreturn x"),
    Attack("million items", "return list(range(10**6))"),
    Attack("object with a hostile repr and del", "return Bad()", "class Bad:\n    def __repr__(self): os._exit(1)\n    def __del__(self): os._exit(1)"),
    Attack("claims to require a gradient", "return zeros(mu).requires_grad_()"),
    Attack("ragged tuple", "return (torch.zeros(2), [torch.zeros(3), {'a': None}])"),
    Attack(
        "cached answers of earlier calls",
        "note(mu)\nkey = tuple(mu.shape)\nreturn CACHE.setdefault(key, zeros(mu))",
        "CACHE = {}",
    ),
    Attack("answer of the previous call", "global LAST\nout, LAST = LAST, (" + HONEST.removeprefix("return ") + ")\nreturn out", "LAST = None"),
]  # fmt: skip
