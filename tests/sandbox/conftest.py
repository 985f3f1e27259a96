"""One warm zygote per profile for the whole test run; what the machine cannot do is skipped with the reason."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from obedient_worker import OBEDIENT

from autograder.sandbox import profiles
from autograder.sandbox.worker import Worker
from autograder.sandbox.zygote_host import ZygoteHost

_REQUESTS = {"S3": "full", "S2": "strict", "S1": "best", "S0": "best"}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="profiles above S0 exist on Linux only")


@pytest.fixture(scope="session")
def zygote_of() -> Iterator[Callable[[str], ZygoteHost]]:
    """Return a function from a profile to its zygote, which is started on first use."""
    started: dict[str, ZygoteHost] = {}

    def get(profile: str) -> ZygoteHost:
        if sys.platform != "linux":
            pytest.skip("Linux only")
        if profiles.available_profile() < profile:
            pytest.skip(f"this machine offers {profiles.available_profile()} only: {json.dumps(profiles.offers())}")
        if profile not in started:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv(profiles.MAXIMUM, profile)
                started[profile] = ZygoteHost(_REQUESTS[profile], entry=OBEDIENT)
        return started[profile]

    yield get
    for zygote in started.values():
        zygote.close()


@pytest.fixture(params=["S3", "S2", "S1", "S0"])
def zygote(request: pytest.FixtureRequest, zygote_of: Callable[[str], ZygoteHost]) -> ZygoteHost:
    """Return the zygote of each profile in turn."""
    return zygote_of(request.param)


@pytest.fixture
def worker(zygote: ZygoteHost) -> Iterator[Worker]:
    """Return a fresh worker of each profile in turn."""
    with zygote.spawn() as spawned:
        yield spawned


@pytest.fixture
def full(zygote_of: Callable[[str], ZygoteHost]) -> Iterator[Worker]:
    """Return a worker of profile S3."""
    with zygote_of("S3").spawn() as spawned:
        yield spawned


@pytest.fixture(params=["S3", "S2"])
def confined(request: pytest.FixtureRequest, zygote_of: Callable[[str], ZygoteHost]) -> Iterator[Worker]:
    """Return a worker of each profile with Landlock."""
    with zygote_of(request.param).spawn() as spawned:
        yield spawned


@pytest.fixture(params=["S3", "S2", "S1"])
def filtered(request: pytest.FixtureRequest, zygote_of: Callable[[str], ZygoteHost]) -> Iterator[Worker]:
    """Return a worker of each profile with a system call filter."""
    with zygote_of(request.param).spawn() as spawned:
        yield spawned


@pytest.fixture
def plain_user() -> dict[str, Any]:
    """Options of `subprocess.run` for a user without privileges, and under ``python`` an interpreter that it can run."""
    nobody = 65_534
    options: dict[str, Any] = {"user": nobody, "group": nobody, "extra_groups": [], "env": {"PATH": "/usr/bin:/bin"}}
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            subprocess.run([python, "-c", ""], check=True, capture_output=True, **options)
        except (OSError, subprocess.CalledProcessError):
            continue
        return {**options, "python": python}
    pytest.skip("no interpreter that every user can run")
