"""The foot of the clean-up page: what the chosen set brings back, and the way to remove it."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import DangerButton, LinkButton, PlainButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.label import Label


class Footer(Card):
    """A figure, what it means, the command, and two buttons."""

    remove_asked = Signal()
    nothing_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._whole_command: Callable[[], str] = str
        self.back = Label("", TextStyle.SUBTITLE)
        self.meaning = Label("", TextStyle.BODY, "muted", wrap=True)
        self.command = ElidedLabel("", TextStyle.MONO_SMALL, "muted", Qt.TextElideMode.ElideRight)
        self.copy = LinkButton(tr("copy"))
        self.copy.setAccessibleName(tr("Copy the command"))
        self.copy.clicked.connect(self._copy)
        self.nothing = PlainButton(tr("Choose nothing"))
        self.nothing.clicked.connect(self.nothing_asked)
        self.remove = DangerButton("")
        self.remove.clicked.connect(self.remove_asked)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.back)
        words.addWidget(self.meaning)
        first = QHBoxLayout()
        first.setSpacing(Space.S)
        first.addLayout(words, 1)
        first.addWidget(self.nothing, 0, Qt.AlignmentFlag.AlignVCenter)
        first.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignVCenter)
        second = QHBoxLayout()
        second.setSpacing(Space.S)
        second.addWidget(self.command, 1)
        second.addWidget(self.copy)
        self.body.addLayout(first)
        self.body.addLayout(second)
        self.show_nothing()

    def show_nothing(self) -> None:
        """Nothing is chosen."""
        self.back.setText(tr("Nothing is chosen"))
        self.meaning.setText(tr("Check what should go. Nothing is removed before you confirm it."))
        self.remove.set_text(tr("Remove…"))
        self.remove.setEnabled(False)
        self.nothing.setEnabled(False)
        self._show_command("", str)

    def show_set(
        self,
        images: int,
        sum_bytes: int,
        back: int | None,
        kept: int,
        command: str,
        whole_command: Callable[[], str],
        why_not: str = "",
    ) -> None:
        """So many images whose sizes add up to `sum_bytes` are chosen (and perhaps the build
        cache): `back` comes back, of which up to `kept` stays in the build cache. `why_not`:
        why it can't be removed now."""
        if back is None:
            self.back.setText(tr("Layers are still being read"))
        else:
            self.back.setText(tr("{size} come back", size=presentation.size(back)))
            self.back.setToolTip(presentation.exact_size(back))
        self.meaning.setText(_meaning(images, sum_bytes, kept))
        text = trn("Remove {count} image…", "Remove {count} images…", images)
        self.remove.set_text(text if images else tr("Empty the build cache…"))
        self.remove.setEnabled(not why_not)
        self.remove.setToolTip(why_not)
        self.nothing.setEnabled(True)
        self._show_command(command, whole_command)

    def _show_command(self, command: str, whole: Callable[[], str]) -> None:
        self._whole_command = whole
        self.command.set_text(command)
        self.command.setVisible(bool(command))
        self.copy.setVisible(bool(command))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._whole_command())


def _meaning(images: int, sum_bytes: int, kept: int) -> str:
    parts = []
    if images:
        figure = presentation.count(images)
        chosen = trn("{figure} image chosen", "{figure} images chosen", images, figure=figure)
        total = presentation.size(sum_bytes)
        parts.append(
            tr("{chosen}; sizes add up to {total}, shared layers stay.", chosen=chosen, total=total)
            if images > 1
            else f"{chosen}."
        )
    if kept:
        size = presentation.size(kept)
        parts.append(tr("Up to {size} of it once the build cache is emptied too.", size=size))
    parts.append(tr("Dry run: nothing is removed yet."))
    return " ".join(parts)
