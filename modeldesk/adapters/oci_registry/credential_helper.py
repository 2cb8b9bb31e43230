"""Docker's credential helpers: programs that keep passwords, each in its own way."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from modeldesk.core.errors import CredentialsError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.words import tr

_SECONDS = 15.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TOKEN_USER = "<token>"
_NOTHING_KEPT = b"credentials not found"
_LARGEST_ANSWER = 1_000_000
_MORE_PLACES = {
    "darwin": (
        "/usr/local/bin",
        "/opt/homebrew/bin",
        "/Applications/Docker.app/Contents/Resources/bin",
        "~/.docker/bin",
    ),
}
"""Where helpers are besides the PATH: a program that was not started from a terminal has a short
one on some systems."""


class CredentialHelper:
    """One helper. Secrets go through its standard streams alone."""

    def __init__(self, name: str, seconds: float = _SECONDS) -> None:
        """`name` as docker's configuration has it; each call may take so many seconds."""
        self.name = name
        self._seconds = seconds

    def get(self, key: str, token: CancelToken) -> Credentials | None:
        """What it keeps under `key`; None for nothing. Raises `CredentialsError`, `Cancelled`."""
        code, answer = self._run("get", key, token)
        if code != 0:
            if _NOTHING_KEPT in answer.lower():
                return None
            raise self._failed()
        try:
            read = json.loads(answer)
            user, secret = read["Username"], read["Secret"]
        except (ValueError, LookupError, TypeError):
            raise self._failed() from None
        if not isinstance(user, str) or not isinstance(secret, str) or not secret:
            return None
        return Credentials("", "", secret) if user == _TOKEN_USER else Credentials(user, secret)

    def store(self, key: str, credentials: Credentials, token: CancelToken) -> None:
        """Keep them under `key`. Raises `CredentialsError`, `Cancelled`."""
        user, secret = credentials.user, credentials.password
        if credentials.identity_token:
            user, secret = _TOKEN_USER, credentials.identity_token
        given = json.dumps({"ServerURL": key, "Username": user, "Secret": secret})
        if self._run("store", given, token)[0] != 0:
            raise self._failed()

    def erase(self, key: str, token: CancelToken) -> None:
        """Let it forget `key`; nothing kept is no error. Raises `CredentialsError`,
        `Cancelled`."""
        code, answer = self._run("erase", key, token)
        if code != 0 and _NOTHING_KEPT not in answer.lower():
            raise self._failed()

    def _run(self, action: str, given: str, token: CancelToken) -> tuple[int, bytes]:
        program = _found(self.name)
        if program is None:
            raise CredentialsError(
                tr("Docker’s credential helper “{name}” is not on this machine.", name=self.name),
                tr("Install docker-credential-{name}, or take it out of docker’s config.json.",
                   name=self.name),
            )  # fmt: skip
        token.raise_if_cancelled()
        try:
            process = subprocess.Popen(
                [program, action],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(sys.executable).anchor,
                start_new_session=True,
            )
        except OSError as error:
            raise self._failed(error.strerror or "") from error
        with process, token.closing(lambda: _kill(process)):
            try:
                answer, _ = process.communicate(given.encode(), timeout=self._seconds)
            except subprocess.TimeoutExpired:
                _kill(process)
                token.raise_if_cancelled()
                raise self._failed(tr("It took too long.")) from None
        token.raise_if_cancelled()
        return process.returncode, answer[:_LARGEST_ANSWER]

    def _failed(self, detail: str = "") -> CredentialsError:
        # What it printed may be what it keeps.
        return CredentialsError(
            tr("Docker’s credential helper “{name}” failed.", name=self.name),
            tr("Try “docker login” on the command line, which uses it too."),
            detail,
        )


def _found(name: str) -> str | None:
    """Its program; None for none, and for a name that is none."""
    if not _NAME.fullmatch(name):
        return None
    more = [str(Path(place).expanduser()) for place in _MORE_PLACES.get(sys.platform, ())]
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *more])
    return shutil.which(f"docker-credential-{name}", path=path)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """With all it started: one of those would keep the streams open."""
    if sys.platform == "win32":
        process.kill()
        return
    with suppress(OSError):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
