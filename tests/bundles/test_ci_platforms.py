"""What runs visible checks where students push, run as those platforms would run it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from small_course import CANARIES, SmallCourse, write_small_course
from student_environment import install
from tiny_course import pieces, right_answers
from typer.testing import CliRunner

from autograder.bundles.ci_platforms import TEMPLATE, bundle_classroom50, bundle_github, bundle_gitlab
from autograder.bundles.student import KitOptions
from autograder.cli import app, run_command
from autograder.course.course import Course

CLASSROOM = {
    "CLASSROOM": "spring", "ASSIGNMENT": "hw1", "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/o/r/commit/1", "RELEASE_URL": "https://github.com/o/r/releases/tag/x",
}  # fmt: skip
HOSTILE_PIECES = """
import os
for name in ("result.json", "results.json"):
    open(name, "w").write('{"score": 1000}')
print("::set-output name=score::1000")
def double(x):
    os._exit(0)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    """Return a course with canaries."""
    return write_small_course(tmp_path_factory.mktemp("ci"))


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of a runner on which the package has been installed."""
    return install(wheel, tmp_path_factory.mktemp("runner") / "venv").parent


def secrets_in(folder: Path) -> list[str]:
    """Canaries in any file."""
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return [f"{path}: {canary}" for path, content in files.items() for canary in CANARIES if canary.encode() in content]


def work_in(repository: Path, name: str, **files: str) -> None:
    """Put answers into a copy of the template."""
    for path, content in right_answers(**files).items():
        (repository / "assignments" / name / path).write_bytes(content)


def shell(script: str, cwd: Path, programs: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a step as a runner does."""
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(cwd), "CI": "true", **variables}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300)


