"""What is said where a secret was hidden."""

from collections.abc import Iterable

from PySide6.QtWidgets import QWidget

from modeldesk.core.containers.secrets import HIDDEN
from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.widgets.label import Label


class SecretNote(Label):
    """Hiding it here keeps it from nobody who has the image: that is said, and what to do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        text = tr(
            "{hidden} hides what looks like a secret. It is in the image, for everyone who has "
            "it: change the secret, and give it when the container starts, or to the build as a "
            "secret mount.",
            hidden=HIDDEN,
        )
        super().__init__(text, TextStyle.NOTE, "warning", wrap=True, parent=parent)
        self.hide()

    def tell_of(self, shown: Iterable[str]) -> None:
        """Be there if something is hidden in the texts that are shown."""
        self.setVisible(any(HIDDEN in text for text in shown))
