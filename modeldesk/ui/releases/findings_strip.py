"""Findings above what they are about, each with what helps. Nothing is there while all is well."""

from datetime import UTC, datetime
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.deployment_watch.model import Finding
from modeldesk.core.deployment_watch.words import remedy_text
from modeldesk.core.ids import DeploymentName
from modeldesk.core.words import tr
from modeldesk.ui.presentation import age, count, printable
from modeldesk.ui.releases.findings import FindingsStore, tone_of
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.label import Label

MOST = 3
"""More are counted."""


class FindingsStrip(QWidget):
    """Of all deployments, or of the one that was chosen."""

    def __init__(self, theme: Theme, store: FindingsStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._store = store
        self._deployment: DeploymentName | None = None
        self._shown: list[tuple[Finding, bool]] = []
        self.banners: list[Banner] = []
        self.more = Label("", TextStyle.LABEL, "muted")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.S)
        self._column.addWidget(self.more)
        store.changed.connect(self._show)
        self._show()

    def show_deployment(self, deployment: DeploymentName | None) -> None:
        """Show what is found of one deployment; with None of all."""
        self._deployment = deployment
        self._show()

    def _show(self) -> None:
        found = self._store.of(self._deployment)
        shown = [(one, self._store.is_helped(one)) for one in found[:MOST]]
        if shown != self._shown:
            self._shown = shown
            self._fill([one for one, _ in shown])
        left = len(found) - len(shown)
        self.more.setText(tr("… and {count} more", count=count(left)))
        self.more.setVisible(left > 0)
        self.setVisible(bool(found))

    def _fill(self, found: list[Finding]) -> None:
        while len(self.banners) > len(found):
            old = self.banners.pop()
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        while len(self.banners) < len(found):
            banner = Banner(self._theme)
            self._column.insertWidget(len(self.banners), banner)
            banner.action_chosen.connect(partial(self._chosen, len(self.banners)))
            self.banners.append(banner)
        for banner, finding in zip(self.banners, found, strict=True):
            banner.present(self._notice(finding))

    def _notice(self, finding: Finding) -> Notice:
        helped = self._store.is_helped(finding)
        return Notice(
            printable(finding.text),
            _reason(finding, helped),
            () if helped else tuple(remedy_text(finding, one) for one in finding.remedies),
            tone_of(finding),
            closable=False,
        )

    def _chosen(self, number: int, action: int) -> None:
        finding, _ = self._shown[number]
        self._store.take(finding, finding.remedies[action])


def _reason(finding: Finding, helped: bool) -> str:
    # A sentence of its own; what follows the dot does not.
    parts = [printable(finding.detail).removesuffix(".")]
    if helped:
        parts.append(tr("being put right…"))
    elif finding.since is not None:
        parts.append(tr("seen {age}", age=age(finding.since, datetime.now(UTC))))
    return " · ".join(filter(None, parts))
