"""The slim line over a page while the engine does not answer any more."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.words import tr
from modeldesk.ui.context import EngineControl
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.banner import Banner, Notice


class LostBanner(QWidget):
    """Hidden while the engine answers. What is shown below it is what was last read, or what
    registries have where there never was an engine."""

    why_asked = Signal()
    """What was tried to find an engine is to be shown."""

    def __init__(self, theme: Theme, control: EngineControl, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.banner = Banner(theme)
        self._control = control
        self.banner.action_chosen.connect(self._act)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.M, Space.XL, 0)
        column.addWidget(self.banner)
        self.hide()

    def show_connection(self, connection: Connection, *, registries: bool = False) -> None:
        """Appear when the engine is lost, or where there is none and what `registries` have is
        shown; go when it is back. A new search leaves it as it is."""
        if connection.state is ConnectionState.LOST:
            product = connection.engine.product if connection.engine else tr("The engine")
            self.banner.present(
                Notice(
                    tr("{engine} stopped answering.", engine=product),
                    tr(
                        "It is tried again by itself; what is shown is what was last read. "
                        "Work under way there may fail."
                    ),
                    (tr("Try now"),),
                    Tone.WARNING,
                    closable=False,
                )
            )
            self.show()
        elif connection.state is ConnectionState.NONE and registries:
            self.banner.present(
                Notice(
                    tr("There is no container engine: this is what registries have."),
                    tr("Builds, containers and pulls of images need one."),
                    (tr("Try now"), tr("What to do…")),
                    Tone.WARNING,
                    closable=False,
                )
            )
            self.show()
        elif connection.state is not ConnectionState.SEARCHING:
            self.banner.dismiss()
            self.hide()

    def _act(self, number: int) -> None:
        if number:
            self.why_asked.emit()
        else:
            self._control.retry()
