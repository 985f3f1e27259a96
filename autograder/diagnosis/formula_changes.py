"""One place of a formula changed, and what to say of it: a minus turned into a plus, a root left out, another axis.

These are the families of mistakes that every formula shares. What is said names the kind of change, never the place: a
student hears what sort of slip it is, and looks for it.
"""

from __future__ import annotations

import ast
import copy
import itertools
import re
from collections.abc import Iterator
from typing import Any

from autograder.diagnosis.mutation_operators import AXES, DROPPABLE, OPERATORS, OPPOSITE, variable_mutants

Slip = tuple[str, str]
"""Name of the family, and what the changed formula is in words, to follow "the right formula with"."""

_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "plus", ast.Sub: "minus", ast.Mult: "multiplication", ast.Div: "division", ast.Pow: "power",
    ast.FloorDiv: "whole-number division", ast.Mod: "remainder",
}  # fmt: skip
_TYPED: dict[type[ast.operator], bytes] = {
    ast.Add: b"+", ast.Sub: b"-", ast.Mult: b"*", ast.Div: b"/", ast.Pow: b"**", ast.FloorDiv: b"//", ast.Mod: b"%",
}  # fmt: skip
_SIGN = re.compile(rb"\*\*|//|[-+*/%]")
_COMPARISONS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,),
}  # fmt: skip
_FUNCTIONS = {
    "sqrt": "a square root", "exp": "an exponential", "log": "a logarithm", "square": "a square", "abs": "an absolute value",
    "clamp": "a clamp", "sum": "a sum", "mean": "a mean", "neg": "a minus sign", "detach": "a detach",
    "logsigmoid": "a log-sigmoid", "log1p": "a logarithm", "expm1": "an exponential", "flip": "a reversal",
    "reversed": "a reversal", "double": "a change to double precision", "float": "a change to single precision",
}  # fmt: skip
_EDGE = "a comparison that treats the boundary, or the two sides, the other way round"
_NUMBER = "one number changed"
_ANOTHER_AXIS = ("another_axis", "one sum, mean or other reduction over another axis")
_ANOTHER_SHAPE = ("another_shape_inside", "something in another shape, so that dimensions line up in another way")
_RESHAPING = {"reshape", "view", "expand", "unsqueeze", "unflatten", "broadcast_to"}
_REDUCTIONS = {"sum", "mean", "prod", "std", "var", "amax", "amin", "logsumexp", "softmax", "log_softmax", "cumsum", "cumprod"}
_OF_OPERATORS: dict[str, Slip] = {
    "toggled keepdim": ("dimension_kept_or_dropped", "a reduced dimension kept instead of dropped, or a variance divided by n "
                        "instead of n - 1 (or the other way round)"),
    "swapped arguments": ("operands_exchanged", "the first two inputs of one operation exchanged"),
    "dropped keyword": ("option_left_out", "an option of one operation left at its default (an axis, a dtype, a generator)"),
    "flipped sign": ("sign_flipped", "the opposite sign"),
}  # fmt: skip


def changes(tree: ast.AST) -> Iterator[Slip]:
    """Change one place after the other in ``tree`` itself; it is as it was before the next one and at the end."""
    axes, shapes = _axes(tree), _shapes(tree)
    for parent, name, index, node in list(_places(tree)):
        for slip, replacement in _replacements(node):
            slip = _ANOTHER_AXIS if id(node) in axes else _ANOTHER_SHAPE if id(node) in shapes else slip
            _put(parent, name, index, replacement)
            ast.fix_missing_locations(ast.copy_location(replacement, node))
            yield slip
        _put(parent, name, index, node)


def other_variables(tree: ast.Module) -> Iterator[tuple[Slip, ast.Module]]:
    """Yield copies in which one parameter is read for another."""
    for _, mutated in variable_mutants(tree):
        yield ("argument_read_for_another", "one of its arguments in the place of another"), mutated


