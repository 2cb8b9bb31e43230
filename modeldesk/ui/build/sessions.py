"""The builds of this window: begun, kept while they may be looked at again, and told of."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from modeldesk.core.build.model import BuildOutcome, BuildRequest, new_build
from modeldesk.core.build.service import BuildService
from modeldesk.core.changes import Changes
from modeldesk.core.ids import BuildId
from modeldesk.core.words import tr
from modeldesk.ui.build.notices import end_of
from modeldesk.ui.build.session import BuildSession
from modeldesk.ui.context import Context
from modeldesk.ui.links import LibraryLink
from modeldesk.ui.presentation import printable
from modeldesk.ui.tasks.handle import TaskHandle

_KEPT = 5


class BuildSessions(QObject):
    """The last few builds. One that ends well is chosen in the library; out of sight, it is
    said."""

    ended = Signal(object)
    """The `BuildSession`, whichever it was."""

    def __init__(
        self,
        context: Context,
        builds: BuildService,
        select: Callable[[LibraryLink], None] | None,
        in_sight: Callable[[], bool],
        parent: QObject,
    ) -> None:
        """`select` makes the library choose a new version without going there; `in_sight` says
        whether the person looks at builds."""
        super().__init__(parent)
        self._context = context
        self._builds = builds
        self._select = select
        self._in_sight = in_sight
        self._kept: list[BuildSession] = []

    def start(
        self, request: BuildRequest, dockerfile: str, saved: Mapping[str, float]
    ) -> BuildSession:
        """Begin a build; the arguments are as `BuildSession` has them."""

        def again() -> TaskHandle[BuildOutcome] | None:
            # A request is built once; its record is known by its number.
            anew = replace(request, build=new_build())
            return self.start(anew, dockerfile, saved).task

        session = BuildSession(self._context, self._builds, request, dockerfile, saved, again, self)
        session.ended.connect(self._ended)
        self._drop_old()
        self._kept.append(session)
        session.start()
        return session

    def find(self, build: BuildId) -> BuildSession | None:
        """The build with that number, if it is kept."""
        return next((one for one in self._kept if one.request.build == build), None)

    def _ended(self) -> None:
        session = self.sender()
        self._context.hub.publish_changes(Changes(builds=True), self)
        if not isinstance(session, BuildSession):
            return
        self.ended.emit(session)
        if session.outcome is None:
            return
        link = LibraryLink(session.request.model, session.outcome.image)
        if self._in_sight():
            if self._select is not None:
                self._select(link)
        elif session.seconds < self._context.settings.current.notify_after_s:
            notice = end_of(session, self._context.hub.snapshot)
            said = (notice.sentence, printable(session.outcome.git_problem))
            self._context.say(
                " ".join(filter(None, said)),
                notice.tone,
                tr("Show in library"),
                lambda: self._context.navigate(link),
            )

    def _drop_old(self) -> None:
        """Those that run stay, and the last few whatever they do."""
        for session in self._kept[:-_KEPT]:
            if not session.running:
                self._kept.remove(session)
                session.deleteLater()
