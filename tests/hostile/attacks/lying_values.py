"""Objects that lie about themselves, constants, and other values instead of an answer."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

from typing import Any

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


def lie(name: str, seen: str, body: str, at_import: str = "", wall: str = "values", **options: Any) -> Attack:
    """A value that is not the answer, for which some judge gives points."""
    return Attack(name, body, at_import, "gain", wall, f"judge {seen}", **options)


def harm(name: str, seen: str, body: str, at_import: str = "", **options: Any) -> Attack:
    """A value at which some judge breaks."""
    return Attack(name, body, at_import, "harm", "data", f"judge {seen}", **options)


ATTACKS = [
    lie("object equal to everything", "equal: believes", "return Yes()", _YES),
    lie("list of objects equal to everything", "all equal: believes", "return [Yes() for _ in mu]", _YES),
    lie("object whose methods return what is wished", "own method: believes", "return Yes()", _YES + "\nYes.mean = lambda s: 0.0; Yes.all = lambda s: True"),
    lie("tensor subclass that agrees", "allclose: believes", "return zeros(mu).as_subclass(Agreeable)", _TENSOR_SUBCLASS),
    harm("tensor subclass whose detach and clone lie", "detaches: raises ZeroDivisionError", "return zeros(mu).as_subclass(Liar)", "class Liar(Tensor):\n    def detach(self): return 1 / 0\n    def clone(self): return self\n    @property\n    def shape(self): return torch.Size([])"),
    lie("float subclass", "equal to a number: believes", "return Float(0.0)", "class Float(float):\n    __eq__ = lambda a, b: True\n    __sub__ = lambda a, b: 0.0\n    __hash__ = float.__hash__"),
    lie("int subclass", "equal to a number: believes", "return Int(0)", "class Int(int):\n    __eq__ = lambda a, b: True\n    __hash__ = int.__hash__"),
    lie("str subclass", "equal: believes", "return Str('0')", "class Str(str):\n    __eq__ = lambda a, b: True\n    __str__ = lambda s: 'CANARY'\n    __hash__ = str.__hash__"),
    lie("list subclass", "all equal: believes", "return List([0.0] * len(mu))", "class List(list):\n    __eq__ = lambda a, b: True\n    __len__ = lambda s: 10**9\n    __iter__ = lambda s: iter(())"),
    lie("dict subclass", "equal: believes", "return Dict(a=1)", "class Dict(dict):\n    __eq__ = lambda a, b: True\n    __getitem__ = lambda s, k: s\n    keys = lambda s: ['a'] * 10**6"),
    harm("endless mapping", "np.testing: breaks", "return M()", "from collections.abc import Mapping\nclass M(Mapping):\n    def __len__(self): return 1\n    def __iter__(self):\n        while True: yield 'a'\n    def __getitem__(self, k): return self", seconds=0.8),
    harm("array that lies about its interface", "np.testing: dies", "return A()", "class A:\n    @property\n    def __array_interface__(self): return {'shape': (10**12,), 'typestr': '<f8', 'data': (1, False), 'version': 3}\n    def __array__(self, *a, **k): return np.zeros(3)"),
    lie("ndarray subclass", "equal: believes", "return np.zeros(len(mu)).view(N)", "class N(np.ndarray):\n    def __eq__(self, other): return True\n    def __array_ufunc__(self, *a, **k): return True"),
    lie("object with a hostile class", "a tensor: believes", "return C()", "class Meta(type):\n    def __instancecheck__(c, i): return True\nclass C(metaclass=Meta):\n    __class__ = property(lambda s: Tensor)"),
    lie("class that claims to be a tensor", "a tensor: believes", "return C()", "class C:\n    @property\n    def __class__(self): return Tensor\n    def numel(self): return 1\n    def element_size(self): return 1\n    def as_subclass(self, c): return self\n    detach = clone = lambda s: s"),
    lie("constant", "shape: believes", "return torch.full((len(mu),), 1.0, dtype=mu.dtype)"),
    lie("zeros", "shape: believes", "return zeros(mu)"),
    lie("echo", "a number of numbers: believes", "return mu"),
    lie("nan", "not far: believes", "return zeros(mu) + float('nan')"),
    lie("infinity", "near in its own scale: believes", "return zeros(mu) + float('inf')"),
    lie("none", "runs: believes", "return None"),
    lie("empty list", "all equal: believes", "return []"),
    lie("empty tensor", "all equal: believes", "return mu.new_zeros(0)"),
    lie("tensor of one element for any batch", "a tensor: believes", "return mu.new_zeros(1)"),
    lie("python number", "runs: believes", "return 0.0"),
    lie("complex", "shape: believes", "return zeros(mu) * 1j"),
    lie("python complex", "runs: believes", "return 1j"),
    lie("bfloat16", "shape: believes", "return zeros(mu).bfloat16()"),
    lie("half precision of everything", "loose testing: believes", "return (" + HONEST.removeprefix("return ") + ").half()"),
    harm("integer of nine hundred digits", "as a float: raises OverflowError", "return 10**900"),
    harm("integer of a million digits", "writes JSON: raises ValueError", "return 1 << 3_000_000"),
    lie("bytes", "runs: believes", "return b'0' * 100"),
    lie("sparse", "shape: believes", "return zeros(mu).to_sparse()"),
    lie("quantised", "shape: believes", "return torch.quantize_per_tensor(torch.zeros(3), 0.1, 0, torch.qint8)"),
    lie("meta tensor", "shape: believes", "return torch.empty(len(mu), device='meta')"),
    lie("nested tensor", "a tensor: believes", "return torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)])"),
    harm("expanded to terabytes", "all equal: swells", "return torch.zeros(()).expand(2**40)"),
    lie("rank sixteen", "a tensor: believes", "return torch.zeros((1,) * 16)"),
    lie("empty but enormous", "all equal: believes", "return torch.zeros(0, 2**26, 40)"),
    lie("generator", "runs: believes", "return (zeros(mu) for _ in range(3))"),
    harm("list that holds itself", "writes JSON: raises ValueError", "x = []; x.append(x); return x"),
    harm("deep list", "writes JSON: raises RecursionError", "x = []\nfor _ in range(10**5): x = [x]\nreturn x"),
    harm("million items", "writes JSON: prints 1000000", "return list(range(10**6))"),
    harm("object with a hostile repr and del", "runs: dies", "return Bad()", "class Bad:\n    def __repr__(self): os._exit(1)\n    def __del__(self): os._exit(1)"),
    harm("claims to require a gradient", "np.testing: raises RuntimeError", "return zeros(mu).requires_grad_()"),
    harm("text that cannot be encoded", "writes a file: raises UnicodeEncodeError", "return ['\\ud800' * 9]"),
    lie("ragged tuple", "runs: believes", "return (torch.zeros(2), [torch.zeros(3), {'a': None}])"),
]  # fmt: skip
