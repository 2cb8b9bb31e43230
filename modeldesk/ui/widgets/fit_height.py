"""A dialog as high as what it says by now."""

from PySide6.QtWidgets import QDialog


def fit_height(dialog: QDialog) -> None:
    """Give `dialog`, whose width stays, the height that its lines need when they are wrapped."""
    layout = dialog.layout()
    if layout is None:
        return
    layout.activate()
    width = dialog.width()
    wanted = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else 0
    dialog.resize(width, max(wanted, layout.totalMinimumSize().height()))
