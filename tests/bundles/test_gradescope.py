"""Gradescope's archive, unpacked as Gradescope unpacks it and run as Gradescope runs it."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from small_course import CANARIES, write_small_course
from student_environment import install, readable_python, run
from tiny_course import hand_in, pieces, right_answers
from typer.testing import CliRunner

from autograder.bundles.gradescope import EXECUTABLE, autograder_points, bundle_gradescope
from autograder.bundles.gradescope_run import refuse_open_container
from autograder.bundles.gradescope_settings import Settings
from autograder.cli import app
from autograder.course.course import Course
from autograder.errors import IsolationError, UsageError

pytestmark = pytest.mark.processes

HOSTILE = """
import glob, os, signal
for place in ({root!r}, "/autograder", ".", "..", "../.."):
    for path in glob.glob(place + "/source/course/solutions/*/hidden/*.py") + glob.glob(place + "/source/settings.json"):
        try:
            print(open(path).read())
            LOOT = open(path).read()
        except OSError:
            pass
    try:
        open(place + "/results/results.json", "w").write('{{"score": 1000, "tests": []}}')
    except OSError:
        pass
for target in (os.getppid(), 1):
    try:
        os.kill(target, signal.SIGKILL)
    except OSError:
        pass
def double(x):
    raise ValueError(globals().get("LOOT", "nothing"))
def shift(x, by=1.0):
    return x * 0
def jitter(x):
    return x * 0
