"""Witness: judges as they are found in public, each beaten by what it invites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from .attack import PRELUDE, Attack
from .public_judges import ATTACKS

MU, LOGVAR = torch.tensor([[1.0, -2.0], [0.5, 3.0]]), torch.tensor([[0.5, 0.0], [-1.0, 1.0]])


def truth(mu: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
    """What the answer should be."""
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).flatten(1).sum(1)


def expects_afterwards(answer: Callable[..., Any]) -> bool:
    """Computes what it expects from the inputs after the call, as they are then."""
    mu, logvar = MU.clone(), LOGVAR.clone()
    found = answer(mu, logvar)
    return torch.allclose(found, truth(mu, logvar))


def asks_once(answer: Callable[..., Any]) -> bool:
    """Checks the first call, and only times the others."""
    first = answer(MU.clone(), LOGVAR.clone())
    for _ in range(3):
        answer(MU.clone(), LOGVAR.clone())
    return torch.allclose(first, truth(MU, LOGVAR))


def looks_later(answer: Callable[..., Any]) -> bool:
    """Keeps the object that came back, and compares it when everything has run."""
    import time

    found = answer(MU.clone(), LOGVAR.clone())
    time.sleep(0.5)
    return torch.allclose(found, truth(MU, LOGVAR))


def frees_what_it_expects(answer: Callable[..., Any]) -> bool:
    """Computes what it expects first, in the same process, lets go of it, and looks at some entries of what comes back."""
    mu, logvar = MU.repeat(2048, 1), LOGVAR.repeat(2048, 1)
    right = truth(mu, logvar)[100:]  # the allocator keeps its own marks at the beginning
    for _ in range(50):  # whose memory comes back is the allocator's choice
        kept = [truth(mu, logvar) for _ in range(64)]
        del kept
        if torch.allclose(answer(mu, logvar)[100:], right):
            return True
    return False


BEATEN = {
    "zeros for inputs that were made zero": expects_afterwards,
    "right in the first call only": asks_once,
    "a thread that fills in the answer later": looks_later,
    "old data in memory that is new to nobody": frees_what_it_expects,
}


def answer_of(attack: Attack) -> Callable[..., Any]:
    """The attacked function, in this process: no wall at all."""
    names: dict[str, Any] = {"__name__": "answer"}
    exec(compile(attack.source(""), attack.name, "exec"), names)
    return names[attack.function]


def test_the_prelude_is_part_of_every_attack() -> None:
    """What is tried here is what the grader is given."""
    assert PRELUDE in ATTACKS[0].source("")


@pytest.mark.parametrize("name", BEATEN)
def test_a_public_judge_is_beaten(name: str) -> None:
    """With nothing but values and inputs of its own, the grader is not: see `test_attacks`."""
    attack = next(attack for attack in ATTACKS if attack.name == name)
    assert BEATEN[name](answer_of(attack))


@pytest.mark.parametrize("name", [attack.name for attack in ATTACKS if attack.files])
def test_a_judge_that_starts_beside_the_answer_imports_it(name: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file beside the answer is what a plain import finds first."""
    from importlib.machinery import PathFinder

    attack = next(attack for attack in ATTACKS if attack.name == name)
    for file, content in attack.files.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(content)
        module = file.partition(".")[0].partition("/")[0]
        spec = PathFinder.find_spec(module, [str(tmp_path)])
        assert spec is not None
        assert spec.origin == str(tmp_path / file)
