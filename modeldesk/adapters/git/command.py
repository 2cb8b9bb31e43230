"""Running git on a repository that nobody vouches for.

A repository's own configuration can name programs: hooks, a file-system monitor, filters, a
transport to fetch missing objects with. None of them is run.
"""

import os
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import TimeoutExpired
from typing import IO, TYPE_CHECKING, BinaryIO

from modeldesk.core.errors import SourceControlError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.words import tr

if TYPE_CHECKING:
    from subprocess import Popen

_DISTRUSTING = (
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.untrackedCache=keep",
    "-c", "safe.bareRepository=explicit",
    "-c", "status.submoduleSummary=false",
    "-c", "tag.gpgSign=false",
)  # fmt: skip
_AS_COMMITTED = (
    # The account's own wishes, which another account does not have.
    "-c", "core.autocrlf=false",
    "-c", "core.eol=lf",
    "-c", "core.attributesFile=/dev/null",
)  # fmt: skip
_OWN_CONFIG = """\
[core]
\trepositoryformatversion = 1
[extensions]
\tobjectFormat = {form}
"""
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
_SECONDS = 120.0
"""A git that reads a named pipe never ends by itself."""
_CHUNK_BYTES = 1 << 16
_MOST_ERRORS = 1 << 14


@dataclass(frozen=True, slots=True)
class Answer:
    """What git said."""

    status: int
    output: bytes
    errors: str


