"""The small windows of the shell. None of them blocks: each is opened and reports by a call."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from modeldesk import __version__
from modeldesk.core.words import tr, trn
from modeldesk.ui.shell.menus import plain_text
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.label import Label

_NAMED = 6


def ask_to_leave(
    window: QWidget, titles: Sequence[str], on_answer: Callable[[bool], None]
) -> QMessageBox:
    """Ask whether work under way may be cancelled by leaving; `on_answer` gets True for that.
    Staying is the default."""
    named = "\n".join(f"• {title}" for title in titles[:_NAMED])
    if len(titles) > _NAMED:
        rest = trn("and {count} more", "and {count} more", len(titles) - _NAMED)
        named = f"{named}\n• {rest}"
    box = QMessageBox(window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(tr("Work is under way"))
    box.setText(
        trn(
            "One task has not ended. Leaving cancels it.",
            "{count} tasks have not ended. Leaving cancels them.",
            len(titles),
        )
    )
    box.setInformativeText(named)
    leave = box.addButton(tr("Cancel work and leave"), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(tr("Stay"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    box.finished.connect(lambda _: on_answer(box.clickedButton() is leave))
    box.open()
    return box


def show_about(window: QWidget) -> QMessageBox:
    """Name, version and licence."""
    box = QMessageBox(window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(tr("About ModelDesk"))
    box.setText(tr("ModelDesk {version}", version=__version__))
    box.setInformativeText(
        tr(
            "See, build, run, release and roll back AI models that are shipped as container "
            "images.\n\nApache License 2.0. Written with Qt for Python; the typefaces Inter and "
            "JetBrains Mono are under the SIL Open Font License."
        )
    )
    box.addButton(tr("Close"), QMessageBox.ButtonRole.RejectRole)
    box.open()
    return box


def show_shortcuts(window: QWidget, actions: Sequence[QAction]) -> QDialog:
    """Every action that has a key, with its key, then the keys that work in lists and logs."""
    keyed = [
        (plain_text(action), _keys(action.shortcut()))
        for action in actions
        if not action.shortcut().isEmpty()
    ]
    keyed += [
        (tr("Move in a list"), tr("Arrow keys")),
        (tr("Open what is chosen in a list"), _keys(QKeySequence("Return"))),
        (tr("Remove what is selected in the library"), _keys(QKeySequence("Del"))),
        (tr("Find in a log"), _keys(QKeySequence(QKeySequence.StandardKey.Find))),
        (tr("Close, or clear a search"), _keys(QKeySequence("Escape"))),
    ]
    dialog = QDialog(window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(tr("Keyboard shortcuts"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(Space.XL * 2)
    grid.setVerticalSpacing(Space.S)
    for line, (name, keys) in enumerate(keyed):
        grid.addWidget(Label(name), line, 0)
        grid.addWidget(Label(keys, TextStyle.MONO_SMALL, "muted"), line, 1)
    close = PlainButton(tr("Close"))
    close.clicked.connect(dialog.accept)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
    column.setSpacing(Space.L)
    column.addLayout(grid)
    column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
    dialog.open()
    return dialog


def _keys(sequence: QKeySequence) -> str:
    return sequence.toString(QKeySequence.SequenceFormat.NativeText)
