"""What could be better about an image, each with the lines that do it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.contents.advice.model import Advice
from modeldesk.core.contents.entries import shown
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.inspector.page_scroll import PageScroll
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton, PlainButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.wrapped_text import WrappedText

_MOST_PATHS = 4


class AdviceDialog(QDialog):
    """Stays open beside the window while the recipe is edited."""

    def __init__(self, name: str, advice: Sequence[Advice], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Suggestions for {name}", name=presentation.cut(name)))
        self.cards = [AdviceCard(one) for one in advice]
        scroll = PageScroll(self.windowTitle())
        scroll.body.setSpacing(Space.M)
        for card in self.cards:
            scroll.body.addWidget(card)
        scroll.body.addStretch(1)
        close = PlainButton(tr("Close"))
        close.clicked.connect(self.close)
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.S, Space.L, Space.L)
        column.addWidget(scroll, 1)
        column.addLayout(last)
        self.resize(620, 560)


class AdviceCard(Card):
    """One piece of advice."""

    def __init__(self, advice: Advice, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.title = Label(advice.title, TextStyle.STRONG, wrap=True)
        first = QHBoxLayout()
        first.addWidget(self.title, 1)
        first.addWidget(
            Label(presentation.size(advice.size_bytes), TextStyle.NUMBER),
            0,
            Qt.AlignmentFlag.AlignTop,
        )
        self.body.addLayout(first)
        self.body.addWidget(Label(advice.explanation, wrap=True))
        for found in advice.paths[:_MOST_PATHS]:
            self.body.addLayout(_path_line(shown(found.path) or "/", found.size_bytes))
        more = advice.path_count - len(advice.paths[:_MOST_PATHS])
        if more > 0:
            words = trn("and {count} more", "and {count} more", more)
            self.body.addWidget(Label(words, TextStyle.NOTE, "muted"))
        if advice.details:
            details = presentation.printable(", ".join(advice.details))
            self.body.addWidget(Label(details, TextStyle.NOTE, "muted", wrap=True))
        self._add_remedy(advice)

    def _add_remedy(self, advice: Advice) -> None:
        remedy = advice.remedy
        self.body.addWidget(Label(remedy.text, wrap=True))
        if not remedy.lines:
            return
        lines = "\n".join(remedy.lines)
        copy = LinkButton(tr("copy"))
        copy.setAccessibleName(tr("Copy {text}", text=lines))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(lines))
        head = QHBoxLayout()
        head.addWidget(Label(remedy.file.value, TextStyle.LABEL_STRONG, "muted"), 1)
        head.addWidget(copy)
        text = WrappedText(most_lines=8)
        text.set_text(lines)
        box = QFrame()
        box.setProperty("kind", "notice")
        column = QVBoxLayout(box)
        column.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        column.setSpacing(Space.XS)
        column.addLayout(head)
        column.addWidget(text)
        self.body.addWidget(box)


def _path_line(path: str, size: int) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(Space.S)
    shown_path = ElidedLabel(path, TextStyle.MONO_SMALL, "muted", Qt.TextElideMode.ElideLeft)
    row.addWidget(shown_path, 1)
    row.addWidget(Label(presentation.size(size), TextStyle.BODY, "muted"))
    return row
