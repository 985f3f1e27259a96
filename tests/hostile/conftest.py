"""Hostile submissions, graded like any other, and what must hold after each of them.

No point is gained, nothing hidden is told, the next student is graded as ever, and nothing is left behind.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from process_tree import descendants, parents

from autograder.grading import grader
from autograder.grading.grader import Grader
from autograder.grading.options import GradeOptions, Isolation, chosen_exercises
from autograder.results.graded import Graded
from autograder.results.schema import ExerciseResult
from autograder.sandbox.walls.process_limits import UIDS_PER_ZYGOTE
from autograder.sessions import subjects
from autograder.sessions.budget import Budget

from .attacks import prelude
from .attacks.attack import Attack
from .witness.opening import OpenGround
from .witness.shown import Showing, showing_all

_WORKER_UIDS = range(1_000_000_000, 4_000_000_000)
SEEDS = (1, 2)
"""Of two runs whose hidden inputs differ."""
RESULTS = Path(tempfile.gettempdir()) / "results-of-attacks"
"""Where an attack thinks that results go: always the same place, since hidden inputs follow from what is handed in."""
TRACES = {"x", "results.json", "student.json", "scores.csv", "sitecustomize.py", "l"}
"""Names of the files that attacks write."""


class Arena:
    """Graders of all assignments, each started on first use and shared by the whole run."""

    def __init__(self, isolation: Isolation = "strict") -> None:
        self._graders: dict[str, Grader] = {}
        self._isolation: Isolation = isolation
        self.showing: Showing
        """Notes what the wall of fixed texts holds back."""
        self.honest: dict[tuple[str, str], int] = {}
        """Megabytes that grading the reference takes, by assignment and exercise."""
        self._twice: dict[str, list[tuple[Graded, str]]] = {}
        self._budgets: list[Budget] = []
        """Of the latest submission."""
        self._others = worker_processes()
        """Spare workers of graders that other tests of this session keep."""

    def grader(self, assignment: str) -> Grader:
        """Return the warm grader of an assignment."""
        if assignment not in self._graders:
            options = GradeOptions(isolation=self._isolation, memory_limit_mb=1024)
            self._graders[assignment] = Grader(assignment, options).__enter__()
        return self._graders[assignment]

    def grade(self, assignment: str, path: Path, only: str = "", seconds: float = 6.0, seed: int = 0) -> Graded:
        """Grade one submission, of some exercises (names between spaces) or of all, with hidden inputs of `seed`."""
        warm = self.grader(assignment)
        selection = tuple(only.split())
        warm.exercises = chosen_exercises(warm.assignment, selection)
        warm.options = replace(warm.options, time_limit=seconds, only=selection, seed=seed)
        self.showing.start()
        self._budgets.clear()
        return warm.grade(warm.read(path))

    def twice(self, attack: Attack, folder: Path) -> list[tuple[Graded, str]]:
        """Two runs of an attack with different hidden inputs, each with what the fixed texts hold back; done once."""
        if attack.name not in self._twice:
            path = written(self, attack, folder / "mallory")
            runs = []
            for seed in SEEDS:
                graded = self.grade(attack.assignment, path, attack.exercise, attack.seconds, seed)
                runs.append((graded, self.showing.text()))
            self._twice[attack.name] = runs
        return self._twice[attack.name]

    def budget(self) -> Budget:
        """A budget that is remembered, for the grader to use."""
        self._budgets.append(Budget())
        return self._budgets[-1]

    @property
    def spent(self) -> float:
        """Seconds of its workers that the latest submission has cost."""
        return self._budgets[-1].spent

    def close(self) -> None:
        """End everything."""
        for warm in self._graders.values():
            warm.close()

    @property
    def alive(self) -> int:
        """Workers that may be there: a spare one for each grader that has its zygotes, and those of other tests."""
        return self._others + sum(grader._sandbox is not None for grader in self._graders.values())


@pytest.fixture(scope="session")
def arena() -> Iterator[Arena]:
    """One set of graders for the session; loading a file may take a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subjects, "LOAD_LIMIT", 1.0)
        patch.setenv("AUTOGRADER_HOSTILE_SECRET", "LEAKED by the environment")
        arena = Arena()
        patch.setattr(grader, "Budget", arena.budget)
        with showing_all() as arena.showing:
            yield arena
        arena.close()


