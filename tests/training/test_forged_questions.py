"""Workers that ask a lent network what no sampler asks, or work on unasked: it costs their own scores, and tells nobody."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from training.short_runs import credits_of, messages, trained
from training.trained_course import load_course

from autograder.checks.calls import CandidateError
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions.remote import RemoteSession
from autograder.sessions.subjects import IsolatedSubmission
from autograder.training import denoisers, image_shapes
from autograder.training.beside import Worker
from autograder.training.denoisers import LentDenoiser
from autograder.training.grade import Trained

Ask = Callable[..., Tensor]
SMALL: dict[str, dict[str, Any]] = {
    "ddpm": {"STEPS": 2, "HIDDEN": 40, "SAMPLES": 4, "COMPARED": 8},
    "ddim": {"GRADED": (50, 10), "SHOWN": (), "IMAGES": 4},
    "guidance": {"STEPS": 2, "HIDDEN": 40, "OF_EACH": 1},
}


def forge(monkeypatch: pytest.MonkeyPatch, recipe: str, forged: Callable[..., Any]) -> None:
    """Let a function stand in a recipe's place, as in a worker whose process a submission has taken over."""
    honest = Worker.call

    def call(self: Worker, name: str, *args: Any, **options: Any) -> Any:
        if name != recipe:
            return honest(self, name, *args, **options)
        try:
            return forged(*args)
        except (ValueError, RuntimeError, IndexError) as error:  # a callback's, as a worker sees it
            raise CandidateError(type(error).__name__, str(error), "", "error") from None

    monkeypatch.setattr(Worker, "call", call)


def blame_of(side: int) -> Callable[..., Any]:
    """A loss that asks about images of another size, and answers for those that it was given."""

    def forged(images: Tensor, t: Tensor, noise: Tensor, predict: Ask, device: str) -> list[Any]:
        predict(torch.zeros(len(images), 1, side, side), t)
        return [[torch.ones_like(noise)], 0.0]

    return forged


def sampler_of(side: int, channels: int = 1, label: int | None = None) -> Callable[..., Any]:
    """A sampler that asks about images of another size or about a label that there is none of, and goes on all the same."""

    def forged(predict: Ask, *args: Any) -> Tensor:
        shape = next(arg for arg in args if type(arg) is list)
        twice = 2 * shape[0] if isinstance(args[0], Tensor) else shape[0]  # one question for both of guidance's
        for place in reversed(range(100)) if label is not None and twice == shape[0] else (99,):
            with contextlib.suppress(ValueError, RuntimeError, IndexError):
                given = torch.full((twice,), 10 if label is None or place != 50 else label)
                predict(torch.zeros(twice, channels, side, side), torch.full((twice,), place), given)
        return torch.zeros(shape)

    return forged


def run(monkeypatch: pytest.MonkeyPatch, task: str) -> Trained:
    """The reference but for what is forged."""
    return trained(monkeypatch, "diffusion", task, {}, **SMALL[task])


