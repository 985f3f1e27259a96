"""What README, CONTRIBUTING and the guide tell people to type is typed here, in a fresh clone, with one student who has begun.

Every command line of these documents is in one of the two tables below: it runs here, or there is a reason why not, and
where it runs instead. The clone holds what git would: every file that is not ignored. One environment serves all.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from shared_sandbox import Shared
from shown_commands import ROOT, lines_shown

from autograder.cli import run_command
from autograder.course.course import open_course
from autograder.grading import crew, grader
from autograder.sandbox.zygote_host import ZygoteHost

DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/platforms.md",
    *(f"docs/guide/{path.name}" for path in sorted((ROOT / "docs/guide").glob("*.md"))),
)
STUDENT = "assignments/vae"

RUNS: dict[str, int] = {
    "autograder list": 0,
    "autograder coverage": 0,
    "autograder doctor": 0,
    "autograder release vae": 0,
    f"{STUDENT}: autograder check .": 1,
    f"{STUDENT}: autograder check losses.py": 1,
    f"{STUDENT}: autograder check . --only gaussian_kl": 1,
    f"{STUDENT}: pytest": 0,
    "autograder grade vae submissions/ --jobs 4": 0,
    "autograder grade vae submissions.zip": 0,
    "autograder grade vae submissions/ --resume": 0,
    "autograder grade vae submissions/ --seed 123": 0,
    "autograder grade vae submissions/ --no-training": 0,
    "autograder grade vae submissions/ --times times.csv": 0,
    "autograder grade vae submissions/ --out results/vae-again": 0,
    "autograder diff results/vae results/vae-again": 0,
    "autograder regrade results/vae": 0,
    "autograder report results/vae": 0,
    "autograder report results/vae --times times.csv": 0,
    "autograder explain results/vae/anna.json": 0,
    "autograder export csv results/vae": 0,
    "autograder export csv results/vae --groups groups.csv": 0,
    "autograder export csv results/vae --attempts best": 0,
    "autograder export csv results/vae-first results/vae-second --attempts best": 0,
    "autograder export canvas results/vae --roster canvas-export.csv --out import.csv": 0,
    "autograder export moodle results/vae results/warmup --roster moodle-export.csv": 2,  # Ben has a number of Canvas only
    "autograder export moodle results/vae --roster worksheet.csv --out import.csv": 0,
    "autograder export progsnap2 results/vae --pseudonyms pseudonyms.key": 0,
    "autograder grade vae submissions/ --shard 2/8 --out part-2": 0,
    "autograder merge part-1 part-2 --out results/vae": 0,
    "autograder grade vae path/to/submission --out out --format json,junit --fail-under 60 --quiet": 1,
    "autograder sweep vae --org-listing listing.json": 0,
    "autograder sweep vae --org-listing listing.json --clones clones": 0,
    "autograder new-course ../my-course": 0,
    "autograder new vae.losses.my_loss --source D2.1": 0,
}
"""Command line -> exit code, in the order in which they run; before a colon the folder, where it is not the clone."""

_SOMEBODY = ("-c", "user.name=anna", "-c", "user.email=anna@example.org")
_NETWORK = "needs a network"
_OWN = "has tests of its own: "
NOT_RUN: dict[str, str] = {
    "make env": "makes the environment that this test runs in",
    "source .venv/bin/activate": "the shell's own, after `make env`",
    "make demo": f"minutes; {_OWN}tests/tools/test_build_demo.py for its class, and every release runs it",
    "make test": "this is it",
    "make test lint": "this is it; the other half reads code, and every release runs it",
    "pip install torch": _NETWORK,
    "pip install dgm_autograder-*.whl": f"{_NETWORK}; {_OWN}tests/bundles/test_wheel.py installs the wheel",
    "autograder train vae.training.vae_mnist": f"a minute; {_OWN}tests/student/test_train.py",
    "autograder train vae_mnist --budget full": "hours",
    "make release": f"`autograder release`, then nbgrader for ten seconds; {_OWN}tests/gradebook/test_course_life.py",
    "make release ASSIGNMENT=vae": f"as `make release`; {_OWN}tests/gradebook/test_course_life.py",
    "autograder release": "as `autograder release vae`, seven times as long",
    "make collect grade": f"needs nbgrader's exchange; {_OWN}tests/gradebook/test_course_life.py",
    "make feedback export": f"needs a graded gradebook; {_OWN}tests/gradebook/test_course_life.py",
    "autograder nbgrade vae": f"needs collected notebooks; {_OWN}tests/gradebook",
    "jupyter lab": "is a server for people",
    "autograder serve": f"does not end; {_OWN}tests/standby",
    "autograder grade vae submissions/ --scheduler tls://head:8786 --tls DIR": f"needs a cluster; {_OWN}tests/cluster",
    "autograder calibrate vae.training.vae_mnist": "an hour; its records are committed",
    "autograder calibrate lines.training.line --seeds 20": f"of the page's own example; {_OWN}tests/training/test_guide.py",
    "autograder export canvas gradebook.db --roster canvas-export.csv --out import.csv": (
        f"making a gradebook takes ten seconds; {_OWN}tests/exports/test_gradebook_marks.py"
    ),
    "autograder audit vae --only gaussian_kl": f"ten seconds of one core; {_OWN}tests/authoring/test_new_exercise.py",
    "autograder audit vae --only my_loss": f"loads the course anew; {_OWN}tests/authoring/test_new_exercise.py",
    "autograder audit vae": f"half a minute; {_OWN}tests/every_exercise, tests/audit",
    "autograder audit": f"minutes; {_OWN}tests/every_exercise, tests/audit",
    "make dist": f"builds with tools from the network; {_OWN}tests/bundles/test_wheel.py",
    "make student-kit": f"builds the wheel; {_OWN}tests/bundles/test_student.py",
    "autograder bundle student": f"builds the wheel; {_OWN}tests/bundles/test_student.py",
    "autograder bundle student vae --as git --out ../kit --repository school/dgm": "builds the wheel, too",
    "autograder bundle gradescope vae": f"builds the wheel; {_OWN}tests/bundles/test_gradescope.py",
    "gh repo list school --limit 2000 --json name > listing.json": _NETWORK,
    "autograder export csv postgresql://grader@db/course": f"needs a server; {_OWN}tests/exports/test_postgresql.py",
}


def bare(line: str) -> str:
    """The line without the folder in which it runs."""
    return line.partition(": ")[2] if line.startswith(f"{STUDENT}: ") else line


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What a clone of this repository holds, and a class of one beside it."""
    root = tmp_path_factory.mktemp("readme") / "clone"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("this is no clone")
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, root / name)
    hand_in(root)
    open_course.cache_clear()
    yield root
    open_course.cache_clear()


