"""Choosing a profile: by request, by cap, and on machines that refuse a layer or a privilege."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from obedient_worker import OBEDIENT, ask, run_program

from autograder.errors import AutograderError, GraderError, IsolationError, UsageError
from autograder.sandbox import interpreter, profiles
from autograder.sandbox.cold_start import ColdStarter
from autograder.sandbox.control import receive_report
from autograder.sandbox.walls import selftest
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sandbox.zygote_settings import PROFILES, ZygoteSettings

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")

_PROGRAM = """
import json, sys
sys.path[:0] = {paths!r}
from autograder.errors import IsolationError
from autograder.sandbox import profiles
from autograder.sandbox.zygote_host import ZygoteHost
found = {{"offers": profiles.offers(), "best": profiles.available_profile()}}
for request in ("strict", "full"):
    try: profiles.choose(request); found[request] = "granted"
    except IsolationError as error: found[request] = str(error)
with ZygoteHost("best", entry={entry!r}) as zygote, zygote.spawn() as worker:
    found["profile"], found["layers"], found["report"] = zygote.profile, zygote.layers, worker.report
print(json.dumps(found))
"""


def run_elsewhere(python: str, refuse: tuple[str, ...] = (), **options: Any) -> dict[str, Any]:
    """Start a zygote in another process, for which the kernel refuses some calls; return what it found."""
    return run_program(_PROGRAM, python, refuse, **options)


@linux
def test_without_namespaces_strict_is_still_granted() -> None:
    """As in a default Docker container, or for a user of Ubuntu 24.04."""
    if profiles.available_profile() < "S2":
        pytest.skip("no Landlock")
    found = run_elsewhere(sys.executable, ("unshare",))
    assert found["best"] == found["profile"] == found["report"]["profile"] == "S2"
    assert found["strict"] == "granted"
    assert "run as root, or allow user namespaces" in found["full"]
    assert found["report"]["canary"] == "EACCES"


@linux
def test_without_landlock_strict_is_refused() -> None:
    """An old kernel gets no grade that is on record, and the message says what to do."""
    found = run_elsewhere(sys.executable, ("unshare", "landlock_create_ruleset"))
    assert found["best"] == found["profile"] == "S1"
    assert "landlock" in found["strict"]
    assert "--isolation best" in found["strict"]


@linux
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to become a plain user")
@pytest.mark.parametrize("refuse", [(), ("unshare",)])
def test_a_plain_user_gets_isolation_too(refuse: tuple[str, ...], plain_user: dict[str, Any]) -> None:
    """A user without any privilege, by user namespaces or by Landlock."""
    nobody = plain_user["user"]
    found = run_elsewhere(refuse=refuse, **plain_user)
    if found["offers"]["landlock"]:
        pytest.skip(found["offers"]["landlock"])
    assert found["strict"] == "granted"
    assert found["profile"] == ("S2" if refuse or found["offers"]["namespaces"] else "S3")
    assert found["report"]["uid"] == nobody
    assert found["offers"]["change_uid"] == "not root"


def test_the_cap_only_lowers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strict refuses below S2, whatever the machine could do."""
    best = profiles.available_profile()
    for cap in PROFILES:
        monkeypatch.setenv(profiles.MAXIMUM, cap)
        assert profiles.available_profile() == min(best, cap)
        if cap < "S2":
            with pytest.raises(IsolationError) as refusal:
                profiles.choose("strict")
            assert refusal.value.remedy
        assert profiles.choose("none") == "S0"
        assert profiles.choose("best") == min(best, cap)
    monkeypatch.setenv(profiles.MAXIMUM, "S9")
    with pytest.raises(UsageError):
        profiles.choose("best")


def test_an_unknown_request_is_a_usage_error() -> None:
    """Exit code 2, not 3."""
    with pytest.raises(UsageError) as error:
        profiles.choose("maximal")  # type: ignore[arg-type]
    assert error.value.exit_code == 2


def test_diagnosis_names_remedies() -> None:
    """Every missing layer comes with something to do."""
    layers = profiles.diagnose()
    assert {layer.name for layer in layers} >= ({"seccomp", "landlock"} if sys.platform == "linux" else {"isolation"})
    assert all(layer.available or (layer.why_not and layer.remedy) for layer in layers)


@linux
def test_layers_are_recorded(zygote: ZygoteHost) -> None:
    """The record of a grade names kernel and identity, and Landlock where it is used."""
    assert zygote.layers[0] == f"kernel {os.uname().release}"
    assert any("uid" in layer for layer in zygote.layers)
    assert any("landlock ABI" in layer for layer in zygote.layers) == (zygote.profile >= "S2")


