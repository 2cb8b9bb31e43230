"""The top of the releases page: what it is about, how the traffic is shared, and what can be
done, always in reach."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import DangerButton, IconButton, PlainButton
from modeldesk.ui.widgets.chip import ChipRow, ChipSpec
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.tooltip import plain_tooltip

_LONG_NAME = 420
"""A longer name is cut rather than parted from its buttons."""


class Act(Enum):
    """What a person can do with what the page shows. The order is that of buttons and menu."""

    OPEN = "open"
    START = "start"
    STOP = "stop"
    DEPLOY = "deploy"
    CANARY = "canary"
    BEGIN = "begin"
    """A canary that waits for its time."""
    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"
    PROMOTE = "promote"
    PLAN = "plan"
    SCALE = "scale"
    SETTINGS = "settings"
    OUTPUT = "output"
    COMPARE = "compare"
    EXPORT = "export"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class WayBack:
    """The button that leads back: what it says, why it can't be pressed where it can't, and what
    a longer name is."""

    text: str
    tooltip: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class HeadingView:
    """What the heading shows. Of what can be done, `acts` are buttons, in their order, and
    `more` are behind the last one; those in `resting` can't be done now. `checked` are switched
    on."""

    title: str
    chips: tuple[ChipSpec, ...]
    line: str
    acts: tuple[Act, ...] = ()
    more: tuple[Act, ...] = ()
    resting: frozenset[Act] = frozenset()
    checked: frozenset[Act] = frozenset()
    back: WayBack | None = None


class ReleaseHeading(QWidget):
    """Where the window is narrow, the buttons stand below the name; none is ever left out."""

    acted = Signal(object)
    """The `Act` a person chose."""
    back_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ElidedLabel("", TextStyle.TITLE)
        self.chips = ChipRow(theme)
        self.line = ElidedLabel(color="muted", mode=Qt.TextElideMode.ElideRight)
        self.buttons: Mapping[Act, PlainButton] = {
            act: PlainButton(label(act)) for act in Act if act not in _MENU_ALONE
        }
        self.back_button = DangerButton("")
        self.more_button = IconButton(theme, Icon.MORE, tr("More"))
        self._menu = QMenu(self)
        self.actions_by_act: Mapping[Act, QAction] = {act: QAction(label(act), self) for act in Act}
        self.more_button.setMenu(self._menu)
        for act, button in self.buttons.items():
            button.clicked.connect(lambda _on=False, act=act: self.acted.emit(act))
        for act, action in self.actions_by_act.items():
            action.triggered.connect(lambda _on=False, act=act: self.acted.emit(act))
        self.back_button.clicked.connect(self.back_asked)
        self._shown: HeadingView | None = None
        self._lay_out()

    def present(self, view: HeadingView) -> None:
        """Show `view`."""
        if view == self._shown:
            return
        self._shown = view
        self.title.set_text(view.title)
        self.chips.set_chips(view.chips)
        self.line.set_text(view.line)
        for act, button in self.buttons.items():
            button.setVisible(act in view.acts)
            button.setEnabled(act not in view.resting)
        self._fill_menu(view.more, view.resting, view.checked)
        self.back_button.setVisible(view.back is not None)
        if view.back is not None:
            self.back_button.set_text(view.back.text)
            self.back_button.setEnabled(view.back.enabled)
            self.back_button.setToolTip(plain_tooltip(view.back.tooltip))
        self.arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def minimumSizeHint(self) -> QSize:
        # As narrow as with the buttons below: beside the name they must not keep the window wide.
        return QSize(self._row.sizeHint().width(), super().minimumSizeHint().height())

    def arrange(self) -> None:
        """Put the buttons beside the name, or below it."""
        for row in (self._names, self._row):
            # Texts and chips were just set; a layout hears of that later.
            row.invalidate()
        name = min(self._names.sizeHint().width(), _LONG_NAME + self.chips.sizeHint().width())
        narrow = name + Space.S + self._row.sizeHint().width() > self.width()
        self._top.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )

    def _fill_menu(
        self, acts: Sequence[Act], resting: Collection[Act], checked: Collection[Act]
    ) -> None:
        if [one for one in self._menu.actions() if not one.isSeparator()] != [
            self.actions_by_act[act] for act in acts
        ]:
            self._menu.clear()
            for act in acts:
                if act is Act.REMOVE and len(acts) > 1:
                    self._menu.addSeparator()
                self._menu.addAction(self.actions_by_act[act])
        for act in acts:
            action = self.actions_by_act[act]
            action.setEnabled(act not in resting)
            action.setCheckable(act is Act.OUTPUT)
            action.setChecked(act in checked)
        self.more_button.setVisible(bool(acts))

    def _lay_out(self) -> None:
        self._names = QHBoxLayout()
        self._names.setSpacing(Space.S)
        self._names.addWidget(self.title)
        self._names.addWidget(self.chips)
        self._names.addStretch(1)
        self._row = QHBoxLayout()
        self._row.setSpacing(Space.S)
        for button in self.buttons.values():
            # All of them together would keep the window wide before one is chosen.
            button.hide()
            self._row.addWidget(button)
        self._row.addWidget(self.more_button)
        self._row.addWidget(self.back_button)
        self._row.addStretch(0)
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.setSpacing(Space.S)
        self._top.addLayout(self._names, 1)
        self._top.addLayout(self._row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addLayout(self._top)
        column.addWidget(self.line)


_MENU_ALONE = (Act.PLAN, Act.SCALE, Act.SETTINGS, Act.OUTPUT, Act.COMPARE, Act.EXPORT)


def label(act: Act) -> str:
    """What a button or a line of the menu says."""
    return {
        Act.OPEN: tr("Open"),
        Act.START: tr("Start"),
        Act.STOP: tr("Stop"),
        Act.DEPLOY: tr("Deploy…"),
        Act.CANARY: tr("Start a canary…"),
        Act.BEGIN: tr("Start now"),
        Act.PAUSE: tr("Pause"),
        Act.RESUME: tr("Resume"),
        Act.SKIP: tr("Skip step"),
        Act.PROMOTE: tr("Promote now"),
        Act.PLAN: tr("Edit plan…"),
        Act.SCALE: tr("Scale…"),
        Act.SETTINGS: tr("Settings…"),
        Act.OUTPUT: tr("Output and load"),
        Act.COMPARE: tr("Compare versions"),
        Act.EXPORT: tr("Export report…"),
        Act.REMOVE: tr("Remove…"),
    }[act]
