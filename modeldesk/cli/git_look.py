"""What git knows of a folder, as a command tells it."""

from collections.abc import Iterator
from dataclasses import dataclass

from modeldesk.cli.answer import Json, table
from modeldesk.cli.session import Session
from modeldesk.core.build.git_state import inspected
from modeldesk.core.errors import SourceControlError
from modeldesk.core.model_folder.inspect import with_findings
from modeldesk.core.model_folder.model import Finding, ModelFolder, Severity
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.serving.model import Serving
from modeldesk.core.text import printable
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.git_tags import gto_text, read_gto
from modeldesk.core.versioning.git_words import checkout_text, place_text
from modeldesk.core.versioning.revisions import Revision, Revisions
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class LookAtGit:
    """What was found; `folder` with what is to be said of it."""

    folder: ModelFolder
    facts: GitFacts | None = None
    tags: Revisions | None = None
    """None where nobody asked for them."""

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """For the table of facts."""
        if self.facts is not None:
            yield "git", checkout_text(self.facts), place_text(self.facts)

    def tag_lines(self) -> Iterator[str]:
        """The tags that were asked for, as a table."""
        if self.tags is None:
            return
        yield ""
        if not self.tags.tags:
            yield tr("There is no such git tag.")
            return
        rows = [
            (printable(one.tag), one.commit[:8], f"{one.when:%Y-%m-%d}",
             gto_text(one.tag) or printable(one.subject))
            for one in self.tags.tags
        ]  # fmt: skip
        yield from table(("TAG", "COMMIT", "DATE", "SAYS"), rows)
        if self.tags.more:
            yield tr("… and more; narrow them by a pattern.")

    def json(self) -> Json:
        """The facts for a program; null outside of git."""
        git = self.facts
        if git is None:
            return None
        told: dict[str, Json] = {
            "commit": git.commit,
            "branch": git.branch,
            "dirty": git.dirty,
            "changed": [printable(path) for path in git.changed],
            "tags": list(git.tags),
            "remote": git.remote_url,
            "submodules": [
                {"path": printable(one.path), "checked_out": one.checked_out}
                for one in git.submodules
            ],
            "below": printable(git.below),
            "linked": git.linked,
            "shallow": git.shallow,
        }
        if self.tags is not None:
            told["found_tags"] = [_tag(one) for one in self.tags.tags]
            told["more_tags"] = self.tags.more
        return told


def look_at_git(
    session: Session, found: ModelFolder, serving: Serving | None, tags: str | None
) -> LookAtGit:
    """Ask git of the folder, and for its `tags` where some were asked for. What git can't tell
    is among the findings; raises `SourceControlError` only where tags were asked for."""
    source, token = session.parts.source_control, session.job.token
    try:
        git = source.facts(found.path, token)
    except SourceControlError as error:
        if tags is not None:
            raise
        said = Finding(Severity.WARNING, str(error))
        return LookAtGit(with_findings(found, [said]))
    listed = None if tags is None else source.revisions(found.path, tags, token)
    if git is None:
        return LookAtGit(found, None, listed)
    choice = RecipeChoice(session.parts.settings.base_image)
    seen, found = inspected(git, found, serving, choice, token)
    return LookAtGit(found, seen, listed)


def _tag(one: Revision) -> Json:
    gto = read_gto(one.tag)
    return {
        "tag": printable(one.tag),
        "commit": one.commit,
        "when": one.when.isoformat(),
        "subject": printable(one.subject),
        "gto": {"act": gto.act.value, "model": gto.model, "value": gto.value,
                "number": gto.number} if gto else None,
    }  # fmt: skip