@pytest.mark.parametrize("profile", PROFILES)
def test_the_grader_judges_the_report(profile: str) -> None:
    """Any single hole makes the worker unusable."""
    refused = dict.fromkeys(selftest._CLOSED[profile], "EPERM")
    works = {"threads": "open", "random": "open", "library": "open", "scratch": "open"}
    good: selftest.Report = {**refused, **works, "profile": profile, "seccomp": 2, "no_new_privileges": 1}
    assert selftest.faults(good, profile) == []
    for name in refused:
        assert selftest.faults({**good, name: "open"}, profile)
        assert selftest.faults({key: value for key, value in good.items() if key != name}, profile)
    assert selftest.faults({**good, "library": "EACCES"}, profile)
    assert selftest.faults({**good, "profile": "S9"}, profile)
    assert selftest.faults({**good, "seccomp": 0}, profile) or profile == "S0"


@linux
def test_a_hole_stops_the_grader(zygote_of: Callable[[str], ZygoteHost], tmp_path: Path) -> None:
    """A folder that workers can read may not be declared hidden: no worker is handed out."""
    if profiles.available_profile() < "S2":
        pytest.skip("nothing is hidden below S2")
    readable = Path(json.__file__).parent
    with ZygoteHost("strict", entry=OBEDIENT, hidden=[readable]) as zygote, pytest.raises(IsolationError, match="hidden"):
        zygote.spawn()


@linux
def test_a_zygote_that_cannot_start_says_why() -> None:
    """A missing entry is the grader's failure, with the reason in the message."""
    with pytest.raises(GraderError, match="no_such_module"):
        ZygoteHost("best", entry="no_such_module:serve")


@linux
def test_cold_workers_serve_alike(tmp_path: Path) -> None:
    """What macOS and Windows use: a fresh interpreter per worker, same channel, same handle."""
    for name in ("base", "home"):
        (tmp_path / name).mkdir()
    plan = ZygoteSettings(profile="S0", base=str(tmp_path / "base"), canary=str(tmp_path / "c"), entry=OBEDIENT, spare=False)
    starter = ColdStarter(plan, tmp_path)
    try:
        with starter.spawn(600) as worker:
            assert selftest.faults(receive_report(worker.socket), "S0") == []
            assert ask(worker, "import torch\nprint('hello')\nresult = torch.ones(3).sum().item()") == 3.0
            assert worker.exit_reason() == "still running"
            assert os.read(worker.output_fd, 100) == b"hello\n"
        assert worker.exit_reason() == "killed by the grader"
    finally:
        starter.close()


def test_every_module_imports_where_unix_modules_are_missing() -> None:
    """On Windows there is no fcntl, resource or pwd; the course must import all the same."""
    package = Path(profiles.__file__).parents[1]
    names = [
        ".".join(path.relative_to(package).with_suffix("").parts)
        for room in ("sandbox", "runtime", "wire")
        for path in sorted((package / room).rglob("*.py"))
        if path.stem != "__init__"
    ]
    source = f"""
import importlib, sys
for name in ("fcntl", "resource", "pwd", "grp", "termios"): sys.modules[name] = None
sys.path.insert(0, {str(interpreter.PACKAGE_ROOT)!r})
for name in {names!r}: importlib.import_module("autograder." + name)
"""
    subprocess.run([sys.executable, "-c", source], check=True, timeout=120)


def test_errors_say_what_where_and_what_to_do() -> None:
    """One line, three parts."""
    assert str(AutograderError("it broke", "here", "mend it")) == "here: it broke (mend it)"
    assert str(AutograderError("it broke")) == "it broke"


@linux
def test_the_probe_may_begin_early_and_is_waited_for() -> None:
    """Once, whoever asks first; a probe that says nothing is an error with what it complained of."""
    source = (
        "import subprocess\n"
        "from autograder.sandbox import profiles\n"
        "started = []\n"
        "original = subprocess.Popen.__init__\n"
        "def counted(self, *args, **options):\n"
        "    started.append(args)\n"
        "    original(self, *args, **options)\n"
        "subprocess.Popen.__init__ = counted\n"
        "profiles.begin_probe(); profiles.begin_probe()\n"
        "found = profiles.offers()\n"
        "assert len(started) == 1 and found == profiles.offers() and 'seccomp' in found, (started, found)\n"
        "profiles.offers.cache_clear(); profiles._probe.cache_clear()\n"
        "profiles.bootstrap = lambda module: ['/bin/sh', '-c', 'echo no such layer >&2; exit 3']\n"
        "try:\n"
        "    profiles.offers()\n"
        "except profiles.IsolationError as error:\n"
        "    assert 'no such layer' in str(error), error\n"
        "else:\n"
        "    raise AssertionError('a silent probe was believed')\n"
    )
    subprocess.run([sys.executable, "-c", source], check=True, timeout=120)
