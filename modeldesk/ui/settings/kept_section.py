"""What is kept on this disk and can be had again: how much it takes, how much it may take, and
letting go of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from PySide6.QtWidgets import QHBoxLayout, QWidget

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


class Kept(Protocol):
    """What has a size, and a limit to it."""

    limit_bytes: int

    def size_bytes(self) -> int: ...

    def forget_all(self) -> None: ...


@dataclass(frozen=True, slots=True)
class About:
    """What a section is about, in words."""

    title: str
    limit: str
    """What is said below the field."""
    setting: str
    """The name of the setting that has the limit, in megabytes."""


def about_layers() -> About:
    """What was read of layers."""
    return About(
        tr("What was read of layers"),
        tr("The files of images that were looked into; those looked at longest ago go "
           "first, and are read again when they are wanted"),
        "layer_records_mb",
    )  # fmt: skip


def about_weights() -> About:
    """Weights that builds take from registries."""
    return About(
        tr("Weights of artifacts"),
        tr("What builds took from registries; those wanted longest ago go first, and are "
           "fetched again when they are wanted. What was wanted within the hour stays."),
        "weights_cache_mb",
    )  # fmt: skip


class KeptSection(Card):
    """A section of the Settings page. `kept` is called in worker threads."""

    def __init__(
        self,
        context: Context,
        about: About,
        kept: Callable[[], Kept],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(about.title, parent=parent)
        self._context = context
        self._about = about
        self._kept = kept
        least, most = RANGES[about.setting]
        self.limit = NumberField(int(least), int(most), self._wanted(context.settings.current))
        self.limit.setSuffix(" MB")
        self.limit.setGroupSeparatorShown(True)
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
                about.limit,
            )
        )
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(self.taken)
        row.addWidget(self.forget)
        row.addStretch(1)
        self.body.addLayout(row)
        context.settings.changed.connect(self._show_settings)

    def _show_settings(self, settings: Settings) -> None:
        blocked = self.limit.blockSignals(True)
        self.limit.setValue(self._wanted(settings))
        self.limit.blockSignals(blocked)

    def _wanted(self, settings: Settings) -> int:
        return int(getattr(settings, self._about.setting))

    def read(self) -> None:
        """Ask how much is taken now."""
        self._ask(lambda kept: kept.size_bytes())

    def _change(self, megabytes: int) -> None:
        altered: dict[str, Any] = {self._about.setting: megabytes}
        settings = replace(self._context.settings.current, **altered)
        self._context.settings.change(settings)

        def keep_to_it(kept: Kept) -> int:
            kept.limit_bytes = megabytes * _MEGABYTE
            return kept.size_bytes()

        self._ask(keep_to_it)

    def _forget(self) -> None:
        def forget(kept: Kept) -> int:
            kept.forget_all()
            return kept.size_bytes()

        self._ask(forget)

    def _ask(self, what: Callable[[Kept], int]) -> None:
        def work(_: Job) -> int:
            return what(self._kept())

        self._context.tasks.submit(
            work,
            lane=Lane.STORAGE,
            title=self._about.title,
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
