"""Packages of Debian and Ubuntu: what is there, what is missing, and installing it as root."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from console import Problem, say

_POLICY = Path("/usr/sbin/policy-rc.d")


def release() -> dict[str, str]:
    """The fields of /etc/os-release; empty where there is none."""
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {key: value.strip("\"'") for key, value in pairs}


def is_debian() -> bool:
    """Whether this machine installs its software with apt."""
    fields = release()
    family = f"{fields.get('ID', '')} {fields.get('ID_LIKE', '')}".split()
    return "debian" in family and shutil.which("apt-get") is not None


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def can_install() -> bool:
    return is_debian() and is_root()


def missing(packages: Iterable[str]) -> list[str]:
    """Those of `packages` that are not installed."""
    absent = []
    for package in packages:
        command = ["dpkg-query", "-W", "-f", "${db:Status-Status}", package]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.stdout != "installed":
            absent.append(package)
    return absent


def install(packages: Iterable[str], *, start_services: bool = False) -> None:
    """Install those of `packages` that are missing. Only root on Debian or Ubuntu can.

    Raises `Problem` with apt's own last words when it fails.
    """
    wanted = missing(packages)
    if not wanted:
        return
    say(f"Installing Debian packages: {' '.join(wanted)}")
    with _services_allowed(start_services):
        command = ["install", "-y", "--no-install-recommends", *wanted]
        if _apt(command).returncode != 0:
            _apt(["update"])
            answer = _apt(command)
            if answer.returncode != 0:
                last = "\n".join(answer.stdout.strip().splitlines()[-8:])
                raise Problem(f"apt-get could not install {' '.join(wanted)}:\n{last}")


def _apt(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


@contextmanager
def _services_allowed(allowed: bool) -> Iterator[None]:
    """Keep a package from starting its service at once, such as a registry open to the network."""
    if allowed or _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink(missing_ok=True)
