"""The build page: a folder is planned, built, and what came of it is shown."""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.build.model import BuildRecord
from modeldesk.core.build.service import BuildService
from modeldesk.core.changes import Changes
from modeldesk.core.errors import BuildFailed, InvalidInput, ModelDeskError
from modeldesk.core.ids import BuildId
from modeldesk.core.library.model import VersionKey
from modeldesk.core.versioning.names import is_channel
from modeldesk.core.words import tr
from modeldesk.ui.build.draft import request_for
from modeldesk.ui.build.form import VersionForm
from modeldesk.ui.build.found import FoundCard
from modeldesk.ui.build.heading import Heading
from modeldesk.ui.build.notices import end_of, last_words, no_engine
from modeldesk.ui.build.preparing import Prepared, preparing
from modeldesk.ui.build.progress import BuildView, Moment
from modeldesk.ui.build.recipe import RecipeCard
from modeldesk.ui.build.session import BuildSession
from modeldesk.ui.build.start import StartView
from modeldesk.ui.build.words import STATE_TONES, outline, plan_line, short_folder, state_text
from modeldesk.ui.context import Context
from modeldesk.ui.links import BuildLink, LibraryLink, Link
from modeldesk.ui.presentation import moment, printable
from modeldesk.ui.tasks import Latest
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.choose_folder import choose_folder
from modeldesk.ui.widgets.skeleton import Skeleton

_FORM_WIDTH = 308
_NARROW = 800
_LEAST_RIGHT = (300, 260)
_KEPT_SESSIONS = 5
_FOUND_SHARE = 0.45
_SHORT_TAG = 16


class Showing(Enum):
    """What the page shows."""

    START = auto()
    LOOKING = auto()
    """A folder is being looked into."""
    PLAN = auto()
    BUILD = auto()
    """A build of this window, under way or ended."""
    RECORD = auto()
    """An earlier build."""


