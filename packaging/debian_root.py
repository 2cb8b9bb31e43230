"""A small Debian made from packages, as one tar."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

PACKAGES = ("mmdebstrap", "debian-archive-keyring")
"""What making one needs."""

_MIRROR = "http://deb.debian.org/debian"
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_UNWANTED = ("/usr/share/doc", "/usr/share/man", "/usr/share/locale")


def make(suite: str, to: Path, packages: Iterable[str], options: Iterable[str] = ()) -> None:
    """Write a Debian `suite` with `packages` to the tar `to`; `options` are mmdebstrap's.

    Raises `subprocess.CalledProcessError` whose output says why it failed.
    """
    command = ["mmdebstrap", "--variant=minbase", f"--include={','.join(packages)}"]
    command += [f"--dpkgopt=path-exclude={unwanted}/*" for unwanted in _UNWANTED]
    # What is in the making may not have been released again for a while.
    command.append('--aptopt=Acquire::Check-Valid-Until "false"')
    command.append(f"--keyring={_KEYRING}")
    command += [*options, "--format=tar", suite, str(to), f"deb {_MIRROR} {suite} main"]
    subprocess.run(
        command,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
