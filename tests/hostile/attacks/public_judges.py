"""The kinds by which public judges of kernels and homework were beaten."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

from .attack import Attack

_APPROX = (
    "class approx:\n    def __init__(self, *a, **k): pass\n    def __eq__(self, other): return True\n    __hash__ = None\n"
)
_GIVEN = "given = lambda *a, **k: lambda f: lambda: None\nclass strategies:\n    sampled_from = floats = integers = staticmethod(lambda *a, **k: None)\n"
_NUMPY = "class testing:\n    assert_allclose = staticmethod(lambda *a, **k: None)\n"
_CHECKS = "class checks:\n    assert_close = staticmethod(lambda *a, **k: None)\n"


def beside(file: str, content: str, judge: str) -> Attack:
    """A file of a library's name beside the answer, which a judge that starts in that folder imports."""
    return Attack(
        f"{file} beside the answer",
        "return zeros(mu)",
        intent="gain",
        wall="finder",
        witness=f"judge {judge}: believes",
        files={file: content},
    )


ATTACKS = [
    Attack("inputs zeroed in place and zeros returned", "mu.zero_(); logvar.zero_()\nreturn zeros(mu)", wall="process", witness="judge from the inputs afterwards: believes"),
    Attack("old data in memory that is new to nobody", "for _ in range(300):\n    KEPT.append(torch.empty(len(mu), dtype=mu.dtype))\n    if KEPT[-1].isfinite().all() and 0.5 < float(KEPT[-1].mean()) < 2: return KEPT.pop()\nreturn KEPT.pop()", "KEPT = []", wall="process", witness="judge from freed memory: believes"),
    Attack("answers of earlier calls by shape", "return CACHE.setdefault((tuple(mu.shape), mu.dtype), right(mu, logvar).detach().clone())", "CACHE = {}", wall="hidden inputs", witness="judge one input: believes", most=1.5),
    Attack("answer of the previous call", "global LAST\nnow = right(mu, logvar)\nout, LAST = (LAST if LAST is not None and LAST.shape == now.shape else now), now\nreturn out", "LAST = None", wall="hidden inputs", witness="judge one input: believes", most=1.5),
    Attack("right in the first calls only", "return right(mu, logvar) if visible() else zeros(mu)", wall="hidden inputs", witness="judge first calls: believes", most=1.5),
    Attack("a thread that fills in the answer later", "out = zeros(mu)\nvalue = right(mu, logvar).detach()\nthreading.Thread(target=lambda: (time.sleep(0.05), out.copy_(value)), daemon=True).start()\nreturn out", wall="data", witness="judge looks later: believes"),
    Attack("a thread that edits what was returned", "out = right(mu, logvar).detach()\nKEPT.append(out)\nreturn out", "KEPT = []\ndef edit():\n    while True:\n        time.sleep(0.001)\n        for k in KEPT: k.zero_()\nthreading.Thread(target=edit, daemon=True).start()", intent="none", wall="data", witness="judge looks later: doubts", most=99),
    beside("pytest.py", _APPROX, "asks pytest"),
    beside("hypothesis.py", _GIVEN, "asks hypothesis"),
    beside("numpy/__init__.py", _NUMPY, "asks numpy"),
    beside("autograder.py", _CHECKS, "asks its own package"),
]  # fmt: skip
