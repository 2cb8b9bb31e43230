"""The way of the Tab key through widgets that were made at different times."""

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def tab_through(*parts: QWidget) -> None:
    """Let Tab go through `parts` of one window in this order, and through each as before.

    Without it Qt goes in the order of making, in which a page comes after the status bar.
    """
    stops = _stops(parts[0].window())
    order: list[QWidget] = []
    for part in parts:
        if part.focusPolicy() is not Qt.FocusPolicy.NoFocus:
            order.append(part)
        order += [stop for stop in stops if part.isAncestorOf(stop)]
    for first, second in pairwise(order):
        QWidget.setTabOrder(first, second)


def _stops(window: QWidget) -> list[QWidget]:
    """Where Tab stops at present, in its order."""
    found: list[QWidget] = []
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found
