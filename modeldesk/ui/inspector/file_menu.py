"""What can be done with one path, as a menu."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from modeldesk.core.contents.tree import Node
from modeldesk.core.words import tr
from modeldesk.ui.inspector.file_detail import FileDetail


@dataclass(frozen=True, slots=True)
class FileActs:
    """What the menu's lines do with a path."""

    view: Callable[[bytes], object]
    extract: Callable[[bytes], object]
    go_to_layer: Callable[[int, bytes], object]
    show_in_tree: Callable[[bytes], object] | None
    """None where the tree is what is looked at."""


def file_menu(node: Node, acts: FileActs, parent: QWidget) -> QMenu:
    """The menu, to be popped up; empty where nothing can be done."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    path, layer, in_tree = node.path, node.layer, acts.show_in_tree
    if FileDetail.can_view(node):
        menu.addAction(tr("View"), lambda: acts.view(path))
    if FileDetail.can_extract(node):
        menu.addAction(tr("Extract…"), lambda: acts.extract(path))
    if in_tree is not None:
        menu.addAction(tr("Show in the tree"), lambda: in_tree(path))
    if layer is not None:
        words = tr("Go to the layer that wrote it ({number})", number=layer + 1)
        menu.addAction(words, lambda: acts.go_to_layer(layer, path))
    return menu
