"""All the parts of a running program."""

from typing import TYPE_CHECKING

from modeldesk.composition.access import AccessParts
from modeldesk.composition.builds import BuildParts
from modeldesk.composition.people import find_sign_in
from modeldesk.composition.releases import ReleaseParts
from modeldesk.late import LateFinder, Once

if TYPE_CHECKING:
    from modeldesk.core.ports import EngineFinder


class Parts(BuildParts, ReleaseParts, AccessParts):
    """The parts of one running program. Any thread may ask for one."""

    @Once
    def finder(self) -> "EngineFinder":
        """Looks for an engine."""
        from modeldesk.adapters.docker_engine.discovery import DockerEngineFinder

        return DockerEngineFinder(find_sign_in=find_sign_in)

    @property
    def late_finder(self) -> "EngineFinder":
        """As `finder`, but the adapter is first imported when a search begins, by whoever
        searches."""
        return LateFinder(lambda: self.finder)

    def make_services(self) -> None:
        """Make what the window's pages are made of, wherever waiting for it does no harm."""
        _ = (self.library, self.releases, self.builds, self.trials, self.finder)
