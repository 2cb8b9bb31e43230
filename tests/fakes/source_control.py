"""Source control without git: checkouts that a test describes."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from modeldesk.core.errors import SourceControlError
from modeldesk.core.versioning.git_facts import GitFacts


@dataclass(slots=True)
class FakeCheckout:
    """A work tree. `facts.dirty` is ignored: it follows from `changed`."""

    facts: GitFacts
    changed: set[Path] = field(default_factory=set)
    """Absolute paths of files that differ from the commit."""


class FakeSourceControl:
    """`SourceControl` over the checkouts in `checkouts`, by the root of their work tree."""

    def __init__(self) -> None:
        self.checkouts: dict[Path, FakeCheckout] = {}
        self.error: SourceControlError | None = None
        """Raised by the next calls while it is set."""

    def facts(self, folder: Path) -> GitFacts | None:
        if self.error is not None:
            raise self.error
        if not folder.is_dir():
            raise SourceControlError(f"The folder {folder} is not there.")
        folder = folder.resolve()
        for root in (folder, *folder.parents):
            if checkout := self.checkouts.get(root):
                dirty = any(path.is_relative_to(folder) for path in checkout.changed)
                return replace(checkout.facts, dirty=dirty)
        return None