SAMPLERS = [("ddpm", "your_samples"), ("ddim", "your_fast_samples"), ("guidance", "your_guided_samples")]
QUESTIONS = {
    "larger images": sampler_of(16),
    "more channels": sampler_of(14, channels=3),
    "a label that there is none of": sampler_of(14, label=99),
    "as it should, of nothing": sampler_of(14),
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(("task", "recipe"), SAMPLERS)
def test_no_question_of_a_sampler_makes_the_grader_fail(
    monkeypatch: pytest.MonkeyPatch, task: str, recipe: str, question: str
) -> None:
    """Its images earn nothing, and something is said of each score."""
    forge(monkeypatch, recipe, QUESTIONS[question])
    found = run(monkeypatch, task)
    about_images = {"ddpm": ("kernel_distance",), "ddim": ("deviation_50", "deviation_10"), "guidance": ("deviation",)}[task]
    assert all(credits_of(found)[name] == 0 for name in about_images)
    assert all(check.message for check in found.result.checks if check.name in about_images)


@pytest.mark.parametrize("side", [8, 16, 28])
def test_no_question_of_a_loss_does(monkeypatch: pytest.MonkeyPatch, side: int) -> None:
    """Nothing is learnt from it; the sampler is judged all the same."""
    forge(monkeypatch, "your_blame", blame_of(side))
    found = run(monkeypatch, "ddpm")
    assert credits_of(found)["gain"] == 0
    assert credits_of(found)["last_step"] == 1
    assert "raised an error" in messages(found)


def test_without_the_refusal_they_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """The witness: the network itself takes any size, and what comes of it fits nothing that samples are compared with."""
    monkeypatch.setattr(denoisers, "own_size_only", lambda network, run: network)
    forge(monkeypatch, "your_guided_samples", sampler_of(16))
    with pytest.raises(RuntimeError, match=r"[Ss]hape|size of tensor"):
        run(monkeypatch, "guidance")


def test_a_gradient_of_another_size_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if the network answered about such images."""
    monkeypatch.setattr(denoisers, "own_size_only", lambda network, run: network)
    forge(monkeypatch, "your_blame", blame_of(8))
    found = run(monkeypatch, "ddpm")
    assert credits_of(found)["gain"] == 0
    assert "the loss's gradient" in messages(found)


def black(predict: Ask, labels: Tensor, w: float, shape: list[int], *_: Any) -> Tensor:
    """A sampler whose images are all the same, after a question as it should be."""
    predict(torch.randn(2 * shape[0], *shape[1:]), torch.full((2 * shape[0],), 95), torch.cat([labels, labels]))
    return torch.zeros(shape)


def test_images_that_are_all_the_same_cost_their_own_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their diversity is nothing, and so is what it would be divided by; what is measured of labels stays."""
    forge(monkeypatch, "your_guided_samples", black)
    found = trained(monkeypatch, "diffusion", "guidance", {}, **{**SMALL["guidance"], "OF_EACH": 3})
    assert [credits_of(found)[name] for name in ("deviation", "accuracy", "diversity")] == [0, 0, 0]
    assert "has no measure" in messages(found)
    assert found.run is not None
    assert {"deviation", "accuracy", "label_gain"} <= found.run.values.keys()


class Picky(nn.Module):
    """Knows ten labels."""

    def __init__(self) -> None:
        super().__init__()
        self.names = nn.Embedding(10, 1)

    def forward(self, x: Tensor, t: Tensor, y: Tensor) -> Tensor:
        """Images, moved by their labels."""
        return x + self.names(y)[..., None, None]


def test_what_had_no_answer_is_not_kept() -> None:
    """Neither as a part of a sampler's path nor in memory."""
    lent, x, t = LentDenoiser(Picky()), torch.zeros(2, 1, 4, 4), torch.zeros(2, dtype=torch.int64)
    with pytest.raises(IndexError):
        lent(x, t, t + 10)
    assert (lent.asked, lent.times, lent.answered) == ([], [], [])
    lent(x, t, t)
    assert [len(kept) for kept in (lent.asked, lent.times, lent.answered)] == [1, 1, 1]


def asks_on(times: int, answered: list[Tensor]) -> Callable[..., Any]:
    """A loss that asks about the same images until it is not answered, and goes on all the same."""

    def forged(images: Tensor, t: Tensor, noise: Tensor, predict: Ask, device: str) -> list[Any]:
        with contextlib.suppress(ValueError):
            for _ in range(times):
                answered.append(predict(images, t))
        return [[torch.ones_like(noise)], 0.0]

    return forged


def test_a_loss_that_asks_on_and_on_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each answer is there to be differentiated, with all that led to it: 20 MB for a batch."""
    answered: list[Tensor] = []
    forge(monkeypatch, "your_blame", asks_on(20, answered))
    found = run(monkeypatch, "ddpm")
    assert len(answered) <= 8
    assert credits_of(found)["gain"] == 0
    assert credits_of(found)["last_step"] == 1
    answered.clear()
    monkeypatch.setattr(image_shapes, "MOST_HELD", 10**9)  # the witness
    run(monkeypatch, "ddpm")
    assert len(answered) == 20


def asks_at_once(times: int, answered: list[Tensor]) -> Callable[..., Any]:
    """A loss with a question about the same images many times over."""

    def forged(images: Tensor, t: Tensor, noise: Tensor, predict: Ask, device: str) -> list[Any]:
        with contextlib.suppress(ValueError):
            answered.append(predict(images.repeat(times, 1, 1, 1), t.repeat(times)))
        return [[torch.ones_like(noise)], 0.0]

    return forged


def test_a_loss_that_asks_for_very_much_at_once_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first question is as large as any number of small ones."""
    answered: list[Tensor] = []
    forge(monkeypatch, "your_blame", asks_at_once(12, answered))
    found = run(monkeypatch, "ddpm")
    assert not answered
    assert credits_of(found)["gain"] == 0
    assert credits_of(found)["last_step"] == 1
    monkeypatch.setattr(image_shapes, "MOST_HELD", 10**9)  # the witness
    run(monkeypatch, "ddpm")
    assert len(answered) == 1


@pytest.mark.parametrize("times", [1, 20])
def test_a_sampler_that_asks_for_very_much_at_once_fills_no_memory(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """What a network makes of images takes fifty times their room while it lasts."""
    answered: list[Tensor] = []

    def forged(predict: Ask, shape: list[int], *_: Any) -> Tensor:
        answered.append(predict(torch.zeros(120 * times, *shape[1:]), torch.zeros(120 * times, dtype=torch.int64)))
        return torch.zeros(shape)

    forge(monkeypatch, "your_samples", forged)
    run(monkeypatch, "ddpm")
    assert [len(one) for one in answered] == [120] * (times == 1)


def test_a_sampler_that_asks_on_and_on_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it asks is kept, as its path; that of a right one is far shorter than what may be."""
    lent, x, t = LentDenoiser(nn.Identity()), torch.zeros(128, 1, 14, 14), torch.zeros(128, dtype=torch.int64)
    monkeypatch.setattr(lent, "network", lambda x, t, y: x)
    with contextlib.suppress(ValueError):
        for _ in range(10_000):
            lent(x, t)
    with pytest.raises(ValueError, match="more images than any sampler"):
        lent(x, t)
    assert 4 * 100 < len(lent.asked) == len(lent.answered) == len(lent.times) < 1000


WORKS_ON = """
import threading, torch
COUNT = [0]


def _count():
    while True:
        COUNT[0] += 1


def descend(weight, x, y, steps):
    if not COUNT[0]:
        threading.Thread(target=_count, daemon=True).start()
    return torch.tensor(float(COUNT[0]))
"""
"""A step that leaves something running, and says how far that has come."""


def counted(root: Path, sandbox: ZygoteHost) -> float:
    """How far what a call left running comes until the next one, which begins half a second later."""
    assignment, task = load_course(root)
    subject = IsolatedSubmission(assignment, {"fit.py": WORKS_ON.encode()}, sandbox, toys=task.recipes)
    x = torch.linspace(-1, 1, 20)
    with Worker(subject.open("fit", ()), 60.0) as worker:
        counts = []
        for _ in range(3):
            time.sleep(0.5)
            counts.append(float(worker.call("train", x, x, 1)["state"]["weight"]))
    return counts[2] - counts[1]


def test_a_worker_runs_only_while_it_is_asked(
    tmp_path: Path, warm_sandbox: ZygoteHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that it leaves neither trains between two calls nor tells another worker by its load; it would, if it ran."""
    stopped = counted(tmp_path / "stopped", warm_sandbox)
    monkeypatch.setattr(RemoteSession, "pause", lambda self: None)
    assert counted(tmp_path / "running", warm_sandbox) > 5 * max(stopped, 1)
