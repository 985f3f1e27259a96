"""Mutants: which are made, whom they belong to, and what becomes of them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from autograder.audit.mutants import Mutant, mutants_of
from autograder.audit.mutation_run import equivalent_mutants, judge_mutants
from autograder.course.course import Course
from autograder.diagnosis.mutation_operators import numerical_mutants

pytest.importorskip("cosmic_ray")
WARMUP = Course(Path(__file__).resolve().parents[2]).assignment("warmup")


def mutated(source: str, operator: str) -> set[str]:
    """What one operator makes of a source."""
    return {ast.unparse(tree) for name, tree in numerical_mutants(ast.parse(source)) if name == operator}


@pytest.mark.parametrize(
    ("operator", "source", "expected"),
    [
        ("opposite function", "y = x.sum(dim=1)", "y = x.mean(dim=1)"),
        ("dropped function", "y = x.sqrt() * z", "y = x * z"),
        ("dropped function", "y = torch.sqrt(x)", "y = x"),
        ("other axis", "y = x.sum(dim=1)", "y = x.sum(dim=0)"),
        ("other axis", "y = x.sum(axis=-1)", "y = x.sum(axis=0)"),
        ("toggled keepdim", "y = x.sum(1, keepdim=True)", "y = x.sum(1, keepdim=False)"),
        ("swapped arguments", "y = f(a, b)", "y = f(b, a)"),
        ("dropped keyword", "y = f(a, dim=1)", "y = f(a)"),
        ("left operand only", "y = a - b", "y = a"),
        ("right operand only", "y = a - b", "y = b"),
        ("dropped statement", "opt.step()", "pass"),
        ("flipped sign", "def f(x):\n    return x", "def f(x):\n    return -x"),
        ("other variable", "def f(real, fake):\n    return real", "def f(real, fake):\n    return fake"),
    ],
)
def test_every_operator_changes_what_its_name_says(operator: str, source: str, expected: str) -> None:
    """One place at a time."""
    assert expected in mutated(source, operator)


def test_mutants_are_distinct_and_belong_to_an_exercise() -> None:
    """Both families contribute; nothing outside of solutions is touched."""
    made = list(mutants_of(WARMUP, {"warmup.gaussian_kl", "warmup.elbo"}))
    assert {mutant.exercise for mutant in made} == {"warmup.gaussian_kl", "warmup.elbo"}
    assert len({mutant.source for mutant in made}) == len(made)
    operators = {mutant.operator for mutant in made}
    assert "NumberReplacer" in operators
    assert "opposite function" in operators
    for mutant in made:
        ast.parse(mutant.source)
        assert mutant.before != mutant.after


def test_mutants_are_judged_by_the_checks() -> None:
    """A harmful one is caught, one that loops too, one that changes nothing survives."""
    source = (WARMUP.folder / "warmup.py").read_text("utf-8")

    def made(tail: str) -> Mutant:
        return Mutant("warmup", "warmup", "warmup.elbo", tail.strip()[:40], "before", tail.strip(), source + tail)

    verdicts = judge_mutants(
        WARMUP,
        [made("\ndef elbo(log_likelihood, kl):\n    return log_likelihood + kl\n"),
         made("\ndef elbo(log_likelihood, kl):\n    return -(kl - log_likelihood)\n")],
        processes=1,
    )  # fmt: skip
    outcomes = {"+" in verdict.mutant.after: verdict.outcome for verdict in verdicts}
    assert outcomes == {True: "caught", False: "survived"}


def test_equivalent_mutants_carry_a_reason() -> None:
    """Each is listed with why it changes nothing that the contract fixes."""
    for name in ("warmup", "vae", "diffusion"):
        for reason in equivalent_mutants(Course(WARMUP.folder.parents[1]).assignment(name)).values():
            assert len(reason) > 10
