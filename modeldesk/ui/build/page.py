"""The build page: a folder is planned, built, and what came of it is shown."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.build.model import BuildRecord
from modeldesk.core.build.service import BuildService
from modeldesk.core.changes import Changes
from modeldesk.core.errors import BuildFailed, InvalidInput, ModelDeskError
from modeldesk.core.ids import BuildId, ModelName
from modeldesk.core.library.model import VersionKey
from modeldesk.core.recipes.choice import Form, form_for
from modeldesk.core.versioning.names import is_channel
from modeldesk.core.words import tr
from modeldesk.ui.activity.words import last_words
from modeldesk.ui.build.draft import request_for
from modeldesk.ui.build.notices import end_of, no_engine
from modeldesk.ui.build.preparing import Prepared, preparing, recipes_for
from modeldesk.ui.build.progress import Moment
from modeldesk.ui.build.session import BuildSession
from modeldesk.ui.build.sessions import BuildSessions
from modeldesk.ui.build.views import BuildViews, Showing
from modeldesk.ui.build.words import STATE_TONES, outline, plan_line, short_folder, state_text
from modeldesk.ui.context import Context
from modeldesk.ui.links import BuildLink, LibraryLink, Link, SettingsLink, SettingsSection
from modeldesk.ui.presentation import moment, printable
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.banner import Notice
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.choose_folder import choose_folder

_SHORT_TAG = 16


class BuildPage(QWidget):
    """One folder at a time is planned; builds go on while the page shows something else."""

    def __init__(
        self,
        context: Context,
        builds: BuildService,
        views: BuildViews,
        select: Callable[[LibraryLink], None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`select` makes the library choose a new version without going there."""
        super().__init__(parent)
        self._context = context
        self._builds = builds
        self._folder = Path()
        self._prepared: Prepared | None = None
        self._planned: BuildSession | None = None
        """The build that the form's plan became."""
        self._sessions = BuildSessions(context, builds, select, self.isVisible, self)
        self._session: BuildSession | None = None
        self._record: BuildRecord | None = None
        self._looking = Latest(context.tasks, self)
        self._fitting = Latest(context.tasks, self)
        self._reading = Latest(context.tasks, self)
        self._listing = Latest(context.tasks, self)
        self.views = views
        self.start, self.heading, self.banner = views.start, views.heading, views.banner
        self.form, self.found, self.recipe = views.form, views.found, views.recipe
        self.view = views.progress
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
        self._list_builds()

    def activate(self, link: Link) -> None:
        """Plan the folder, or show the build, that the link names."""
        if not isinstance(link, BuildLink):
            return
        if link.folder is not None:
            self.plan(link.folder)
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
        return self._session if self.showing is Showing.BUILD else None

    def plan_next(self, model: ModelName) -> None:
        """Propose the next version of `model` from the folder it was built from last; where none
        is known, a folder is to be given."""
        self._go_to_start()
        self._looking.submit(
            lambda _: self._builds.folder_of(model),
            title=tr("Look for the folder of {model}", model=model),
            on_result=lambda folder: self._folder_found(model, folder),
            on_error=lambda _: self._folder_found(model, None),
        )

    def plan(self, folder: Path, model: ModelName | None = None) -> None:
        """Look into `folder` and propose a build of it, as a version of `model` if that is
        given."""
        self._folder = folder
        self._show_folder()
        hub, settings = self._context.hub, self._context.settings.current
        self._looking.submit(
            preparing(self._builds, folder, hub.snapshot, settings, self._builder_form(), model),
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
        session = self._sessions.start(request, text, prepared.saved)
        self._planned = session
        self._show_session(session)

    def show_build(self, build: BuildId) -> None:
        """Show a build of this window, or an earlier one from the records."""
        session = self._sessions.find(build)
        if session is not None:
            self._show_session(session)
            return
        self._reading.submit(
            lambda _: self._builds.record(build),
            title=tr("Read a build"),
            on_result=self._show_record,
            on_error=self._say_error,
        )

    def _connect(self) -> None:
        hub, heading = self._context.hub, self.heading
        hub.connection_changed.connect(self._connection_changed)
        hub.snapshot_changed.connect(self._snapshot_changed)
        hub.changed.connect(self._changed)
        self._sessions.ended.connect(self._ended)
        self.start.folder_asked.connect(self._choose)
        self.start.recent.chosen.connect(self.show_build)
        self.form.changed.connect(self._plan_changed)
        self.form.recipe_chosen.connect(self._recipe_chosen)
        self.recipe.stages_chosen.connect(self._stages_chosen)
        heading.back.clicked.connect(self._go_back)
        heading.other.clicked.connect(self._choose)
        heading.stop.clicked.connect(self._go_back)
        heading.cancel.clicked.connect(self._cancel)
        heading.again.clicked.connect(self._same_folder)
        heading.edit.clicked.connect(self._edit_again)
        heading.library.clicked.connect(self._go_to_library)
        heading.build.clicked.connect(self.build)
        # The one way out that a banner of this page offers.
        self.banner.action_chosen.connect(
            lambda _: self._context.navigate(SettingsLink(SettingsSection.NEW_VERSIONS))
        )

    # What is shown

    def _go_to_start(self) -> None:
        self.views.show_face(Showing.START)

    def _show_folder(self) -> None:
        heading = self.heading
        self.views.show_face(Showing.LOOKING)
        heading.say(tr("Build {name}", name=printable(self._folder.name)))
        heading.line.set_text(short_folder(self._folder))
        heading.offer(heading.stop)
        heading.stop.setFocus()

    def _folder_found(self, model: ModelName, folder: Path | None) -> None:
        if folder is not None:
            self.plan(folder, model)
            return
        self._list_builds()
        self._context.say(
            tr("No folder of {model} is known here. Drop it on the window.", model=printable(model))
        )

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
        self.views.show_face(Showing.PLAN)
        self.heading.offer(self.heading.other, self.heading.build)
        self.heading.line.set_text(plan_line(self._prepared.plan))
        self._fit_builder()
        self.form.set_editable(True)
        self.form.check()
        self.form.tag.setFocus()

    def _look_failed(self, error: ModelDeskError) -> None:
        self._go_to_start()
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

    def _stages_chosen(self) -> None:
        self.form.choose_stages(self.recipe.stages.current)
        self._recipe_chosen()

    def _builder_form(self) -> Form:
        """Every builder takes the classic form, so that is the one while there is no engine."""
        engine = self._context.engine()
        return form_for(engine is not None and engine.info.builds_with_buildkit)

    def _fit_builder(self) -> None:
        """Propose for the builder that the engine has by now. What a person edited stays."""
        prepared, form = self._prepared, self._builder_form()
        if prepared is None or prepared.form is form or self._context.engine() is None:
            return
        self._fitting.submit(
            lambda _: recipes_for(prepared.plan, prepared.base_image, form),
            title=tr("Look into {folder}", folder=short_folder(self._folder)),
            on_result=lambda recipes: self._fitted(replace(prepared, recipes=recipes, form=form)),
            on_error=self._say_error,
        )

    def _fitted(self, prepared: Prepared) -> None:
        same = self._prepared is not None and self._prepared.plan is prepared.plan
        if same and self.recipe.edited_text is None:
            self._prepared = prepared
            self.form.show_recipes(prepared.recipes)
            self._recipe_chosen()

    def _show_session(self, session: BuildSession) -> None:
        self._follow(session)
        self.views.show_face(Showing.BUILD)
        mine = session is self._planned
        self.views.show_form_beside_build(mine)
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

    def _ended(self, session: BuildSession) -> None:
        if session is self.session:
            self._show_end()

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
        self.views.show_face(Showing.RECORD)
        heading = self.heading
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
        self._go_to_start()
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
        base_image = self._context.settings.current.base_image
        stale = self._prepared is None or (
            self._prepared.plan.recipe is not None and self._prepared.base_image != base_image
        )
        if session is not self._planned or stale:
            self.plan(session.request.folder, session.request.model)
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

    def _connection_changed(self, _news: object) -> None:
        if self.showing is Showing.PLAN:
            self._fit_builder()
            self._plan_changed()

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


def _tag_chip(tag: str) -> ChipSpec:
    return ChipSpec(tag, Tone.ACCENT if is_channel(tag) else Tone.NEUTRAL)
