"""The training tasks of diffusion against those who would have their points without the work."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import ModuleType

import pytest
import torch
from safetensors.torch import load_file

from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.scores.features import describe, load_classifier
from autograder.scores.kernel_distance import kernel_distance
from autograder.training.denoisers import PUBLIC, SECRET, ancestral_samples
from autograder.training.grade import Trained, TrainingOptions, train_modules, train_submission
from autograder.training.task import Task, find_task
from autograder.training.worlds import DataSource

DIGITS = DataSource(None, download=False, stand_in=True)
SMALL = {
    "ddpm": {"STEPS": 4, "HIDDEN": 40, "SAMPLES": 4, "COMPARED": 8},
    "ddim": {"GRADED": (50, 10), "SHOWN": (), "IMAGES": 8},
    "guidance": {"STEPS": 2, "HIDDEN": 40, "OF_EACH": 3},
    "cifar": {},
}


@functools.cache
def diffusion() -> Assignment:
    """The assignment."""
    return open_course().assignment("diffusion")


def small_task(name: str, monkeypatch: pytest.MonkeyPatch) -> Task:
    """A task that does little."""
    task = find_task(diffusion(), name)
    for constant, value in SMALL[name].items():
        monkeypatch.setitem(task.measure.__globals__, constant, value)
    return task


def changed(module: str, old: str, new: str) -> dict[str, bytes]:
    """The reference's files with another text in one of them."""
    files = diffusion().reference_files()
    text = files[f"{module}.py"].decode()
    assert text.count(old) == 1
    return {**files, f"{module}.py": text.replace(old, new).encode()}


def run(task: Task, files: Mapping[str, bytes], key: str = "1") -> Trained:
    """The task on files, in this process."""
    return train_modules(diffusion(), task, files, TrainingOptions(key, DIGITS))


def values(trained: Trained) -> Mapping[str, float]:
    """What was measured."""
    assert trained.run is not None
    return trained.run.values


def messages(trained: Trained) -> str:
    """What is said of the scores."""
    return " ".join(check.message for check in trained.result.checks)


LOSS = "return (noise - predicted).square().mean()"
TAKES_OVER = f"""import gc
    for thing in gc.get_objects():
        if type(thing).__name__ == "UNet":
            for weight in thing.parameters():
                weight.data.zero_()
    {LOSS}"""


def test_weights_are_out_of_reach(monkeypatch: pytest.MonkeyPatch, warm_sandbox: ZygoteHost) -> None:
    """A loss that looks for the network in memory finds it here, and nothing behind the walls."""
    task = small_task("ddpm", monkeypatch)
    attack, honest = changed("process", LOSS, TAKES_OVER), diffusion().reference_files()
    options = TrainingOptions("1", DIGITS)
    assert values(run(task, attack))["gain"] < -0.5
    (behind,) = train_submission(diffusion(), [task], attack, warm_sandbox, (), options)
    assert values(behind)["gain"] == pytest.approx(values(run(task, honest))["gain"])


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ("return (noise - 0.5 * (predicted + denoise_fn(x_start, t))).square().mean()", "once"),
        ("return torch.zeros((), requires_grad=True)", "does not depend on the noise"),
        ("return (noise - predicted).square().mean() / 0", "not a number"),
    ],
)
def test_a_loss_that_cannot_be_learnt_from_costs_its_own_points(monkeypatch: pytest.MonkeyPatch, new: str, told: str) -> None:
    """The sampler is judged all the same."""
    trained = run(small_task("ddpm", monkeypatch), changed("process", LOSS, new))
    gain = trained.result.checks[0]
    assert (gain.name, gain.score) == ("gain", 0)
    assert told in gain.message
    assert trained.result.checks[3].score > 0


def test_no_training_earns_nothing() -> None:
    """A loss that moves nothing leaves the network as it was."""
    task = find_task(diffusion(), "ddpm")
    assert task.scores[0].level.credit(0.0) == 0


RETURN = "        return x\n"
KEPT = """        if not hasattr(type(self), "kept"):
            type(self).kept = (torch.arange(196.0).reshape(1, 1, 14, 14) / 196).expand(shape) + 0
        return type(self).kept
"""


