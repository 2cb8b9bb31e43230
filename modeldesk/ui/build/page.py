"""The build page: a folder is planned, built, and what came of it is shown."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.build.model import BuildRecord
from modeldesk.core.build.service import BuildService
from modeldesk.core.changes import Changes
from modeldesk.core.errors import BuildFailed, InvalidInput, ModelDeskError
from modeldesk.core.ids import BuildId, ModelName
from modeldesk.core.recipes.choice import Stages
from modeldesk.core.recipes.service import RecipeService
from modeldesk.core.words import tr
from modeldesk.ui.build.build_in_view import BuildInView
from modeldesk.ui.build.history import HistoryView
from modeldesk.ui.build.past import PastBuilds
from modeldesk.ui.build.plan_in_view import PlanInView
from modeldesk.ui.build.planning import Planning
from modeldesk.ui.build.revisions import RevisionDialog
from modeldesk.ui.build.session import BuildSession
from modeldesk.ui.build.sessions import BuildSessions
from modeldesk.ui.build.views import BuildViews, Showing
from modeldesk.ui.build.words import plan_line, short_folder
from modeldesk.ui.context import Context
from modeldesk.ui.links import BuildLink, LibraryLink, Link
from modeldesk.ui.presentation import printable
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.choose_folder import choose_folder

_LEFT_BY_ESCAPE = (Showing.LOOKING, Showing.RECORD, Showing.HISTORY, Showing.COMPARISON)


class BuildPage(QWidget):
    """One folder at a time is planned; builds go on while the page shows something else."""

    def __init__(
        self,
        context: Context,
        builds: BuildService,
        views: BuildViews,
        recipes: Callable[[], RecipeService],
        select: Callable[[LibraryLink], None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`recipes` is called in worker threads; `select` makes the library choose a new version
        without going there."""
        super().__init__(parent)
        self._context = context
        self._builds = builds
        self.views = views
        self.start, self.heading, self.banner = views.start, views.heading, views.banner
        self.form, self.found, self.recipe = views.form, views.found, views.recipe
        self.view = views.progress
        self.planning = Planning(context, builds, self.form, self.found, self.recipe, recipes, self)
        self.plan_in_view = PlanInView(context, views, self.planning, self)
        self.in_view = BuildInView(context, views, self)
        self.past = PastBuilds(context, builds, views, self)
        self._planned: BuildSession | None = None
        """The build that the form's plan became."""
        self._sessions = BuildSessions(context, builds, select, self.isVisible, self)
        self._seeking = Latest(context.tasks, self)
        self._reading = Latest(context.tasks, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(views)
        self._connect()
        self._go_to_start()

    def widget(self) -> QWidget:
        """See `Page`."""
        return self

    def shown(self) -> None:
        """See `Page`."""
        self.past.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves what is only looked at. A plan may have edits, and a build is cancelled by
        its button."""
        if event.key() == Qt.Key.Key_Escape and self.showing in _LEFT_BY_ESCAPE:
            self._go_back()
        else:
            super().keyPressEvent(event)

    def activate(self, link: Link) -> None:
        """Plan the folder, or show the build, that the link names."""
        if not isinstance(link, BuildLink):
            return
        if link.history:
            self.past.show(link.model)
        elif link.folder is not None:
            self.plan(link.folder, stages=link.stages)
        elif link.build is not None:
            self.show_build(link.build)
        elif link.model is not None:
            self.plan_next(link.model)

    @property
    def showing(self) -> Showing:
        """What the page shows."""
        return self.views.showing

    @property
    def session(self) -> BuildSession | None:
        """The build in view, while it is one of this window."""
        return self.in_view.session

    def plan_next(self, model: ModelName) -> None:
        """Propose the next version of `model` from the folder it was built from last; where none
        is known, a folder is to be given."""
        self.planning.stop()
        self._go_to_start()
        self._seeking.submit(
            lambda _: self._builds.history.folder_of(model),
            title=tr("Look for the folder of {model}", model=model),
            on_result=lambda folder: self._folder_found(model, folder),
            on_error=lambda _: self._folder_found(model, None),
        )

    def plan(
        self,
        folder: Path,
        model: ModelName | None = None,
        *,
        revision: str = "",
        stages: Stages | None = None,
    ) -> None:
        """Look into `folder`, or what it was in `revision`, and propose a build of it, as a
        version of `model`, and in `stages`, where those are given."""
        self._seeking.cancel()
        self._show_folder(folder)
        self.planning.look(folder, model, revision=revision, stages=stages)

    def choose_revision(self) -> RevisionDialog:
        """Ask which commit of the planned folder is built, and plan that."""
        folder, model = self.planning.folder, self.planning.model
        dialog = RevisionDialog(self._context, self._builds.source, folder, self.window())
        dialog.picked.connect(lambda revision: self.plan(folder, model, revision=revision))
        dialog.open()
        return dialog

    def repeat(self, record: BuildRecord) -> None:
        """Propose a build of the same folder with the same choices, as the next version; what is
        secret is asked for again."""
        folder = Path(record.folder)
        if not folder.is_dir():
            self._context.say(
                tr("The folder {folder} is not there any more.", folder=short_folder(folder)),
                Tone.WARNING,
            )
            return
        self._seeking.cancel()
        self._show_folder(folder)
        self.planning.look(folder, record.model, revision=record.asked.revision, asked=record.asked)

    def build(self) -> None:
        """Build what is planned."""
        prepared = self.planning.prepared
        try:
            request = self.planning.request()
        except InvalidInput as error:
            self.plan_in_view.say_unusable(error)
            return
        if request is not None and prepared is not None:
            text = self.recipe.dockerfile.text()
            self._planned = self._sessions.start(request, text, prepared.saved)
            self._show_session(self._planned)

    def show_build(self, build: BuildId) -> None:
        """Show a build of this window, or an earlier one from the records."""
        session = self._sessions.find(build)
        if session is not None:
            self._show_session(session)
            return
        self._reading.submit(
            lambda _: self._builds.history.record(build),
            title=tr("Read a build"),
            on_result=self._show_record,
            on_error=self._say_error,
        )

    def _connect(self) -> None:
        heading, planning = self.heading, self.planning
        self._context.hub.changed.connect(self._changed)
        self._sessions.ended.connect(self._ended)
        self.start.folder_asked.connect(self._choose)
        self.start.recent.chosen.connect(self.show_build)
        self.views.history_made.connect(self._connect_history)
        self.past.repeat_wanted.connect(self.repeat)
        self.past.failed.connect(self._say_error)
        planning.replaced.connect(self._plan_replaced)
        planning.looked.connect(self._looked)
        planning.failed.connect(self._look_failed)
        self.form.source.asked.connect(self.choose_revision)
        heading.back.clicked.connect(self._go_back)
        heading.other.clicked.connect(self._choose)
        heading.stop.clicked.connect(self._go_back)
        heading.cancel.clicked.connect(self._cancel)
        heading.again.clicked.connect(self._same_folder)
        heading.edit.clicked.connect(self._edit_again)
        heading.library.clicked.connect(self._go_to_library)
        heading.build.clicked.connect(self.build)

    def _connect_history(self, history: HistoryView) -> None:
        history.open_asked.connect(lambda build: self.show_build(BuildId(build)))
        history.back_asked.connect(self._go_back)

    # What is shown

    def _go_to_start(self) -> None:
        self.views.show_face(Showing.START)

    def _show_folder(self, folder: Path) -> None:
        heading = self.heading
        self.views.show_face(Showing.LOOKING)
        heading.say(tr("Build {name}", name=printable(folder.name)))
        heading.line.set_text(short_folder(folder))
        heading.offer(heading.stop)
        heading.stop.setFocus()

    def _folder_found(self, model: ModelName, folder: Path | None) -> None:
        if folder is not None:
            self.plan(folder, model)
            return
        self.past.refresh()
        self._context.say(
            tr("No folder of {model} is known here. Drop it on the window.", model=printable(model))
        )

    def _plan_replaced(self) -> None:
        self._planned = None

    def _looked(self) -> None:
        self.views.begin_plan()
        self.plan_in_view.show()

    def _look_failed(self, error: ModelDeskError) -> None:
        if self.showing is Showing.LOOKING:
            # Where another commit was asked for, what was planned of the folder still stands.
            (self.plan_in_view.show if self.planning.stands else self._go_to_start)()
        self._say_error(error)

    def _show_session(self, session: BuildSession) -> None:
        mine, prepared = session is self._planned, self.planning.prepared
        self.views.show_face(Showing.BUILD)
        self.views.show_form_beside_build(mine)
        if mine:
            self.form.set_editable(False)
        self.in_view.show_session(session, plan_line(prepared.plan) if mine and prepared else "")

    def _ended(self, session: BuildSession) -> None:
        if session is self.session:
            # In a turn of its own: the end is told in many places.
            self._context.tasks.post(self, lambda: self._show_end(session))

    def _show_end(self, session: BuildSession) -> None:
        if session is self.session:
            self.in_view.show_end()

    def _show_record(self, record: BuildRecord | None) -> None:
        if record is None:
            self._context.say(tr("That build is not on record any more."), Tone.WARNING)
            return
        self.views.show_face(Showing.RECORD)
        self.in_view.show_record(record)

    # What a person does

    def _choose(self) -> None:
        choose_folder(self.window(), lambda path: self.plan(Path(path)))

    def _go_back(self) -> None:
        self._seeking.cancel()
        self.planning.stop()
        if self.past.within and self.showing is not Showing.HISTORY:
            self.past.show()
            return
        self.past.leave()
        self._go_to_start()
        self.past.refresh()

    def _cancel(self) -> None:
        if self.session is not None:
            self.session.cancel()

    def _same_folder(self) -> None:
        if self.in_view.build is not None:
            self.past.repeat(self.in_view.build)

    def _edit_again(self) -> None:
        """Back to the form as it was; the line that failed stays marked."""
        session = self.session
        if session is None:
            return
        if session is not self._planned or self.planning.outdated:
            self.plan(session.request.folder, session.request.model)
            return
        self.plan_in_view.show()
        error = session.error
        if isinstance(error, BuildFailed) and error.line is not None:
            self.views.show_texts()
            self.recipe.tabs.setCurrentIndex(0)
            self.recipe.dockerfile.mark_line(error.line)

    def _go_to_library(self) -> None:
        if self.in_view.made is not None:
            self._context.navigate(self.in_view.made)

    # What changes by itself

    def _changed(self, changes: Changes, _initiator: object) -> None:
        if changes.builds:
            self.past.refresh()

    def _say_error(self, error: ModelDeskError) -> None:
        self._context.say(str(error), Tone.BAD)
