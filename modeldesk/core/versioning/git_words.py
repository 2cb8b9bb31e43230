"""The state of a checkout in words."""

from modeldesk.core.text import printable
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.words import tr


def checkout_text(git: GitFacts) -> str:
    """Branch, commit and whether there are changes: ``main @ 9f31c0a4, clean``."""
    if not git.commit:
        return tr("without commits")
    where = git.branch or tr("detached")
    state = tr("with changes") if git.dirty else tr("clean")
    return tr("{one}, {other}", one=printable(f"{where} @ {git.commit[:8]}"), other=state)


def place_text(git: GitFacts) -> str:
    """What is particular of it; empty where nothing is."""
    parts = [
        tr("in {path} of the repository", path=printable(git.below)) if git.below else "",
        tr("a linked work tree") if git.linked else "",
        tr("a shallow clone: older commits are not here") if git.shallow else "",
        tr("tags {tags}", tags=printable(", ".join(git.tags[:5]))) if git.tags else "",
    ]
    return " · ".join(filter(None, parts))
