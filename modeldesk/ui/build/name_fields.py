"""The fields that name a version: its scheme, and its tag with a way out when it is taken."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.versioning.names import Scheme
from modeldesk.core.words import tr
from modeldesk.ui.build.names import scheme_line, scheme_tip
from modeldesk.ui.presentation import printable
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.field import Field, NotedLineEdit
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.segmented import Segmented

_LONG = 24


class SchemeField(QWidget):
    """Which scheme, and below it what that is for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = Segmented(
            [
                (Scheme.SEMANTIC.value, tr("Semantic")),
                (Scheme.COMMIT.value, tr("Commit")),
                (Scheme.TIMESTAMP.value, tr("Timestamp")),
            ],
            tr("How versions are named"),
        )
        for scheme in Scheme:
            self.choice.set_option_tip(scheme.value, scheme_tip(scheme))
        self.line = Label("", TextStyle.LABEL, "muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self.choice)
        column.addWidget(self.line)
        self.choice.chosen.connect(self._say)
        self._say()

    @property
    def current(self) -> Scheme:
        """The choice."""
        return Scheme(self.choice.current)

    def choose(self, scheme: Scheme) -> None:
        """Make `scheme` the choice without a signal."""
        self.choice.choose(scheme.value)
        self._say()

    def _say(self, _key: str = "") -> None:
        self.line.setText(scheme_line(self.current))
        self.choice.setAccessibleDescription(self.line.text())


class TagField(Field):
    """The version's tag; where it is taken, a free one to take instead."""

    taken = Signal(str)
    """A person took the tag that was offered."""

    def __init__(self, edit: NotedLineEdit, parent: QWidget | None = None) -> None:
        super().__init__(tr("Tag"), edit, parent=parent)
        self._offered = ""
        self.way_out = LinkButton("", flush=True)
        self.way_out.clicked.connect(lambda: self.taken.emit(self._offered))
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self.way_out)
        self.offer("")

    def offer(self, tag: str) -> None:
        """Offer `tag`; nothing when it is empty."""
        self._offered = tag
        shown = tag if len(tag) <= _LONG else f"{tag[:_LONG]}…"
        self.way_out.set_text(tr("Use {tag}", tag=printable(shown)))
        self.way_out.setVisible(bool(tag))
