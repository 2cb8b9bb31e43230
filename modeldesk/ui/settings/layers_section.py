"""What was read of layers: how much it takes, how much it may, and letting go of it."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QWidget

from modeldesk.core.contents.ports import ContentRecords
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.settings import RANGES, Settings
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.buttons import SlimButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.number_field import NumberField

_MEGABYTE = 1_000_000


class LayersSection(Card):
    """A section of the Settings page. `records` is called in worker threads."""

    def __init__(
        self,
        context: Context,
        records: Callable[[], ContentRecords],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("What was read of layers"), parent=parent)
        self._context = context
        self._records = records
        least, most = RANGES["layer_records_mb"]
        self.limit = NumberField(int(least), int(most), context.settings.current.layer_records_mb)
        self.limit.setSuffix(" MB")
        self.limit.setFixedWidth(140)
        self.limit.setKeyboardTracking(False)
        self.limit.valueChanged.connect(self._change)
        self.taken = Label("", TextStyle.BODY, "muted")
        self.forget = SlimButton(tr("Forget all"))
        self.forget.clicked.connect(self._forget)
        self.body.setSpacing(Space.M + 2)
        self.body.addWidget(
            Field(
                tr("May take at most"),
                self.limit,
                tr("The files of images that were looked into; those looked at longest ago go "
                   "first, and are read again when they are wanted"),
            )
        )  # fmt: skip
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(self.taken)
        row.addWidget(self.forget)
        row.addStretch(1)
        self.body.addLayout(row)
        context.settings.changed.connect(self._show_settings)

    def _show_settings(self, settings: Settings) -> None:
        blocked = self.limit.blockSignals(True)
        self.limit.setValue(settings.layer_records_mb)
        self.limit.blockSignals(blocked)

    def read(self) -> None:
        """Ask how much is taken now."""
        self._ask(lambda records: records.size_bytes())

    def _change(self, megabytes: int) -> None:
        settings = replace(self._context.settings.current, layer_records_mb=megabytes)
        self._context.settings.change(settings)

        def keep_to_it(records: ContentRecords) -> int:
            records.limit_bytes = megabytes * _MEGABYTE
            return records.size_bytes()

        self._ask(keep_to_it)

    def _forget(self) -> None:
        def forget(records: ContentRecords) -> int:
            records.forget_all()
            return records.size_bytes()

        self._ask(forget)

    def _ask(self, what: Callable[[ContentRecords], int]) -> None:
        def work(_: Job) -> int:
            return what(self._records())

        self._context.tasks.submit(
            work,
            lane=Lane.STORAGE,
            title=tr("What was read of layers"),
            owner=self,
            on_result=self._show_taken,
            on_error=self._not_known,
            show_in_activity=False,
        )

    def _show_taken(self, size: int) -> None:
        self.taken.setText(tr("Takes {size} now.", size=presentation.size(size)))
        self.forget.setEnabled(size > 0)

    def _not_known(self, error: ModelDeskError) -> None:
        self.taken.setText(error.message)
        self._context.say(error.message, Tone.BAD)
