"""Who moved a model's channels, when, why, from what to what, and the way back."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.channels.history import to_undo, unfinished
from modeldesk.core.channels.model import Move, MoveState
from modeldesk.core.channels.shared import History
from modeldesk.core.channels.words import change_text, overruled_text, state_text
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import NO_ENGINE, EngineId, ModelName, short
from modeldesk.core.jobs import Job
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.channels.moves import ChannelMoves
from modeldesk.ui.channels.places import place_names
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.drop_down import DropDown
from modeldesk.ui.widgets.key_value import KeyValue, KeyValueList
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.two_line_list import TwoLineList, TwoLineRow

_SIZE = (660, 520)
_LONGEST_NAME = 28
_SHOWN = 200
"""Moves; more would hold up the window, and nobody reads them here."""
_TONES = {
    MoveState.DONE: Tone.GOOD,
    MoveState.HALF_DONE: Tone.WARNING,
    MoveState.RUNNING: Tone.WARNING,
    MoveState.UNDONE: Tone.NEUTRAL,
}


class HistoryDialog(QDialog):
    """Newest first. What a line offers stands below the list."""

    def __init__(
        self, context: Context, moves: ChannelMoves, model: ModelName, parent: QWidget
    ) -> None:
        super().__init__(parent.window())
        self._context = context
        self._moves = moves
        self._model = model
        self._read_moves: tuple[Move, ...] = ()
        self._unfinished: tuple[Move, ...] = ()
        self._engine: EngineId | None = None
        self._latest = Latest(context.tasks, self)
        self.setWindowTitle(tr("Channel history"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self.channel = DropDown()
        self.channel.setAccessibleName(tr("Channel"))
        self.banner = Banner(context.theme)
        self.list = TwoLineList(context.theme, lined=True, name=tr("Moves, newest first"))
        self.nothing = Label("", color="muted", wrap=True)
        self.steps = KeyValueList()
        self.note = Label("", TextStyle.BODY, "muted", wrap=True, selectable=True)
        self.undo = PlainButton(tr("Undo"))
        self.finish = PlainButton(tr("Finish the move"))
        self.close_button = PlainButton(tr("Close"))
        self._lay_out()
        self.list.row_selected.connect(lambda _key: self._show_chosen())
        self.channel.currentIndexChanged.connect(lambda _: self._show_rows())
        self.undo.clicked.connect(self._undo)
        self.finish.clicked.connect(self._finish)
        self.close_button.clicked.connect(self.accept)
        moves.ended.connect(lambda ended: self._read() if ended == model else None)
        for widget in (self.nothing, self.note, self.finish, self.channel):
            widget.hide()
        self.undo.setEnabled(False)
        self._read()

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(Space.S)
        name = presentation.shortened(self._model, _LONGEST_NAME)
        title = tr("Channels of {model}", model=name)
        first.addWidget(Label(title, TextStyle.SUBTITLE, wrap=True), 1)
        first.addWidget(self.channel)
        last = QHBoxLayout()
        last.setSpacing(Space.S)
        last.addWidget(self.finish)
        last.addWidget(self.undo)
        last.addStretch(1)
        last.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addLayout(first)
        column.addWidget(self.banner)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)
        column.addWidget(self.note)
        column.addWidget(self.steps)
        column.addLayout(last)
        self.close_button.setDefault(True)

    def _read(self) -> None:
        channels, model, engine = self._moves.channels, self._model, self._context.engine()

        def work(_: Job) -> tuple[History, EngineId | None]:
            found = channels().history(model)
            return found, engine.identity().id if engine is not None else None

        self._latest.submit(
            work,
            title=tr("Read the history of channels"),
            on_result=self._came,
            on_error=self._failed,
        )

    def _came(self, found: tuple[History, EngineId | None]) -> None:
        history, self._engine = found
        self._read_moves = history.moves
        self._unfinished = unfinished(self._read_moves)
        self.banner.dismiss()
        if history.problems:
            problem = history.problems[0]
            said = tr("Moves that others made may be missing: {reason}", reason=problem.message)
            self.banner.present(Notice(presentation.printable(said), closable=False))
        self._show_channels(self._read_moves)
        self._show_rows()

    def _failed(self, error: ModelDeskError) -> None:
        self.banner.present(Notice(error.message, error.hint, closable=False))

    def _show_channels(self, moves: Sequence[Move]) -> None:
        before = self.channel.currentData() or ""
        names = sorted({move.channel for move in moves})
        blocked = self.channel.blockSignals(True)
        self.channel.clear()
        self.channel.addItem(tr("All channels"), "")
        for name in names:
            self.channel.addItem(presentation.printable(name), name)
        self.channel.setCurrentIndex(max(0, self.channel.findData(before)))
        self.channel.blockSignals(blocked)
        self.channel.setVisible(len(names) > 1)

    def _show_rows(self) -> None:
        chosen = self.channel.currentData() or ""
        shown = [move for move in self._read_moves if chosen in ("", move.channel)]
        now = datetime.now(UTC)
        self.list.set_rows([_row(move, now) for move in shown[:_SHOWN]])
        self.list.setVisible(bool(shown))
        self.nothing.setVisible(not shown or len(shown) > _SHOWN)
        self.nothing.setText(
            tr(
                "The newest {count} moves are shown; “modeldesk channel history” tells all.",
                count=_SHOWN,
            )
            if shown
            else tr("Nothing was moved yet. A version's menu has “Move channel here”.")
        )
        if shown and self._chosen() is None:
            self.list.select_key(str(shown[0].id))
            self.list.setFocus()
        self._show_chosen()

    def _chosen(self) -> Move | None:
        keys = self.list.selected_keys()
        found = (move for move in self._read_moves if str(move.id) in keys)
        return next(found, None)

    def _show_chosen(self) -> None:
        move = self._chosen()
        self.steps.set_rows(list(_steps(move)) if move else ())
        words = (move.why, overruled_text(move), move.error) if move else ()
        text = "\n".join(presentation.printable(one) for one in words if one)
        self.note.setText(text)
        self.note.setVisible(bool(text))
        back = self._is_next(move)
        self.undo.setEnabled(back)
        self.undo.set_text(
            tr("Undo: back to {version}", version=_name(move.before) or tr("nothing"))
            if move is not None and back
            else tr("Undo")
        )
        self.undo.setToolTip("" if back else self._why_not(move))
        self.finish.setVisible(move is not None and move in self._unfinished)
        self.finish.setEnabled(move is not None and move.engine in (self._engine, NO_ENGINE))

    def _is_next(self, move: Move | None) -> bool:
        """Whether undoing its channel takes this one back."""
        if move is None or self._engine is None:
            return False
        own = [one for one in self._read_moves if one.channel == move.channel]
        found = to_undo(own, self._engine)
        return found is not None and found.id == move.id

    def _why_not(self, move: Move | None) -> str:
        if self._engine is None:
            return tr("The engine is away.")
        if move is not None and move.engine not in (self._engine, NO_ENGINE):
            return tr("It was moved on another engine.")
        return tr("Only the newest move of a channel can be undone, then the one before it.")

    def _undo(self) -> None:
        move = self._chosen()
        if move is not None and self._is_next(move):
            self.undo.setEnabled(False)
            self._moves.undo(move.model, move.channel)

    def _finish(self) -> None:
        move = self._chosen()
        if move is not None:
            self.finish.setEnabled(False)
            self._moves.finish(move)


def _row(move: Move, now: datetime) -> TwoLineRow:
    undo = tr("undo") if move.undoes is not None else ""
    who = " · ".join(filter(None, (move.who, move.why)))
    return TwoLineRow(
        str(move.id),
        presentation.printable(f"{move.channel}: {change_text(move)}"),
        presentation.printable(who),
        right=presentation.age(move.time, now),
        right_note=" · ".join(filter(None, (undo, state_text(move)))),
        dot=_TONES[move.state],
        tooltip=presentation.moment(move.time),
    )


def _steps(move: Move) -> Iterator[KeyValue]:
    for step, name in zip(move.steps, place_names(move.steps), strict=True):
        before, after = (short(one) or tr("nothing") for one in (step.before, step.after))
        tooltip = "\n".join((str(step.reference), step.before, f"→ {step.after}"))
        yield KeyValue(name, f"{before} → {after}", tooltip=tooltip, mono=True)


def _name(version: str) -> str:
    return presentation.shortened(version, _LONGEST_NAME)
