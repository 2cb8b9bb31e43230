"""Asks for an image archive, without holding the window."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from modeldesk.core.archives.endings import ENDINGS
from modeldesk.core.words import tr

_INDEX = "index.json"
"""Stands for the OCI layout, which is the folder it is in."""
_PATTERNS = " ".join((*(f"*{ending}" for ending in ENDINGS), _INDEX))


def choose_archive(window: QWidget, on_chosen: Callable[[Path], object]) -> QFileDialog:
    """Let a person pick an archive, or the index of a layout; the layout's folder is then told."""
    dialog = QFileDialog(window, tr("Choose an image archive"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(
        [tr("Image archives ({patterns})", patterns=_PATTERNS), tr("All files (*)")]
    )
    dialog.fileSelected.connect(lambda chosen: on_chosen(_archive(Path(chosen))))
    dialog.open()
    return dialog


def _archive(chosen: Path) -> Path:
    return chosen.parent if chosen.name == _INDEX else chosen
