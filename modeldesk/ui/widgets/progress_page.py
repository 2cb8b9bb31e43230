"""A page that says how far some work is, with a way out."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.task_progress import TaskProgress

_WIDEST = 420
_ALL = 1000
"""Stretch: all the room there is, up to the widest."""


def progress_page(progress: TaskProgress, cancel: PlainButton) -> QWidget:
    """Both in the middle of a new page, one above the other."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(Space.L, 0, Space.L, 0)
    column.setSpacing(Space.M)
    column.addStretch(1)
    progress.setMaximumWidth(_WIDEST)
    middle = QHBoxLayout()
    middle.addStretch(1)
    middle.addWidget(progress, _ALL)
    middle.addStretch(1)
    column.addLayout(middle)
    column.addWidget(cancel, 0, Qt.AlignmentFlag.AlignHCenter)
    column.addStretch(1)
    return page
