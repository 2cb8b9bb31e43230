"""The git tag that a build is to make when it succeeds."""

from collections.abc import Callable
from pathlib import Path

from modeldesk.core.build.model import BuildRequest
from modeldesk.core.containers.told import check_told
from modeldesk.core.errors import InvalidInput, ModelDeskError, NoSuchRevision
from modeldesk.core.jobs import CancelToken
from modeldesk.core.text import printable
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.git_tags import check_tag_name
from modeldesk.core.versioning.ports import SourceControl
from modeldesk.core.words import tr


def check_git_tag(source: SourceControl, request: BuildRequest, token: CancelToken) -> None:
    """Raise `InvalidInput` when the tag can't be made or another commit has it,
    `SourceControlError` outside of a repository, `Cancelled`."""
    name = request.git_tag
    if not name:
        return
    check_tag_name(name)
    check_told(request.git_message)
    try:
        commit = source.commit_of(request.folder, request.revision or "HEAD", token)
    except NoSuchRevision as error:
        raise InvalidInput(
            tr("There is no commit that the git tag “{name}” could be given to.", name=name),
            tr("Commit the folder first, or build without the tag."),
        ) from error
    other = _commit_with(source, request.folder, name, token)
    if other and other != commit:
        raise InvalidInput(
            tr("The git tag “{name}” is that of another commit, {commit}.",
               name=printable(name), commit=other[:8]),
            tr("Choose another name, or build from that tag."),
        )  # fmt: skip


def check_taggable(request: BuildRequest, git: GitFacts | None) -> None:
    """Raise `InvalidInput` when the commit is not what would be built."""
    if request.git_tag and git is not None and git.dirty:
        raise InvalidInput(
            tr("The git tag “{name}” would name a commit that the image is not made of: the folder "
               "has changes that are not committed.", name=printable(request.git_tag)),
            tr("Commit them, build from the commit, or build without the tag."),
        )  # fmt: skip


def give_git_tag(
    source: SourceControl,
    request: BuildRequest,
    git: GitFacts | None,
    say: Callable[[str], None],
    token: CancelToken,
) -> str:
    """Give the commit the tag that was asked for, and say so; a sentence when that fails, which
    the image outlives."""
    if not request.git_tag or git is None:
        return ""
    try:
        source.add_tag(request.folder, request.git_tag, git.commit, request.git_message, token)
    except ModelDeskError as error:
        problem = tr("The commit did not get the git tag {name}: {reason}",
                     name=printable(request.git_tag), reason=error)  # fmt: skip
        say(problem)
        return problem
    say(tr("The commit has the git tag {name} now.", name=request.git_tag))
    return ""


def _commit_with(source: SourceControl, folder: Path, tag: str, token: CancelToken) -> str:
    try:
        return source.commit_of(folder, f"refs/tags/{tag}", token)
    except NoSuchRevision:
        return ""
