"""Asks, once, before versions go: what goes with them, what comes back."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.engine.model import BuildCache
from modeldesk.core.ids import ImageId
from modeldesk.core.library.model import Version, VersionKey, Where
from modeldesk.core.library.removal import Removal, RemovalPlan, RemovalPlanner
from modeldesk.core.library.removing import PRUNE_COMMAND, RemovalRun
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.removal.version_lines import NAMES, VersionLines
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
_AT_ONCE = 100
"""Lines added in one turn of the event loop."""
_LONGEST_COMMAND = 4000
_VERSION = int(Qt.ItemDataRole.UserRole)

WaysBack = Callable[[ImageId], Sequence[str]]
"""The deployments that could go back to an image."""


class RemoveDialog(QDialog):
    """Every version with the names that go with it; those in use can't be picked and say why.
    Cancel is the default."""

    def __init__(
        self,
        planner: RemovalPlanner,
        versions: Sequence[Version],
        on_run: Callable[[RemovalRun], None],
        parent: QWidget,
        *,
        cache: BuildCache | None = None,
        empty_cache: bool = False,
        ways_back_to: WaysBack = lambda _: (),
    ) -> None:
        """`on_run` gets what the person agreed to, not begun. `cache` is the engine's build
        cache, where it was read; `empty_cache` says that it is to be emptied too."""
        super().__init__(parent.window())
        self._planner = planner
        self._on_run = on_run
        self._cache = cache or BuildCache()
        self._empties = empty_cache
        self._ways_back_to = ways_back_to
        self.plan = planner.plan(versions)
        self._versions = [removal.version for removal in self.plan.removals]
        self._unpicked: set[VersionKey] = set()
        self.setWindowTitle(tr("Remove versions"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self.title = Label("", TextStyle.SUBTITLE)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Versions that go"))
        self.list.setFont(font(TextStyle.BODY))
        self.list.setItemDelegate(VersionLines(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSpacing(_GAP)
        self.list.setLayoutMode(QListWidget.LayoutMode.Batched)
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
        """A first part at once, so that the window has its height; the rest bit by bit."""
        self._left = _items(self.plan)
        self._add_items()
        self.list.ensurePolished()
        heights = [self.list.sizeHintForRow(row) for row in range(min(self.list.count(), _ENOUGH))]
        self.list.setFixedHeight(min(sum(heights) + 2 * _GAP * (len(heights) + 1), _MOST_HEIGHT))

    def _add_items(self) -> None:
        with QSignalBlocker(self.list):
            added = 0
            for item in islice(self._left, _AT_ONCE):
                self.list.addItem(item)
                added += 1
        if added == _AT_ONCE:
            QTimer.singleShot(0, self, self._add_items)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self.title)
        card = Card(padded=False)
        card.body.addWidget(self.list)
        card.setVisible(self.list.count() > 0)
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

    def _picked(self, item: QListWidgetItem) -> None:
        version: Version = item.data(_VERSION)
        if item.checkState() is Qt.CheckState.Checked:
            self._unpicked.discard(version.key)
        else:
            self._unpicked.add(version.key)
        self.plan = self._planner.plan(v for v in self._versions if v.key not in self._unpicked)
        with QSignalBlocker(self.list):
            self._tell()

    def _tell(self) -> None:
        plan = self.plan
        action = self._action()
        self.title.setText(tr("{action}?", action=action))
        self.remove.set_text(action)
        self.remove.setEnabled(bool(plan.removals) or self._empties)
        self.facts.set_rows(self._facts())
        self.command.set_text(_shortened(self._commands()) or tr("Nothing is picked."))
        self._copy.setEnabled(bool(self._commands()))

    def _action(self) -> str:
        count = len(self.plan.removals)
        if not count and self._empties:
            return tr("Empty the build cache")
        if count == 1:
            one = presentation.printable(self.plan.removals[0].version.name)
            return tr("Remove {version}", version=one)
        if all(removal.version.references for removal in self.plan.removals):
            return trn("Remove {count} version", "Remove {count} versions", count)
        return trn("Remove {count} image", "Remove {count} images", count)

    def _facts(self) -> list[KeyValue]:
        plan = self.plan
        here = [r for r in plan.removals if r.image_goes and r.version.where is Where.LOCAL]
        rows = [
            KeyValue(tr("Names that go"), presentation.count(len(plan.names))),
            KeyValue(tr("In no registry that is known"), presentation.count(len(here))),
            KeyValue(tr("Containers that use them"), _users(plan)),
            *self._lost_ways(),
        ]
        back = plan.bytes_back
        if self._empties:
            rows.append(_size_row(tr("Build cache that is emptied"), self._cache.own_bytes))
            back = None if back is None else back + self._cache.own_bytes
        rows.append(_size_row(tr("Freed on disk"), back))
        kept = min(plan.bytes_back or 0, self._cache.shared_bytes)
        if kept and not self._empties:
            label = tr("Of that, at most, when the build cache is emptied")
            rows.append(_size_row(label, kept))
        return rows

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

    def _commands(self) -> str:
        prune = PRUNE_COMMAND if self._empties else ""
        return "\n".join(filter(None, (self.plan.command, prune)))

    def _copy_command(self) -> None:
        QGuiApplication.clipboard().setText(self._commands())

    def _accept(self) -> None:
        self._on_run(RemovalRun(self._planner, self.plan, empty_cache=self._empties))
        self.accept()


def _size_row(label: str, amount: int | None) -> KeyValue:
    if amount is None:
        return KeyValue(label, tr("not known yet"))
    return KeyValue(label, presentation.size(amount), tooltip=presentation.exact_size(amount))


def _items(plan: RemovalPlan) -> Iterator[QListWidgetItem]:
    """A line for each version, made when it is asked for."""
    for removal in plan.removals:
        item = QListWidgetItem(_text(removal.version, *_names(removal)))
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked)
        item.setToolTip(plain_tooltip("\n".join(removal.names)))
        item.setData(_VERSION, removal.version)
        item.setData(NAMES, len(removal.names))
        yield item
    for locked in plan.locked:
        item = QListWidgetItem(_text(locked.version, locked.reason))
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setCheckState(Qt.CheckState.Unchecked)
        item.setToolTip(plain_tooltip(locked.reason))
        yield item


def _shortened(command: str) -> str:
    """As much as a person reads; the whole is what *copy* copies."""
    if len(command) <= _LONGEST_COMMAND:
        return command
    return command[:_LONGEST_COMMAND] + presentation.ELLIPSIS


def _text(version: Version, *below: str) -> str:
    first = f"{version.name}  ·  {presentation.size(version.size_bytes)}"
    return "\n".join(map(presentation.printable, (first, *below)))


def _names(removal: Removal) -> tuple[str, ...]:
    stays = () if removal.image_goes else (tr("Other names keep the image."),)
    return (*removal.names, *stays)


def _users(plan: RemovalPlan) -> str:
    names = [c.name for removal in plan.removals for c in removal.version.containers]
    return presentation.printable(", ".join(names)) if names else tr("none")
