"""Mutation operators for numerical code, beside the general ones of the library cosmic-ray.

Each yields copies of a syntax tree with one place changed: a mean for a sum, a missing square root, another axis, swapped
arguments, a dropped statement, one variable for another.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any

Change = Callable[[ast.AST], ast.AST | None]
"""Returns the node's replacement, or ``None`` where the operator does not apply."""

OPPOSITE = {"sum": "mean", "mean": "sum", "prod": "sum", "cumprod": "cumsum", "cumsum": "cumprod", "min": "max", "max": "min",
             "cos": "sin", "sin": "cos", "log1p": "log", "expm1": "exp", "logsumexp": "sum", "var": "std", "std": "var",
             "zeros_like": "ones_like", "ones_like": "zeros_like", "zeros": "ones", "ones": "zeros", "eval": "train",
             "train": "eval", "rand": "randn", "randn": "rand", "randn_like": "rand_like"}  # fmt: skip
DROPPABLE = {"sqrt", "exp", "log", "square", "abs", "clamp", "relu", "detach", "softplus", "logsigmoid", "sigmoid",
              "flatten", "reversed", "flip", "double", "float", "mean", "sum", "neg", "tanh", "expm1", "log1p"}  # fmt: skip
AXES = {"dim", "axis", "start_dim", "end_dim"}


def numerical_mutants(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """Yield ``(operator, mutated tree)`` for every operator and place."""
    for name, change in OPERATORS.items():
        yield from _everywhere(tree, name, change)
    yield from variable_mutants(tree)
    yield from _dropped_statements(tree)


def _everywhere(tree: ast.Module, name: str, change: Change) -> Iterator[tuple[str, ast.Module]]:
    for index, node in enumerate(ast.walk(tree)):
        if change(copy.deepcopy(node)) is None:
            continue
        mutated = copy.deepcopy(tree)
        target = next(other for number, other in enumerate(ast.walk(mutated)) if number == index)
        replacement = change(target)
        assert replacement is not None
        yield name, ast.fix_missing_locations(_Replace(target, replacement).visit(mutated))


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, replacement: ast.AST) -> None:
        self.target = target
        self.replacement = replacement

    def visit(self, node: ast.AST) -> Any:
        """Replace the target and leave everything else."""
        return ast.copy_location(self.replacement, node) if node is self.target else super().generic_visit(node)


def _opposite_function(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in OPPOSITE:
        node.func.attr = OPPOSITE[node.func.attr]
        return node
    return None


def _dropped_function(node: ast.AST) -> ast.AST | None:
    """``x.sqrt()`` and ``torch.sqrt(x)`` become ``x``."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Name) and node.func.id in DROPPABLE and node.args:
        return node.args[0]
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in DROPPABLE:
        return None
    library = isinstance(node.func.value, ast.Name) and node.func.value.id in ("torch", "np", "math", "F", "functional")
    if library:
        return node.args[0] if node.args else None
    return node.func.value


def _other_axis(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.keyword) and node.arg in AXES and isinstance(node.value, ast.Constant | ast.UnaryOp):
        current = ast.literal_eval(node.value)
        if isinstance(current, int):
            node.value = ast.Constant(0 if current != 0 else 1)
            return node
    return None


def _toggled_keepdim(node: ast.AST) -> ast.AST | None:
    toggles = isinstance(node, ast.keyword) and node.arg in ("keepdim", "keepdims", "unbiased")
    if toggles and isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant):
        node.value = ast.Constant(not node.value.value)
        return node
    return None


def _swapped_arguments(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Call) and len(node.args) >= 2 and ast.dump(node.args[0]) != ast.dump(node.args[1]):
        node.args[0], node.args[1] = node.args[1], node.args[0]
        return node
    return None


def _dropped_keyword(node: ast.AST) -> ast.AST | None:
    """Leave out the last keyword argument of a call."""
    if isinstance(node, ast.Call) and node.keywords and node.keywords[-1].arg:
        node.keywords.pop()
        return node
    return None


def _flipped_sign(node: ast.AST) -> ast.AST | None:
    """Negate a returned expression."""
    if isinstance(node, ast.Return) and isinstance(node.value, ast.BinOp | ast.Call | ast.Name):
        node.value = ast.UnaryOp(ast.USub(), node.value)
        return node
    return None


def _one_side(node: ast.AST) -> ast.AST | None:
    """Keep only the left operand of a binary operation."""
    return node.left if isinstance(node, ast.BinOp) else None


def _other_side(node: ast.AST) -> ast.AST | None:
    """Keep only the right operand of a binary operation."""
    return node.right if isinstance(node, ast.BinOp) else None


OPERATORS: dict[str, Change] = {
    "opposite function": _opposite_function,
    "dropped function": _dropped_function,
    "other axis": _other_axis,
    "toggled keepdim": _toggled_keepdim,
    "swapped arguments": _swapped_arguments,
    "dropped keyword": _dropped_keyword,
    "flipped sign": _flipped_sign,
    "left operand only": _one_side,
    "right operand only": _other_side,
}


def variable_mutants(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """One parameter read for the next one: ``alphas`` for ``alphas_cumprod``, ``real`` for ``fake``."""
    for index, function in enumerate(ast.walk(tree)):
        if not isinstance(function, ast.FunctionDef):
            continue
        names = [argument.arg for argument in function.args.args if argument.arg != "self"]
        reads = [n for n, node in enumerate(ast.walk(function)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
                 and node.id in names]  # fmt: skip
        for read in reads if len(names) > 1 else []:
            mutated = copy.deepcopy(tree)
            copied = next(other for number, other in enumerate(ast.walk(mutated)) if number == index)
            name = next(other for number, other in enumerate(ast.walk(copied)) if number == read)
            assert isinstance(name, ast.Name)
            name.id = names[(names.index(name.id) + 1) % len(names)]
            yield "other variable", mutated


def _dropped_statements(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    for index, node in enumerate(ast.walk(tree)):
        droppable = isinstance(node, ast.AugAssign) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
        if droppable:
            mutated = copy.deepcopy(tree)
            target = next(other for number, other in enumerate(ast.walk(mutated)) if number == index)
            yield "dropped statement", ast.fix_missing_locations(_Replace(target, ast.Pass()).visit(mutated))
