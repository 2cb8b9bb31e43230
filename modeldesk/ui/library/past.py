"""Keeps the versions that are seen, and has those that went ready for the size history."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import ModelName
from modeldesk.core.library.model import KeptVersion, LibrarySnapshot
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.lanes import Lane

_SETTLED_MS = 1500
"""Snapshots come in rows while layers are read; the last of a row is kept."""


class PastSource(Protocol):
    """What the store drives: `modeldesk.core.library.kept_versions.KeptVersions`."""

    def note(self, snapshot: LibrarySnapshot) -> bool: ...

    def past(self, model: ModelName) -> tuple[KeptVersion, ...]: ...


class PastVersions(QObject):
    """One per program. Where the records fail the history is without its past, and nobody is
    bothered: whatever needs the records says so itself."""

    changed = Signal(object)
    """More is known of the model of that name."""

    def __init__(
        self, context: Context, source: Callable[[], PastSource], parent: QObject | None = None
    ) -> None:
        """`source` is called in worker threads."""
        super().__init__(parent)
        self._context = context
        self._source = source
        self._known: dict[ModelName, tuple[KeptVersion, ...]] = {}
        self._asked: set[ModelName] = set()
        self._due = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._due.timeout.connect(self._note)
        context.hub.snapshot_changed.connect(lambda _snapshot: self._due.start())

    def of(self, model: ModelName) -> tuple[KeptVersion, ...]:
        """What is known of a model by now; `changed` tells when it is more."""
        if model not in self._asked:
            self._asked.add(model)
            self._read(model)
        return self._known.get(model, ())

    def _read(self, model: ModelName) -> None:
        def have(found: tuple[KeptVersion, ...]) -> None:
            if self._known.get(model) != found:
                self._known[model] = found
                self.changed.emit(model)

        def failed(_: ModelDeskError) -> None:
            self._asked.discard(model)

        self._context.tasks.submit(
            lambda _job: self._source().past(model),
            lane=Lane.STORAGE,
            title="",
            owner=self,
            on_result=have,
            on_error=failed,
            show_in_activity=False,
        )

    def _note(self) -> None:
        snapshot = self._context.hub.snapshot
        if snapshot.missing_details:
            return

        def have(anything: bool) -> None:
            if anything:
                for model in self._asked:
                    self._read(model)

        self._context.tasks.submit(
            lambda _job: self._source().note(snapshot),
            lane=Lane.STORAGE,
            title="",
            owner=self,
            on_result=have,
            on_error=lambda _error: None,
            show_in_activity=False,
        )