class BuildPage(QWidget):
    """One folder at a time is planned; builds go on while the page shows something else."""

    def __init__(
        self,
        context: Context,
        builds: BuildService,
        select: Callable[[LibraryLink], None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`select` makes the library choose a new version without going there."""
        super().__init__(parent)
        self._context = context
        self._builds = builds
        self._select = select
        self.showing = Showing.START
        self._folder = Path()
        self._prepared: Prepared | None = None
        self._planned: BuildSession | None = None
        """The build that the form's plan became."""
        self._sessions: list[BuildSession] = []
        self._session: BuildSession | None = None
        self._record: BuildRecord | None = None
        self._looking = Latest(context.tasks, self)
        self._reading = Latest(context.tasks, self)
        self._listing = Latest(context.tasks, self)
        theme = context.theme
        self.start = StartView(theme)
        self.heading = Heading(theme)
        self.banner = Banner(theme)
        self.form = VersionForm(context)
        self.found = FoundCard(theme)
        self.recipe = RecipeCard(theme)
        self.view = BuildView(theme)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.start)
        self._stack.addWidget(self._content())
        self._connect()
        self._show(Showing.START)

    def widget(self) -> QWidget:
        """See `Page`."""
        return self

    def shown(self) -> None:
        """See `Page`."""
        self._list_builds()

    def activate(self, link: Link) -> None:
        """Plan the folder, or show the build, that the link names."""
        if not isinstance(link, BuildLink):
            return
        if link.folder is not None:
            self.plan(link.folder)
        elif link.build is not None:
            self.show_build(link.build)

    @property
    def session(self) -> BuildSession | None:
        """The build in view, while it is one of this window."""
        return self._session if self.showing is Showing.BUILD else None

    def plan(self, folder: Path) -> None:
        """Look into `folder` and propose a build of it."""
        self._folder = folder
        self._show(Showing.LOOKING)
        hub, settings = self._context.hub, self._context.settings.current
        self._looking.submit(
            preparing(self._builds, folder, hub.snapshot, settings),
            title=tr("Look into {folder}", folder=short_folder(folder)),
            on_result=self._looked,
            on_error=self._look_failed,
        )

    def build(self) -> None:
        """Build what is planned."""
        prepared = self._prepared
        if prepared is None or not self.form.usable:
            return
        draft = replace(self.form.draft, dockerfile=self.recipe.edited_text)
        try:
            request = request_for(prepared.plan, draft)
        except InvalidInput as error:
            self.banner.present(Notice(error.message, error.hint))
            return
        text = self.recipe.dockerfile.text()
        session = BuildSession(self._context, self._builds, request, text, prepared.saved, self)
        session.ended.connect(self._ended)
        self._drop_old_sessions()
        self._sessions.append(session)
        self._planned = session
        session.start()
        self._show_session(session)

    def show_build(self, build: BuildId) -> None:
        """Show a build of this window, or an earlier one from the records."""
        for session in self._sessions:
            if session.request.build == build:
                self._show_session(session)
                return
        self._reading.submit(
            lambda _: self._builds.record(build),
            title=tr("Read a build"),
            on_result=self._show_record,
            on_error=self._say_error,
        )

    def _content(self) -> QWidget:
        waiting = Card()
        waiting.body.addWidget(Skeleton(self._context.theme, rows=10))
        waiting.body.addStretch(1)
        self._plan_view = QSplitter(Qt.Orientation.Vertical)
        self._plan_view.setProperty("kind", "gap")
        self._plan_view.setHandleWidth(Space.L)
        self._plan_view.setChildrenCollapsible(False)
        self._plan_view.addWidget(self.found)
        self._plan_view.addWidget(self.recipe)
        self._plan_view.setStretchFactor(0, 0)
        self._plan_view.setStretchFactor(1, 1)
        self._right = QStackedWidget()
        # What is inside arranges itself for the room there is.
        self._right.setMinimumSize(*_LEAST_RIGHT)
        for view in (waiting, self._plan_view, self.view):
            self._right.addWidget(view)
        body = QHBoxLayout()
        body.setSpacing(Space.L)
        self.form.setFixedWidth(_FORM_WIDTH)
        body.addWidget(self.form)
        body.addWidget(self._right, 1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self.heading)
        column.addWidget(self.banner)
        column.addLayout(body, 1)
        return content

    def _connect(self) -> None:
        hub, heading = self._context.hub, self.heading
        hub.connection_changed.connect(self._plan_changed)
        hub.snapshot_changed.connect(self._snapshot_changed)
        hub.changed.connect(self._changed)
        self.start.folder_asked.connect(self._choose)
        self.start.recent.chosen.connect(self.show_build)
        self.form.changed.connect(self._plan_changed)
        self.form.recipe_chosen.connect(self._recipe_chosen)
        heading.back.clicked.connect(self._go_back)
        heading.other.clicked.connect(self._choose)
        heading.stop.clicked.connect(self._go_back)
        heading.cancel.clicked.connect(self._cancel)
        heading.again.clicked.connect(self._same_folder)
        heading.edit.clicked.connect(self._edit_again)
        heading.library.clicked.connect(self._go_to_library)
        heading.build.clicked.connect(self.build)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.showing is Showing.BUILD:
            self._show_form()

    # What is shown

    def _show_form(self) -> None:
        """Beside its own build the form can only be read: a narrow page does without."""
        mine = self._session is not None and self._session is self._planned
        self.form.setVisible(mine and self.width() >= _NARROW)

    def _show(self, showing: Showing) -> None:
        heading = self.heading
        self.showing = showing
        self.banner.dismiss()
        self._stack.setCurrentIndex(0 if showing is Showing.START else 1)
        if showing is Showing.START:
            heading.offer()
            self.start.recent.table.clearSelection()
        elif showing is Showing.LOOKING:
            heading.say(tr("Build {name}", name=printable(self._folder.name)))
            heading.line.set_text(short_folder(self._folder))
            heading.offer(heading.stop)
            heading.stop.setFocus()
            self.form.hide()
            self._right.setCurrentIndex(0)
        elif showing is Showing.PLAN:
            heading.offer(heading.other, heading.build)
            self.form.show()
            self._right.setCurrentIndex(1)
        else:
            self._right.setCurrentIndex(2)

    def _looked(self, prepared: Prepared) -> None:
        self._prepared, self._planned = prepared, None
        plan = prepared.plan
        self.found.show_plan(plan)
        self.recipe.show_plan(plan, plan.recipe, plan.dockerfile)
        self.form.show_plan(plan, prepared.recipes)
        self._show_plan()

    def _show_plan(self) -> None:
        if self._prepared is None:
            return
        self._show(Showing.PLAN)
        self._share_height()
        self.heading.line.set_text(plan_line(self._prepared.plan))
        self.form.set_editable(True)
        self.form.check()
        self.form.tag.setFocus()

    def _share_height(self) -> None:
        """What was found takes what it needs, up to a share; the Dockerfile has the rest."""
        height = self._right.height()
        found = min(self.found.wanted_height(self._right.width()), round(height * _FOUND_SHARE))
        self._plan_view.setSizes([found, height - found])

    def _look_failed(self, error: ModelDeskError) -> None:
        self._show(Showing.START)
        self._say_error(error)

    def _plan_changed(self, _news: object = None) -> None:
        if self.showing is not Showing.PLAN:
            return
        draft = self.form.draft
        name = printable(draft.model)
        chips = [ChipSpec(draft.channel, Tone.ACCENT)] if draft.channel else []
        self.heading.say(tr("Build {name} {version}", name=name, version=draft.tag), chips)
        button = self.heading.build
        tag = draft.tag if len(draft.tag) <= _SHORT_TAG else f"{draft.tag[:_SHORT_TAG]}…"
        button.set_text(tr("Build {version}", version=tag))
        engine = self._context.engine() is not None
        button.setEnabled(self.form.usable and engine)
        button.setToolTip(next(iter(self.form.problems.values()), ""))
        if engine:
            self.banner.dismiss()
        else:
            self.banner.present(no_engine())

    def _recipe_chosen(self) -> None:
        if self._prepared is not None:
            plan = self._prepared.plan
            self.recipe.show_plan(plan, self.form.draft.recipe, plan.dockerfile)

    def _show_session(self, session: BuildSession) -> None:
        self._follow(session)
        self._show(Showing.BUILD)
        mine = session is self._planned
        self._show_form()
        if mine:
            self.form.set_editable(False)
        self.view.steps.list.setFocus()
        request = session.request
        title = tr("Build {name} {version}", name=printable(request.model), version=session.version)
        self.heading.say(title, [_tag_chip(one.tag) for one in request.references[1:]])
        line = plan_line(self._prepared.plan) if mine and self._prepared else ""
        self.heading.line.set_text(line or short_folder(request.folder))
        self.view.show_texts(session.dockerfile, session.lines)
        self._session_changed()
        if not session.running:
            self._show_end()

    def _follow(self, session: BuildSession) -> None:
        if session is self._session:
            return
        if self._session is not None:
            self._session.changed.disconnect(self._session_changed)
            self._session.logged.disconnect(self._session_logged)
        self._session = session
        session.changed.connect(self._session_changed)
        session.logged.connect(self._session_logged)

    def _session_changed(self) -> None:
        session = self.session
        if session is None:
            return
        self.view.steps.show_moment(
            Moment(
                session.state,
                session.outline,
                session.seconds,
                session.sent,
                session.cancelling,
                session.saved,
            )
        )
        if session.running:
            cancel = self.heading.cancel
            self.heading.offer(cancel)
            cancel.setEnabled(not session.cancelling)
            cancel.set_text(tr("Cancelling") if session.cancelling else tr("Cancel build"))

    def _session_logged(self, lines: list[str]) -> None:
        if self.showing is Showing.BUILD:
            self.view.log.append(lines)

    def _ended(self) -> None:
        session = self.sender()
        self._context.hub.publish_changes(Changes(builds=True), self)
        if not isinstance(session, BuildSession):
            return
        if session is self.session:
            self._show_end()
        if session.outcome is None:
            return
        link = LibraryLink(session.request.model, session.outcome.image)
        if self.isVisible() and self._select is not None:
            self._select(link)
        if not self.isVisible() and session.seconds < self._context.settings.current.notify_after_s:
            self._context.say(
                end_of(session, self._context.hub.snapshot).sentence,
                Tone.GOOD,
                tr("Show in library"),
                lambda: self._context.navigate(link),
            )

    def _show_end(self) -> None:
        session, heading = self.session, self.heading
        if session is None:
            return
        if session.outcome is not None:
            heading.offer(heading.again, heading.library)
        else:
            heading.offer(heading.edit)
        self.banner.present(end_of(session, self._context.hub.snapshot))
        if session.error is not None:
            if isinstance(session.error, BuildFailed) and session.error.line is not None:
                self.view.dockerfile.mark_line(session.error.line)
            self.view.log.append(last_words(session.error, "\n".join(session.lines)))

    def _show_record(self, record: BuildRecord | None) -> None:
        if record is None:
            self._context.say(tr("That build is not on record any more."), Tone.WARNING)
            return
        self._record = record
        self._show(Showing.RECORD)
        heading = self.heading
        self.form.hide()
        version = record.references[0].tag if record.references else ""
        state = ChipSpec(state_text(record.state), STATE_TONES[record.state])
        heading.say(tr("{name} {version}", name=printable(record.model), version=version), [state])
        heading.line.set_text(f"{short_folder(Path(record.folder))} · {moment(record.started)}")
        there = record.image is not None and self._context.hub.snapshot.version(
            VersionKey(record.model, record.image)
        )
        heading.offer(heading.again, *((heading.library,) if there else ()))
        self.view.show_texts("", record.log.splitlines())
        self.view.steps.list.setFocus()
        where = outline(record.steps, "")
        self.view.steps.show_moment(Moment(record.state, where, record.seconds))
        if record.error:
            self.banner.present(Notice(record.error.partition("\n")[0], closable=False))

    # What a person does

    def _choose(self) -> None:
        choose_folder(self.window(), lambda path: self.plan(Path(path)))

    def _go_back(self) -> None:
        self._looking.cancel()
        self._show(Showing.START)
        self._list_builds()

    def _cancel(self) -> None:
        if self._session is not None:
            self._session.cancel()

    def _same_folder(self) -> None:
        if self.showing is Showing.RECORD and self._record is not None:
            self.plan(Path(self._record.folder))
        elif self._session is not None:
            self.plan(self._session.request.folder)

    def _edit_again(self) -> None:
        """Back to the form as it was; the line that failed stays marked."""
        session = self._session
        if session is None:
            return
        if session is not self._planned:
            self.plan(session.request.folder)
            return
        self._show_plan()
        error = session.error
        if isinstance(error, BuildFailed) and error.line is not None:
            self.recipe.tabs.setCurrentIndex(0)
            self.recipe.dockerfile.mark_line(error.line)

    def _go_to_library(self) -> None:
        if self.showing is Showing.RECORD and self._record is not None:
            self._context.navigate(LibraryLink(self._record.model, self._record.image))
        elif self._session is not None and self._session.outcome is not None:
            image = self._session.outcome.image
            self._context.navigate(LibraryLink(self._session.request.model, image))

    # What changes by itself

    def _snapshot_changed(self, _snapshot: object) -> None:
        session = self.session
        if session is not None and session.outcome is not None:
            notice = end_of(session, self._context.hub.snapshot)
            if notice != self.banner.notice:
                self.banner.present(notice)

    def _changed(self, changes: Changes, _initiator: object) -> None:
        if changes.builds:
            self._list_builds()

    def _list_builds(self) -> None:
        self._listing.submit(
            lambda _: self._builds.recent(),
            title=tr("Read the builds"),
            on_result=self._listed,
            on_error=self._say_error,
        )

    def _listed(self, records: tuple[BuildRecord, ...]) -> None:
        self.start.recent.show_records(records)
        self.start.set_any(bool(records))

    def _say_error(self, error: ModelDeskError) -> None:
        self._context.say(str(error), Tone.BAD)

    def _drop_old_sessions(self) -> None:
        for session in self._sessions[:-_KEPT_SESSIONS]:
            if not session.running and session is not self._session:
                self._sessions.remove(session)
                session.deleteLater()


def _tag_chip(tag: str) -> ChipSpec:
    return ChipSpec(tag, Tone.ACCENT if is_channel(tag) else Tone.NEUTRAL)
