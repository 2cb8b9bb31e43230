"""The slim line over a page while the engine does not answer any more."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.words import tr
from modeldesk.ui.context import EngineControl
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.banner import Banner, Notice


class LostBanner(QWidget):
    """Hidden while the engine answers. What is shown below it is what was last read."""

    def __init__(self, theme: Theme, control: EngineControl, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.banner = Banner(theme)
        self.banner.action_chosen.connect(lambda _: control.retry())
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.M, Space.XL, 0)
        column.addWidget(self.banner)
        self.hide()

    def show_connection(self, connection: Connection) -> None:
        """Appear when the engine is lost, go when it is back. A new search leaves it as it is."""
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
        elif connection.state is not ConnectionState.SEARCHING:
            self.banner.dismiss()
            self.hide()
