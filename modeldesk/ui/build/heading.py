"""The top of the build page: what is planned or built, and what can be done with it."""

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import DangerButton, IconButton, PlainButton, PrimaryButton
from modeldesk.ui.widgets.chip import ChipRow, ChipSpec
from modeldesk.ui.widgets.elided_label import ElidedLabel

_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)


class Heading(QWidget):
    """Title, chips and a line below; at the right the buttons that make sense now."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offered: tuple[PlainButton, ...] = ()
        self._offered_since = QElapsedTimer()
        self.back = IconButton(theme, Icon.CHEVRON_LEFT, tr("Back"))
        self.title = ElidedLabel("", TextStyle.TITLE)
        self.chips = ChipRow(theme)
        self.line = ElidedLabel(color="muted")
        self.other = PlainButton(tr("Other folder…"))
        self.stop = PlainButton(tr("Cancel"))
        self.cancel = DangerButton(tr("Cancel build"), filled=False)
        self.again = PlainButton(tr("Build this folder again"))
        self.edit = PrimaryButton(tr("Edit and build again"))
        self.library = PrimaryButton(tr("Show in library"))
        self.build = PrimaryButton(tr("Build"))
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        # The title stands as high where there is no button.
        row.addStrut(self.build.sizeHint().height())
        row.addWidget(self.title)
        row.addWidget(self.chips)
        row.addStretch(1)
        for button in self._buttons:
            row.addWidget(button)
            button.installEventFilter(self)
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addLayout(row)
        words.addWidget(self.line)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(Space.S)
        whole.addWidget(self.back, 0, Qt.AlignmentFlag.AlignTop)
        whole.addLayout(words, 1)

    def say(self, title: str, chips: Sequence[ChipSpec] = ()) -> None:
        """Change title and chips."""
        self.title.set_text(title)
        self.chips.set_chips(chips)
        self._fit()

    def offer(self, *buttons: PlainButton) -> None:
        """Show these buttons and no others. The second press of a double click, which would meet
        the button that came where another was, does nothing."""
        if buttons != self._offered:
            self._offered = buttons
            self._offered_since.start()
        held = any(one.hasFocus() for one in self._buttons if one not in buttons)
        for button in self._buttons:
            button.setVisible(button in buttons)
        if held and buttons:
            # Not wherever the keyboard would go next.
            buttons[-1].setFocus()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Chips give way to the title: what they say stands below it too."""
        taken = [self.back, self.title, self.chips, *self._offered]
        wanted = sum(part.sizeHint().width() + Space.S for part in taken)
        self.chips.setVisible(wanted <= self.width())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _PRESSES and self._offered_since.isValid():
            return self._offered_since.elapsed() < QApplication.doubleClickInterval()
        return super().eventFilter(watched, event)

    @property
    def _buttons(self) -> tuple[PlainButton, ...]:
        return (
            self.other,
            self.stop,
            self.cancel,
            self.again,
            self.edit,
            self.library,
            self.build,
        )
