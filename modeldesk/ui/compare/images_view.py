"""Two images: what changed from one to the other, and why one is larger."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from modeldesk.core.compare.model import Comparison
from modeldesk.core.compare.report import write_report
from modeldesk.core.jobs import Progress
from modeldesk.core.library.model import Model
from modeldesk.core.text import size_text
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.compare.export import export, now
from modeldesk.ui.compare.looking import look_inside
from modeldesk.ui.compare.pick_button import PickButton
from modeldesk.ui.compare.pick_dialog import ListArchive, PickDialog
from modeldesk.ui.compare.picks import Pick, VersionPick, latest_two, pick_text
from modeldesk.ui.compare.result import Result
from modeldesk.ui.compare.store import CompareStore, State, engine_address
from modeldesk.ui.compare.subject import IMAGES, subject_choice, with_head
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.inside_window import InsideWindow
from modeldesk.ui.links import CompareLink, LibraryLink, Link
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.ask_report import ask_report
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.buttons import IconButton, PlainButton
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.empty_state import EmptyState
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.progress_page import progress_page
from modeldesk.ui.widgets.task_progress import TaskProgress
from modeldesk.ui.widgets.tooltip import plain_tooltip

_LEAST = 480


class ImagesView(QWidget):
    """What is chosen stays chosen; a link, a drop or the pickers choose something else."""

    def __init__(
        self,
        context: Context,
        source: ContentsSource,
        list_archive: ListArchive,
        looked_at: Callable[[], Model | None],
        result: Result,
        parent: QWidget | None = None,
    ) -> None:
        """`list_archive` is called in workers; `looked_at` is the model that the person looks at
        in the library."""
        super().__init__(parent)
        self._context = context
        self._source = source
        self._list_archive = list_archive
        self._looked_at = looked_at
        self.store = CompareStore(context, source, self)
        self.left = PickButton(tr("First image"))
        self.right = PickButton(tr("Second image"))
        inside = tr("Look inside")
        self.left_inside = IconButton(context.theme, Icon.SEARCH, inside)
        self.right_inside = IconButton(context.theme, Icon.SEARCH, inside)
        self.subject = subject_choice(IMAGES)
        self.swap = PlainButton(tr("Swap"))
        self.export = PlainButton(tr("Export report…"))
        self.note = ElidedLabel("", TextStyle.BODY, "muted", Qt.TextElideMode.ElideRight)
        self.banner = Banner(context.theme)
        self.progress = TaskProgress(context.theme, vertical=True)
        self.cancel = PlainButton(tr("Cancel"))
        self.empty = EmptyState(context.theme, Icon.COMPARE, "")
        self.result = result
        self._lay_out()
        self._connect()
        self._show()

    def widget(self) -> QWidget:
        """The page itself."""
        return self

    def shown(self) -> None:
        """What is worth comparing follows the library."""
        self._show_choice()

    def activate(self, link: Link) -> None:
        """Compare what the link names."""
        if not isinstance(link, CompareLink):
            return
        if link.archive is not None:
            self._ask(self._free_side()).open_archive(link.archive)
        elif link.left is not None and link.right is not None:
            left, right = _version(link.left), _version(link.right)
            if left is not None and right is not None:
                self.store.choose(left, right)

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST, super().minimumSizeHint().height())

    def _lay_out(self) -> None:
        picks = QHBoxLayout()
        picks.setSpacing(Space.S)
        picks.addWidget(self.left)
        picks.addWidget(self.left_inside)
        picks.addWidget(Label(tr("with"), color="muted"))
        picks.addWidget(self.right)
        picks.addWidget(self.right_inside)
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        picks.addWidget(self.note, 1)
        self._waiting = progress_page(self.progress, self.cancel)
        self._blank = QWidget()
        self._faces = QStackedWidget()
        for face in (self.empty, self._waiting, self.result, self._blank):
            self._faces.addWidget(face)
        column = with_head(self, self.subject, self.swap, self.export)
        column.addLayout(picks)
        column.addWidget(self.banner)
        column.addWidget(self._faces, 1)

    def _connect(self) -> None:
        self.store.changed.connect(self._show)
        self.store.progressed.connect(self._show_progress)
        self.left.clicked.connect(lambda: self._ask("left"))
        self.right.clicked.connect(lambda: self._ask("right"))
        self.left_inside.clicked.connect(lambda: self.look_inside("left"))
        self.right_inside.clicked.connect(lambda: self.look_inside("right"))
        self.swap.clicked.connect(self.store.swap)
        self.export.clicked.connect(self._ask_export)
        self.cancel.clicked.connect(self.store.cancel)
        self.banner.action_chosen.connect(lambda _index: self.store.begin())
        self.empty.action_chosen.connect(self._act_on_empty)
        hub = self._context.hub
        hub.snapshot_changed.connect(lambda _snapshot: self._follow())
        hub.connection_changed.connect(lambda _connection: self._follow())

    def _show(self) -> None:
        state = self.store.state
        self.banner.dismiss()
        self._show_choice()
        self.export.setEnabled(state is State.READY)
        self.note.set_text("")
        if state is State.READY and self.store.comparison is not None:
            self.result.show_comparison(self.store.comparison)
            self.note.set_text(_note(self.store.comparison))
            self._faces.setCurrentWidget(self.result)
        elif state is State.CHOOSING:
            self._faces.setCurrentWidget(self.empty)
        elif state in (State.LOOKING, State.READING):
            self.progress.set_state(tr("Looking for what is known of them"), None)
            self.cancel.setVisible(state is State.READING)
            self._faces.setCurrentWidget(self._waiting)
        else:
            self._faces.setCurrentWidget(self._blank)
            self._say_why()

    def _say_why(self) -> None:
        error = self.store.failure
        again = (tr("Try again"),)
        if error is None:
            self.banner.present(Notice(tr("Reading was cancelled."), "", again, Tone.NEUTRAL))
        else:
            self.banner.present(Notice(error.message, error.hint, again))

    def _follow(self) -> None:
        # Out of view nothing is drawn anew at every change; `shown` catches up.
        if self.isVisible():
            self._show_choice()

    def _show_choice(self) -> None:
        snapshot = self._context.hub.snapshot
        for button, inside, pick, wanted in (
            (self.left, self.left_inside, self.store.left, tr("Choose an image")),
            (self.right, self.right_inside, self.store.right, tr("Choose another")),
        ):
            text = pick_text(snapshot, pick) if pick else wanted
            button.show_pick(text, chosen=pick is not None)
            inside.setVisible(pick is not None)
            if pick is not None:
                name = tr("Look inside {name}", name=text)
                inside.setAccessibleName(name)
                inside.setToolTip(plain_tooltip(name))
        self.swap.setEnabled(self.store.left is not None or self.store.right is not None)
        only = self.store.left or self.store.right
        if only is not None:
            self.empty.set_content(
                Icon.SEARCH,
                tr("Look inside this image, or choose another to compare it with."),
                tr("Its layers, every file in them, and what is reclaimable."),
                tr("Look inside"),
            )
            return
        proposal = self._proposal()
        self.empty.set_content(
            Icon.COMPARE,
            tr("Choose two images to see what changed, and why one is larger."),
            tr(
                "Versions of a model, images in a registry, or archives made by docker save: "
                "drop one here."
            ),
            tr(
                "Compare {left} with {right}",
                left=pick_text(snapshot, proposal[0]),
                right=pick_text(snapshot, proposal[1]),
            )
            if proposal
            else tr("Choose an image…"),
        )

    def _show_progress(self, progress: Progress) -> None:
        self.progress.set_state(presentation.progress(progress), progress.fraction)

    def _proposal(self) -> tuple[VersionPick, VersionPick] | None:
        chosen = self.store.left is not None or self.store.right is not None
        return None if chosen else latest_two(self._looked_at())

    def look_inside(self, side: str) -> InsideWindow | None:
        """Open what stands on a side in a window of its own."""
        pick = self.store.left if side == "left" else self.store.right
        if pick is None:
            return None
        address = engine_address(self._context)
        return look_inside(self._context, self._source, pick, address, self)

    def _act_on_empty(self) -> None:
        proposal = self._proposal()
        if self.store.left is not None or self.store.right is not None:
            self.look_inside("right" if self.store.left is None else "left")
        elif proposal is not None:
            self.store.choose(*proposal)
        else:
            self._ask("left")

    def _free_side(self) -> str:
        """The side that waits for an image; the second one while none does."""
        return "left" if self.store.left is None else "right"

    def _ask(self, side: str) -> PickDialog:
        title = tr("Choose the first image") if side == "left" else tr("Choose the second image")
        dialog = PickDialog(self._context, self._list_archive, title, self)
        dialog.picked.connect(partial(self._picked, side))
        dialog.open()
        return dialog

    def _picked(self, side: str, pick: Pick) -> None:
        if side == "left":
            self.store.choose(pick, self.store.right)
        else:
            self.store.choose(self.store.left, pick)

    def _ask_export(self) -> None:
        ask_report(self, "comparison", self.export_to)

    def export_to(self, path: Path) -> None:
        """Write the report that the name's ending asks for."""
        comparison = self.store.comparison
        if comparison is None:
            return

        export(self._context, self, lambda: write_report(comparison, path, now()), path)


def _version(link: LibraryLink) -> VersionPick | None:
    if link.model is None or link.image is None:
        return None
    return VersionPick(link.model, link.image)


def _note(comparison: Comparison) -> str:
    shared = comparison.shared_bytes
    if not shared:
        return tr("no shared layers")
    return tr("{size} in shared layers", size=size_text(shared))