@pytest.mark.processes
def test_github(course: SmallCourse, wheel: Path, programs: Path, tmp_path: Path) -> None:
    """A table, marks on lines, the exit code; every name of a step's output is GitHub's."""
    out = bundle_github(Course(course.root), (), tmp_path / "github", KitOptions(wheel=wheel))
    assert not secrets_in(out)
    repository = out / TEMPLATE
    workflow = yaml.safe_load((repository / ".github/workflows/check.yml").read_text())
    assert workflow["permissions"] == {"contents": "read"}
    job = workflow["jobs"]["check"]
    assert job["strategy"]["matrix"]["assignment"] == [course.name]
    install_step, check = (step["run"] for step in job["steps"] if "run" in step)
    assert f"pip install ./{wheel.name}" in install_step
    assert "secrets." not in (repository / ".github/workflows/check.yml").read_text()
    script = check.replace("${{ matrix.assignment }}", course.name)

    work_in(repository, course.name, pieces=pieces(double="x * x").replace("def double", "\n\ndef double"))
    summary = tmp_path / "summary.md"
    variables = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(repository)}
    done = shell(script, repository, programs, **variables)
    assert done.returncode == 1, done.stderr
    marks = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert re.match(
        rf"::error file=assignments/{course.name}/pieces.py,line=6,title=pieces.double%3A gives known values::", marks[0]
    )
    assert "%0A" in marks[0]
    assert "| ✗ | `pieces.double` | gives known values |" in summary.read_text()
    assert "| ✓ | `pieces.jitter` |" in summary.read_text()

    work_in(repository, course.name)
    done = shell(script, repository, programs, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not [line for line in done.stdout.splitlines() if line.startswith("::")]

    told = summary.read_text()
    (repository / "assignments" / course.name / "pieces.py").write_text(HOSTILE_PIECES)
    shell(script, repository, programs, **variables)
    later = summary.read_text().removeprefix(told)
    assert "| ✗ | `pieces.double` |" in later
    assert "✓ | `pieces." not in later, "nobody has seen anything of it pass"


def test_marks_are_made_in_the_private_repository(course: SmallCourse, wheel: Path, tmp_path: Path) -> None:
    """The workflow with a secret goes to the instructors' repository, and only there; it lifts Ubuntu's restriction."""
    out = bundle_github(Course(course.root), (), tmp_path / "github", KitOptions(wheel=wheel))
    workflow = yaml.safe_load((out / "private-repository/.github/workflows/sweep.yml").read_text())
    steps = [step.get("run", "") for step in workflow["jobs"]["grade"]["steps"]]
    assert "apparmor_restrict_unprivileged_userns=0" in steps[0]
    command = next(step for step in steps if step.startswith("autograder sweep"))
    options = re.findall(r"--[a-z-]+", command)
    help_text = CliRunner().invoke(app, ["sweep", "--help"], env={"COLUMNS": "200"}).output
    assert options
    assert all(option in help_text for option in options)
    assert not list((out / TEMPLATE).rglob("sweep.yml"))


@pytest.mark.processes
def test_gitlab(course: SmallCourse, wheel: Path, programs: Path, tmp_path: Path) -> None:
    """A JUnit file whose cases all have names of their own."""
    repository = bundle_gitlab(Course(course.root), (), tmp_path / "gitlab", KitOptions(wheel=wheel)) / TEMPLATE
    assert not secrets_in(repository)
    pipeline = yaml.safe_load((repository / ".gitlab-ci.yml").read_text())
    job = pipeline["check"]
    assert job["parallel"]["matrix"] == [{"ASSIGNMENT": [course.name]}]
    assert pipeline["image"].startswith("python:3.")
    work_in(repository, course.name, pieces=pieces(double="x * x"))
    done = shell(job["script"][-1], repository, programs, ASSIGNMENT=course.name)
    assert done.returncode == 1, done.stderr
    (path,) = repository.glob(job["artifacts"]["reports"]["junit"])
    cases = [(case.get("classname"), case.get("name")) for case in ElementTree.parse(path).getroot().iter("testcase")]
    assert len(cases) == len(set(cases)) == 5
    assert "pieces.double" in not_passed(path)

    work_in(repository, course.name)
    done = shell(job["script"][-1], repository, programs, ASSIGNMENT=course.name)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not_passed(path) == []

    (repository / "assignments" / course.name / "pieces.py").write_text(HOSTILE_PIECES)
    shell(job["script"][-1], repository, programs, ASSIGNMENT=course.name)
    assert not_passed(path), "whatever the exit code says, nothing under Tests is green"


def not_passed(path: Path) -> list[str | None]:
    """Classes of the cases that say anything but that they passed."""
    return [case.get("classname") for case in ElementTree.parse(path).getroot().iter("testcase") if len(case)]


def graded(repository: Path, autograder: Path, programs: Path) -> tuple[int, dict[str, Any] | None]:
    """Run Classroom 50's entry point as its runner does: in the checkout, which also holds nothing old."""
    result = repository / "result.json"
    result.unlink(missing_ok=True)
    bundle = {"CLASSROOM50_BUNDLE_DIR": str(autograder.parent), "RUNNER_TEMP": str(autograder.parents[2])}
    done = shell(f"python {autograder}", repository, programs, **CLASSROOM, **bundle)
    return done.returncode, json.loads(result.read_text()) if result.is_file() else None


@pytest.mark.processes
def test_classroom50(course: SmallCourse, wheel: Path, programs: Path, tmp_path: Path) -> None:
    """The runner's contract with a right, a wrong and a hostile submission; changed tests in the checkout do nothing."""
    out = bundle_classroom50(Course(course.root), (), tmp_path / "classroom50", KitOptions(wheel=wheel))
    assert not secrets_in(out)
    repository, autograder = out / TEMPLATE, out / "autograders" / course.name / "autograder.py"
    assert not list(autograder.parent.glob("*hidden*"))
    assert json.loads((out / "runtime" / f"{course.name}.json").read_text())["python"].startswith("3.1")

    work_in(repository, course.name)
    code, result = graded(repository, autograder, programs)
    assert code == 0
    assert result is not None
    assert result["schema"] == "classroom50/result/v1"
    assert {"classroom", "assignment", "submission", "commit", "release", "review", "datetime"} <= set(result)
    assert result["score"] == result["max-score"] > 0
    numbers = [test[key] for test in result["tests"] for key in ("score", "max-score")] + [result["score"], result["max-score"]]
    assert all(type(number) is int and number >= 0 for number in numbers)
    assert sum(test["max-score"] for test in result["tests"]) == result["max-score"]
    assert len({test["test-name"] for test in result["tests"]}) == len(result["tests"])

    work_in(repository, course.name, pieces=pieces(double="x * x"))
    weaker = (
        "from autograder.checks import check\n\n\n@check('double', points=1, title='x')\ndef test_double(candidate):\n    'x'\n"
    )
    (repository / "assignments" / course.name / "test_pieces.py").write_text(weaker)
    shutil.copy(autograder, repository / "autograder.py")  # called like the package
    code, wrong = graded(repository, autograder, programs)
    assert code == 0
    assert wrong is not None
    assert 0 < wrong["score"] < wrong["max-score"] == result["max-score"]

    (repository / "assignments" / course.name / "pieces.py").write_text(HOSTILE_PIECES)
    code, hostile = graded(repository, autograder, programs)
    assert code != 0 or (hostile is not None and hostile["score"] < hostile["max-score"])


def repository_of(clones: Path, name: str, files: dict[str, str]) -> Path:
    """A clone with one commit."""
    clone = clones / name
    for path, text in files.items():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_text(text)
    who = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"]
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "work"]):
        subprocess.run(
            ["git", *who, "-C", str(clone), *command],
            check=True,
            env=os.environ | {"GIT_COMMITTER_DATE": "2026-02-01T12:00:00Z"},
        )
    return clone


