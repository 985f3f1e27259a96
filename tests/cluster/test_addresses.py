"""Addresses of schedulers: what is refused, and certificates."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.cluster.addresses import CERTIFICATE, KEY, is_loopback, parse_scheduler, refuse_in_the_clear, security_for
from autograder.cluster.certificates import ensure_certificate
from autograder.cluster.local import ClusterPlan
from autograder.errors import UsageError

pytest.importorskip("distributed")
ELSEWHERE = "192.0.2.7"


@pytest.mark.parametrize(
    "text", ["", "host:8786", "http://host:1", "tcp://host", "tcp://:1", "tcp://host:0", "tcp://host:70000"]
)
def test_no_address(text: str) -> None:
    """One line with the form that is meant."""
    with pytest.raises(UsageError, match=r"is not the address of a scheduler \(write tls://host:8786\)"):
        parse_scheduler(text, None)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.3.2.1"])
def test_plain_tcp_stays_on_this_machine(host: str) -> None:
    """Where nobody else can listen."""
    assert parse_scheduler(f"tcp://{host}:8786", None).address == f"tcp://{host}:8786"


@pytest.mark.parametrize("host", [ELSEWHERE, "0.0.0.0", "[2001:db8::1]", "no-such-host.invalid"])
def test_plain_tcp_to_others_is_refused(host: str) -> None:
    """Unless somebody asks for it; a name that nobody knows may be anybody."""
    with pytest.raises(UsageError, match=r"plain TCP to .*--insecure"):
        parse_scheduler(f"tcp://{host}:8786", None)
    assert parse_scheduler(f"tcp://{host}:8786", None, in_the_clear=True)
    assert not is_loopback(host.strip("[]"))


def test_a_scheduler_beyond_this_machine_needs_a_certificate(tmp_path: Path) -> None:
    """`autograder cluster` says so before it starts anything."""
    with pytest.raises(UsageError, match="there is no certificate"):
        ClusterPlan(1, host=ELSEWHERE).security()
    plan = ClusterPlan(1, host=ELSEWHERE, folder=tmp_path / "tls")
    assert plan.protocol == "tls"
    assert plan.security().require_encryption
    assert ClusterPlan(1, host=ELSEWHERE, in_the_clear=True).protocol == "tcp"
    assert ClusterPlan(1).protocol == "tcp"


def test_a_certificate_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    """The key is nobody else's to read."""
    folder = tmp_path / "tls"
    assert ensure_certificate(folder)
    before = (folder / CERTIFICATE).read_bytes()
    assert not ensure_certificate(folder)
    assert (folder / CERTIFICATE).read_bytes() == before
    assert (folder / KEY).stat().st_mode & 0o077 == 0
    assert security_for(True, folder).get_connection_args("worker")["ssl_context"] is not None


def test_what_is_no_certificate(tmp_path: Path) -> None:
    """One line with the file."""
    with pytest.raises(UsageError, match="there is no such file"):
        security_for(True, tmp_path)
    for name in (CERTIFICATE, KEY):
        (tmp_path / name).write_text("nothing")
    with pytest.raises(UsageError, match="cannot be used"):
        security_for(True, tmp_path)


def test_the_option_that_was_typed_is_named() -> None:
    """`cluster --join` and `cluster --host` have nothing to do with --scheduler."""
    with pytest.raises(UsageError, match=r"^--join: "):
        parse_scheduler("nowhere", None, option="--join")
    with pytest.raises(UsageError, match=r"^--host: "):
        refuse_in_the_clear("10.0.0.1", False, "--host")
