"""Everything that happened to a deployment, and the way back to each version."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from modeldesk.core.ids import ImageId
from modeldesk.core.releases.model import Release, ReleaseKind, ReleaseState, VersionTarget
from modeldesk.core.words import tr
from modeldesk.ui.presentation import age, moment, short_digest
from modeldesk.ui.releases.entries import version_text
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.tooltip import plain_tooltip

_SHOWN = 100
_NARROW = 560
_ROW_HEIGHT = 34
_ROWS_EACH = 4
"""What happened, the digest below it where there is no room beside it, why it failed, and a
line."""
_WHEN, _WHAT, _DIGEST, _WHY, _WHO, _BUTTON = range(6)


class ReleaseHistory(Card):
    """The releases of one deployment, newest first, the last hundred of them."""

    roll_back_to = Signal(object)
    """The `VersionTarget` of the row whose button was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Release history"), parent=parent)
        self._grid: QGridLayout | None = None
        self._aside: list[QWidget] = []
        """What narrow windows have no room for."""
        self._digests: list[tuple[int, Label]] = []
        """With the grid's row each belongs to."""
        self._ages: list[tuple[Label, datetime]] = []
        self._note = Label(tr("every step is kept, with its digest"), color="muted")
        self.add_header_widget(self._note)
        self._shown: tuple[Sequence[Release], ImageId | None] = ((), None)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self._area, 1)
        self.buttons: dict[ImageId, PlainButton] = {}
        """The newest button for each version one can go back to."""

    def show_releases(
        self, releases: Sequence[Release], current: VersionTarget | None, now: datetime
    ) -> None:
        """Show `releases`, newest first; each version other than `current` that once ran has a
        button where it was put in service last."""
        running = current.image if current else None
        if (releases, running) == self._shown:
            for label, started in self._ages:
                label.setText(age(started, now))
            return
        self._shown = (releases, running)
        self.buttons.clear()
        self._aside, self._digests, self._ages = [], [], []
        rows = QWidget()
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, Space.S, 0)
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.XS - 1)
        self._grid = grid
        for number, release in enumerate(releases[:_SHOWN]):
            row = _ROWS_EACH * number
            self._add(grid, row, release, running, now)
            line = QFrame()
            line.setProperty("kind", "line")
            line.setFixedHeight(1)
            grid.addWidget(line, row + _ROWS_EACH - 1, 0, 1, _BUTTON + 1)
        self._share_width()
        column = QVBoxLayout(rows)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(grid)
        column.addStretch(1)
        self._area.setWidget(rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._note.setVisible(self._roomy)
        self._share_width()

    def _share_width(self) -> None:
        if self._grid is not None:
            self._grid.setColumnStretch(_WHY, int(self._roomy))
            self._grid.setColumnStretch(_WHAT, int(not self._roomy))
            for row, digest in self._digests:
                self._grid.removeWidget(digest)
                place = (row, _DIGEST) if self._roomy else (row + 1, _WHAT)
                self._grid.addWidget(digest, *place)
                self._grid.setRowMinimumHeight(row, _ROW_HEIGHT if self._roomy else 0)
        for widget in self._aside:
            widget.setVisible(self._roomy)

    @property
    def _roomy(self) -> bool:
        return self.width() >= _NARROW

    def _add(
        self,
        grid: QGridLayout,
        row: int,
        release: Release,
        running: ImageId | None,
        now: datetime,
    ) -> None:
        when = Label(age(release.started, now), color="muted")
        when.setToolTip(plain_tooltip(moment(release.started)))
        self._ages.append((when, release.started))
        what = ElidedLabel(
            what_happened(release), TextStyle.STRONG, mode=Qt.TextElideMode.ElideRight
        )
        if release.state in (ReleaseState.FAILED, ReleaseState.RESTORED):
            what.set_color("bad")
        digest = Label(short_digest(release.target.digest), TextStyle.MONO_SMALL, "muted")
        digest.setToolTip(plain_tooltip(release.target.digest))
        why = ElidedLabel(
            release.why,
            color="muted",
            mode=Qt.TextElideMode.ElideRight,
        )
        who = Label(release.who, color="muted")
        self._digests.append((row, digest))
        for column, widget in ((_WHEN, when), (_WHAT, what), (_WHY, why), (_WHO, who)):
            grid.addWidget(widget, row, column)
        if release.error:
            error = ElidedLabel(release.error, color="muted", mode=Qt.TextElideMode.ElideRight)
            grid.addWidget(error, row + 2, _WHAT, 1, _BUTTON)
        for aside in (why, who):
            aside.setVisible(self._roomy)
            self._aside.append(aside)
        target = release.target
        if (
            release.state is ReleaseState.SUCCEEDED
            and target.image != running
            and target.image not in self.buttons
        ):
            button = PlainButton(tr("Roll back to this"))
            button.clicked.connect(lambda: self.roll_back_to.emit(target))
            self.buttons[target.image] = button
            grid.addWidget(button, row, _BUTTON, 2, 1, Qt.AlignmentFlag.AlignVCenter)


def what_happened(release: Release) -> str:
    """A release in a few words: ``Rolled back to v1.3.1``."""
    version = version_text(release.target.reference)
    rollback = release.kind is ReleaseKind.ROLLBACK
    match release.state:
        case ReleaseState.RUNNING:
            text = (
                tr("Rolling back to {version}", version=version)
                if rollback
                else tr("Deploying {version}", version=version)
            )
        case ReleaseState.SUCCEEDED:
            text = (
                tr("Rolled back to {version}", version=version)
                if rollback
                else tr("Deployed {version}", version=version)
            )
        case ReleaseState.RESTORED:
            text = tr("{version} failed, what ran runs again", version=version)
        case ReleaseState.FAILED:
            text = tr("{version} failed", version=version)
    return text