@pytest.mark.processes
def test_sweep(
    course: SmallCourse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A right, a wrong and a hostile repository, one that is not cloned; the commit that was graded is written down."""
    monkeypatch.setenv("AUTOGRADER_COURSE", str(course.root))
    monkeypatch.chdir(tmp_path)
    right = {name: content.decode() for name, content in right_answers().items()}
    wrong = right | {"pieces.py": pieces(double="x * x")}
    clones = tmp_path / "clones"
    repository_of(clones, f"{course.name}-ada", {f"assignments/{course.name}/{name}": text for name, text in right.items()})
    repository_of(clones, f"{course.name}-bob", wrong)
    hostile = repository_of(clones, f"{course.name}-eve", right | {".gitattributes": "* filter=evil\n"})
    hook = hostile / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    subprocess.run(["git", "-C", str(hostile), "config", "core.fsmonitor", f"touch {tmp_path}/ran"], check=True)
    listing = tmp_path / "listing.json"
    names = [{"name": f"{course.name}-{student}"} for student in ("ada", "bob", "eve", "zoe")]
    listing.write_text(json.dumps(names))
    code = run_command(
        [
            "sweep",
            course.name,
            "--org-listing",
            str(listing),
            "--out",
            "results",
            "--isolation",
            "best",
            "--no-training",
            "--jobs",
            "1",
        ]
    )
    assert code == 2
    assert f"not graded: {course.name}-zoe: there is no clone of it" in capsys.readouterr().err
    scores = {path.stem: json.loads(path.read_text())["score"] for path in Path("results").glob("[abe]*.json")}
    assert scores["ada"] == scores["eve"] > scores["bob"] > 0
    assert not (tmp_path / "ran").exists()
    table = Path("results/commits.csv").read_text().splitlines()
    assert table[0] == "student,repository,commit,committed"
    assert len(table) == 4
    assert table[1].startswith(f"ada,{course.name}-ada,")
    early = run_command(
        ["sweep", course.name, "--org-listing", str(listing), "--out", "early", "--before", "2026-01-01", "--no-training"]
    )
    assert early == 2
    assert "no commit before that date" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vae-ada\nschool/vae-bob.git\n# a remark\n", [("vae-ada", "ada"), ("vae-bob", "bob")]),
        (
            '[{"nameWithOwner": "s/vae-ada"}, {"url": "https://github.com/s/x", "owner": {"login": "s"}}]',
            [("vae-ada", "ada"), ("x", "x")],
        ),
        ("student,repository\nAda Lovelace,https://gitlab.com/s/r1\n", [("r1", "Ada Lovelace")]),
        ('["vae-ada"]', [("vae-ada", "ada")]),
    ],
)
def test_listings(text: str, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    """As other programs write them."""
    from autograder.bundles.sweep import read_listing

    path = tmp_path / "listing"
    path.write_text(text)
    assert [(one.name, one.student) for one in read_listing(path, "vae")] == expected


@pytest.mark.parametrize("text", ["", "[", "[]", "student,repository\n,\n"])
def test_listings_of_nothing(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line and exit code 2."""
    path = tmp_path / "listing"
    path.write_text(text)
    assert run_command(["sweep", "vae", "--org-listing", str(path)]) == 2
    assert str(path) in capsys.readouterr().err


def _bomb(clone: Path, levels: int) -> None:
    """A repository of a few objects that stands for ten files to the power of ``levels``."""

    def git(*arguments: str, given: bytes = b"") -> str:
        command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", "-C", str(clone), *arguments]
        return subprocess.run(command, input=given, capture_output=True, check=True).stdout.decode().strip()

    clone.mkdir(parents=True)
    git("init", "--quiet")
    entry, prefix = f"100644 blob {git('hash-object', '-w', '--stdin', given=os.urandom(2000))}", "f"
    for _ in range(levels):
        tree = git("mktree", given="".join(f"{entry}\t{prefix}{number}\n" for number in range(10)).encode())
        entry, prefix = f"040000 tree {tree}", "d"
    git("update-ref", "HEAD", git("commit-tree", tree, "-m", "work"))


@pytest.mark.processes
def test_a_repository_that_stands_for_billions_of_files_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not unpacked into the memory of the sweep, which goes on with the others."""
    from autograder.bundles import sweep

    monkeypatch.setattr(sweep, "_MOST_BYTES", 100_000)
    clones = tmp_path / "clones"
    _bomb(clones / "mallory", 4)
    _bomb(clones / "not-checked-out", 1)
    repository_of(clones, "zoe", {"losses.py": "x = 1\n"})
    assert sum(path.stat().st_size for path in (clones / "mallory").rglob("*") if path.is_file()) < 100_000, "the witness"
    (tmp_path / "into").mkdir()
    listing = [sweep.Repository(name, name) for name in ("mallory", "not-checked-out", "zoe")]
    swept, missing = sweep.sweep(listing, clones, "vae", None, tmp_path / "into")
    assert [one.repository.name for one in swept] == ["not-checked-out", "zoe"]
    assert missing == ["mallory: holds more than a submission may, or takes too long to read"]


def test_git_that_does_not_answer_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository can make it count for hours before it writes anything."""
    from autograder.bundles import sweep

    monkeypatch.setattr(sweep, "_SECONDS", 0.2)
    slow = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1e6)"], stdout=subprocess.PIPE)
    assert sweep._read(slow) is None
    assert slow.returncode