"""


class Container:
    """What Gradescope makes of an archive: ``/autograder``, here below another folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def hand_in(self, files: Mapping[str, bytes], metadata: object = None) -> None:
        """Put a submission where the harness puts it."""
        for name in ("submission", "results"):
            for path in sorted((self.root / name).rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
        hand_in(self.root / "submission", dict(files))
        (self.root / "submission_metadata.json").write_text(metadata if isinstance(metadata, str) else json.dumps(metadata))

    def start(self, **variables: str) -> subprocess.Popen[str]:
        """Start ``run_autograder`` as the harness does."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.root), "AUTOGRADER_ROOT": str(self.root), **variables}
        command = [str(self.root / "run_autograder")]
        return subprocess.Popen(
            command, cwd=self.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, **variables: str) -> tuple[dict[str, Any], str]:
        """Run it to its end; return ``results.json`` and what staff reads."""
        process = self.start(**variables)
        out, _ = process.communicate(timeout=400)
        assert process.returncode == 0, out
        return self.results, out

    def says(self, layer: str) -> str:
        """Why a layer of isolation does not hold; empty where it does."""
        program = f"from autograder.sandbox import profiles; print(profiles.offers()[{layer!r}])"
        return run(self.root / "venv" / "bin" / "python", "-c", program, cwd=self.root).stdout.strip()

    @property
    def results(self) -> dict[str, Any]:
        """What lies in ``results.json``."""
        found: dict[str, Any] = json.loads((self.root / "results" / "results.json").read_text())
        return found


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Return a course with canaries in everything secret, and a written question."""
    made = write_small_course(tmp_path_factory.mktemp("course"))
    return Course(made.root)


@pytest.fixture(scope="module")
def container(course: Course, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Container:
    """Return the archive, unpacked, with the environment that ``setup.sh`` would make."""
    root = tmp_path_factory.mktemp("autograder")
    archive = bundle_gradescope(course, Settings(course.names()[0]), root / "autograder.zip", wheel)
    (root / "source").mkdir()
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(root / "source")
        rights = {entry.filename: entry.external_attr >> 16 for entry in opened.infolist()}
    assert {name for name, mode in rights.items() if mode & stat.S_IXUSR} == set(EXECUTABLE)
    (root / "run_autograder").write_bytes((root / "source" / "run_autograder").read_bytes())
    (root / "run_autograder").chmod(0o755)
    (root / "results").mkdir()
    install(wheel, root / "venv", readable_python())
    for folder in (root, *root.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o111)  # as /autograder is: a worker's own uid reaches the environment
    return Container(root)


def marks(results: Mapping[str, Any], key: str) -> float:
    """The sum over the entries."""
    return sum(test.get(key, 0.0) for test in results["tests"])


def test_a_right_submission(container: Container, course: Course) -> None:
    """All points, which add up to what the instructor was told to enter; nothing of 0 points, no question for people."""
    users = [{"email": "ada@school.edu", "id": 1, "name": "Ada"}, {"email": "bob@school.edu", "id": 2, "name": "Bob"}]
    attempts = [{"submission_time": "2026-01-01T10:00:00+00:00", "score": "3.5", "results": {"score": 3.5}}]
    assignment = {"due_date": "2026-01-02T10:00:00+00:00", "total_points": "18.0"}
    container.hand_in(
        right_answers(),
        {"created_at": "2026-01-02T12:05:00+00:00", "users": users, "assignment": assignment, "previous_submissions": attempts},
    )
    results, staff = container.run()
    points, by_hand, _ = autograder_points(course, Settings(course.names()[0]))
    assert by_hand == 3
    assert results["score"] == points == marks(results, "max_score") == pytest.approx(marks(results, "score"))
    assert all(test["max_score"] > 0 for test in results["tests"] if "max_score" in test)
    assert not any("why" in test["name"] for test in results["tests"])
    assert {test["visibility"] for test in results["tests"]} == {"visible"}
    assert {test["output_format"] for test in results["tests"]} == {results["output_format"]} == {"md"}
    assert "3 points are given by a person" in results["output"]
    assert "Attempt 2; the best so far had 3.5 points." in results["output"]
    assert "1 day late (handed in 2026-01-02 12:05, due 2026-01-02 10:00). Nothing is taken off." in results["output"]
    assert "0 d 2 h 5 min after the due date" in staff
    assert "ada@school.edu, bob@school.edu" in results["output"]
    assert results["stdout_visibility"] == "hidden"
    assert "isolation S" in staff
    assert "isolation" not in json.dumps(results)
    assert "seed" not in json.dumps(results)


def test_a_wrong_submission(container: Container) -> None:
    """Some points, the mistake by name, the student's own values in a code block, nothing of hidden checks."""
    container.hand_in(right_answers(pieces=pieces(double="x * x")))
    results, staff = container.run()
    assert 0 < results["score"] < marks(results, "max_score")
    assert results["score"] == pytest.approx(marks(results, "score"))
    assert any("this looks like squared" in test["name"] for test in results["tests"])
    failed = next(test for test in results["tests"] if test["name"] == "double: gives known values")
    assert failed["status"] == "failed"
    assert failed["output"].startswith("```\n")
    told = json.dumps(results) + staff
    assert not any(canary in told for canary in CANARIES)


@pytest.mark.parametrize("profile", ["S3", "S2", "S1"])
def test_a_hostile_submission(container: Container, profile: str) -> None:
    """Whatever profile holds: no mark of its own making, nothing secret, and staff reads which walls stood."""
    container.hand_in(right_answers(pieces=HOSTILE.format(root=str(container.root))), "{not json")
    results, staff = container.run(AUTOGRADER_SANDBOX_MAX=profile)
    if profile == "S1" and container.says("own_uid"):  # the Python of this machine is closed to others
        assert "score" not in results
        assert "could read the hidden checks" in staff
        return
    assert results["score"] == pytest.approx(marks(results, "score"))
    assert results["score"] < marks(results, "max_score") / 2
    assert f"isolation {profile}" in staff
    told = json.dumps(results) + staff
    assert not any(canary in told for canary in (*CANARIES, "attempts_per_day"))


def test_without_any_isolation_there_is_no_mark(container: Container) -> None:
    """Gradescope then reports the run as failed; staff reads why."""
    container.hand_in(right_answers())
    results, staff = container.run(AUTOGRADER_SANDBOX_MAX="S0")
    assert "score" not in results
    assert "offers no isolation" in staff


def test_walls_that_leave_the_archive_open() -> None:
    """Without Landlock another uid has to keep the hidden checks closed."""
    refuse_open_container("S3", "not root")
    refuse_open_container("S2", "not root")
    refuse_open_container("S1", "")
    for profile, why in (("S1", "not root"), ("S0", "")):
        with pytest.raises(IsolationError, match="doctor"):
            refuse_open_container(profile, why)


def test_what_cannot_be_read(container: Container) -> None:
    """A result with the reason."""
    container.hand_in({"vae.zip": b"no archive"})
    results, _ = container.run()
    assert results["score"] == 0
    assert results["output"]


def test_a_run_that_the_platform_ends(container: Container, tmp_path: Path) -> None:
    """From the first moment there is a whole file, without a mark that nobody has worked out."""
    container.hand_in(right_answers())
    process = container.start(TMPDIR=str(tmp_path))  # whoever is killed tidies up nothing
    path = container.root / "results" / "results.json"
    while not path.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=300)
    results = container.results
    assert "score" not in results
    assert results["tests"] == []
    assert "costs nothing" in results["output"]


def test_setup_in_an_image(container: Container, tmp_path: Path) -> None:
    """Its steps, with programs in the places of apt, pip and uv that write down what they are asked for."""
    source = tmp_path / "autograder" / "source"
    source.mkdir(parents=True)
    for path in (container.root / "source").iterdir():
        if path.is_file():
            (source / path.name).write_bytes(path.read_bytes())
    log, programs = tmp_path / "log", tmp_path / "programs"
    programs.mkdir()
    uv = (
        f'#!/bin/sh\necho "uv $*" >> {log}\n[ "$1" = venv ] && mkdir -p {tmp_path}/autograder/venv/bin && '
        f'printf "#!/bin/sh\\n" > {tmp_path}/autograder/venv/bin/python && cp {tmp_path}/autograder/venv/bin/python '
        f"{tmp_path}/autograder/venv/bin/autograder && chmod +x {tmp_path}/autograder/venv/bin/*; exit 0\n"
    )
    (programs / "uv").write_text(uv)
    (programs / "uv").chmod(0o755)
    done = subprocess.run(
        ["bash", str(source / "setup.sh")], env={"PATH": f"{programs}:{os.environ['PATH']}"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    asked = log.read_text()
    assert "download.pytorch.org/whl/cpu" in asked
    assert "dgm_autograder-" in asked
    assert "+cpu" in (source / "torch.txt").read_text()
    pins = (source / "requirements.txt").read_text().splitlines()
    assert all("==" in pin for pin in pins)
    assert {"numpy", "scipy", "pytest", "greenlet", "jinja2"} <= {pin.partition("==")[0] for pin in pins}
    assert not any(pin.startswith(("torch==", "nvidia", "nbgrader")) for pin in pins)
    assert source.stat().st_mode & 0o077 == 0


def test_by_the_command(course: Course, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points and needs are said; an unknown assignment is one line."""
    monkeypatch.setenv("AUTOGRADER_COURSE", str(course.root))
    out = tmp_path / "a.zip"
    common = ["--wheel", str(wheel), "--out", str(out)]
    done = CliRunner().invoke(app, ["bundle", "gradescope", course.names()[0], "--keep", "best", *common])
    assert done.exit_code == 0, done.exception
    assert "3 for questions of your own" in done.output
    assert "3 GB" in done.output
    with zipfile.ZipFile(out) as archive:
        assert json.loads(archive.read("settings.json"))["keep"] == "best"
    assert isinstance(CliRunner().invoke(app, ["bundle", "gradescope", "nothing", *common]).exception, UsageError)


def test_doctor_on_a_platform() -> None:
    """What is needed there, and what is missing here, each with a remedy."""
    done = CliRunner().invoke(app, ["doctor", "--platform", "gradescope"])
    assert "settings.json" in done.output
    assert "3 GB are" in done.output
    assert isinstance(CliRunner().invoke(app, ["doctor", "--platform", "gradescop"]).exception, UsageError)
