"""What git knows of a folder, asked in a way that runs nothing the repository brings along."""

from pathlib import Path

from modeldesk.adapters.git.command import Answer, GitCommand
from modeldesk.adapters.git.refusals import refused
from modeldesk.adapters.git.remote_url import without_credentials
from modeldesk.core.errors import NoRepository
from modeldesk.core.jobs import CancelToken
from modeldesk.core.versioning.git_facts import MOST_CHANGED, GitFacts, Submodule
from modeldesk.core.words import tr

_MOST_TAGS = 100
_GITLINK = b"160000 "
_FIELDS = {b"1": 8, b"u": 10}
"""How many fields stand before the path in a record of ``git status``."""


def git_in(folder: Path, token: CancelToken) -> GitCommand | None:
    """Git for `folder`; None when it is in no work tree, or ignored by the one it is in. Raises
    `SourceControlError` for a repository that is not read, `Cancelled`."""
    if not folder.is_dir():
        raise NoRepository(
            tr("The folder {path} is not there.", path=folder),
            tr("It may have been moved or deleted, or its drive taken out."),
        )
    folder = folder.resolve()
    root = next((at for at in (folder, *folder.parents) if (at / ".git").exists()), None)
    if root is None:
        _refuse_bare(folder)
        return None
    git = GitCommand(folder, token)
    answer = git.run("rev-parse", "--is-inside-work-tree")
    if answer.status != 0:
        if "not a git repository (or any" in answer.errors:
            return None
        raise refused(folder, answer)
    if answer.output.strip() != b"true":
        return None
    if folder != root and git.run("check-ignore", "-q", ".").status == 0:
        return None
    git.distrust_filters()
    return git


def read_facts(git: GitCommand) -> GitFacts:
    """The facts of the folder that `git` is for. Raises `SourceControlError`, `Cancelled`."""
    answer = git.run(
        "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal",
        "--ignore-submodules=dirty", "--no-renames", "--", ".",
    )  # fmt: skip
    if answer.status != 0:
        raise refused(git.folder, answer)
    records = [record for record in answer.output.split(b"\0") if record]
    headers = dict(
        record[2:].decode("utf-8", "replace").split(" ", 1)
        for record in records
        if record.startswith(b"# branch.")
    )
    commit, branch = headers.get("branch.oid", ""), headers.get("branch.head", "")
    commit = "" if commit == "(initial)" else commit
    below = prefix(git)
    changed = [_path(record) for record in records if not record.startswith(b"# ")]
    return GitFacts(
        commit=commit,
        branch="" if branch == "(detached)" else branch,
        dirty=bool(changed),
        remote_url=remote_url(git),
        tags=tags_on(git, commit) if commit else (),
        changed=tuple(_below(one, below) for one in changed[:MOST_CHANGED]),
        submodules=_submodules(git),
        linked=_is_linked(git),
        shallow=git.run("rev-parse", "--is-shallow-repository").output.strip() == b"true",
        below=below,
        committed=committed_at(git, commit) if commit else 0,
    )


def committed_at(git: GitCommand, commit: str) -> int:
    """When a commit was made, in seconds since the epoch; 0 where that can't be read."""
    said = git.run("show", "-s", "--no-show-signature", "--format=%ct", commit, "--")
    text = said.output.decode("ascii", "replace").strip() if said.status == 0 else ""
    return int(text) if text.isdecimal() else 0


def prefix(git: GitCommand) -> str:
    """Where the folder is below the top of its work tree; empty at the top."""
    answer = git.run("rev-parse", "--show-prefix")
    text = answer.output.decode("utf-8", "surrogateescape").removesuffix("\n")
    return text.removesuffix("/")


def remote_url(git: GitCommand) -> str:
    """The origin's address as it may be shown; empty when there is none."""
    return without_credentials(_text(git.run("config", "--get", "remote.origin.url")))


def tags_on(git: GitCommand, commit: str) -> tuple[str, ...]:
    """The tags of a commit."""
    answer = git.run(
        "for-each-ref", f"--points-at={commit}", "--format=%(refname:strip=2)",
        f"--count={_MOST_TAGS}", "refs/tags",
    )  # fmt: skip
    # Not splitlines(): a tag’s name may have what other than git takes for the end of a line.
    return tuple(_text(answer).split("\n")) if answer.output else ()


def _path(record: bytes) -> str:
    """The path of a record, from the top of the work tree."""
    kind = record[:1]
    path = record.split(b" ", _FIELDS[kind])[-1] if kind in _FIELDS else record[2:]
    return path.decode("utf-8", "surrogateescape")


def _below(path: str, below: str) -> str:
    # A folder that is untracked as a whole may be the model folder itself, or one above it.
    return path.removeprefix(f"{below}/") or "./" if below else path


def _submodules(git: GitCommand) -> tuple[Submodule, ...]:
    answer = git.run("ls-files", "--stage", "-z", "--", ".")
    found = (one for one in answer.output.split(b"\0") if one.startswith(_GITLINK))
    paths = (one.partition(b"\t")[2].decode("utf-8", "surrogateescape") for one in found)
    return tuple(Submodule(path, (git.folder / path / ".git").exists()) for path in paths)


def _is_linked(git: GitCommand) -> bool:
    own, common = (
        git.run("rev-parse", "--path-format=absolute", name).output
        for name in ("--git-dir", "--git-common-dir")
    )
    # A submodule keeps both in its superproject, and is no further work tree of anything.
    return own != common


def _refuse_bare(folder: Path) -> None:
    if (folder / "HEAD").is_file() and all((folder / name).is_dir() for name in _BARE):
        raise NoRepository(
            tr("{path} is a bare git repository: it holds commits, and no files to build.",
               path=folder),
            tr("Clone it, and build from the clone."),
        )  # fmt: skip


_BARE = ("objects", "refs")


def _text(answer: Answer) -> str:
    return answer.output.decode("utf-8", "replace").strip() if answer.status == 0 else ""
