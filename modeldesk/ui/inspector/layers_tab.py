"""The layers of a version: as a stack, in figures, and one by one."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.contents.advice.model import Advice
from modeldesk.core.contents.figures import Figures
from modeldesk.core.contents.model import ImageContents, Place
from modeldesk.core.layers.model import Layer
from modeldesk.core.library.model import Model, Version, VersionKey
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.inspector.largest_files import LargestFiles
from modeldesk.ui.inspector.layer_detail import LayerDetail
from modeldesk.ui.inspector.layer_rows import ShownLayers, figure_rows, kind_to_tell_of, layer_row
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton, SuggestionButton
from modeldesk.ui.widgets.key_value import KeyValueList
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.layer_stack import LayerStack, StackSegment
from modeldesk.ui.widgets.skeleton import Skeleton
from modeldesk.ui.widgets.two_line_list import TwoLineList

_LOW = 620
_FEW, _MANY = 3, 5
"""Of the largest files."""
_ALL = 1000
"""Stretch of the list: it takes what it needs before anything is left empty."""


class LayersTab(QWidget):
    """Grey rows until the layers are known. A click in the stack or the list tells all of one
    layer. What only the files tell is filled in when they are known."""

    look_inside_asked = Signal()
    advice_asked = Signal()
    waste_asked = Signal()
    layer_picked = Signal(int)
    """A person chose one; base first, from 0."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key: VersionKey | Place | None = None
        self._shown: ShownLayers | None = None
        self.stack = LayerStack(theme)
        self._known: Figures | None = None
        self._advice: Sequence[Advice] = ()
        self._picked = ""
        self.figures = KeyValueList()
        self.look_inside = LinkButton(tr("Look inside for reclaimable space"), flush=True)
        self.look_inside.clicked.connect(self.look_inside_asked)
        self.look_inside.hide()
        self.waste = LinkButton(tr("Show reclaimable files"), flush=True)
        self.waste.clicked.connect(self.waste_asked)
        self.waste.hide()
        self.largest = LargestFiles(theme)
        self.advice = SuggestionButton(tr("Show suggestions"))
        self.saving = Label("", TextStyle.BODY, "muted")
        self.advice.clicked.connect(self.advice_asked)
        self.list = TwoLineList(theme, lined=True, name=tr("Layers, top first"))
        self.detail = LayerDetail()
        self.stack.segment_clicked.connect(self._pick)
        self.list.row_selected.connect(self._pick)
        self._lay_out(theme)

    def _lay_out(self, theme: Theme) -> None:
        known = QWidget()
        column = QVBoxLayout(known)
        column.setContentsMargins(0, 0, 0, Space.S)
        column.setSpacing(Space.XS)
        column.addLayout(self._head())
        column.addWidget(self.list, _ALL)
        column.addWidget(self.detail)
        column.addWidget(self.largest)
        column.addStretch(1)
        self._pages = QStackedWidget()
        self._pages.addWidget(Skeleton(theme, rows=9, row_height=44))
        self._pages.addWidget(known)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _head(self) -> QHBoxLayout:
        """The stack, and the figures beside it with what they lead to."""
        figures = QVBoxLayout()
        figures.addWidget(self.figures)
        figures.addWidget(self.look_inside, 0, Qt.AlignmentFlag.AlignLeft)
        link = QHBoxLayout()
        # As far left as the names above; a link has a little room for the mark of the focus.
        link.setContentsMargins(-3, 0, 0, 0)
        link.addWidget(self.waste)
        link.addStretch(1)
        figures.addLayout(link)
        figures.addSpacing(Space.XS)
        suggestions = QHBoxLayout()
        suggestions.setSpacing(Space.S)
        suggestions.addWidget(self.advice)
        suggestions.addWidget(self.saving)
        suggestions.addStretch(1)
        figures.addLayout(suggestions)
        figures.addStretch(1)
        head = QHBoxLayout()
        head.setContentsMargins(0, Space.M + 2, 0, Space.S)
        head.setSpacing(Space.M)
        head.addWidget(self.stack)
        head.addLayout(figures, 1)
        return head

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # In a low window the layers need the room.
        self.largest.set_most(_FEW if self.height() < _LOW else _MANY)

    def show_version(self, model: Model, version: Version) -> None:
        """Show the layers of `version`; a picked layer stays picked while it is the same."""
        if version.layers is None:
            self._look_at(version.key)
            self._shown = None
            self._pages.setCurrentIndex(0)
            return
        self._show(
            ShownLayers(
                version.key,
                version.layers,
                version.size_bytes,
                version.sizes,
                version.shared_with,
                version.images_with,
                model.group,
            )
        )

    def show_image(self, place: Place, contents: ImageContents) -> None:
        """Show the layers of an image that may be in no library."""
        layers = tuple(
            Layer(
                layer.blob.diff_id,
                layer.instruction,
                layer.size_bytes,
                layer.kind,
                layer.parts if len(layer.parts) > 1 else (),
            )
            for layer in contents.layers
        )
        self._show(ShownLayers(place, layers, contents.size_bytes))

    def pick(self, layer: int) -> None:
        """As if a person chose that layer (base first, from 0)."""
        self._pick(str(layer))

    def _show(self, shown: ShownLayers) -> None:
        self._look_at(shown.key)
        same = self._shown is not None
        self._shown = shown
        self._pages.setCurrentIndex(1)
        self._show_figures()
        if not same:
            self.list.set_rows(())
        self._show_layers()
        if not same:
            self.stack.select("")
            self.detail.hide()
        self._show_largest()
        self._show_advice()

    def _look_at(self, key: VersionKey | Place) -> None:
        """What was told of another image holds no more."""
        if key != self._key:
            self._key, self._shown = key, None
            self._known, self._advice, self._picked = None, (), ""

    def show_contents(self, known: Figures | None, advice: Sequence[Advice] = ()) -> None:
        """Tell of what is in the files of the version that is shown; None: not known."""
        self._known, self._advice = known, advice
        self._show_figures()
        self._show_largest()
        self._show_advice()

    def offer_look_inside(self, offered: bool) -> None:
        """Whether the files are still to be read."""
        self.look_inside.setVisible(offered)

    def _show_layers(self) -> None:
        """In the stack, in the list, and all of the one that is picked."""
        shown = self._shown
        if shown is None:
            return
        layers = shown.layers
        self.stack.set_segments(
            [
                StackSegment(str(n), kind, size, presentation.instruction(layer.instruction))
                for n, layer in enumerate(layers)
                for kind, size in layer.parts
            ]
        )
        self.list.set_rows([layer_row(shown, n) for n in reversed(range(len(layers)))])
        self.list.setMaximumHeight(self.list.content_height())
        if self._picked and int(self._picked) < len(layers):
            self.detail.show_layer(layers[int(self._picked)])

    def _show_figures(self) -> None:
        if self._shown is not None:
            self.figures.set_rows(figure_rows(self._shown, self._known))
            self.waste.setVisible(self._known is not None)

    def _show_advice(self) -> None:
        known = self._known
        count = len(self._advice) if known else 0
        for widget in (self.advice, self.saving):
            widget.setVisible(count > 0)
        if known is not None and count:
            self.advice.set_text(trn("{count} suggestion", "{count} suggestions", count))
            saving = known.saving_bytes(self._advice)
            saved = presentation.size(saving)
            self.saving.setText(tr("save ≈ {size}", size=saved) if saving else "")

    def _show_largest(self) -> None:
        """Of the kind that is picked, or that weighs most beside the base image."""
        known, layers = self._known, self._shown.layers if self._shown else None
        if known is None or not layers:
            self.largest.hide()
            return
        kind = kind_to_tell_of(known, layers, self._picked)
        self.largest.show_files(kind, known.largest.get(kind, ()))

    def _pick(self, key: str) -> None:
        layers = self._shown.layers if self._shown else None
        if layers is None or not key:
            return
        self.stack.select(key)
        if self.list.current_key() != key:
            self.list.select_key(key)
        self.detail.show_layer(layers[int(key)])
        self._picked = key
        self._show_largest()
        self.layer_picked.emit(int(key))