class GitCommand:
    """Git in one folder. Every call ends with `Cancelled` once `token` is cancelled, and no
    process stays."""

    def __init__(self, folder: Path, token: CancelToken) -> None:
        self.folder = folder
        self._token = token
        self._options = list(_DISTRUSTING)
        self._environment = dict(_ENVIRONMENT)

    def apart(self, repository: Path, work_tree: Path) -> "GitCommand":
        """Git with the same objects, but in a repository of our own, which is made, and with a
        work tree and an index of our own. What the repository is told of files, in its settings,
        its ``info/attributes`` and a work tree's .gitattributes, is not part of any commit."""
        objects = self._line("rev-parse", "--path-format=absolute", "--git-path", "objects")
        form = self._line("rev-parse", "--show-object-format")
        for name in ("objects", "refs"):
            (repository / name).mkdir(parents=True)
        (repository / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
        (repository / "config").write_text(_OWN_CONFIG.format(form=form), encoding="ascii")
        other = self.for_repository(repository, work_tree)
        other._options += _AS_COMMITTED
        other._environment |= {"GIT_OBJECT_DIRECTORY": objects, "GIT_ATTR_NOSYSTEM": "1"}
        return other

    def _line(self, *arguments: str) -> str:
        return self.run(*arguments).output.decode("utf-8", "surrogateescape").removesuffix("\n")

    def for_repository(self, repository: Path, work_tree: Path) -> "GitCommand":
        """Git for a repository that lies apart from its work tree, as a submodule's does."""
        other = GitCommand(work_tree, self._token)
        # Filters that are switched off stay so: those of the account hold here as well.
        other._options += self._options[len(_DISTRUSTING) :]
        other._options += [f"--git-dir={repository}", f"--work-tree={work_tree}"]
        return other

    def run(self, *arguments: str, limited: bool = True) -> Answer:
        """Run git to its end. A failure is in the answer; raises `SourceControlError` only when
        there is no git to run, or it does not come to an end though its time is `limited`;
        `Cancelled`."""
        self._token.raise_if_cancelled()
        process = self._start(arguments, None)
        with self._token.closing(partial(_end, process)):
            try:
                output, errors = process.communicate(timeout=_SECONDS if limited else None)
            except TimeoutExpired:
                _end(process)
                process.communicate()
                raise self._took_too_long() from None
        self._token.raise_if_cancelled()
        return Answer(process.returncode, output, errors.decode("utf-8", "replace").rstrip("\n"))

    def records(
        self,
        *arguments: str,
        end: bytes = b"\0",
        istream: BinaryIO | None = None,
    ) -> Iterator[bytes]:
        """What git prints, as it comes, cut at each `end`. Git is ended when nobody wants more.
        Raises `GitFailed` when it fails, `Cancelled`."""
        self._token.raise_if_cancelled()
        process = self._start(arguments, istream)
        errors = _Errors(process)
        try:
            with self._token.closing(partial(_end, process)):
                yield from _cut(process, end)
                status = process.wait()
            self._token.raise_if_cancelled()
            if status != 0:
                raise GitFailed(Answer(status, b"", errors.text()))
        finally:
            _end(process)
            process.wait()
            errors.text()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()

    def _start(self, arguments: tuple[str, ...], istream: BinaryIO | None) -> "Popen[bytes]":
        try:
            # Importing GitPython looks for git, which takes time and may fail.
            from git.cmd import Git
            from git.exc import GitCommandNotFound
        except ImportError as error:
            raise _missing(str(error)) from error
        command = [Git.GIT_PYTHON_GIT_EXECUTABLE or "git", *self._options, *arguments]
        try:
            started = Git(self.folder).execute(
                command,
                istream=istream,
                as_process=True,
                env=self._environment,
                start_new_session=True,
            )
        except GitCommandNotFound as error:
            raise _missing(str(error)) from error
        except (OSError, ValueError) as error:
            raise SourceControlError(
                tr("Git could not be started in {path}.", path=self.folder), "", str(error)
            ) from error
        process: Popen[bytes] | None = started.proc
        assert process is not None
        # Else it would be ended, in whatever thread, when nobody holds its wrapper any more.
        started.proc = None
        return process

    def _took_too_long(self) -> SourceControlError:
        return SourceControlError(
            tr("Git did not answer within {count} seconds about {path}.",
               count=round(_SECONDS), path=self.folder),
            tr("Run “git status” in the folder. A named pipe in the place of a .gitignore or of "
               "a file in .git makes git wait for ever."),
        )  # fmt: skip

    def ignore_filters(self) -> None:
        """From now on, run no filter, whoever configured it."""
        self._switch_off(trusted=frozenset())

    def distrust_filters(self) -> None:
        """From now on, run no filter that the repository itself configures, but Git LFS.
        Raises `SourceControlError` for one that can't be switched off."""
        self._switch_off(trusted=frozenset(_LFS))

    def _switch_off(self, trusted: frozenset[str]) -> None:
        """Filters that the repository configures and that are not `trusted`; without any such,
        everybody's."""
        answer = self.run("config", "--show-scope", "-z", "--get-regexp", r"^filter\..*")
        if answer.status != 0:
            return
        fields = answer.output.decode("utf-8", "surrogateescape").split("\0")
        for scope, setting in zip(fields[::2], fields[1::2], strict=False):
            key, _, value = setting.partition("\n")
            match = _FILTER.fullmatch(key)
            is_own = scope in _OWN_SCOPES or not trusted
            if match and is_own and value not in trusted:
                if "=" in match["name"]:
                    raise SourceControlError(
                        tr("The repository of {path} configures a filter with a name that can’t "
                           "be switched off, so it is not looked into.", path=self.folder),
                        tr("Remove the filter from its .git/config."),
                    )  # fmt: skip
                for part in ("clean=", "smudge=", "process=", "required=false"):
                    self._options += ["-c", f"filter.{match['name']}.{part}"]


class GitFailed(Exception):
    """Git ended with an error; never leaves this package."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.errors)
        self.answer = answer


class _Errors:
    """What a process says on its standard error, read beside it so that it never waits."""

    def __init__(self, process: "Popen[bytes]") -> None:
        self._kept = bytearray()
        self._thread = threading.Thread(
            target=self._read, args=(process.stderr,), name="git errors", daemon=True
        )
        self._thread.start()

    def text(self) -> str:
        """All of it, once the process has ended."""
        self._thread.join()
        return self._kept.decode("utf-8", "replace").rstrip("\n")

    def _read(self, stream: IO[bytes] | None) -> None:
        with suppress(ValueError, OSError):
            while stream is not None and (data := stream.read(_CHUNK_BYTES)):
                self._kept += data[: max(0, _MOST_ERRORS - len(self._kept))]


def _end(process: "Popen[bytes]") -> None:
    """Kill git with what it started itself, such as Git LFS: whoever reads its output would
    wait for that too. Of one that ended, nothing is left to kill."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _cut(process: "Popen[bytes]", end: bytes) -> Iterator[bytes]:
    stream = process.stdout
    rest = b""
    while stream is not None and (data := os.read(stream.fileno(), _CHUNK_BYTES)):
        *whole, rest = (rest + data).split(end)
        yield from whole
    if rest:
        yield rest


def _missing(detail: str) -> SourceControlError:
    return SourceControlError(
        tr("Git is not installed, so the folder’s commit is not known."),
        tr("Install it (Debian and Ubuntu: apt install git; macOS: xcode-select --install; "
           "Windows: git-scm.com), then try again."),
        detail,
    )  # fmt: skip
