"""Finding a container engine: each address once, cheapest question first.

Docker's library is loaded only when something listens at an address, so that looking where
nothing is costs next to nothing.
"""

import errno
import os
import socket
import stat
import sys
from pathlib import Path

from modeldesk.adapters.docker_engine import addresses
from modeldesk.adapters.docker_engine.addresses import (
    PODMAN,
    Candidate,
    Surroundings,
    candidates,
)
from modeldesk.core.engine.model import AttemptOutcome, EngineAttempt
from modeldesk.core.errors import EngineError, EngineNotPermitted, EngineTooOld, ModelDeskError
from modeldesk.core.ports import FindSignIn, ImageEngine
from modeldesk.core.words import tr

SECONDS_PER_ADDRESS = 2.0


class DockerEngineFinder:
    """Implements `EngineFinder` for all that speak Docker's API."""

    def __init__(
        self,
        around: Surroundings | None = None,
        find_sign_in: FindSignIn | None = None,
    ) -> None:
        """`find_sign_in` says who one is at a registry; without it, nobody."""
        self._find_sign_in = find_sign_in
        self._around = around or Surroundings(os.environ, Path.home(), sys.platform)

    def find(self, preferred: str = "") -> tuple[ImageEngine | None, tuple[EngineAttempt, ...]]:
        attempts: list[EngineAttempt] = []
        named = ""
        for candidate in candidates(self._around, preferred):
            engine, attempt = self._tried(candidate)
            if engine is not None and named:
                engine.close()
                engine, attempt = None, _not_taken(candidate, named)
            attempts.append(attempt)
            if engine is not None:
                return engine, tuple(attempts)
            if candidate.named and not named:
                named = candidate.source
        return None, tuple(attempts)

    def known_addresses(self) -> tuple[tuple[str, str], ...]:
        """Source and address of every place that is searched, in order, for a person to choose
        from."""
        found = candidates(self._around)
        return tuple((one.source, one.address) for one in found if one.address)

    def _tried(self, candidate: Candidate) -> tuple[ImageEngine | None, EngineAttempt]:
        if candidate.problem:
            return None, _attempt(candidate, AttemptOutcome.FAILED, candidate.problem)
        if candidate.address.startswith("ssh://"):
            return None, _over_ssh(candidate)
        knockable = candidate.socket_path and hasattr(socket, "AF_UNIX")
        refused = self._knocked(candidate) if knockable else None
        if refused is not None:
            return None, refused
        from modeldesk.adapters.docker_engine.connect import connect

        try:
            engine = connect(candidate, SECONDS_PER_ADDRESS, self._find_sign_in)
        except ModelDeskError as error:
            return None, self._refused(candidate, error)
        return engine, _attempt(candidate, AttemptOutcome.ANSWERED)

    def _knocked(self, candidate: Candidate) -> EngineAttempt | None:
        """What speaks against the local socket; None when something listens there."""
        path = candidate.socket_path
        try:
            if not stat.S_ISSOCK(Path(path).stat().st_mode):
                hint = tr("What is at this address is not a socket.")
                return _attempt(candidate, AttemptOutcome.FAILED, hint)
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knock:
                knock.settimeout(SECONDS_PER_ADDRESS)
                knock.connect(path)
        except OSError as error:
            return self._failed(candidate, error)
        return None

    def _refused(self, candidate: Candidate, error: ModelDeskError) -> EngineAttempt:
        if isinstance(error, EngineTooOld):
            return _attempt(candidate, AttemptOutcome.TOO_OLD, error.hint, error.message)
        if isinstance(error, EngineNotPermitted):
            return self._not_permitted(candidate, error.detail)
        cause = error.__cause__
        from modeldesk.adapters.docker_engine.errors import system_error

        system = system_error(cause) if cause is not None else None
        if system is not None:
            return self._failed(candidate, system)
        hint = error.message if isinstance(error, EngineError) else str(error)
        return _attempt(candidate, AttemptOutcome.FAILED, hint, error.detail)

    def _failed(self, candidate: Candidate, error: OSError) -> EngineAttempt:
        """What an error of the system means for an address."""
        if isinstance(error, FileNotFoundError | NotADirectoryError | socket.gaierror):
            return _attempt(candidate, AttemptOutcome.NOT_THERE, detail=str(error))
        if isinstance(error, PermissionError):
            return self._not_permitted(candidate, str(error))
        if isinstance(error, ConnectionRefusedError):
            hint = _how_to_start(candidate, self._around.platform)
            return _attempt(candidate, AttemptOutcome.NOT_RUNNING, hint, str(error))
        if isinstance(error, TimeoutError) or error.errno in (errno.EAGAIN, errno.EHOSTUNREACH):
            hint = tr("It does not answer. Check that it runs and can be reached.")
            return _attempt(candidate, AttemptOutcome.FAILED, hint, str(error))
        return _attempt(candidate, AttemptOutcome.FAILED, tr("Check the address."), str(error))

    def _not_permitted(self, candidate: Candidate, detail: str) -> EngineAttempt:
        group = _group_of(candidate.socket_path)
        if group:
            hint = tr(
                "Add yourself to the group “{group}”, then sign in again: {command}",
                group=group,
                command=f"sudo usermod -aG {group} $USER",
            )
        else:
            hint = tr("Ask whoever runs the engine for access to its socket.")
        return _attempt(candidate, AttemptOutcome.NOT_PERMITTED, hint, detail)


def _attempt(
    candidate: Candidate, outcome: AttemptOutcome, hint: str = "", detail: str = ""
) -> EngineAttempt:
    return EngineAttempt(candidate.source, candidate.address, outcome, hint, detail)


def _not_taken(candidate: Candidate, named: str) -> EngineAttempt:
    hint = tr(
        "This engine answers, but {source} names another one. Choose it in Settings to use it.",
        source=named,
    )
    return _attempt(candidate, AttemptOutcome.ANSWERED, hint)


def _over_ssh(candidate: Candidate) -> EngineAttempt:
    host = candidate.address.removeprefix("ssh://")
    hint = tr(
        "Engines are not reached over SSH. Forward the socket and choose it: {command}",
        command=f"ssh -N -L /tmp/engine.sock:/var/run/docker.sock {host}",
    )
    return _attempt(candidate, AttemptOutcome.FAILED, hint)


def _how_to_start(candidate: Candidate, platform: str) -> str:
    if candidate.source == PODMAN:
        return tr("Start it: {command}", command="systemctl --user start podman.socket")
    if candidate.socket_path == addresses.DEFAULT_SOCKET and platform.startswith("linux"):
        return tr("Start it: {command}", command="sudo systemctl start docker")
    return tr("It is not running. Start it, then try again.")


def _group_of(path: str) -> str:
    """The group that may open the socket; empty where that would be everything or nobody."""
    if sys.platform == "win32" or not path:
        return ""
    import grp

    try:
        found = Path(path).stat()
        if not found.st_mode & stat.S_IWGRP or found.st_gid == 0:
            return ""
        return grp.getgrgid(found.st_gid).gr_name
    except (OSError, KeyError):
        return ""
