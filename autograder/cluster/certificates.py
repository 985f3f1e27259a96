"""A certificate that all machines of one cluster share: who has its key belongs to it."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

from autograder.cluster.addresses import CERTIFICATE, KEY
from autograder.errors import UsageError

_DAYS = 365
_NAME = "autograder"


def ensure_certificate(folder: Path) -> bool:
    """Make certificate and key in ``folder`` unless they are there; returns whether they were made.

    Raises:
        UsageError: the folder cannot be written to.
    """
    if (folder / CERTIFICATE).is_file() and (folder / KEY).is_file():
        return False
    certificate, key = _self_signed()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / KEY).unlink(missing_ok=True)
        with open(os.open(folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
        (folder / CERTIFICATE).write_bytes(certificate)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(folder), "choose another --tls") from None
    return True


def _self_signed() -> tuple[bytes, bytes]:
    """A certificate that vouches for itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, _NAME)])
    now = datetime.datetime.now(tz=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(_NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))  # clocks differ
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .sign(key, hashes.SHA256())
    )
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return certificate.public_bytes(pem), key.private_bytes(pem, form, serialization.NoEncryption())
