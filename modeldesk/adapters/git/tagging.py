"""Making an annotated tag."""

from modeldesk.adapters.git.command import GitCommand
from modeldesk.adapters.git.revisions import find_commit
from modeldesk.core.errors import NoSuchRevision, SourceControlError
from modeldesk.core.text import printable
from modeldesk.core.versioning.git_tags import check_tag_name
from modeldesk.core.words import tr


def add_tag(git: GitCommand, name: str, commit: str, message: str) -> None:
    """See `SourceControl.add_tag`."""
    check_tag_name(name)
    commit = find_commit(git, commit)
    try:
        if find_commit(git, f"refs/tags/{name}") == commit:
            return
    except NoSuchRevision:
        pass
    answer = git.run(
        "tag", "--annotate", "--no-sign", "--cleanup=verbatim", f"--message={message}", "--",
        name, commit,
    )  # fmt: skip
    if answer.status != 0:
        raise SourceControlError(
            tr("The tag “{name}” could not be made.", name=printable(name)), _hint(answer.errors),
            answer.errors,
        )  # fmt: skip


def _hint(errors: str) -> str:
    if "user.email" in errors or "user.name" in errors or "empty ident" in errors:
        return tr("Tell git who you are: git config --global user.name, and user.email.")
    if "already exists" in errors:
        return tr("Another commit has it. Choose another name, or delete that tag.")
    return ""
