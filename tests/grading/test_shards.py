"""Parts of a class: every submission in exactly one, whatever the listing; and what clusters are told to run."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from autograder.errors import UsageError
from autograder.grading.shards import Shard, parse_shard

ROOT = Path(__file__).resolve().parents[2]
NAMES = [Path(f"class/student {number} é") for number in range(400)]


@pytest.mark.parametrize("count", [1, 2, 7])
def test_every_submission_is_in_one_part(count: int) -> None:
    """And the parts are of a size: none has twice its share of four hundred."""
    parts = [[path for path in NAMES if Shard(number, count).holds(path)] for number in range(1, count + 1)]
    assert sorted(path for part in parts for path in part) == sorted(NAMES)
    assert all(len(part) < 2 * len(NAMES) / count for part in parts) or count == 1


def test_a_part_depends_on_the_name_alone() -> None:
    """The same submission elsewhere, or in a class that has grown, is in the same part."""
    shard = Shard(2, 3)
    assert [shard.holds(path) for path in NAMES] == [shard.holds(Path("/elsewhere") / path.name) for path in NAMES]


@pytest.mark.parametrize("text", ["", "1", "0/4", "5/4", "1/0", "a/b", "-1/4", "1/4/2", "1.5/4", "9999999/9999999"])
def test_no_part(text: str) -> None:
    """One line with the form that is meant."""
    with pytest.raises(UsageError, match="is not a part of a class") as caught:
        parse_shard(text)
    assert "1/4" in str(caught.value)


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A stand-in for the command that notes how it was called, and the environment that puts it in place."""
    log, stand_in = tmp_path / "calls", tmp_path / "autograder"
    stand_in.write_text(f'#!/bin/bash\nline=$(printf "%s|" "$@"); echo "$line" >> "{log}"\n')
    stand_in.chmod(stand_in.stat().st_mode | stat.S_IXUSR)
    return log, {**os.environ, "AUTOGRADER": str(stand_in)}


def calls(log: Path) -> list[list[str]]:
    """The arguments of every call."""
    return [line.split("|")[:-1] for line in log.read_text().splitlines()]


@pytest.mark.parametrize("first", [0, 1])
def test_slurm_array(recorded: tuple[Path, dict[str, str]], first: int) -> None:
    """Every task of an array grades one part; arrays may begin at 0 or at 1."""
    log, environment = recorded
    for task in range(first, first + 3):
        slurm = {"SLURM_ARRAY_TASK_ID": str(task), "SLURM_ARRAY_TASK_MIN": str(first), "SLURM_ARRAY_TASK_COUNT": "3"}
        command = ["bash", str(ROOT / "deploy" / "slurm-array.sbatch"), "vae", "a class", "out", "--seed", "5"]
        subprocess.run(command, env=environment | slurm, check=True, timeout=300)
    assert [call[call.index("--shard") + 1] for call in calls(log)] == ["1/3", "2/3", "3/3"]
    assert all(call[:3] == ["grade", "vae", "a class"] and call[-2:] == ["--seed", "5"] for call in calls(log))
    assert len({call[call.index("--out") + 1] for call in calls(log)}) == 3


@pytest.mark.parametrize("has_parallel", [False, pytest.param(True, marks=pytest.mark.skipif(
    shutil.which("parallel") is None, reason="GNU parallel is not installed"))])  # fmt: skip
def test_parallel(recorded: tuple[Path, dict[str, str]], tmp_path: Path, has_parallel: bool) -> None:
    """All parts, then the merge of all of them."""
    log, environment = recorded
    results = tmp_path / "all results"
    for part in (1, 2):
        (results / f"part-{part}").mkdir(parents=True)
    if not has_parallel:
        tools = tmp_path / "tools"
        tools.mkdir()
        for name in ("seq", "bash", "env"):
            (tools / name).symlink_to(shutil.which(name) or name)
        environment = environment | {"PATH": str(tools)}
    command = [shutil.which("bash") or "bash", str(ROOT / "deploy" / "parallel.sh"), "2", "vae", "a class", str(results)]
    subprocess.run(command, env=environment, check=True, timeout=300)
    *graded, merged = calls(log)
    assert sorted(call[call.index("--shard") + 1] for call in graded) == ["1/2", "2/2"]
    assert all(call[:3] == ["grade", "vae", "a class"] for call in graded)
    assert merged == ["merge", str(results / "part-1"), str(results / "part-2"), "--out", str(results)]


@pytest.mark.parametrize("name", ["slurm-array.sbatch", "parallel.sh"])
def test_a_template_without_arguments_says_how(name: str) -> None:
    """One line of usage, exit code 2."""
    done = subprocess.run(["bash", str(ROOT / "deploy" / name)], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: ")


def test_kubernetes_job(recorded: tuple[Path, dict[str, str]]) -> None:
    """The manifest is an Indexed Job without privileges, and its command grades part i of as many as there are."""
    log, environment = recorded
    job = yaml.safe_load((ROOT / "deploy" / "kubernetes-indexed-job.yaml").read_text())
    assert (job["kind"], job["spec"]["completionMode"]) == ("Job", "Indexed")
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    mounts = {one["mountPath"]: one for one in container["volumeMounts"]}
    course = re.search(r"AUTOGRADER_COURSE=(\S+)", (ROOT / "deploy" / "Dockerfile").read_text())
    assert course is not None
    assert mounts[course[1]]["readOnly"], "the image holds no course"
    assert pod["securityContext"]["fsGroup"] == pod["securityContext"]["runAsUser"], "whoever grades may write results"
    parts = {one["name"]: one["value"] for one in container["env"]}["PARTS"]
    assert int(parts) == job["spec"]["completions"]
    line = re.sub(r"^exec autograder", f'"{environment["AUTOGRADER"]}"', container["args"][0])
    for index in range(int(parts)):
        variables = environment | {"JOB_COMPLETION_INDEX": str(index), "PARTS": parts}
        subprocess.run([*container["command"], line], env=variables, check=True, timeout=300)
    assert [call[call.index("--shard") + 1] for call in calls(log)] == [f"{part}/8" for part in range(1, 9)]
