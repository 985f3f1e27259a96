"""The image: clean by its linter, nothing secret in its context, not root, and steps that do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from student_environment import ROOT
from traitlets.config import Config

from autograder.gradebook.configuration import configure

DEPLOY = ROOT / "deploy"
DOCKERFILE = DEPLOY / "Dockerfile"


def instructions() -> list[tuple[str, str]]:
    """The instructions with their arguments, lines joined."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split()[0], " ".join(line.split()[1:])) for line in text.splitlines() if line.strip()]


def test_the_linter_is_content() -> None:
    """hadolint, with every rule."""
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint is not installed (the extra dev brings it)")
    done = subprocess.run([str(hadolint), str(DOCKERFILE)], capture_output=True, text=True, timeout=120)
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0
    faulty = "FROM python\nRUN apt-get install x\n"
    assert subprocess.run([str(hadolint), "-"], input=faulty, capture_output=True, text=True, timeout=120).returncode != 0


def test_what_is_copied_is_there_and_allowed() -> None:
    """Every source exists, and the list of what may be sent to the builder names it; nothing else is on that list."""
    rules = [line for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = {
        source for name, text in instructions() if name == "COPY" and "--from" not in text for source in text.split()[:-1]
    }
    assert copied == allowed
    assert all((ROOT / source).exists() for source in copied)
    assert not any(secret in rule for secret in ("solutions", "source/", "demo", ".git") for rule in allowed)


def test_it_runs_as_nobody_special() -> None:
    """The last stage ends as a user with a number of its own, with the command as entry point."""
    names = [name for name, _ in instructions()]
    last = instructions()[len(names) - names[::-1].index("FROM") - 1 :]
    assert ("USER", "1000:1000") in last
    assert dict(last)["ENTRYPOINT"] == '["autograder"]'
    assert "--uid 1000" in " ".join(text for name, text in last if name == "RUN")


@pytest.mark.parametrize("torch", ["cpu", "cu126"])
def test_the_steps_of_building(torch: str, tmp_path: Path) -> None:
    """Run in a folder of their own, with a Python in whose place a program writes down what it is asked for."""
    log, programs = tmp_path / "log", tmp_path / "programs"
    programs.mkdir()
    fake = f'#!/bin/sh\necho "$(basename "$0") $*" >> {log}\n'
    inner = tmp_path / "opt" / "autograder" / "bin"
    for place in (programs, inner):
        place.mkdir(parents=True, exist_ok=True)
        for name in ("python", "pip"):
            (place / name).write_text(fake)
            (place / name).chmod(0o755)
    for name, text in instructions():
        if name == "COPY" and "--from" not in text:
            for source in text.split()[:-1]:
                (shutil.copytree if (ROOT / source).is_dir() else shutil.copy)(ROOT / source, tmp_path / source)
        if name == "RUN" and "/opt/autograder/bin" in text:
            step = text.replace("/opt/autograder", str(tmp_path / "opt" / "autograder"))
            variables = {"PATH": f"{programs}:{os.environ['PATH']}", "TORCH": torch}
            done = subprocess.run(["sh", "-ec", step], cwd=tmp_path, env=variables, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
    asked = log.read_text().splitlines()
    assert asked[0].startswith("python -m venv")
    assert f"https://download.pytorch.org/whl/{torch} torch torchvision" in asked[1]
    assert all("--constraint constraints.txt" in line for line in asked if line.startswith("pip install"))
    assert ".[grading,nbgrader,postgresql]" in asked[2]


def compose() -> dict[str, Any]:
    """The services."""
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def test_services_have_walls_and_limits() -> None:
    """What runs student code reaches no network but the gradebook's own, writes nowhere else, and has limits."""
    services = compose()["services"]
    for name in ("grade", "gradebook"):
        service = services[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert {"mem_limit", "cpus", "pids_limit"} <= set(service)
        assert "privileged" not in service
    assert services["grade"]["network_mode"] == "none"
    assert "..:/course:ro" in services["grade"]["volumes"]
    assert compose()["networks"]["gradebook"] == {"internal": True}
    assert "ports" not in services["database"]
    assert (DEPLOY / compose()["services"]["grade"]["build"]["context"] / "deploy/Dockerfile").is_file()
    text = (DEPLOY / "compose.yaml").read_text()
    assert not re.search(r"PASSWORD: (?!\$)", text)


def test_compose_itself_reads_it() -> None:
    """Where Docker's own program is here; it needs no daemon for that."""
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True) if shutil.which("docker") else None
    if plugin is None or plugin.returncode:
        pytest.skip("docker compose is not here")
    command = ["docker", "compose", "-f", str(DEPLOY / "compose.yaml"), "config", "--quiet"]
    done = subprocess.run(command, env=os.environ | {"GRADEBOOK_PASSWORD": "x"}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_the_gradebook_of_a_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable that compose sets names the database; without it nbgrader's own default stays."""
    (variable,) = [name for name in compose()["services"]["gradebook"]["environment"] if name.startswith("AUTOGRADER")]
    (tmp_path / "solutions").mkdir()
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
    monkeypatch.delenv(variable, raising=False)
    without: Any = Config()
    configure(without, tmp_path)
    assert "db_url" not in without.CourseDirectory
    monkeypatch.setenv(variable, "postgresql://grader@database/gradebook")
    told: Any = Config()
    configure(told, tmp_path)
    assert told.CourseDirectory.db_url == "postgresql://grader@database/gradebook"
