"""Looks at the builds of the past: the list of all, and two of them compared."""

from PySide6.QtCore import QObject, Signal

from modeldesk.core.build.comparison import BuildComparison, compare
from modeldesk.core.build.model import BuildRecord
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import NotFound
from modeldesk.core.ids import BuildId, ModelName
from modeldesk.core.words import tr
from modeldesk.ui.build.history import HistoryView
from modeldesk.ui.build.history_words import version_of
from modeldesk.ui.build.views import BuildViews, Showing
from modeldesk.ui.context import Context
from modeldesk.ui.presentation import printable
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.tokens import Tone


class PastBuilds(QObject):
    """Reads records off the UI thread and shows them."""

    repeat_wanted = Signal(object)
    """The `BuildRecord` to be built once more."""
    failed = Signal(object)
    """The `ModelDeskError` for which nothing can be shown."""

    def __init__(
        self, context: Context, builds: BuildService, views: BuildViews, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._builds = builds
        self._views = views
        self._within = False
        self._wanted: ModelName | None = None
        self._listing = Latest(context.tasks, self)
        self._reading = Latest(context.tasks, self)
        self._all = Latest(context.tasks, self)
        views.start.recent.all.clicked.connect(lambda _: self.show())
        views.history_made.connect(self._connect_history)

    def _connect_history(self, history: HistoryView) -> None:
        say = self._context.say
        history.repeat_asked.connect(lambda build: self.repeat(BuildId(build)))
        history.compare_asked.connect(self.compare)
        for chart in (history.durations, history.sizes):
            chart.exported.connect(lambda path: say(tr("Saved as {path}.", path=path)))
            chart.export_failed.connect(lambda text: say(text, Tone.BAD))

    @property
    def within(self) -> bool:
        """Whether what is in view was come to from the list of all builds."""
        return self._within

    def show(self, model: ModelName | None = None) -> None:
        """Show the list of all builds, or first of those of `model`."""
        self._within = True
        self._wanted = model
        self._views.show_face(Showing.HISTORY)
        self.refresh()
        self._views.history.table.setFocus()

    def leave(self) -> None:
        """What is shown from now on does not lead back to the list."""
        self._within = False

    def refresh(self) -> None:
        """Read the newest builds again, and all of them where they are in sight or led back to."""
        self._listing.submit(
            lambda _: self._builds.history.recent(),
            title=tr("Read the builds"),
            on_result=self._views.start.show_builds,
            on_error=self.failed.emit,
        )
        if self._within:
            self._all.submit(
                lambda _: self._builds.history.of_model(),
                title=tr("Read the builds"),
                on_result=self._listed,
                on_error=self.failed.emit,
            )

    def _listed(self, records: tuple[BuildRecord, ...]) -> None:
        self._views.history.show_records(records)
        if self._wanted is not None:
            self._views.history.choose_model(self._wanted)
            self._wanted = None

    def compare(self, earlier: str, later: str) -> None:
        """Put two builds side by side."""

        def work(_: object) -> BuildComparison:
            return compare(self._record(earlier), self._record(later))

        self._reading.submit(
            work,
            title=tr("Compare two builds"),
            on_result=self._compared,
            on_error=self.failed.emit,
        )

    def _compared(self, found: BuildComparison) -> None:
        views = self._views
        views.show_face(Showing.COMPARISON)
        views.heading.offer()
        views.heading.say(tr("Two builds compared"))
        names = (f"{printable(one.model)} {version_of(one)}" for one in (found.left, found.right))
        views.heading.line.set_text(" → ".join(names))
        views.comparing.show_comparison(found)
        views.comparing.steps.setFocus()

    def repeat(self, build: BuildId) -> None:
        """Look up what a build was asked, to build the same once more."""
        self._reading.submit(
            lambda _: self._record(build),
            title=tr("Read a build"),
            on_result=self.repeat_wanted.emit,
            on_error=self.failed.emit,
        )

    def _record(self, build: str) -> BuildRecord:
        record = self._builds.history.record(BuildId(build))
        if record is None:
            raise NotFound(tr("That build is not on record any more."))
        return record
