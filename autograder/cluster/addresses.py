"""Addresses of schedulers, and the certificates that go with them.

Whoever reaches a scheduler can run programs on all its workers, so beyond this machine nothing is said in the clear, and
both sides show a certificate.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import UsageError

if TYPE_CHECKING:
    from distributed import Security

CERTIFICATE, KEY = "certificate.pem", "key.pem"
_FORM = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.%]+\]|[^:/\s\[\]]+):(\d{1,5})/?")
_DONE_BY = "autograder cluster --tls DIR makes one; copy DIR to every machine of the cluster, for nobody else to read"


@dataclass(frozen=True)
class Scheduler:
    """Where a scheduler is, and what proves that both sides belong together."""

    address: str
    folder: Path | None = None
    """The folder with certificate and key; None for what Dask's own configuration names."""

    def security(self) -> Security:
        """What Dask is to use; raises :class:`UsageError` where an encrypted address lacks its certificate."""
        return security_for(self.address.startswith("tls:"), self.folder)


def parse_scheduler(text: str, folder: Path | None, *, in_the_clear: bool = False, option: str = "--scheduler") -> Scheduler:
    """Read ``tcp://host:port`` or ``tls://host:port``.

    Args:
        text: the address.
        folder: where certificate and key lie.
        in_the_clear: whether plain TCP may leave this machine.
        option: what it was given with.

    Raises:
        UsageError: it is no such address, or would send the class's work in the clear.
    """
    found = _FORM.fullmatch(text.strip())
    if not found or not 0 < int(found[3]) < 2**16:
        raise UsageError(f"{text!r} is not the address of a scheduler", option, "write tls://host:8786")
    protocol, host = found[1], found[2].strip("[]")
    if protocol == "tcp":
        refuse_in_the_clear(host, in_the_clear, option)
    return Scheduler(f"{protocol}://{found[2]}:{found[3]}", folder)


def refuse_in_the_clear(host: str, allowed: bool, option: str = "--scheduler") -> None:
    """Raise :class:`UsageError` for plain TCP to another machine, unless somebody has ``allowed`` it."""
    if not allowed and not is_loopback(host):
        told = f"plain TCP to {host}: whoever listens could read the class's work and run programs as you"
        remedy = "use tls:// with --tls DIR, or add --insecure on a network that you alone use"
        raise UsageError(told, option, remedy)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine under every address that its name has; a name that has none is not."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(str(one).partition("%")[0]).is_loopback for one in found)


def security_for(encrypted: bool, folder: Path | None) -> Security:
    """What Dask is to use: the certificate in ``folder`` for everybody, or its own configuration; nothing for plain TCP."""
    from distributed import Security

    if not encrypted:
        return Security(require_encryption=False)
    if folder is None:
        configured = Security(require_encryption=True)
        if configured.get_connection_args("client").get("ssl_context") is None:
            raise UsageError("there is no certificate", "--tls", _DONE_BY)
        return configured
    certificate, key = folder / CERTIFICATE, folder / KEY
    for path in (certificate, key):
        if not path.is_file():
            raise UsageError("there is no such file", str(path), _DONE_BY)
    own = {f"tls_{role}_{part}": str(path) for role in ("client", "scheduler", "worker")
           for part, path in (("cert", certificate), ("key", key))}  # fmt: skip
    security = Security(require_encryption=True, tls_ca_file=str(certificate), **own)
    try:
        security.get_connection_args("client")
    except (OSError, ValueError) as error:
        raise UsageError(f"certificate and key cannot be used: {error}", str(folder), "make new ones") from None
    return security
