"""The line below the models: registries, how fresh what is known of them is, and asking anew."""

from datetime import UTC, datetime

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.library.registries import RegistryCatalog
from modeldesk.ui.registry.words import explained, summary
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import IconButton
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.tooltip import plain_tooltip

_AGES_ALTER_MS = 60_000


class RegistriesStrip(QWidget):
    """Hidden while no registry is known."""

    def __init__(
        self, theme: Theme, catalog: RegistryCatalog, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._catalog = catalog
        self.text = ElidedLabel("", TextStyle.LABEL, "muted", Qt.TextElideMode.ElideRight)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.refresh = IconButton(theme, Icon.REFRESH, tr("Ask every registry again"))
        self.refresh.clicked.connect(lambda _=False: catalog.refresh_all())
        self.cancel = IconButton(theme, Icon.CLOSE, tr("Stop asking"))
        self.cancel.clicked.connect(lambda _=False: catalog.cancel_all())
        self.details = IconButton(theme, Icon.MORE, tr("Registries…"))
        self.details.clicked.connect(lambda _=False: catalog.details_asked.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.S, Space.XS, 0, Space.S)
        row.setSpacing(Space.XS)
        row.addWidget(self.text, 1)
        for button in (self.refresh, self.cancel, self.details):
            row.addWidget(button)
        self._ages = QTimer(self, interval=_AGES_ALTER_MS)
        self._ages.timeout.connect(self._show)
        self._ages.start()
        catalog.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        states = self._catalog.states()
        self.setVisible(bool(states))
        if not states:
            return
        self.text.set_text(summary(states, datetime.now(UTC)))
        asking = any(one.asking for one in states)
        troubled = not asking and any(one.trouble is not None for one in states)
        self.text.set_color("warning" if troubled else "muted")
        self.text.setToolTip(plain_tooltip("\n".join(filter(None, map(explained, states)))))
        self.refresh.setVisible(not asking)
        self.cancel.setVisible(asking)
