"""Asks where a report is to be written."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from modeldesk.core.words import tr


def ask_report(over: QWidget, name: str, on_chosen: Callable[[Path], None]) -> QFileDialog:
    """Let a person say where; `name` is proposed, and the ending says what kind it is."""
    dialog = QFileDialog(over, tr("Export report"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([tr("Web page (*.html)"), "Markdown (*.md)", "JSON (*.json)"])
    dialog.setDefaultSuffix("html")
    dialog.filterSelected.connect(
        lambda chosen: dialog.setDefaultSuffix(chosen.rpartition("*.")[2].rstrip(")"))
    )
    dialog.selectFile(f"{name}.html")
    dialog.fileSelected.connect(lambda chosen: on_chosen(Path(chosen)))
    dialog.open()
    return dialog
