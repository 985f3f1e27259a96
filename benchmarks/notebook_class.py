"""A class of plausible notebooks: right answers in several styles, misconceptions, unfinished work. No two are the same."""

from __future__ import annotations

import ast
import builtins
import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from autograder.assessment.assess import assess
from autograder.assessment.runner import RunOptions
from autograder.audit.audit import alternatives
from autograder.course.assignment import Assignment
from autograder.course.notebook_cells import exercise_cell
from autograder.release.module_parts import ModuleParts, take_apart
from autograder.sessions.subjects import LoadedModules

Notebook = dict[str, Any]

_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


@dataclass
class Styles:
    """Everything that students of an assignment may write."""

    assignment: Assignment
    reference: dict[str, ModuleParts] = field(default_factory=dict)
    others: list[tuple[str, ModuleParts]] = field(default_factory=list)
    """Right answers in another style that go with the references of the other modules: a module and its parts."""
    mistakes: list[tuple[str, str]] = field(default_factory=list)
    """Cell name and source of every misconception that can stand in a cell by itself."""

    def __post_init__(self) -> None:
        """Read the references, the alternatives and the misconceptions."""
        self.reference = {
            module: self._parts(module, (self.assignment.folder / f"{module}.py").read_text())
            for module in self.assignment.modules
        }
        for path, module in alternatives(self.assignment):
            files = {**self.assignment.reference_files(), f"{module}.py": path.read_bytes()}
            if _full_marks(self.assignment, files):
                self.others.append((module, self._parts(module, path.read_text())))
        for path in sorted((self.assignment.folder / "misconceptions").glob("*.py")):
            stem = f"{path.stem}_"
            fitting = [module for module in self.assignment.modules if stem.startswith(f"{module}_")]
            for module in sorted(fitting, key=len)[-1:]:
                known = {*self.reference[module].bindings, *self.reference[module].sources}
                self.mistakes += _variants(module, path.read_text(), known)

    def _parts(self, module: str, source: str) -> ModuleParts:
        names = [exercise.name for exercise in self.assignment.exercises if exercise.module == module]
        return take_apart(source, names, self.assignment.modules, module)


def _full_marks(assignment: Assignment, files: dict[str, bytes]) -> bool:
    assessed = assess(assignment, assignment.exercises, LoadedModules(assignment, files), RunOptions(), None)
    return all(one.complete for one in assessed)


def is_right(number: int) -> bool:
    """Whether this student's work is right and complete: six of ten."""
    return number % 10 not in (3, 4, 6, 8)


def filled(released: Notebook, styles: Styles, number: int) -> Notebook:
    """The notebook of one student: the released one with the student's code in it."""
    chance = random.Random(number)
    notebook = copy.deepcopy(released)
    cells = {cell["id"]: cell for cell in notebook["cells"]}
    stubs = {name: cell["source"] for name, cell in cells.items()}
    for module, parts in styles.reference.items():
        _write(cells, styles, module, parts)
    if number % 2:
        module, parts = chance.choice(styles.others)
        _write(cells, styles, module, parts)
    if not is_right(number):
        for name, source in chance.sample(styles.mistakes, 1 + number % 3):
            cells[name]["source"] = source
        if number % 10 == 4:
            for name in chance.sample(sorted(name for name in cells if name.startswith("solution-")), 2):
                cells[name]["source"] = stubs[name]
    first = next(name for name in cells if name.startswith("setup-"))
    cells[first]["source"] += f"\n# student {number}"
    for name, cell in cells.items():
        if name.startswith("answer-"):
            cell["source"] = f"The answer of student {number}."
    return notebook


def _write(cells: dict[str, Any], styles: Styles, module: str, parts: ModuleParts) -> None:
    setup = cells.get(f"setup-{module}")
    if setup is not None and parts.setup not in setup["source"]:
        setup["source"] += f"\n{_without_future(parts.setup)}"
    for name, source in parts.sources.items():
        lines = [line for line in source.splitlines() if not line.strip().startswith("### ")]
        cells[exercise_cell("solution", f"{styles.assignment.name}.{module}.{name}")]["source"] = "\n".join(lines)


def _without_future(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if not line.startswith("from __future__"))


def _variants(module: str, source: str, known: set[str]) -> Iterator[tuple[str, str]]:
    """Misconceptions of a file as cells: the variant under the exercise's name, with the helpers and imports that it uses."""
    tree = ast.parse(source)
    owners = {name: node for node in tree.body for name in _bound(node)}
    for node in tree.body:
        exercise = _exercise_of(node)
        if exercise is not None and isinstance(node, _DEFINITIONS):
            variant = copy.deepcopy(node)
            variant.decorator_list, variant.name = [], exercise
            needed = _closure(variant, owners, known)
            if needed is not None:
                yield f"solution-{module}-{exercise}", "\n\n".join(ast.unparse(part) for part in [*needed, variant])


def _exercise_of(node: ast.stmt) -> str | None:
    for decorator in getattr(node, "decorator_list", []):
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "misconception":
            return str(ast.literal_eval(decorator.args[0]))
    return None


def _closure(node: ast.stmt, owners: dict[str, ast.stmt], known: set[str]) -> list[ast.stmt] | None:
    """The statements of the file that a variant builds on, in order; None when it needs the grader."""
    wanted: list[ast.stmt] = []
    queue = [node]
    while queue:
        used = {part.id for part in ast.walk(queue.pop()) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
        for name in used - known - set(dir(builtins)):
            owner = owners.get(name)
            if owner is not None and _exercise_of(owner) is None and owner not in wanted:
                wanted.append(owner)
                queue.append(owner)
    if any("autograder" in ast.unparse(part) for part in wanted):
        return None
    return sorted(wanted, key=lambda part: part.lineno)


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, _DEFINITIONS):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]