@pytest.fixture(scope="session")
def ground() -> Iterator[OpenGround]:
    """Where attacks run without walls."""
    ground = OpenGround()
    yield ground
    ground.close()


def submission(folder: Path, files: dict[str, bytes | str]) -> Path:
    """Write a submission's files and return its folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    return folder


def reference_files(arena: Arena, assignment: str) -> dict[str, bytes | str]:
    """The right answers, file by file."""
    return dict(arena.grader(assignment).assignment.reference_files())


def written(arena: Arena, attack: Attack, folder: Path, extra: str = "") -> Path:
    """Write an attack down: the reference, with the attacked file changed; `extra` goes between targets and attack."""
    files = reference_files(arena, attack.assignment)
    name = f"{attack.module}.py"
    original = files[name]
    assert isinstance(original, bytes)
    RESULTS.mkdir(mode=0o777, exist_ok=True)
    files[name] = attack.source(original.decode(), prelude.behind_walls(str(RESULTS)) + extra)
    return submission(folder, {**files, **attack.files})


def the_exercise(graded: Graded) -> ExerciseResult:
    """The only exercise of a result, which must not be a failure of the grader."""
    assert graded.result.status == "graded", graded.result.message
    (exercise,) = graded.result.exercises
    return exercise


def peak_of(run: Callable[[], Graded]) -> tuple[Graded, int]:
    """What `run` returns, and the most megabytes that this process held meanwhile.

    The kernel's high-water mark is reset before (proc(5), `clear_refs`): otherwise one attack would hide the next.
    """
    Path("/proc/self/clear_refs").write_text("5")
    graded = run()
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return graded, int(line.split()[1]) // 1024


def _is_of_others(uid: int, own: set[int]) -> bool:
    """Whether a uid is given by a zygote of another process that runs now: other tests beside these, another grader."""
    zygote = (uid - _WORKER_UIDS.start) // UIDS_PER_ZYGOTE
    return zygote not in own and Path(f"/proc/{zygote}").exists()


def _own_processes() -> set[int]:
    return {os.getpid(), *descendants(os.getpid())}


def worker_processes() -> int:
    """Processes under the uids that this process's zygotes give to workers, wherever they hang in the tree."""
    own = _own_processes()
    found = 0
    for pid in parents():
        try:
            uid = Path(f"/proc/{pid}").stat().st_uid
        except OSError:
            continue
        found += uid in _WORKER_UIDS and (uid - _WORKER_UIDS.start) // UIDS_PER_ZYGOTE in own
    return found


def open_descriptors() -> int:
    """Descriptors that this process holds."""
    return len(os.listdir("/proc/self/fd"))


def left_behind() -> set[str]:
    """Files of workers in the places where processes meet."""
    found, own = set(), _own_processes()
    for place in (Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"), Path.home(), Path.cwd(), Path.cwd() / "results", RESULTS):
        for path in place.iterdir() if place.is_dir() else ():
            try:
                uid = path.lstat().st_uid
                of_a_worker = uid in _WORKER_UIDS and not _is_of_others(uid, own)
                if of_a_worker or path.name in TRACES or path.name.startswith("hostile-"):
                    found.add(str(path))
            except OSError:
                continue
    return found


@pytest.fixture
def nothing_left(arena: Arena) -> Iterator[None]:
    """After the test no worker but the spare ones runs, no file and no descriptor is left."""
    yield
    deadline = time.monotonic() + 60
    while os.geteuid() == 0 and worker_processes() > arena.alive and time.monotonic() < deadline:
        time.sleep(0.02)
    if os.geteuid() == 0:
        assert worker_processes() <= arena.alive, "a worker survived"


@pytest.fixture
def unharmed(arena: Arena, tmp_path: Path) -> Callable[[str, str], None]:
    """Grade the plain reference: it must have full marks."""

    def check(assignment: str, only: str) -> None:
        plain = submission(tmp_path / "next", reference_files(arena, assignment))
        result = arena.grade(assignment, plain, only).result
        assert (result.status, result.score) == ("graded", result.max_score), "the next student was harmed"
        assert result.max_score > 0

    return check
