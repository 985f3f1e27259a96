"""Formulas are set without a browser's help, and nothing that a student writes in one acts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

pytest.importorskip("latex2mathml")

from autograder.reports.mathml import mathml

ROOT = Path(__file__).resolve().parents[2]
_FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![$\\])\$(.+?)(?<![$\\])\$", re.DOTALL)
HOSTILE = [
    r"\text{<img src=x onerror=pwn()>}",
    r"\text{&lt;script>pwn()</script>}",
    r"\href{javascript:pwn()}{x}",
    r"\class{pwn}{x}",
    r"\style{background:url(//pwn.example)}{x}",
    r"\color{red;}{x}",
    r"\hspace{99999em}{x}",
    r"</mtext></math><script>pwn()</script>",
    r"\mathbb{<}\mathbf{\"onload=pwn()}",
]
NONE = [
    *("", " ", "^", r"\left( x", r"x^2^3", r"\unknown{x}", r"a &= b", "{" * 1500, r"\frac" * 400, "x" * 2001),
    r"\newcommand{\a}{xx}\newcommand{\b}{\a\a}\b",
]


@pytest.mark.parametrize("latex", HOSTILE)
def test_nothing_in_a_formula_acts(latex: str) -> None:
    """Text stays text; of attributes there are those that place and size."""
    for tag in BeautifulSoup(mathml(latex), "html.parser")(True):
        assert tag.name.startswith("m")
        assert set(tag.attrs) <= {"xmlns", "display", "mathvariant", "stretchy", "width", "fence", "form"}
        assert not re.search(r"pwn|red|99999", str(tag.attrs))


def test_a_text_is_shown_as_it_is_written() -> None:
    """In a formula, too."""
    assert BeautifulSoup(mathml(HOSTILE[0]), "html.parser").get_text().split() == ["<img", "src=x", "onerror=pwn()>"]
    assert mathml(r"\text{a & b}").count("&amp;") == 1


def test_norms_of_any_size() -> None:
    """The library leaves the backslash of a large one."""
    assert BeautifulSoup(mathml(r"\Big\| x \Big\|, \|x\|"), "html.parser").get_text() == "‖x‖,‖x‖"


@pytest.mark.parametrize("latex", NONE)
def test_what_is_no_formula_is_left_to_the_caller(latex: str) -> None:
    """Quickly, and without an error."""
    assert mathml(latex) == ""


def test_letters_of_other_alphabets_are_letters() -> None:
    """Browsers do not make them of ordinary ones."""
    formula = mathml(r"\mathbf{z}\mathbb{E}\mathbb{R}\mathcal{N}\mathcal{L}\mathrm{KL}")
    assert BeautifulSoup(formula, "html.parser").get_text() == "𝐳𝔼ℝ𝒩ℒKL"


@pytest.mark.parametrize("name", sorted(path.parent.name for path in ROOT.glob("source/*/*.ipynb")))
def test_every_formula_of_the_course_is_set(name: str) -> None:
    """Of statements, rubrics and explanations."""
    cells = json.loads((ROOT / "source" / name / f"{name}.ipynb").read_text("utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    found = {block or inline for text in texts for block, inline in _FORMULA.findall(text)}
    assert found
    assert [latex for latex in found if not mathml(latex)] == []
