"""Requirements resolved by pip's own resolver, from what indexes tell of wheels."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from modeldesk.adapters.pip.program import environment, pip_command
from modeldesk.adapters.pip.report import read_report
from modeldesk.adapters.private_folder import private_folder
from modeldesk.core.containers.secrets import without_secrets
from modeldesk.core.errors import LockFailed, PackageNotFound
from modeldesk.core.jobs import CancelToken
from modeldesk.core.recipes.model import LockTarget, ResolvedPackage
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_SECONDS = 300.0
_LARGEST_REPORT = 64 * 1024 * 1024
_WORDS = 4096
"""Bytes of pip's last words that are read."""
_NOT_FOUND = re.compile(r"No matching distribution found for (?P<requirement>[^\n]+)")
_CONFLICT = re.compile(r"ResolutionImpossible|conflicting dependencies")


class PipResolver:
    """Implements `PackageResolver`. Each call is one process, in an empty folder of its own that
    is gone afterwards; addresses with passwords are in a file there, never among its arguments."""

    def __init__(
        self, command: Callable[[str], Sequence[str]] = pip_command, seconds: float = _SECONDS
    ) -> None:
        self._command = command
        self._seconds = seconds

    def resolve(
        self, lines: Sequence[str], target: LockTarget, token: CancelToken
    ) -> tuple[ResolvedPackage, ...]:
        """See `modeldesk.core.recipes.ports.PackageResolver`."""
        token.raise_if_cancelled()
        program = self._command(target.python)
        with private_folder("modeldesk-lock-") as place:
            asked, report = place / "asked.txt", place / "report.json"
            asked.write_text("\n".join(lines) + "\n", encoding="utf-8")
            words = self._run([*program, *_arguments(target, place)], place, token)
            if not report.is_file():
                raise _failure(words, target)
            if report.stat().st_size > _LARGEST_REPORT:
                raise LockFailed(tr("pip’s report is too large to be one."))
            return read_report(report.read_bytes())

    def _run(self, command: Sequence[str], place: Path, token: CancelToken) -> str:
        """Run to its end; the last of what it said. Raises `LockFailed` when it takes too long."""
        with (place / "said").open("wb+") as said:
            try:
                process = subprocess.Popen(
                    command,
                    cwd=place,
                    env=environment(str(place)),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=said,
                    start_new_session=True,
                )
            except OSError as error:
                raise LockFailed(tr("pip could not be started."), "", str(error)) from error
            with _ended(process), token.closing(lambda: _kill(process)):
                try:
                    code = process.wait(self._seconds)
                except subprocess.TimeoutExpired:
                    raise _took_too_long(self._seconds) from None
            token.raise_if_cancelled()
            if code != 0:
                (place / "report.json").unlink(missing_ok=True)
            said.seek(0, os.SEEK_END)
            said.seek(max(0, said.tell() - _WORDS))
            return said.read().decode("utf-8", "replace")


def _arguments(target: LockTarget, place: Path) -> Iterator[str]:
    yield from ("install", "--dry-run", "--ignore-installed", "--quiet", "--no-color")
    # Nothing but wheels: sources would be run to be asked what they need.
    yield from ("--only-binary", ":all:")
    yield from ("--report", str(place / "report.json"), "--target", str(place / "target"))
    yield from ("--python-version", target.python, "--implementation", "cp")
    for platform in target.platforms:
        yield from ("--platform", platform)
    yield from ("--requirement", str(place / "asked.txt"))


@contextmanager
def _ended(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Whatever happens, the process and all it started are gone afterwards."""
    try:
        yield
    finally:
        if process.poll() is None:
            _kill(process)
            process.wait()


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _failure(words: str, target: LockTarget) -> LockFailed:
    detail = "\n".join(printable(line) for line in without_secrets(words).splitlines())
    if found := _NOT_FOUND.search(words):
        requirement = printable(found["requirement"].strip())
        return PackageNotFound(
            requirement,
            tr("No wheel of {package} does for {target}.", package=requirement,
               target=target.name),
            tr("Ask for another version of it, or choose another base image."),
            detail,
        )  # fmt: skip
    if _CONFLICT.search(words):
        return LockFailed(
            tr("The requirements contradict each other, so no versions do for all of them."),
            tr("pip says which; change one of them."),
            detail,
        )
    return LockFailed(
        tr("pip could not find out which versions there are."),
        tr("Check the network and the addresses of the indexes."),
        detail,
    )


def _took_too_long(seconds: float) -> LockFailed:
    return LockFailed(
        tr("pip took longer than {count} seconds.", count=round(seconds)),
        tr("Requirements without any bounds leave it much to try; give the larger packages a "
           "version."),
    )  # fmt: skip
