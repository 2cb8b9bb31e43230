"""Runs hadolint on a text. It reads no file of the folder that is checked."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from modeldesk.adapters.hadolint.answer import findings_in
from modeldesk.adapters.hadolint.errors import no_answer
from modeldesk.core.jobs import CancelToken
from modeldesk.core.lint.model import Finding
from modeldesk.core.words import tr

_MOST_SECONDS = 10.0
_LARGEST_ANSWER = 8_000_000
_ARGUMENTS = ("--no-fail", "--format", "json", "-")


class Hadolint:
    """Implements `OtherLinter`. Safe to use from several threads."""

    def __init__(self, seconds: float = _MOST_SECONDS, program: str | None = None) -> None:
        """It may take so many seconds. `program` is looked for when it is not given."""
        self._seconds = seconds
        self._program = program

    def findings(self, text: str, token: CancelToken) -> tuple[Finding, ...] | None:
        """See `modeldesk.core.lint.ports.OtherLinter`."""
        program = self._program or _found()
        if program is None:
            return None
        token.raise_if_cancelled()
        return findings_in(self._answer(program, text, token), text)

    def _answer(self, program: str, text: str, token: CancelToken) -> bytes:
        try:
            # The person's own configuration is read, and none of the folder that is checked.
            process = subprocess.Popen(
                [program, *_ARGUMENTS],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=Path(sys.executable).anchor,
                env=_environment(),
            )
        except OSError as error:
            raise no_answer(error.strerror or str(error)) from error
        with process, token.closing(process.kill):
            try:
                answer, said = process.communicate(
                    text.encode("utf-8", "replace"), timeout=self._seconds
                )
            except subprocess.TimeoutExpired as error:
                process.kill()
                token.raise_if_cancelled()
                raise no_answer(tr("It took too long.")) from error
        token.raise_if_cancelled()
        if process.returncode != 0 or len(answer) > _LARGEST_ANSWER:
            raise no_answer(said[:2000].decode("utf-8", "replace").strip())
        return answer


@cache
def _found() -> str | None:
    """Beside the Python that runs us, as in a virtual environment, else on the PATH."""
    beside = str(Path(sys.executable).parent)
    return shutil.which("hadolint", path=os.pathsep.join((beside, os.environ.get("PATH", ""))))


def _environment() -> dict[str, str]:
    """Without variables that change what is printed."""
    return {key: value for key, value in os.environ.items() if not key.startswith("HADOLINT_")}
