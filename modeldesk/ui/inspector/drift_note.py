"""Says that a tag names another image here than in its registry, and what can be done."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.library.drift import drift_text
from modeldesk.core.library.model import Drift, PlacedVersion
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import SlimButton
from modeldesk.ui.widgets.label import Label, repolish

_Pair = tuple[str, str, str]


class DriftNote(QFrame):
    """Hidden while there is none, or once it was said that both are to stay as they are."""

    pull_asked = Signal(object)
    """Have theirs: the `Drift`."""
    push_asked = Signal(object)
    """Give mine another tag there: the `Drift`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drift: Drift | None = None
        self._placed: PlacedVersion | None = None
        self._online = False
        self._kept: set[_Pair] = set()
        self.setProperty("kind", "notice")
        self.setProperty("tone", "warning")
        self.title = Label("", TextStyle.STRONG, wrap=True)
        self.text = Label("", TextStyle.BODY, "muted", wrap=True, selectable=True)
        self.pull = SlimButton(tr("Pull theirs"))
        self.push = SlimButton(tr("Push mine as…"))
        self.keep = SlimButton(tr("Keep both"))
        self.keep.setToolTip(tr("Leave it as it is, and say no more of it until either changes"))
        self.pull.clicked.connect(lambda _=False: self.pull_asked.emit(self._drift))
        self.push.clicked.connect(lambda _=False: self.push_asked.emit(self._drift))
        self.keep.clicked.connect(lambda _=False: self._keep())
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        for button in (self.pull, self.push, self.keep):
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.S, Space.S, Space.S)
        column.setSpacing(Space.XS)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addLayout(row)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)
        repolish(self)
        self.hide()

    def show_version(self, placed: PlacedVersion | None, *, online: bool) -> None:
        """Tell the first drift of a version of which nobody said that it is to stay."""
        self._placed, self._online = placed, online
        drifts = placed.drifts if placed is not None else ()
        self._drift = next((one for one in drifts if _pair(one) not in self._kept), None)
        self.setVisible(self._drift is not None)
        if self._drift is None:
            return
        tag = presentation.printable(self._drift.reference.tag)
        self.title.setText(tr("{tag} names another image in the registry.", tag=tag))
        self.text.setText(presentation.printable(drift_text(self._drift, presentation.moment)))
        for button in (self.pull, self.push):
            button.setEnabled(online)
            button.setToolTip("" if online else tr("The engine is away."))

    def _keep(self) -> None:
        if self._drift is not None:
            self._kept.add(_pair(self._drift))
            # Another of its tags may have moved too.
            self.show_version(self._placed, online=self._online)


def _pair(drift: Drift) -> _Pair:
    return str(drift.reference), drift.local_digest, drift.remote_digest
