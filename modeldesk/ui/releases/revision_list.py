"""How a deployment's settings came to be what they are, as a list below them."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.revisions import Revision, revision_text
from modeldesk.core.text import printable
from modeldesk.core.words import tr
from modeldesk.ui.releases.words import when_text
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.label import Label

_MOST = 20
"""Older ones are left to the command line."""


class RevisionList(QWidget):
    """Hidden until there is more than one revision to tell of."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, Space.S, 0, 0)
        self._column.setSpacing(Space.XS)
        self._column.addWidget(Label(tr("Revisions of these settings"), TextStyle.STRONG))
        self.hide()

    def show_revisions(self, revisions: Sequence[Revision], now: datetime, name: str) -> None:
        """Once, the newest first. `name` is the deployment's."""
        if len(revisions) < 2:
            return
        for revision in revisions[:_MOST]:
            self._column.addSpacing(Space.S)
            self._add(head_text(revision, now))
            for change in revision.changes:
                self._add(printable(change.said), aside=True)
            if not revision.changes:
                self._add(tr("the first that was kept"), aside=True)
        if len(revisions) > _MOST:
            self._column.addSpacing(Space.S)
            command = f"modeldesk releases {name} --settings"
            self._add(tr("All of them: {command}", command=command), aside=True)
        self.show()

    def texts(self) -> tuple[str, ...]:
        """What is listed, line by line."""
        return tuple(label.text() for label in self.findChildren(Label))[1:]

    def _add(self, text: str, *, aside: bool = False) -> None:
        label = Label(text, color="muted" if aside else "text", wrap=True)
        if aside:
            label.setContentsMargins(Space.M, 0, 0, 0)
        self._column.addWidget(label)


def head_text(revision: Revision, now: datetime) -> str:
    """``Revision 2 · 3 days ago · ann · v1.4.0 · more memory``."""
    release = revision.release
    parts = [revision_text(revision)]
    if release is not None:
        parts += [
            when_text(release.started, now),
            printable(release.who),
            version_text(release.target.reference),
            printable(release.why),
        ]
    return " · ".join(filter(None, parts))
