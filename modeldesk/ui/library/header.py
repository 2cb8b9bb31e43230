"""The top of the library page: what is shown, and what can be done with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from modeldesk.core.library.model import Group, Model
from modeldesk.core.releases.model import Deployment, VersionTarget
from modeldesk.core.releases.names import version_text
from modeldesk.core.versioning.channels import moving_channels
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.library import entries
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import IconButton, PlainButton, PrimaryButton
from modeldesk.ui.widgets.channel_chip import channel_tone
from modeldesk.ui.widgets.chip import ChipRow, ChipSpec
from modeldesk.ui.widgets.elided_label import ElidedLabel

_LEAST = 280
_TITLE_ROOM = 150
_LONGEST_NAME = 28


@dataclass(frozen=True, slots=True)
class WayBack:
    """A deployment of the shown model, and the version one click goes back to."""

    deployment: Deployment
    target: VersionTarget
    changing: bool = False
    """A release of it is under way: no other begins before it ended."""


class PageHeader(QWidget):
    """Buttons stand beside the title, or below it where the page is narrow."""

    build_asked = Signal()
    run_asked = Signal()
    push_asked = Signal()
    compare_asked = Signal()
    """Put the two selected versions side by side."""
    clean_up_asked = Signal()
    roll_back_asked = Signal(object)
    """The `WayBack` that was chosen."""
    details_asked = Signal()
    """Show the panel at the right, for which there is no room at present."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ways: tuple[WayBack, ...] = ()
        self._can_build = True
        self._online = False
        self.title = ElidedLabel("", TextStyle.TITLE)
        self.chips = ChipRow(theme)
        self.subline = ElidedLabel("", TextStyle.BODY, "muted", Qt.TextElideMode.ElideRight)
        self.build = PlainButton(tr("Build new version"))
        self.run = PlainButton(tr("Run…"))
        self.push = PlainButton(tr("Push…"))
        self.compare = PlainButton(tr("Compare"))
        self.compare.hide()
        self.clean_up = PlainButton(tr("Clean up…"))
        self.roll_back = PrimaryButton("")
        self.details = IconButton(theme, Icon.CHEVRON_LEFT, tr("Show the version's details"))
        self.build.clicked.connect(self.build_asked)
        self.run.clicked.connect(self.run_asked)
        self.push.clicked.connect(self.push_asked)
        self.compare.clicked.connect(self.compare_asked)
        self.clean_up.clicked.connect(self.clean_up_asked)
        self.roll_back.clicked.connect(self._roll_back)
        self.details.clicked.connect(self.details_asked)
        self._lay_out()
        self.set_ways_back(())

    def show_entry(self, entry: Model, *, online: bool) -> None:
        """Name `entry` and offer what fits it."""
        self.title.set_text(entries.title(entry))
        self.chips.set_chips(_channel_chips(entry))
        self.chips.setVisible(bool(self.chips.specs()))
        self.subline.set_text(entries.subline(entry))
        self._can_build = entry.group is Group.MODEL
        self.clean_up.setVisible(entry.group is Group.UNTAGGED)
        self._online = online
        away = "" if online else tr("The engine is away.")
        for button in (self.run, self.push, self.roll_back):
            button.setEnabled(online)
            button.setToolTip(away)
        self._hold_back()
        self._arrange()

    def offer_version(self, here: bool) -> None:
        """Whether the chosen version is on the engine; else it can't be run or pushed."""
        away = tr("Only a registry has this version. Pull it first.")
        for button in (self.run, self.push):
            button.setEnabled(here and self._online)
            if not here and self._online:
                button.setToolTip(away)

    def set_ways_back(self, ways: Sequence[WayBack]) -> None:
        """Offer to roll back; several deployments make it a menu."""
        self._ways = tuple(ways)
        self.roll_back.setVisible(bool(ways))
        if len(ways) == 1:
            version = presentation.printable(version_text(ways[0].target.reference))
            self.roll_back.set_text(tr("Roll back to {version}", version=version))
        elif ways:
            self.roll_back.set_text(tr("Roll back…"))
        self._hold_back()
        self._arrange()

    def _hold_back(self) -> None:
        """One release of a deployment at a time."""
        free = any(not way.changing for way in self._ways)
        self.roll_back.setEnabled(self._online and free)

    def offer_details(self, offered: bool) -> None:
        """Whether the panel at the right is out of sight and can be asked for."""
        self.details.setVisible(offered)
        self._arrange()

    def offer_compare(self, offered: bool) -> None:
        """Whether two versions are selected."""
        if offered == self.compare.isHidden():
            self.compare.setVisible(offered)
            self._arrange()

    def minimumSizeHint(self) -> QSize:
        # What does not fit gives way; the buttons must not hold the window wide.
        return QSize(_LEAST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _lay_out(self) -> None:
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(Space.S)
        for button in (
            self.build,
            self.run,
            self.push,
            self.compare,
            self.clean_up,
            self.roll_back,
            self.details,
        ):
            self._buttons.addWidget(button)
        self._buttons.addStretch(0)
        self._first = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._first.setSpacing(Space.S)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._first.addWidget(self.title, 1)
        self._first.addLayout(self._buttons)
        self._second = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._second.setSpacing(Space.S)
        self.subline.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._second.addWidget(self.chips)
        self._second.addWidget(self.subline, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addLayout(self._first)
        column.addLayout(self._second)

    def _arrange(self) -> None:
        width = self.width()
        self.build.setVisible(self._can_build)
        self.push.setVisible(self._can_build)
        # A version's menu has it too; a name that is whole is worth more.
        named = self.title.sizeHint().width() + Space.S
        if self._buttons.sizeHint().width() + min(named, width // 2) > width:
            self.push.hide()
        if self._buttons.sizeHint().width() > width:
            # The rail leads to the build page too.
            self.build.hide()
        buttons = self._buttons.sizeHint().width()
        self._first.setDirection(_direction(width < buttons + _TITLE_ROOM))
        chips = self.chips.sizeHint().width() if not self.chips.isHidden() else 0
        self._second.setDirection(_direction(bool(chips) and width < chips + _TITLE_ROOM * 2))

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for way in self._ways:
            text = tr(
                "{deployment} to {version}",
                deployment=way.deployment.name,
                version=presentation.printable(version_text(way.target.reference)),
            )
            action = menu.addAction(text.replace("&", "&&"))
            action.setEnabled(not way.changing)
            action.triggered.connect(lambda _on, way=way: self.roll_back_asked.emit(way))
        return menu

    def _roll_back(self) -> None:
        if len(self._ways) == 1:
            self.roll_back_asked.emit(self._ways[0])
        else:
            corner = self.roll_back.rect().bottomLeft()
            self._menu().popup(self.roll_back.mapToGlobal(corner))


def _channel_chips(entry: Model) -> list[ChipSpec]:
    """Where the channels point, in their order; deprecated ones are marked in the table."""
    channels = entry.channels
    return [
        ChipSpec(
            f"{channel} → {presentation.shortened(channels[channel].name, _LONGEST_NAME)}",
            channel_tone(channel),
        )
        for channel in moving_channels()
        if channel in channels
    ]


def _direction(narrow: bool) -> QBoxLayout.Direction:
    return QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
