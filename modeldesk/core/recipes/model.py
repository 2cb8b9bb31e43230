"""What is asked of whoever resolves requirements, and what comes of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LockTarget:
    """Where packages are to be installed."""

    python: str
    """``3.11``."""
    platforms: tuple[str, ...]
    """Tags of wheels that load there, the best first: ``manylinux_2_36_x86_64`` …"""
    name: str
    """For people: ``Python 3.11, linux/amd64``."""


@dataclass(frozen=True, slots=True)
class ResolvedPackage:
    """A package in the version that is installed."""

    name: str
    version: str
    hashes: tuple[str, ...]
    """Of the wheel: ``sha256:…``."""
    file: str
    """The wheel's name."""
