"""Running git on a repository that nobody vouches for.

A repository's own configuration can name programs: hooks, a file-system monitor, filters, a
transport to fetch missing objects with. None of them is run.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from modeldesk.core.errors import SourceControlError
from modeldesk.core.words import tr

_DISTRUSTING = (
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.untrackedCache=keep",
    "-c", "safe.bareRepository=explicit",
    "-c", "status.submoduleSummary=false",
)  # fmt: skip
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_REPLACE_OBJECTS": "1",
}
_FILTER = re.compile(r"filter\.(?P<name>.+)\.(?:clean|smudge|process)", re.DOTALL)
_LFS = {"git-lfs clean -- %f", "git-lfs smudge -- %f", "git-lfs filter-process"}
_OWN_SCOPES = {"local", "worktree"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What git said."""

    status: int
    output: bytes
    errors: str


class GitCommand:
    """Git in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._options = list(_DISTRUSTING)

    def run(self, *arguments: str) -> Answer:
        """Run git to its end. A failure is in the answer; raises `SourceControlError` only when
        there is no git to run."""
        try:
            # Importing GitPython looks for git, which takes time and may fail.
            from git.cmd import Git
            from git.exc import GitCommandNotFound
        except ImportError as error:
            raise _missing(str(error)) from error
        command = [Git.GIT_PYTHON_GIT_EXECUTABLE or "git", *self._options, *arguments]
        try:
            status, output, errors = Git(self._folder).execute(
                command,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                env=_ENVIRONMENT,
            )
        except GitCommandNotFound as error:
            raise _missing(str(error)) from error
        except OSError as error:
            raise SourceControlError(
                tr("Git could not be started in {path}.", path=self._folder), "", str(error)
            ) from error
        return Answer(status, output, errors)

    def distrust_filters(self) -> None:
        """From now on, run no filter that the repository itself configures, but Git LFS.
        Raises `SourceControlError` for one that can't be switched off."""
        answer = self.run("config", "--show-scope", "-z", "--get-regexp", r"^filter\..*")
        if answer.status != 0:
            return
        fields = answer.output.decode("utf-8", "surrogateescape").split("\0")
        for scope, setting in zip(fields[::2], fields[1::2], strict=False):
            key, _, value = setting.partition("\n")
            match = _FILTER.fullmatch(key)
            if match and scope in _OWN_SCOPES and value not in _LFS:
                if "=" in match["name"]:
                    raise SourceControlError(
                        tr("The repository of {path} configures a filter with a name that can’t "
                           "be switched off, so it is not looked into.", path=self._folder),
                        tr("Remove the filter from its .git/config."),
                    )  # fmt: skip
                for part in ("clean=", "smudge=", "process=", "required=false"):
                    self._options += ["-c", f"filter.{match['name']}.{part}"]


def _missing(detail: str) -> SourceControlError:
    return SourceControlError(
        tr("Git is not installed, so the folder’s commit is not known."),
        tr("Install it (Debian and Ubuntu: apt install git; macOS: xcode-select --install; "
           "Windows: git-scm.com), then try again."),
        detail,
    )  # fmt: skip
