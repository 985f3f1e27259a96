"""Misconceptions written as replacements in the reference."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from tiny_course import write_course
from tiny_course_files import PIECES, WHOLE

from autograder.course.course import Course
from autograder.diagnosis.catalogue import catalogue
from autograder.diagnosis.matching import diagnose
from autograder.diagnosis.registry import Misconception
from autograder.errors import GraderError

HEAD = "from autograder.diagnosis import misconception\n\n"


def call(exercise: str, replace: object, name: str = "wrong") -> str:
    """A misconception as a file says it."""
    return f'misconception("{exercise}", name="{name}", belief="So it is.", hint="Is it?", replace={replace!r})\n'


def loaded(root: Path, module: str, text: str, reference: str = "") -> dict[str, list[Misconception]]:
    """The catalogue of the tiny course with one file of misconceptions, and one reference module changed."""
    folder = root / "solutions" / write_course(root)
    (folder / "misconceptions" / "pieces.py").unlink()
    (folder / "misconceptions" / f"{module}.py").write_text(HEAD + text)
    if reference:
        (folder / f"{module}.py").write_text(reference)
    return catalogue(Course(root).assignment(folder.name)).misconceptions


def refused(root: Path, module: str, text: str, reference: str = "") -> str:
    """What is said about a file of misconceptions that cannot be loaded: one line that names the file."""
    with pytest.raises(GraderError) as error:
        loaded(root, module, text, reference)
    said = str(error.value)
    assert "\n" not in said
    assert f"misconceptions/{module}.py" in said
    return said


def test_a_text_of_the_reference_is_replaced(tmp_path: Path) -> None:
    """In a function, which keeps the rest of the reference's module."""
    [entry] = loaded(tmp_path, "pieces", call("shift", ("+ by", "- by")))["pieces.shift"]
    assert (entry.name, entry.belief, entry.hint) == ("wrong", "So it is.", "Is it?")
    assert entry.variant(torch.ones(1)) == 1


@pytest.mark.parametrize("kind", [tuple, list])
def test_several_texts_are_replaced(tmp_path: Path, kind: type[Sequence]) -> None:
    """All looked for in the reference as it stands, whatever the others put there, in any order."""
    pairs = kind([("+ by", "- double(by)"), ("double(x)", "(x + by)")])
    [entry] = loaded(tmp_path, "pieces", call("shift", pairs))["pieces.shift"]
    assert entry.variant(torch.ones(1)) == 0


def test_a_class_is_replaced(tmp_path: Path) -> None:
    """With methods that call `super()`, and its neighbours untouched."""
    [entry] = loaded(tmp_path, "whole", call("Scale", ("self.weight * x", "self.weight + x")))["whole.Scale"]
    assert entry.variant(3.0)(torch.ones(1)) == 4


def test_the_helpers_are_the_references_own(tmp_path: Path) -> None:
    """What stands outside the exercise is looked up in the reference's module; the exercise itself is the variant."""
    helper = "\n\ndef helper(x):\n    return 3 * x\n"
    source = PIECES.replace("return double(x) + by", "return helper(x) + by if by < 5 else shift(x, by - 1)") + helper
    text = call("shift", ("helper(x) + by", "helper(x) - by"))
    [entry] = loaded(tmp_path, "pieces", text, source)["pieces.shift"]
    assert entry.variant(torch.ones(1)) == 2
    assert entry.variant(torch.ones(1), 5) == -1


def test_the_reference_does_not_change(tmp_path: Path) -> None:
    """Neither its module nor what its other functions call."""
    name = write_course(tmp_path)
    path = tmp_path / "solutions" / name / "misconceptions" / "pieces.py"
    path.write_text(HEAD + call("double", ("2 * x", "3 * x")))
    assignment = Course(tmp_path).assignment(name)
    catalogue(assignment)
    assert assignment.reference("pieces").double(torch.ones(1)) == 2
    assert assignment.reference("pieces").shift(torch.ones(1)) == 3


def test_a_variant_by_replacement_is_diagnosed(tmp_path: Path) -> None:
    """Like one that is written out."""
    name = write_course(tmp_path)
    path = tmp_path / "solutions" / name / "misconceptions" / "pieces.py"
    path.write_text(path.read_text() + call("double", ("2 * x", "2 * x + 1"), "one_added"))
    assignment = Course(tmp_path).assignment(name)
    known, exercise = catalogue(assignment), assignment.exercise("double")
    session = known.variant_session(exercise, known.misconceptions["pieces.double"][-1].variant)
    assert [(found.misconception, found.confidence) for found in diagnose(known, exercise, session)] == [("one_added", "exact")]


def test_annotations_are_compiled_as_in_the_reference(tmp_path: Path) -> None:
    """Under the file's own `from __future__` imports."""
    source = "from __future__ import annotations\n" + PIECES.replace("x: Tensor, by", "x: Unknown, by")
    [entry] = loaded(tmp_path, "pieces", call("shift", ("+ by", "- by")), source)["pieces.shift"]
    assert entry.variant(torch.ones(1)) == 1


def test_a_decorator_belongs_to_the_definition(tmp_path: Path) -> None:
    """It may be what is forgotten."""
    source = PIECES.replace("def jitter", "@torch.no_grad()\ndef jitter")
    [entry] = loaded(tmp_path, "pieces", call("jitter", ("@torch.no_grad()\n", "")), source)["pieces.jitter"]
    assert entry.variant(torch.ones(1, requires_grad=True)).requires_grad


@pytest.mark.parametrize(
    ("replace", "said"),
    [
        (("3 * x", "x"), "'3 * x' is not in the reference"),
        (("Return double(x) + by.", ""), "is not in the reference"),
        (("torch.randn_like", "torch.rand_like"), "'torch.randn_like' is not in the reference"),
        (("", "x"), "'' is not in the reference"),
        (("by", "1"), "'by' is in the reference 2 times"),
        (("+ by", "+ by"), "'+ by' is replaced by itself"),
        (("+ by", "+ * by"), "is not Python"),
        (("+ by", "+ \0"), "is not Python"),
        (("def shift(", "def moved("), "does not define shift"),
        (("by: float = 1.0", "by: float = ONE"), "does not run: NameError"),
        ([("double(x)", "x"), ("(x) + by", "")], "overlap"),
        (["+ by", "- by", ""], "replaces"),
        ([("+ by",)], "replaces ('+ by',)"),
        ([("+ by", None)], "replaces ('+ by', None)"),
    ],
)
def test_a_replacement_that_cannot_be_made_is_refused(tmp_path: Path, replace: object, said: str) -> None:
    """Not found in the code of this definition, found twice, of no effect, not Python any more, not a replacement."""
    message = refused(tmp_path, "pieces", call("shift", replace))
    assert said in message
    assert "wrong" in message


def test_a_replacement_in_what_the_reference_does_not_define_is_refused(tmp_path: Path) -> None:
    """An exercise that it takes from elsewhere has no text here."""
    source = WHOLE.replace("def total", "def summed") + "\n\ntotal = summed\n"
    assert "no function or class total" in refused(tmp_path, "whole", call("total", ("x", "y")), source)


@pytest.mark.parametrize("name", ["", "two words"])
def test_a_replacement_needs_a_name(tmp_path: Path, name: str) -> None:
    """There is no function to take it from."""
    assert "has no name" in refused(tmp_path, "pieces", call("shift", ("+ by", "- by"), name))
