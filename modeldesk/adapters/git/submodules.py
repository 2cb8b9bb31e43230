"""The repositories of submodules, where the superproject keeps them. Nothing is fetched."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from modeldesk.adapters.git.command import GitCommand
from modeldesk.adapters.git.tree_files import GitLink
from modeldesk.core.jobs import CancelToken


class Submodules:
    """Those of one commit of the repository of `git`, whose files are in `files`."""

    def __init__(self, git: GitCommand, commit: str, files: Path, token: CancelToken) -> None:
        self._git = git
        self._files = files
        self._token = token
        self._kept = git_folder(git) / "modules"
        self._names = dict(_names(git, commit)) if self._kept.is_dir() else {}

    def at(self, link: GitLink) -> GitCommand | None:
        """Git for the submodule at `link`; None where its repository is not here, lacks the
        commit, or is named in a way that leads elsewhere. Raises `Cancelled`."""
        self._token.raise_if_cancelled()
        folder = self._files / link.path
        # Git made it; what else the commit has may not stand in its way as a link.
        if not folder.is_dir() or folder.resolve() != self._files.resolve() / link.path:
            return None
        name = self._names.get(link.path, "")
        if not _is_plain(name):
            return None
        repository = self._kept / name
        if not (repository / "HEAD").is_file() or not _is_inside(repository, self._kept):
            return None
        found = self._git.for_repository(repository, folder)
        found.ignore_filters()
        there = found.run("cat-file", "-e", f"{link.commit}^{{commit}}")
        return found if there.status == 0 else None


def git_folder(git: GitCommand) -> Path:
    """Where the repository keeps what all its work trees share."""
    answer = git.run("rev-parse", "--path-format=absolute", "--git-common-dir")
    return Path(answer.output.decode("utf-8", "surrogateescape").removesuffix("\n"))


def _names(git: GitCommand, commit: str) -> Iterator[tuple[str, str]]:
    """The paths that the commit's .gitmodules tells of, with their names."""
    answer = git.run(
        "config", "-z", f"--blob={commit}:.gitmodules",
        "--get-regexp", r"^submodule\..*\.path$", limited=False,
    )  # fmt: skip
    for entry in answer.output.decode("utf-8", "surrogateescape").split("\0"):
        key, _, path = entry.partition("\n")
        yield path, key.removeprefix("submodule.").removesuffix(".path")


def _is_plain(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith(("/", "-")) and ".." not in parts


def _is_inside(path: Path, top: Path) -> bool:
    return path.resolve().is_relative_to(top.resolve())