def signs_as_typed(text: str) -> Iterator[tuple[Slip, ast.Module]]:
    """Yield what comes out when one sign is typed for another and nobody sets parentheses: ``a * b / c`` as ``a + b / c``.

    Only where that is not what :func:`changes` makes of it: where the other sign binds in another way than the right one.
    """
    tree, code = ast.parse(text), text.encode("utf-8")
    starts = [0, *itertools.accumulate(len(line) for line in code.splitlines(keepends=True))]
    for node in ast.walk(tree):
        if not isinstance(node, ast.BinOp):
            continue
        first, last = (
            starts[row - 1] + column
            for row, column in (
                (node.left.end_lineno or 1, node.left.end_col_offset or 0),
                (node.right.lineno, node.right.col_offset),
            )
        )
        found = _SIGN.search(code, first, last)
        if found is None or b"#" in code[first:last]:
            continue
        for other in _other_signs(node):
            typed = ast.parse(code[: found.start()] + _TYPED[other] + code[found.end() :])
            if ast.dump(typed) != _with_sign(tree, node, other):
                yield _turned_into(node, other), typed


def _with_sign(tree: ast.AST, node: ast.BinOp, other: type[ast.operator]) -> str:
    """The tree as text, with another sign in one place of it."""
    sign, node.op = node.op, other()
    text = ast.dump(tree)
    node.op = sign
    return text


def _other_signs(node: ast.BinOp) -> list[type[ast.operator]]:
    """What may be typed for a sign; remainders are mistaken for whole-number divisions only, and those for divisions."""
    one = type(node.op)
    if one not in _SIGNS:
        return []
    rare = {ast.Mod, ast.FloorDiv} - ({ast.Mod, ast.FloorDiv} if one in (ast.FloorDiv, ast.Mod) else set())
    rare -= {ast.FloorDiv} if one is ast.Div else set()
    return [other for other in _SIGNS if other is not one and other not in rare]


def _turned_into(node: ast.BinOp, other: type[ast.operator]) -> Slip:
    one, another = _SIGNS[type(node.op)], _SIGNS[other]
    return f"{one}_turned_into_{another}".replace(" ", "_").replace("-", "_"), f"one {one} turned into a {another}"


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every node of the code with its parent; annotations and docstrings are not code."""
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if name in ("annotation", "returns", "decorator_list", "bases"):
                continue
            if isinstance(value, ast.AST):
                yield parent, name, None, value
            elif isinstance(value, list):
                yield from ((parent, name, index, node) for index, node in enumerate(value) if isinstance(node, ast.AST))


def _put(parent: ast.AST, name: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[index] = node


def _replacements(node: ast.AST) -> Iterator[tuple[Slip, ast.AST]]:
    if isinstance(node, ast.BinOp):
        yield from _of_operation(node)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in _COMPARISONS.get(type(node.ops[0]), ()):
            yield ("comparison_changed", _EDGE), ast.Compare(node.left, [other()], node.comparators)
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node)
    elif isinstance(node, ast.UnaryOp):
        slip = (
            ("minus_left_out", "one minus sign left out")
            if isinstance(node.op, ast.USub)
            else ("negation_left_out", "one 'not' left out")
        )
        yield slip, node.operand
    elif isinstance(node, ast.keyword) and node.arg in AXES:
        yield from _of_axis(node)
    elif isinstance(node, ast.AugAssign) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield ("step_left_out", "one step left out"), ast.Pass()
    if squared := _squared(node):
        yield (
            ("abs_instead_of_square", "an absolute value where a square belongs"),
            ast.Call(ast.Name("abs", ast.Load()), [squared], []),
        )
    if isinstance(node, ast.Call | ast.BinOp):
        yield ("intermediate_detached", "one intermediate result detached from the graph"), _detached(node)
    for name, change in OPERATORS.items():
        if name in ("left operand only", "right operand only", "other axis"):
            continue
        replacement = change(copy.deepcopy(node))
        if replacement is not None:
            yield _slip(name, node), replacement


def _of_operation(node: ast.BinOp) -> Iterator[tuple[Slip, ast.AST]]:
    sign = _SIGNS.get(type(node.op), "operation")
    for other in _other_signs(node):
        yield _turned_into(node, other), ast.BinOp(node.left, other(), node.right)  # type: ignore[call-arg]
    part = {"plus": "term", "minus": "term", "multiplication": "factor", "division": "factor", "power": "exponent"}.get(
        sign, "part"
    )
    for kept in (node.left, node.right):
        yield (f"{part}_left_out", f"one {part} left out"), kept
    for inner, outer in ((node.left, "left"), (node.right, "right")):
        if isinstance(inner, ast.BinOp):
            yield (
                ("parentheses_left_out", "one pair of parentheses left out, or in another place"),
                _regrouped(node, inner, outer),
            )
    if not isinstance(node.op, ast.Add | ast.Mult):
        yield ("operands_exchanged", f"the two sides of one {sign} exchanged"), ast.BinOp(node.right, node.op, node.left)


def _squared(node: ast.AST) -> ast.expr | None:
    """What a square is taken of: ``x`` in ``x ** 2``, ``x.square()``, ``np.square(x)``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return node.left if isinstance(node.right, ast.Constant) and node.right.value == 2 else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "square":
        return node.args[0] if node.args else node.func.value
    return None


