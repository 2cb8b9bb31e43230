"""Makes the bars of a size history, thousands of them where the window does not wait for it."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from modeldesk.core.library.history import history
from modeldesk.core.library.model import KeptVersion, Model
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.ui.charts.bars import SizeBar
from modeldesk.ui.context import Context
from modeldesk.ui.library.bars import size_bar
from modeldesk.ui.tasks.lanes import Lane

_AT_ONCE = 400
"""Versions whose bars are made before the next frame."""


class BarMaker(QObject):
    """What was asked for last is what is made; what is asked for again is not made again."""

    made = Signal(object)
    """A list of `SizeBar`, oldest first."""

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._wanted: tuple[object, ...] = ()

    def make(
        self, model: Model, past: Sequence[KeptVersion], remote: Sequence[RemoteVersion]
    ) -> None:
        """Make the bars of a model's history, unless they are made of the very same."""
        wanted = (model, past, remote)
        if len(self._wanted) == len(wanted) and all(map(_same, wanted, self._wanted)):
            return
        self._wanted = wanted
        if len(model.versions) + len(past) + len(remote) <= _AT_ONCE:
            self.made.emit(_bars(model, past, remote))
            return

        def have(bars: list[SizeBar]) -> None:
            if self._wanted is wanted:
                self.made.emit(bars)

        self._context.tasks.submit(
            lambda _job: _bars(model, past, remote),
            lane=Lane.INTERACTIVE,
            title="",
            owner=self,
            on_result=have,
            show_in_activity=False,
        )


def _same(one: object, other: object) -> bool:
    return one is other


def _bars(
    model: Model, past: Sequence[KeptVersion], remote: Sequence[RemoteVersion]
) -> list[SizeBar]:
    return [size_bar(version) for version in history(model, past, remote)]
