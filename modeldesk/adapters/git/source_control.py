"""What git knows of a folder, asked in a way that runs nothing the repository brings along."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from modeldesk.adapters.git.command import Answer, GitCommand
from modeldesk.core.errors import SourceControlError
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.words import tr

_OF_A_HOOK = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
)  # fmt: skip
_SCP_LIKE = re.compile(r"(?:[^@/]*@)?(?P<rest>[^/:]+:(?!//).*)")
_MOST_TAGS = 100


class GitSourceControl:
    """`SourceControl` by the git program. Safe from any thread; git is first looked for when a
    folder with a ``.git`` above it is asked about."""

    def __init__(self) -> None:
        # Started from a git hook, the program would take the hook's repository for the folder's.
        for name in _OF_A_HOOK:
            os.environ.pop(name, None)

    def facts(self, folder: Path) -> GitFacts | None:
        """None when the folder is in no work tree, or ignored by the one it is in. Raises
        `SourceControlError`, with what to do, when git is missing or refuses."""
        if not folder.is_dir():
            raise SourceControlError(
                tr("The folder {path} is not there.", path=folder),
                tr("It may have been moved or deleted, or its drive taken out."),
            )
        folder = folder.resolve()
        root = next((at for at in (folder, *folder.parents) if (at / ".git").exists()), None)
        if root is None:
            return None
        git = GitCommand(folder)
        answer = git.run("rev-parse", "--is-inside-work-tree")
        if answer.status != 0:
            if "not a git repository (or any" in answer.errors:
                return None
            raise _refused(folder, answer)
        if answer.output.strip() != b"true":
            return None
        if folder != root and git.run("check-ignore", "-q", ".").status == 0:
            return None
        git.distrust_filters()
        return _facts(folder, git)


def _facts(folder: Path, git: GitCommand) -> GitFacts:
    answer = git.run(
        "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal",
        "--ignore-submodules=dirty", "--no-renames", "--", ".",
    )  # fmt: skip
    if answer.status != 0:
        raise _refused(folder, answer)
    records = [record for record in answer.output.split(b"\0") if record]
    headers = dict(
        record[2:].decode("utf-8", "replace").split(" ", 1)
        for record in records
        if record.startswith(b"# branch.")
    )
    commit, branch = headers.get("branch.oid", ""), headers.get("branch.head", "")
    commit = "" if commit == "(initial)" else commit
    return GitFacts(
        commit=commit,
        branch="" if branch == "(detached)" else branch,
        dirty=any(not record.startswith(b"# ") for record in records),
        remote_url=without_credentials(_text(git.run("config", "--get", "remote.origin.url"))),
        tags=_tags(git) if commit else (),
    )


def _tags(git: GitCommand) -> tuple[str, ...]:
    answer = git.run(
        "for-each-ref", "--points-at=HEAD", "--format=%(refname:strip=2)",
        f"--count={_MOST_TAGS}", "refs/tags",
    )  # fmt: skip
    return tuple(_text(answer).splitlines())


def _text(answer: Answer) -> str:
    return answer.output.decode("utf-8", "replace").strip() if answer.status == 0 else ""


def without_credentials(url: str) -> str:
    """A remote's address without user name, password, query and fragment; empty for what is no
    plain address."""
    if "::" in url.partition("/")[0] or not url.isprintable():
        return ""
    if "://" not in url:
        match = _SCP_LIKE.fullmatch(url)
        return match["rest"] if match else url
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _refused(folder: Path, answer: Answer) -> SourceControlError:
    if "dubious ownership" in answer.errors:
        return SourceControlError(
            tr("Git does not trust the repository of {path}, because another user owns it.",
               path=folder),
            tr("If you trust it, run: git config --global --add safe.directory {path}",
               path=_named_in(answer.errors) or folder),
            answer.errors,
        )  # fmt: skip
    return SourceControlError(
        tr("Git can’t read the repository of {path}.", path=folder),
        tr("Run “git status” in the folder to see what is wrong with it."),
        answer.errors,
    )


def _named_in(errors: str) -> str:
    """The repository that git's own sentence names."""
    match = re.search(r"dubious ownership in repository at '([^'\n]+)'", errors)
    return match[1] if match else ""
