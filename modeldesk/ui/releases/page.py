"""The releases page: what runs, how it does, and the way back."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from modeldesk.core.ids import ModelName
from modeldesk.core.releases.book import elsewhere_text
from modeldesk.core.releases.model import VersionTarget
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import LibraryLink, Link, ReleasesLink
from modeldesk.ui.releases.acting import Acting
from modeldesk.ui.releases.actions import ReleaseActions
from modeldesk.ui.releases.canary_actions import CanaryActions
from modeldesk.ui.releases.entries import RunningEntry, deployment_key, entries
from modeldesk.ui.releases.following import RolloutFollowing
from modeldesk.ui.releases.heading import Act
from modeldesk.ui.releases.page_view import Shown, can_have_canary, heading_view, names_of
from modeldesk.ui.releases.parts import ReleasesParts
from modeldesk.ui.releases.store import ReleaseFacts, ReleaseStore
from modeldesk.ui.releases.swarm_following import SwarmFollowing
from modeldesk.ui.releases.what_runs import WhatRuns
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.empty_state import EmptyState


class ReleasesPage(QWidget):
    """Deployments and single containers of models; one of them in full."""

    def __init__(
        self,
        context: Context,
        store: ReleaseStore,
        actions: ReleaseActions,
        canary: CanaryActions,
        following: RolloutFollowing,
        swarms: SwarmFollowing,
        parts: ReleasesParts,
        mark: Callable[[ModelName | None], None] = lambda _: None,
        parent: QWidget | None = None,
    ) -> None:
        """`mark` is told which model the page is about while it is in sight."""
        super().__init__(parent)
        self._mark = mark
        self._context = context
        self._store = store
        self._actions = actions
        self._following = following
        self._swarms = swarms
        self._acting = Acting(context, actions, canary, self)
        self._entry: RunningEntry | None = None
        self._wanted = ""
        self._output: bool | None = None
        """Whether a person wants to see the output; None: as it fits."""
        self._newest: ReleaseFacts | None = None
        """The records, while nothing newer was heard from the library."""
        self.heading = parts.heading
        self.body = parts.body
        self.runs = WhatRuns(context.theme)
        self._empty = EmptyState(
            context.theme,
            Icon.RELEASES,
            tr("Nothing that ModelDesk started here runs."),
            tr("Run a version from the library; as a service it gets a history and a way back."),
            tr("Go to the library"),
        )
        self.elsewhere = ElidedLabel(color="muted", mode=Qt.TextElideMode.ElideRight)
        self._lay_out()
        self._connect()
        self._update()

    def widget(self) -> QWidget:
        """See `Page`."""
        return self

    def shown(self) -> None:
        """See `Page`."""
        self._store.read()

    def activate(self, link: Link) -> None:
        """Select the deployment the link names, now or when it is known."""
        if isinstance(link, ReleasesLink) and link.deployment:
            self._wanted = deployment_key(link.deployment)
            self._update()
        elif isinstance(link, ReleasesLink) and link.model:
            found = (entry.key for entry in self.runs.rows() if entry.model == link.model)
            self._selected(next(found, ""))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tell_model()
        self._show(self._entry)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._following.stop()
        self._mark(None)

    def _tell_model(self) -> None:
        if self.isVisible():
            self._mark(ModelName(self._entry.model) if self._entry and self._entry.model else None)

    def _lay_out(self) -> None:
        content = QWidget()
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(Space.XL, Space.L, Space.XL, Space.M)
        head.setSpacing(Space.M)
        head.addWidget(self.heading)
        head.addWidget(self.runs)
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        # What can be done stays in sight, however far the rest is scrolled.
        inside.addWidget(top)
        inside.addWidget(self.body, 1)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(content)
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(Space.XL, 0, Space.XL, Space.M)
        foot.addWidget(self.elsewhere)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._stack, 1)
        column.addWidget(self._foot)

    def _connect(self) -> None:
        self._store.changed.connect(self._facts_changed)
        self._context.hub.snapshot_changed.connect(self._snapshot_changed)
        self._following.turned.connect(self._turned)
        self.runs.selected.connect(self._selected)
        self._empty.action_chosen.connect(lambda: self._context.navigate(LibraryLink()))
        self.heading.acted.connect(self._act)
        self.heading.back_asked.connect(self._go_back)
        history, figures = self.body.history, self.body.figures
        history.roll_back_to.connect(self._roll_back)
        history.compare_with.connect(lambda image: self._acting.compare(self._now_shown(), image))
        history.copy_asked.connect(lambda text: QGuiApplication.clipboard().setText(text))
        self.body.rule.edit_asked.connect(lambda: self._acting.edit_plan(self._now_shown()))
        figures.exported.connect(
            lambda path: self._context.say(tr("Saved {path}", path=path), Tone.GOOD)
        )
        figures.export_failed.connect(lambda said: self._context.say(said, Tone.BAD))

    def _facts_changed(self, facts: ReleaseFacts) -> None:
        """A deployment's new container may be read before the library hears of it."""
        self._newest = facts
        self._update()

    def _snapshot_changed(self, _snapshot: object) -> None:
        self._newest = None
        self._update()

    def _turned(self) -> None:
        if self._entry is not None:
            self._present(self._entry, datetime.now(UTC))

    def _update(self) -> None:
        """Show what is known now; the selected row stays selected while it exists."""
        facts = self._store.facts
        listed = entries(
            self._context.hub.snapshot,
            facts.deployments,
            self._context.engine_host,
            self._newest.containers if self._newest else {},
            self._store.changing,
            facts.proved,
        )
        self.elsewhere.set_text(elsewhere_text(facts.elsewhere))
        self._foot.setVisible(bool(facts.elsewhere))
        self._stack.setCurrentIndex(1 if listed else 0)
        self.runs.set_rows(listed)
        by_key = {entry.key: entry for entry in listed}
        key = self._wanted if self._wanted in by_key else (self._entry.key if self._entry else "")
        if key == self._wanted:
            self._wanted = ""
        self._show(by_key.get(key) or (listed[0] if listed else None))

    def _selected(self, key: str) -> None:
        for entry in self.runs.rows():
            if entry.key == key:
                self._output = None
                self._show(entry)

    def _show(self, entry: RunningEntry | None) -> None:
        self._entry = entry
        self._tell_model()
        deployment = entry.deployment if entry is not None else None
        known = self._store.facts.rollouts.get(deployment.name) if deployment else None
        key = deployment.key if deployment is not None else None
        self._following.follow(key, known, visible=self.isVisible())
        self.body.show_findings(deployment.name if deployment is not None else None)
        self._swarms.show(deployment, self._store.facts.histories, self.body)
        if entry is None:
            self.body.panel.show_container(None)
            return
        self.runs.select(entry.key)
        self._present(entry, datetime.now(UTC))

    def _now_shown(self) -> Shown:
        assert self._entry is not None, "nothing is shown"
        return self._shown_of(self._entry)

    def _shown_of(self, entry: RunningEntry) -> Shown:
        deployment, facts = entry.deployment, self._following.facts
        if deployment is None:
            return Shown(entry, output=True, host=self._context.engine_host)
        previous = next(iter(self._store.facts.earlier.get(deployment.name, ())), None)
        return Shown(
            entry,
            facts,
            previous,
            bool(self._actions.under_way(deployment.key)),
            not entry.on_swarm and (self._output if self._output is not None else facts is None),
            self._context.engine_host,
        )

    def _present(self, entry: RunningEntry, now: datetime) -> None:
        shown = self._shown_of(entry)
        self.heading.present(heading_view(shown, now))
        deployment, body = entry.deployment, self.body
        body.show_rollout(shown.facts, now, deployed=can_have_canary(deployment))
        body.history.setVisible(deployment is not None)
        if deployment is not None:
            rows = self._store.facts.rows.get(deployment.name, ())
            running = deployment.current.image if deployment.current is not None else None
            body.history.show_rows(rows, running, now)
            body.history.offer_ways_back(not entry.changing and not shown.rolling)
        body.panel.set_open(shown.output)
        body.panel.show_both(entry.container, entry.canary, names_of(shown))

    def _act(self, act: Act) -> None:
        if self._entry is None:
            return
        if act is Act.OUTPUT:
            self._output = not self._now_shown().output
            self._present(self._entry, datetime.now(UTC))
        else:
            self._acting.act(act, self._now_shown())

    def _go_back(self) -> None:
        if self._entry is not None:
            self._acting.go_back(self._now_shown())

    def _roll_back(self, target: VersionTarget) -> None:
        if self._entry is not None:
            self._acting.roll_back(self._now_shown(), target)
