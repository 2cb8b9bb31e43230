"""Everything that happened to a deployment, and the way back to each version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from modeldesk.core.ids import ImageId
from modeldesk.core.releases.model import Release, ReleaseKind, ReleaseState, VersionTarget
from modeldesk.core.releases.names import version_text
from modeldesk.core.words import tr
from modeldesk.ui.presentation import age, moment, short_digest
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton, SlimButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.tooltip import plain_tooltip

_SHOWN = 100
_NARROW = 560
_ROW_HEIGHT = 33
_LINE_HEIGHT = 26
_ROWS_EACH = 4
"""What happened, the digest below it where there is no room beside it, the reason, and a
line."""
_WHEN, _WHAT, _DIGEST, _WHO, _BUTTON = range(5)
_COLUMNS = 5


@dataclass(frozen=True, slots=True)
class _Row:
    """What of a release changes its place with the width, and the grid's row it begins in."""

    first: int
    what: QWidget
    digest: QWidget
    button: QWidget
    more: bool
    """Whether a reason stands below it."""


class ReleaseHistory(Card):
    """The releases of one deployment, newest first, the last hundred of them."""

    roll_back_to = Signal(object)
    """The `VersionTarget` of the row whose button was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Release history"), parent=parent)
        self._grid: QGridLayout | None = None
        self._placed_for: bool | None = None
        """Whether the rows stand where a roomy window has them."""
        self._aside: list[QWidget] = []
        """What narrow windows have no room for."""
        self._rows: list[_Row] = []
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
        self._aside, self._rows, self._ages = [], [], []
        rows = QWidget()
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, Space.S, 0)
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(_WHAT, 1)
        self._grid, self._placed_for = grid, None
        for number, release in enumerate(releases[:_SHOWN]):
            row = _ROWS_EACH * number
            self._add(grid, row, release, running, now)
            line = QFrame()
            line.setProperty("kind", "line")
            line.setFixedHeight(1)
            grid.addWidget(line, row + _ROWS_EACH - 1, 0, 1, _COLUMNS)
        self._share_width()
        column = QVBoxLayout(rows)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(grid)
        column.addStretch(1)
        self._area.setWidget(rows)

    def offer_ways_back(self, offered: bool) -> None:
        """Whether the buttons can be pressed: not while a release is under way."""
        for button in self.buttons.values():
            button.setEnabled(offered)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._note.setVisible(self._roomy)
        self._share_width()

    def _share_width(self) -> None:
        if self._grid is None or self._placed_for is self._roomy:
            return
        self._placed_for = self._roomy
        for row in self._rows:
            self._place(self._grid, row)
        for widget in self._aside:
            widget.setVisible(self._roomy)

    def _place(self, grid: QGridLayout, row: _Row) -> None:
        """All in one line, or the digest and the button in a second one."""
        first, second = row.first, row.first + 1
        for widget in (row.what, row.digest, row.button):
            grid.removeWidget(widget)
        if self._roomy:
            grid.addWidget(row.what, first, _WHAT)
            grid.addWidget(row.digest, first, _DIGEST)
            grid.addWidget(row.button, first, _BUTTON, Qt.AlignmentFlag.AlignRight)
        else:
            grid.addWidget(row.what, first, _WHAT, 1, _COLUMNS - _WHAT)
            grid.addWidget(row.digest, second, _WHAT)
            rest = _COLUMNS - _DIGEST
            grid.addWidget(row.button, second, _DIGEST, 1, rest, Qt.AlignmentFlag.AlignRight)
        height = _ROW_HEIGHT - 3 * row.more if self._roomy else _LINE_HEIGHT
        grid.setRowMinimumHeight(first, height)
        grid.setRowMinimumHeight(second, 0 if self._roomy else _LINE_HEIGHT)

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
        who = Label(release.who, color="muted")
        grid.addWidget(when, row, _WHEN)
        grid.addWidget(who, row, _WHO)
        who.setVisible(self._roomy)
        self._aside.append(who)
        reason = " · ".join(filter(None, (release.error, release.why)))
        if reason:
            below = ElidedLabel(reason, color="muted", mode=Qt.TextElideMode.ElideRight)
            span = _COLUMNS - _WHAT
            grid.addWidget(below, row + 2, _WHAT, 1, span, Qt.AlignmentFlag.AlignTop)
            grid.setRowMinimumHeight(row + 2, _LINE_HEIGHT)
        button = self._button(release, running) or QWidget()
        self._rows.append(_Row(row, what, digest, button, bool(reason)))

    def _button(self, release: Release, running: ImageId | None) -> PlainButton | None:
        """The way back to what `release` put in service, where there is one."""
        target = release.target
        if (
            release.state is not ReleaseState.SUCCEEDED
            or target.image == running
            or target.image in self.buttons
        ):
            return None
        button = SlimButton(tr("Roll back to this"))
        button.clicked.connect(lambda: self.roll_back_to.emit(target))
        self.buttons[target.image] = button
        return button


def what_happened(release: Release) -> str:
    """A release in a few words: ``Rolled back to v1.3.1``."""
    version = version_text(release.target.reference)
    rollback = release.kind is ReleaseKind.ROLLBACK
    match release.state:
        case ReleaseState.RUNNING if release.error:
            text = tr("{version} failed, what ran is to run again", version=version)
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
