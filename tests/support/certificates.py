"""Certificates for servers of the tests, made by the openssl program."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """Both in the PEM format."""

    file: Path
    key: Path


def can_make() -> bool:
    return shutil.which("openssl") is not None


def make_authority(folder: Path) -> Certificate:
    """One that signs others and that nobody trusts yet."""
    return _make(folder, "authority", ["-subj", "/CN=Test authority"], ["CA:TRUE"], "", None)


def make_certificate(
    folder: Path, names: str = "DNS:localhost,IP:127.0.0.1", by: Certificate | None = None
) -> Certificate:
    """One for a server of these names; self-signed where it is by nobody."""
    return _make(folder, "server", ["-subj", "/CN=Test server"], ["CA:FALSE"], names, by)


def _make(
    folder: Path,
    stem: str,
    more: list[str],
    constraints: list[str],
    names: str,
    by: Certificate | None,
) -> Certificate:
    folder.mkdir(parents=True, exist_ok=True)
    made = Certificate(folder / f"{stem}.pem", folder / f"{stem}.key")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
               "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", *more,
               "-keyout", str(made.key), "-out", str(made.file)]  # fmt: skip
    for constraint in constraints:
        command += ["-addext", f"basicConstraints=critical,{constraint}"]
    if names:
        command += ["-addext", f"subjectAltName={names}"]
    if by is not None:
        command += ["-CA", str(by.file), "-CAkey", str(by.key)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    return made
