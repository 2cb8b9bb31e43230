"""The way of the Tab key through widgets that were made at different times."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLayout, QWidget


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


class HandsOn(QWidget):
    """Gives the focus to what is in it.

    A focus proxy would do it too, but Tab meets a proxy where its widget was made, which is after
    all that was ordered, and goes back to what it stands for, for ever.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inner: QWidget | None = None

    def hand_on_to(self, inner: QWidget) -> None:
        """Who gets the focus from now on."""
        self._inner = inner

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._inner is not None:
            self._inner.setFocus(event.reason())


class LaidOut(QWidget):
    """Tab goes through what is in it from top to bottom, also through what came later."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order: list[QWidget] = []

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            order = list(_laid_out(self))
            if order != self._order:
                self._order = order
                for first, second in pairwise(order):
                    QWidget.setTabOrder(first, second)
        return done


def _laid_out(widget: QWidget) -> Iterator[QWidget]:
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
        yield widget
    layout = widget.layout()
    if layout is not None:
        yield from _within(layout)


def _within(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        if item is None:
            continue
        widget, inside = item.widget(), item.layout()
        if widget is not None:
            yield from _laid_out(widget)
        elif inside is not None:
            yield from _within(inside)