def test_images_of_its_own_earn_a_sampler_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it asks the network as a right one would; its steps are right, its images are not."""
    trained = run(small_task("ddpm", monkeypatch), changed("process", RETURN, KEPT))
    assert trained.result.checks[1].score == 0
    assert trained.result.checks[3].score == 0


def test_samples_of_the_public_network_are_no_samples_of_a_secret_one() -> None:
    """Which is why the secret ones have learnt digits that nobody has stored: of the public one they would be accepted."""
    task = find_task(diffusion(), "ddpm")
    ours, level = task.own, task.scores[1].level
    samples = {name: usual(task, ours, name) for name in (PUBLIC, SECRET[0])}
    classifier = load_classifier(14)

    def distance(shown_as: str, seed: int) -> float:
        rows = usual(task, ours, PUBLIC, seed)
        first = describe(classifier, ours.upright(rows, shown_as)).features
        return kernel_distance(first, describe(classifier, ours.upright(samples[shown_as], shown_as)).features)

    assert level.credit(distance(PUBLIC, 2)) == 1
    assert level.credit(distance(SECRET[0], 2)) == 0


def usual(task: Task, ours: ModuleType, name: str, seed: int = 1) -> torch.Tensor:
    """Samples of a given network."""
    path = task.path.parents[2] / f"given/{name}.safetensors"
    network = ours.UNet()
    network.load_state_dict({key: value.float() for key, value in load_file(path).items()})
    generator = torch.Generator().manual_seed(seed)
    start = torch.randn(100, 1, 14, 14, generator=generator)
    return ancestral_samples(network.requires_grad_(False), start, ours.signal_levels(), generator)


IN_PLACE = "predicted -= noise\n    return predicted.pow_(2).mean()"
END = "return self.q_posterior(x_start, x_t, t)"


@pytest.mark.parametrize(
    ("module", "old", "new"), [("process", LOSS, IN_PLACE), ("process", END, f"noise.zero_()\n        {END}")]
)
def test_what_a_network_returns_may_be_changed_in_place(
    monkeypatch: pytest.MonkeyPatch, module: str, old: str, new: str
) -> None:
    """As what a network of one's own returns: the values are those of a right answer that makes new tensors."""
    task = small_task("ddpm", monkeypatch)
    found = values(run(task, changed(module, old, new)))
    assert found == pytest.approx(values(run(task, diffusion().reference_files())), rel=1e-3, abs=1e-4)


ASKS = "predicted = denoise_fn(q_sample(x_start, t, noise, alphas_cumprod), t)"
IN_PIECES = """noisy = q_sample(x_start, t, noise, alphas_cumprod)
    predicted = torch.cat([denoise_fn(x, time) for x, time in zip(noisy.split({0}), t.split({0}), strict=True)])"""


@pytest.mark.parametrize("size", [1, 24, 32])
def test_a_loss_may_ask_for_its_images_in_pieces(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """One by one, or as many as memory has room for: the network learns the same, each image with its own label."""
    task = small_task("ddpm", monkeypatch)
    found = values(run(task, changed("process", ASKS, IN_PIECES.format(size))))
    assert found == pytest.approx(values(run(task, diffusion().reference_files())), rel=1e-3, abs=1e-4)


START = "    x = torch.randn(shape, gen"
ASK = "    denoise_fn(torch.randn(shape), torch.zeros(shape[0], dtype=torch.int64))\n"


@pytest.mark.parametrize(
    ("old", "new", "share"),
    [
        ("    return x\n    ### END", "    return 0 * x\n    ### END", 0.2),
        (START, START.replace("= ", "= 0 * "), 0.8),
        (START, ASK + START, 0.2),
    ],
)
def test_a_deterministic_sampler_has_one_right_answer(
    monkeypatch: pytest.MonkeyPatch, old: str, new: str, share: float
) -> None:
    """To the noise that it began with, which should be noise."""
    trained = run(small_task("ddim", monkeypatch), changed("ddim", old, new))
    assert trained.result.score == pytest.approx(share * trained.result.max_score)


DROP = "return y.masked_fill(dropped, null_label)"


@pytest.mark.parametrize("new", ["return y + 11", "return y.float()", "return y[:5]", "return [int(one) for one in y]"])
def test_labels_that_no_network_knows_do_not_reach_one(monkeypatch: pytest.MonkeyPatch, new: str) -> None:
    """They cost what is measured of them, and guidance counts all the same."""
    trained = run(small_task("guidance", monkeypatch), changed("guidance", DROP, new))
    assert [check.score > 0 for check in trained.result.checks] == [True, True, True, False, False]
    assert "drop_labels" in messages(trained)


def test_without_cifar10_its_task_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing stands in for photographs."""
    from autograder.errors import DataMissing

    def nothing(*_: object) -> None:
        raise DataMissing("there is no CIFAR-10")

    monkeypatch.setattr(DataSource, "images", nothing)
    trained = run(find_task(diffusion(), "cifar"), diffusion().reference_files())
    assert trained.result.status == "skipped"
    assert trained.run is None


@pytest.mark.parametrize("name", ["ddpm", "ddim"])
def test_the_same_seed_gives_the_same_values(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Bit by bit, and another seed others."""
    task, files = small_task(name, monkeypatch), diffusion().reference_files()
    first, second, other = (values(run(task, files, key)) for key in ("1", "1", "2"))
    assert first == second
    assert first != other
