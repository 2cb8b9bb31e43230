"""The build that the page shows: of this window, under way or ended, or one on record."""

from pathlib import Path

from PySide6.QtCore import QObject

from modeldesk.core.build.model import BuildRecord
from modeldesk.core.errors import BuildFailed
from modeldesk.core.ids import BuildId
from modeldesk.core.library.model import VersionKey
from modeldesk.core.versioning.names import is_channel
from modeldesk.core.words import tr
from modeldesk.ui.activity.words import last_words
from modeldesk.ui.build.history_words import cache_text, saved_time
from modeldesk.ui.build.notices import end_of, end_of_record
from modeldesk.ui.build.progress import Moment
from modeldesk.ui.build.session import BuildSession
from modeldesk.ui.build.views import BuildViews, Showing
from modeldesk.ui.build.words import STATE_TONES, outline, short_folder, state_text
from modeldesk.ui.context import Context
from modeldesk.ui.links import LibraryLink
from modeldesk.ui.presentation import moment, printable, size
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.chip import ChipSpec


class BuildInView(QObject):
    """Tells heading, steps and log of one build, for as long as it goes on."""

    def __init__(self, context: Context, views: BuildViews, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._views = views
        self._session: BuildSession | None = None
        self._record: BuildRecord | None = None
        context.hub.snapshot_changed.connect(self._snapshot_changed)

    @property
    def session(self) -> BuildSession | None:
        """The build in view, while it is one of this window."""
        return self._session if self._views.showing is Showing.BUILD else None

    @property
    def build(self) -> BuildId | None:
        """Which one it is."""
        if self._views.showing is Showing.RECORD and self._record is not None:
            return self._record.id
        return self._session.request.build if self._session is not None else None

    @property
    def folder(self) -> Path | None:
        """What it was built from."""
        if self._views.showing is Showing.RECORD and self._record is not None:
            return Path(self._record.folder)
        return self._session.request.folder if self._session is not None else None

    @property
    def made(self) -> LibraryLink | None:
        """The version that came of it."""
        if self._views.showing is Showing.RECORD and self._record is not None:
            return LibraryLink(self._record.model, self._record.image)
        if self._session is None or self._session.outcome is None:
            return None
        return LibraryLink(self._session.request.model, self._session.outcome.image)

    def show_session(self, session: BuildSession, line: str) -> None:
        """Show a build of this window and follow it; `line` tells what is built."""
        views, request = self._views, session.request
        self._follow(session)
        views.progress.steps.list.setFocus()
        title = tr("Build {name} {version}", name=printable(request.model), version=session.version)
        views.heading.say(title, [_tag_chip(one.tag) for one in request.references[1:]])
        views.heading.line.set_text(line or short_folder(request.folder))
        views.progress.show_texts(session.dockerfile, session.lines)
        self._session_changed()
        if not session.running:
            self.show_end()

    def show_record(self, record: BuildRecord) -> None:
        """Show a build of the records."""
        self._record = record
        heading, view = self._views.heading, self._views.progress
        version = record.references[0].tag if record.references else ""
        state = ChipSpec(state_text(record.state), STATE_TONES[record.state])
        heading.say(tr("{name} {version}", name=printable(record.model), version=version), [state])
        cached, saved = cache_text(record.cache), saved_time(record.cache)
        facts = (
            short_folder(Path(record.folder)),
            moment(record.started),
            tr("cached: {steps}", steps=cached) if cached else "",
            tr("saved {time}", time=saved) if saved else "",
            size(record.image_bytes) if record.image_bytes is not None else "",
        )
        heading.line.set_text(" · ".join(filter(None, facts)))
        there = record.image is not None and self._context.hub.snapshot.version(
            VersionKey(record.model, record.image)
        )
        heading.offer(heading.again, *((heading.library,) if there else ()))
        view.show_texts(record.asked.dockerfile, record.log.splitlines())
        view.steps.list.setFocus()
        view.steps.show_moment(Moment(record.state, outline(record.steps, ""), record.seconds))
        notice = end_of_record(record)
        if notice is not None:
            self._views.banner.present(notice)

    def show_end(self) -> None:
        """Say how the build in view ended, and what can be done now."""
        session, heading, view = self.session, self._views.heading, self._views.progress
        if session is None:
            return
        if session.outcome is not None:
            # Without those that were refused.
            tags = [one.tag for one in session.outcome.references if one.tag != session.version]
            heading.say(heading.title.text(), [_tag_chip(tag) for tag in tags])
            heading.offer(heading.again, heading.library)
        else:
            heading.offer(heading.edit)
        self._views.banner.present(end_of(session, self._context.hub.snapshot))
        if session.error is not None:
            if isinstance(session.error, BuildFailed) and session.error.line is not None:
                view.dockerfile.mark_line(session.error.line)
            view.log.append(last_words(session.error, "\n".join(session.lines)))

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
        self._views.progress.steps.show_moment(
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
            cancel = self._views.heading.cancel
            self._views.heading.offer(cancel)
            if session.cancelling and cancel.hasFocus():
                # Disabled, it would send the keyboard wherever is next.
                self._views.progress.steps.list.setFocus()
            cancel.setEnabled(not session.cancelling)
            cancel.set_text(tr("Cancelling") if session.cancelling else tr("Cancel build"))

    def _session_logged(self, lines: list[str]) -> None:
        if self._views.showing is Showing.BUILD:
            self._views.progress.log.append(lines)

    def _snapshot_changed(self, _snapshot: object) -> None:
        """The size of what was built is known once the library has read it."""
        session, banner = self.session, self._views.banner
        if session is not None and session.outcome is not None:
            notice = end_of(session, self._context.hub.snapshot)
            if notice != banner.notice:
                banner.present(notice)


def _tag_chip(tag: str) -> ChipSpec:
    return ChipSpec(tag, Tone.ACCENT if is_channel(tag) else Tone.NEUTRAL)
