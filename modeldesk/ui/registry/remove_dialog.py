"""Asks, with every tag in sight, before an image goes from its registry."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.references import Reference
from modeldesk.core.registry.ports import Registries
from modeldesk.core.registry.removal import RegistryRemoval, kinds_of, plan_removal
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.registry.form_dialog import FormDialog
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.buttons import DangerButton, LinkButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.key_value import KeyValue, KeyValueList
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.skeleton import Skeleton
from modeldesk.ui.widgets.wrapped_text import WrappedText

_MOST_ROWS = 8
_HEIGHT = 430


class RegistryRemoveDialog(FormDialog):
    """What goes is looked up first; Cancel is the default."""

    def __init__(
        self,
        context: Context,
        registries: Callable[[], Registries],
        reference: Reference,
        on_remove: Callable[[str, RegistryRemoval], object],
        parent: QWidget,
    ) -> None:
        """`reference` with its digest."""
        super().__init__(
            tr("Remove from registry"),
            tr("Remove from {registry}?", registry=reference.registry),
            DangerButton(tr("Remove")),
            parent,
        )
        self._reference = reference
        self._on_remove = on_remove
        self._plan: RegistryRemoval | None = None
        self.setMinimumHeight(_HEIGHT)
        self.banner = Banner(context.theme)
        self.tags = QListWidget()
        self.tags.setAccessibleName(tr("Tags that go"))
        self.tags.setFont(font(TextStyle.MONO_SMALL))
        self.facts = KeyValueList()
        self.explained = Label("", TextStyle.LABEL, "muted", wrap=True)
        self.command = WrappedText(most_lines=3)
        self._copy = LinkButton(tr("copy"))
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._line()))
        self._far = Label(tr("Looking at the repository…"), TextStyle.BODY, "muted")
        self._faces = QStackedWidget()
        self._arrange(context)
        self.act.setEnabled(False)
        self.act.clicked.connect(self._accept)
        self.cancel.setDefault(True)
        self.cancel.setFocus()
        self._looking = context.tasks.submit(
            lambda job: _look(registries(), reference, job),
            lane=Lane.INTERACTIVE,
            title="",
            owner=self,
            on_result=self._show,
            on_error=self._failed,
            on_progress=self._tell,
            show_in_activity=False,
        )
        self.finished.connect(lambda _code: self._end())

    def _arrange(self, context: Context) -> None:
        waiting = QWidget()
        column = QVBoxLayout(waiting)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._far)
        column.addWidget(Skeleton(context.theme, rows=5), 1)
        found = QWidget()
        column = QVBoxLayout(found)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        card = Card(padded=False)
        card.body.setContentsMargins(Space.XS, Space.S, Space.XS, Space.S)
        card.body.addWidget(self.tags)
        column.addWidget(Label(tr("Tags that go"), TextStyle.LABEL, "muted"))
        column.addWidget(card)
        column.addWidget(self.facts)
        column.addWidget(self.explained)
        column.addWidget(Label(tr("The same on the command line:"), TextStyle.LABEL, "muted"))
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.command, 1)
        row.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        column.addStretch(1)
        for face in (waiting, found):
            self._faces.addWidget(face)
        self.body.addWidget(self.banner)
        self.body.addWidget(self._faces, 1)

    def _end(self) -> None:
        # A large repository is asked for no longer than somebody waits.
        self._looking.cancel()
        self._looking.abandon()

    def _tell(self, progress: Progress) -> None:
        figures = f"{presentation.count(progress.done)} / {presentation.count(progress.total or 0)}"
        self._far.setText(f"{progress.text}: {figures}")

    def _show(self, plan: RegistryRemoval) -> None:
        self._plan = plan
        self._faces.setCurrentIndex(1)
        self.tags.clear()
        self.tags.addItems([presentation.printable(tag) for tag in plan.tags] or [tr("none")])
        rows = min(self.tags.count(), _MOST_ROWS)
        self.tags.setFixedHeight(rows * self.tags.sizeHintForRow(0) + 2 * self.tags.frameWidth())
        self.facts.set_rows(_facts(plan))
        self.explained.setText(
            tr("What others in the repository need stays. The rest takes its room until the "
               "registry collects its garbage, which whoever runs it has to start.")
        )  # fmt: skip
        self.command.set_text(self._line())
        count = len(plan.tags)
        self.act.set_text(
            trn("Remove with {count} tag", "Remove with {count} tags", count)
            if count
            else tr("Remove")
        )
        self.act.setEnabled(True)
        self.make_room()

    def _failed(self, error: ModelDeskError) -> None:
        # There is nothing to ask, and no room is needed for it.
        self._faces.hide()
        self.act.hide()
        self.cancel.set_text(tr("Close"))
        self.setMinimumHeight(0)
        shown = Notice(
            presentation.printable(error.message),
            presentation.printable(error.hint),
            tone=Tone.BAD,
            closable=False,
        )
        self.banner.present(shown)
        QTimer.singleShot(0, self, self.adjustSize)

    def _line(self) -> str:
        digest = self._plan.digest if self._plan is not None else ""
        return f"modeldesk delete {self._reference.name}@{digest} --yes"

    def _accept(self) -> None:
        if self._plan is not None:
            self._on_remove(self._reference.registry, self._plan)
            self.accept()


def _look(registries: Registries, reference: Reference, job: Job) -> RegistryRemoval:
    registry = registries.at(reference.registry)
    wanted = reference.digest or reference.tag
    return plan_removal(registry, reference.repository, wanted, job)


def _facts(plan: RegistryRemoval) -> list[KeyValue]:
    further = len(plan.manifests) - 1
    digest = presentation.short_digest(plan.digest)
    rows = [
        KeyValue(tr("Repository"), plan.repository, mono=True),
        KeyValue(tr("Digest"), digest, tooltip=plan.digest, mono=True),
    ]
    if further:
        rows.append(KeyValue(tr("Platforms and attachments that go with it"),
                             presentation.count(further)))  # fmt: skip
    if plan.attached:
        kinds = ", ".join(f"{count} {kind}" for kind, count in kinds_of(plan.attached))
        rows.append(
            KeyValue(
                tr("Attached to it"),
                presentation.printable(kinds),
                tooltip=presentation.printable("\n".join(plan.attached)),
            )
        )
    rows.append(_size(tr("In nothing else of this repository"), plan.freed_bytes))
    rows.append(_size(tr("Needed by others, and stays"), plan.kept_bytes))
    return rows


def _size(label: str, amount: int) -> KeyValue:
    return KeyValue(label, presentation.size(amount), tooltip=presentation.exact_size(amount))
