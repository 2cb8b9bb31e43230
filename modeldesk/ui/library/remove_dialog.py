"""Asks, once, before versions go: what goes with them, what comes back."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.ids import ImageId
from modeldesk.core.library.model import LibrarySnapshot, Version
from modeldesk.core.library.removal import Removal, RemovalPlan, plan_removal
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.buttons import DangerButton, LinkButton, PlainButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.key_value import KeyValue, KeyValueList
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.tooltip import plain_tooltip
from modeldesk.ui.widgets.wrapped_text import WrappedText

_WIDTH = 640
_GAP = 3
_ENOUGH = 20
_MOST_HEIGHT = 270
_VERSION = int(Qt.ItemDataRole.UserRole)

WaysBack = Callable[[ImageId], Sequence[str]]
"""The deployments that could go back to an image."""


class RemoveDialog(QDialog):
    """Every version with the names that go with it; those in use can't be picked and say why.
    Cancel is the default."""

    def __init__(
        self,
        snapshot: LibrarySnapshot,
        versions: Sequence[Version],
        on_plan: Callable[[RemovalPlan], None],
        parent: QWidget,
        ways_back_to: WaysBack = lambda _: (),
    ) -> None:
        super().__init__(parent.window())
        self._ways_back_to = ways_back_to
        self._snapshot = snapshot
        self._on_plan = on_plan
        self.plan = plan_removal(snapshot, versions)
        self.setWindowTitle(tr("Remove versions"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self.title = Label("", TextStyle.SUBTITLE)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Versions that go"))
        self.list.setFont(font(TextStyle.BODY))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setSpacing(_GAP)
        self._fill()
        self.list.itemChanged.connect(self._picked)
        self.facts = KeyValueList()
        self.command = WrappedText(most_lines=4)
        self._copy = LinkButton(tr("copy"))
        self._copy.clicked.connect(self._copy_command)
        self.remove = DangerButton(tr("Remove"))
        self.cancel = PlainButton(tr("Cancel"))
        self._lay_out()
        self._tell()
        self.cancel.setFocus()

    def _fill(self) -> None:
        for removal in self.plan.removals:
            item = QListWidgetItem(_text(removal.version, *_names(removal)))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            item.setToolTip(plain_tooltip("\n".join(removal.names)))
            item.setData(_VERSION, removal.version)
            self.list.addItem(item)
        for locked in self.plan.locked:
            item = QListWidgetItem(_text(locked.version, locked.reason))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            item.setCheckState(Qt.CheckState.Unchecked)
            item.setToolTip(plain_tooltip(locked.reason))
            self.list.addItem(item)
        self.list.ensurePolished()
        heights = [self.list.sizeHintForRow(row) for row in range(min(self.list.count(), _ENOUGH))]
        self.list.setFixedHeight(min(sum(heights) + 2 * _GAP * (len(heights) + 1), _MOST_HEIGHT))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self.title)
        card = Card(padded=False)
        card.body.addWidget(self.list)
        column.addWidget(card)
        column.addWidget(self.facts)
        column.addWidget(Label(tr("The same on the command line:"), TextStyle.LABEL, "muted"))
        command = QHBoxLayout()
        command.setSpacing(Space.S)
        command.addWidget(self.command, 1)
        command.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(command)
        column.addStretch(1)
        self.cancel.setDefault(True)
        self.cancel.clicked.connect(self.reject)
        self.remove.clicked.connect(self._accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.remove)
        column.addLayout(buttons)

    def _picked(self, _item: QListWidgetItem) -> None:
        items = [self.list.item(row) for row in range(self.list.count())]
        chosen = [i.data(_VERSION) for i in items if i.checkState() is Qt.CheckState.Checked]
        self.plan = plan_removal(self._snapshot, chosen)
        with QSignalBlocker(self.list):
            self._tell()

    def _tell(self) -> None:
        plan = self.plan
        count = len(plan.removals)
        one = presentation.printable(plan.removals[0].version.name) if count == 1 else ""
        action = (
            tr("Remove {version}", version=one)
            if one
            else trn("Remove {count} version", "Remove {count} versions", count)
        )
        self.title.setText(tr("{action}?", action=action))
        self.remove.set_text(action)
        self.remove.setEnabled(bool(plan.removals))
        back = plan.bytes_back
        self.facts.set_rows(
            [
                KeyValue(tr("Names that go"), presentation.count(len(plan.names))),
                KeyValue(tr("Containers that use them"), _users(plan)),
                *self._lost_ways(),
                KeyValue(
                    tr("Freed on disk"),
                    tr("not known yet") if back is None else presentation.size(back),
                    tooltip="" if back is None else presentation.exact_size(back),
                ),
            ]
        )
        self.command.set_text(plan.command or tr("Nothing is picked."))
        self._copy.setEnabled(bool(plan.command))

    def _lost_ways(self) -> tuple[KeyValue, ...]:
        """What deployments could go back to and will not any more."""
        lost = [
            tr("{deployment} to {version}", deployment=name, version=removal.version.name)
            for removal in self.plan.removals
            if removal.image_goes
            for name in self._ways_back_to(removal.version.key.image)
        ]
        if not lost:
            return ()
        said = presentation.printable(", ".join(lost))
        return (KeyValue(tr("Ways back that are lost"), said, Tone.WARNING, tooltip=said),)

    def _copy_command(self) -> None:
        QGuiApplication.clipboard().setText(self.plan.command)

    def _accept(self) -> None:
        self._on_plan(self.plan)
        self.accept()


def _text(version: Version, *below: str) -> str:
    first = f"{version.name}  ·  {presentation.size(version.size_bytes)}"
    return "\n".join(map(presentation.printable, (first, *below)))


def _names(removal: Removal) -> tuple[str, ...]:
    stays = () if removal.image_goes else (tr("Other names keep the image."),)
    return (*removal.names, *stays)


def _users(plan: RemovalPlan) -> str:
    names = [c.name for removal in plan.removals for c in removal.version.containers]
    return presentation.printable(", ".join(names)) if names else tr("none")
