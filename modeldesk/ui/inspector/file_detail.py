"""All of one path: what it is, whose, and which layers had to do with it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.containers.secrets import without_secrets
from modeldesk.core.contents.entries import FileType, shown
from modeldesk.core.contents.touches import Touch, Touched, touches
from modeldesk.core.contents.tree import Node
from modeldesk.core.contents.view import FileView
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.inspector.file_lines import modified_line, owner_line, type_name
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton, SlimButton
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.label import Label

_MOST_TOUCHES = 6


class FileDetail(QWidget):
    """Hidden until there is a path to tell of."""

    view_asked = Signal(object)
    extract_asked = Signal(object)
    layer_asked = Signal(int, object)
    """A layer, and the path to look at in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = b""
        self.path = ElidedLabel("", TextStyle.MONO_SMALL, mode=Qt.TextElideMode.ElideLeft)
        self.copy = LinkButton(tr("copy"))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.path.text()))
        self.facts = ElidedLabel("", TextStyle.NOTE, "muted", Qt.TextElideMode.ElideRight)
        self.owner = ElidedLabel("", TextStyle.NOTE, "muted", Qt.TextElideMode.ElideRight)
        self.view_button = SlimButton(tr("View"))
        self.extract_button = SlimButton(tr("Extract…"))
        self.view_button.clicked.connect(lambda: self.view_asked.emit(self._path))
        self.extract_button.clicked.connect(lambda: self.extract_asked.emit(self._path))
        self.links: list[LinkButton] = []
        self._links = QVBoxLayout()
        self._links.setSpacing(0)
        self._links.setContentsMargins(0, 0, 0, 0)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self.view_button)
        buttons.addWidget(self.extract_button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.S, 0, Space.XS)
        column.setSpacing(2)
        first = QHBoxLayout()
        first.setSpacing(Space.XS)
        first.addWidget(self.path, 1)
        first.addWidget(self.copy)
        column.addLayout(first)
        column.addWidget(self.facts)
        column.addWidget(self.owner)
        column.addWidget(Label(tr("Layers that touched it"), TextStyle.LABEL_STRONG, "muted"))
        column.addLayout(self._links)
        column.addSpacing(Space.XS)
        column.addLayout(buttons)
        self.hide()

    def show_node(self, view: FileView, node: Node, instructions: Sequence[str]) -> None:
        """Tell of `node`; `instructions` are what made each layer, base first."""
        self._path = node.path
        name = shown(node.path) or "/"
        self.path.set_text(name)
        self.copy.setAccessibleName(tr("Copy {text}", text=name))
        size = presentation.exact_size(node.size_bytes or node.removed_bytes)
        is_folder = node.type == FileType.FOLDER
        figure = presentation.count(node.file_count)
        count = trn("{figure} file", "{figure} files", node.file_count, figure=figure)
        entry = view.entry(node.row) if node.row is not None else None
        link = f"→ {shown(entry.link)}" if entry and entry.link else ""
        parts = (type_name(node.type), size, count if is_folder else "", link)
        self.facts.set_text(" · ".join(filter(None, parts)))
        self.owner.setVisible(entry is not None)
        if entry is not None:
            self.owner.set_text(f"{owner_line(entry)} · {modified_line(entry)}")
        has_content = self.can_view(node)
        self.view_button.setEnabled(has_content)
        self.view_button.setToolTip("" if has_content else tr("Only files can be viewed."))
        self.extract_button.setEnabled(self.can_extract(node))
        self._show_touches(touches(view.layers, node.path) if node.path else (), instructions)
        self.show()

    @staticmethod
    def can_view(node: Node) -> bool:
        """Whether it has content to look at."""
        return node.type in (FileType.FILE, FileType.HARD_LINK)

    @staticmethod
    def can_extract(node: Node) -> bool:
        """Whether there is something to write out."""
        return node.type in (FileType.FILE, FileType.HARD_LINK, FileType.FOLDER)

    def _show_touches(self, found: Sequence[Touch], instructions: Sequence[str]) -> None:
        for link in self.links:
            self._links.removeWidget(link)
            link.hide()
            link.deleteLater()
        self.links = [self._link(touch, instructions) for touch in found[-_MOST_TOUCHES:]]
        for link in self.links:
            self._links.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)

    def _link(self, touch: Touch, instructions: Sequence[str]) -> LinkButton:
        made_by = instructions[touch.layer] if touch.layer < len(instructions) else ""
        size = presentation.size(touch.size_bytes) if touch.size_bytes else ""
        what = ", ".join(filter(None, (_did(touch), size)))
        words = tr("Layer {number} · {what}", number=touch.layer + 1, what=what)
        link = LinkButton(words, flush=True)
        link.setToolTip(presentation.cut(without_secrets(made_by)))
        link.setAccessibleDescription(tr("Go to this layer"))
        path = self._path
        link.clicked.connect(lambda: self.layer_asked.emit(touch.layer, path))
        return link


def _did(touch: Touch) -> str:
    return {
        Touched.WROTE: tr("+ wrote it"),
        Touched.CHANGED: tr("~ changed it"),
        Touched.REMOVED: tr("− removed it"),
    }[touch.how]
