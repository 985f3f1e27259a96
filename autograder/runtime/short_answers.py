"""Short answers as numbers: a value, a function of named quantities, or a SymPy expression in them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any


def numeric(answer: Any, quantities: Mapping[str, float]) -> Any:
    """Evaluate an answer at the given quantities; text, truth values and numbers stay what they are.

    A SymPy expression is evaluated with its symbols replaced by name; a function is called with those quantities as
    keywords; containers are evaluated item by item.
    """
    sympy = sys.modules.get("sympy")
    if sympy is not None and isinstance(answer, sympy.Basic):
        return _evaluate(sympy, answer, quantities)
    if isinstance(answer, Mapping):
        return {numeric_key(key): numeric(value, quantities) for key, value in answer.items()}
    if sympy is not None and isinstance(answer, sympy.MatrixBase):
        return numeric(answer.tolist(), quantities)
    if isinstance(answer, Fraction | Decimal):
        return float(answer)
    if isinstance(answer, list | tuple):
        return type(answer)(numeric(item, quantities) for item in answer)
    if callable(answer):
        return numeric(answer(**quantities), quantities)
    return answer


def numeric_key(key: Any) -> str | int:
    """Keys are compared as text, so that enums and symbols can stand for their names."""
    return key if isinstance(key, int) else str(key)


def _evaluate(sympy: Any, expression: Any, quantities: Mapping[str, float]) -> Any:
    values = {symbol: quantities[symbol.name] for symbol in expression.free_symbols if symbol.name in quantities}
    result = expression.subs(values)
    if result in (sympy.true, sympy.false) and not getattr(result, "is_number", False):
        return bool(result)
    number = complex(result.evalf())
    return number.real if number.imag == 0 else number