def hand_in(root: Path) -> None:
    """One student, who has solved one exercise and begun the rest."""
    anna = root / "submissions" / "anna"
    shutil.copytree(root / STUDENT, anna)
    code = (anna / "losses.py").read_text()
    (anna / "losses.py").write_text(
        f"{code}\n\ndef gaussian_kl(mu, logvar):\n    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(-1)\n"
    )
    shutil.copytree(anna, root / "path" / "to" / "submission")
    repository = shutil.copytree(anna, root / "clones" / "vae-anna")
    for words in (["init", "-q"], ["add", "-A"], [*_SOMEBODY, "commit", "-qm", "Done"]):
        subprocess.run(["git", "-C", str(repository), *words], check=True)
    (root / "data").mkdir()
    with zipfile.ZipFile(root / "submissions.zip", "w") as download:  # as Canvas has it
        download.writestr("ben_102_5551_losses.py", code)
    (root / "times.csv").write_text("student,submitted\nanna,2026-11-20T22:10:00+01:00\n")
    (root / "groups.csv").write_text("group,student\nanna,anna\nanna,ben\n")
    (root / "listing.json").write_text(json.dumps([{"name": "vae-anna"}]))
    canvas = 'Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"Anna",101,,anna,1\n"Ben",102,,ben,1\n'
    (root / "canvas-export.csv").write_text(canvas)
    (root / "moodle-export.csv").write_text(
        "First name,Last name,ID number,Email address\nAnna,A,anna,anna@example.org\nBen,B,102,ben@example.org\n"
    )
    header = "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed"
    rows = ["Participant 1,anna,anna@example.org,,,100.00,Yes", "Participant 102,Ben B,ben@example.org,,,100.00,Yes"]
    (root / "worksheet.csv").write_text("\n".join([header, *rows, ""]))


def results_of(root: Path, name: str, assignment: str = "vae") -> None:
    """Results of before, as a copy of those of now."""
    target = root / "results" / name if not name.startswith("part") else root / name
    target.mkdir(parents=True, exist_ok=True)
    told = json.loads((root / "results" / "vae" / "anna.json").read_text()) | {"assignment": assignment}
    (target / "anna.json").write_text(json.dumps(told))


def two_attempts(root: Path) -> None:
    """Folders in order of time."""
    results_of(root, "vae-first")
    results_of(root, "vae-second")


PREPARED: dict[str, Callable[[Path], None]] = {
    "autograder export csv results/vae-first results/vae-second --attempts best": two_attempts,
    "autograder export moodle results/vae results/warmup --roster moodle-export.csv": lambda root: results_of(
        root, "warmup", "warmup"
    ),
    "autograder merge part-1 part-2 --out results/vae": lambda root: results_of(root, "part-1"),
}


@pytest.mark.parametrize("line", RUNS)
def test_it_runs(
    line: str, clone: Path, warm_sandbox: ZygoteHost, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """As it stands there, with the exit code that it should have and nothing that looks like an accident."""
    for place in (crew, grader):
        monkeypatch.setattr(place, "sandbox_for", lambda *args, **kwargs: Shared(warm_sandbox))
    monkeypatch.setenv("AUTOGRADER_DATA", str(clone / "data"))
    PREPARED.get(line, lambda root: None)(clone)
    monkeypatch.chdir(clone / STUDENT if line.startswith(f"{STUDENT}: ") else clone)
    words = shlex.split(bare(line))
    if words[0] == "pytest":
        code = subprocess.run([sys.executable, "-m", *words, "-q"], timeout=300, check=False).returncode
    else:
        code = run_command(words[1:])
    told = capfd.readouterr()
    assert code == RUNS[line], f"{told.out}\n{told.err}"
    assert "Traceback" not in told.out + told.err


def test_every_command_is_here_or_has_a_reason() -> None:
    """And nothing is here that no document shows."""
    shown = {line for document in DOCUMENTS for line in lines_shown(document)}
    run = {bare(line) for line in RUNS}
    assert sorted(shown - run - NOT_RUN.keys()) == []
    assert sorted((run | NOT_RUN.keys()) - shown) == []
    assert not run & NOT_RUN.keys()


def test_reasons_name_tests_that_exist() -> None:
    """A test that has moved is no excuse."""
    named = {word.strip(",;") for reason in NOT_RUN.values() for word in reason.split() if word.startswith("tests/")}
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