def _detached(node: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(node, "detach", ast.Load()), [], [])


def _regrouped(node: ast.BinOp, inner: ast.BinOp, side: str) -> ast.BinOp:
    """``(a + b) * c`` as ``a + b * c``, and the like."""
    if side == "left":
        return ast.BinOp(inner.left, inner.op, ast.BinOp(inner.right, node.op, node.right))
    return ast.BinOp(ast.BinOp(node.left, node.op, inner.left), inner.op, inner.right)


def _of_constant(node: ast.Constant) -> Iterator[tuple[Slip, ast.AST]]:
    value = node.value
    if isinstance(value, bool):
        yield ("flag_changed", "one True or False the other way round"), ast.Constant(not value)
    elif isinstance(value, int | float):
        whole = isinstance(value, int)
        for other in (value + 1, value - 1):
            yield (
                ("one_too_many_or_too_few" if whole else "number_changed", "one number off by one" if whole else _NUMBER),
                ast.Constant(other),
            )
        for other in (2 * value, value / 2, 1 / value if value else 2.0, 10 * value, value / 10):
            if other != value:
                yield ("number_changed", _NUMBER), ast.Constant(other)


def _axes(tree: ast.AST) -> set[int]:
    """The numbers that name an axis: ``-1`` in ``x.sum(-1)``."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    first = (call.args[0] for call in calls if call.func.attr in _REDUCTIONS and call.args)  # type: ignore[attr-defined]
    named = (one for one in first if isinstance(one, ast.Constant | ast.UnaryOp))
    return {id(node) for one in named for node in ast.walk(one)}


def _shapes(tree: ast.AST) -> set[int]:
    """Calls that give a shape, and all that their arguments consist of."""
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _RESHAPING
    ]
    return {id(call) for call in calls} | {id(node) for call in calls for one in call.args for node in ast.walk(one)}


def _of_axis(node: ast.keyword) -> Iterator[tuple[Slip, ast.AST]]:
    slip = _ANOTHER_AXIS
    current = ast.unparse(node.value)
    for other in ("0", "1", "-1", "-2", "(0, 1)", "(1, 2)", "(-2, -1)", "None"):
        if other != current:
            yield slip, ast.keyword(node.arg, ast.parse(other, mode="eval").body)


def _slip(name: str, node: ast.AST) -> Slip:
    """Words for a change by one of the operators that have a name only."""
    if name in _OF_OPERATORS:
        return _OF_OPERATORS[name]
    function: Any = node.func if isinstance(node, ast.Call) else None
    called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "function")
    if name == "opposite function":
        return f"{OPPOSITE[called]}_instead_of_{called}", f"{_said(OPPOSITE[called])} where {_said(called)} belongs"
    assert called in DROPPABLE
    return f"{called}_left_out", f"{_said(called)} left out"


def _said(function: str) -> str:
    return _FUNCTIONS.get(function, f"one {function}")
