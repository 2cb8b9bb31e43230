"""Answers what changed over the versions of the model that is looked at."""

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from modeldesk.core.library.history import history
from modeldesk.core.library.kind_changes import ModelChanges, can_compare, model_changes
from modeldesk.core.library.model import Group, KeptVersion, Model
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.ui.charts.lazy import LazySizeHistory
from modeldesk.ui.context import Context
from modeldesk.ui.library.changes_popover import ChangesPopover
from modeldesk.ui.tasks.lanes import Lane

_Subject = tuple[Model, Sequence[KeptVersion], Sequence[RemoteVersion]]


class WhatChanged(QObject):
    """The chart offers the question where two versions can be compared. It is worked out when
    somebody asks, off the UI thread, and once for what is known of a model."""

    def __init__(self, context: Context, chart: LazySizeHistory, page: QWidget) -> None:
        super().__init__(page)
        self._context = context
        self._chart = chart
        self._page = page
        self._subject: _Subject | None = None
        self._known: tuple[_Subject, ModelChanges] | None = None
        chart.changes_asked.connect(self.ask)

    def look_at(
        self, model: Model, past: Sequence[KeptVersion], remote: Sequence[RemoteVersion]
    ) -> None:
        """The question is about this model from now on."""
        self._subject = (model, past, remote)
        possible = model.group is Group.MODEL and can_compare(model.versions)
        self._chart.offer_changes(offered=possible)

    def ask(self) -> None:
        """Show what changed as soon as it is known, unless another model is looked at then."""
        subject = self._subject
        if subject is None:
            return
        if self._known is not None and all(map(_same, self._known[0], subject)):
            self._show(self._known[1])
            return

        def have(changes: ModelChanges) -> None:
            self._known = (subject, changes)
            if self._subject is not None and self._subject[0].name == subject[0].name:
                self._show(changes)

        self._context.tasks.submit(
            lambda _job: model_changes(history(*subject)),
            lane=Lane.INTERACTIVE,
            title="",
            owner=self,
            on_result=have,
            show_in_activity=False,
        )

    def _show(self, changes: ModelChanges) -> None:
        chart = self._chart.chart
        if chart is not None and chart.isVisible():
            popover = ChangesPopover(self._context.theme, changes, self._page)
            popover.open_below(chart.changes_link)


def _same(one: object, other: object) -> bool:
    return one is other
