"""What git knows of a folder, seen from the image that would be built of it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from modeldesk.core.build_context.folder_files import BuildFiles, build_files
from modeldesk.core.build_context.scan import ContextPlan, scan
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.inspect import with_findings
from modeldesk.core.model_folder.model import Finding, ModelFolder, Severity
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.dockerfile import propose
from modeldesk.core.serving.model import Serving
from modeldesk.core.text import printable
from modeldesk.core.versioning.git_facts import MOST_CHANGED, GitFacts
from modeldesk.core.words import tr, trn

_MOST_NAMED = 5


def seen_from_image(git: GitFacts, files: BuildFiles, context: ContextPlan) -> GitFacts:
    """The facts with those changed paths alone that enter the image, or make it: the Dockerfile
    and the .dockerignore count too. What the .dockerignore keeps out does not make it dirty; a
    file that was deleted does, unless it would be kept out."""
    own = (entry.path for entry in context.entries if entry.path not in context.texts)
    return seen_with(git, files, own)


def seen_with(git: GitFacts, files: BuildFiles, sent: Iterable[str]) -> GitFacts:
    """The same, where `sent` are the paths of the folder's files that enter the image."""
    if len(git.changed) >= MOST_CHANGED:
        return git
    folders = _Folders(sent)
    entering = tuple(
        path
        for path in git.changed
        if (folders.has(path) if path.endswith("/") else _enters(path, files))
    )
    return replace(git, dirty=bool(entering), changed=entering)


def inspected(
    git: GitFacts,
    found: ModelFolder,
    server: Serving | None,
    choice: RecipeChoice,
    token: CancelToken,
) -> tuple[GitFacts, ModelFolder]:
    """The facts as seen from the image that would be built of the folder by the proposed recipe,
    or its own, and the folder with what is to be said of them. Raises what looking at the folder
    raises."""
    recipe = None if found.dockerfile else propose(found, choice)
    files = build_files(
        found.path,
        recipe.dockerfile if recipe else None,
        recipe.dockerignore or None if recipe else None,
        server.texts if server else None,
    )
    seen = git
    if git.changed:
        context = scan(found.path, files.rules, token, files.given, files.always)
        seen = seen_from_image(git, files, context)
    return seen, with_findings(found, git_findings(git, seen))


def git_findings(git: GitFacts, seen: GitFacts) -> Iterator[Finding]:
    """What a person should know before the build; `git` is of the folder, `seen` of the image."""
    if seen.dirty:
        yield Finding(Severity.WARNING, dirty_text(seen))
    kept_out = len(git.changed) - len(seen.changed)
    if kept_out:
        yield Finding(
            Severity.INFO,
            trn("{count} file with changes that are not committed is kept out by the "
                ".dockerignore, and does not make the image dirty.",
                "{count} files with changes that are not committed are kept out by the "
                ".dockerignore, and do not make the image dirty.", kept_out),
        )  # fmt: skip
    for module in git.submodules:
        if not module.checked_out:
            yield Finding(
                Severity.WARNING,
                tr("The submodule {path} is not checked out, so none of its files enter the "
                   "image. Run “git submodule update --init”.", path=printable(module.path)),
                PurePosixPath(module.path),
            )  # fmt: skip


def dirty_text(seen: GitFacts) -> str:
    """Which files enter an image that no commit has."""
    names = ", ".join(printable(path) for path in seen.changed[:_MOST_NAMED])
    if len(seen.changed) > _MOST_NAMED:
        names += " …"
    return trn("{count} file with changes that are not committed enters the image, which is "
               "marked -dirty: {names}.",
               "{count} files with changes that are not committed enter the image, which is "
               "marked -dirty: {names}.", len(seen.changed), names=names)  # fmt: skip


def _enters(path: str, files: BuildFiles) -> bool:
    return path in files.always or not files.rules.excludes(path)


class _Folders:
    """The folders that have a file among those that are sent."""

    def __init__(self, sent: Iterable[str]) -> None:
        self._sent = sent
        self._found: frozenset[str] | None = None

    def has(self, folder: str) -> bool:
        """Whether something in `folder` (with its slash) is sent."""
        if self._found is None:
            self._found = frozenset(self._all())
        return folder == "./" or folder in self._found

    def _all(self) -> Iterator[str]:
        for path in self._sent:
            end = path.find("/")
            while end >= 0:
                yield path[: end + 1]
                end = path.find("/", end + 1)
