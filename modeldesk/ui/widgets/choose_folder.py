"""Asks for a folder, without holding the window."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from modeldesk.core.words import tr


def choose_folder(
    window: QWidget, on_chosen: Callable[[str], None], title: str = ""
) -> QFileDialog:
    """Let a person pick a folder; without a `title` the one to build."""
    dialog = QFileDialog(window, title or tr("Choose the model folder to build"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(on_chosen)
    dialog.open()
    return dialog
