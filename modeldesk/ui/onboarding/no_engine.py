"""What stands in a page's place while no engine can be used: what was tried and what to do."""

import sys
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.engine.attempts import outcome_text
from modeldesk.core.engine.model import AttemptOutcome, Connection, ConnectionState, EngineAttempt
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import SettingsLink, SettingsSection
from modeldesk.ui.onboarding.fixes import Diagnosis, diagnose
from modeldesk.ui.presentation import printable
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import ColorName, Space
from modeldesk.ui.widgets.buttons import PlainButton, PrimaryButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.copy_label import CopyLabel
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.label import Label, page_title
from modeldesk.ui.widgets.scroll_stop import ScrollStop
from modeldesk.ui.widgets.tooltip import plain_tooltip

_WIDEST = 1040
_MARKS: dict[AttemptOutcome, tuple[Icon, ColorName]] = {
    AttemptOutcome.ANSWERED: (Icon.CHECK, "good"),
    AttemptOutcome.NOT_THERE: (Icon.CIRCLE, "faint"),
    AttemptOutcome.NOT_PERMITTED: (Icon.ERROR, "bad"),
    AttemptOutcome.NOT_RUNNING: (Icon.WARNING, "warning"),
    AttemptOutcome.TOO_OLD: (Icon.WARNING, "warning"),
    AttemptOutcome.FAILED: (Icon.ERROR, "bad"),
}


class NoEngine(ScrollStop):
    """Says what was tried, what each address answered, what to do, and what still works."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(tr("No engine"), parent)
        self._context = context
        self._connection = Connection(ConnectionState.SEARCHING)
        self._title = page_title("")
        self._title.setWordWrap(True)
        self._sentence = Label("", TextStyle.BODY, "muted", wrap=True, selectable=True)
        self.retry = PrimaryButton(tr("Try again"))
        self.retry.clicked.connect(self._retry)
        self.choose = PlainButton(tr("Choose another address…"))
        self.choose.clicked.connect(self._choose)
        self.automatic = PlainButton(tr("Find automatically"))
        self.automatic.clicked.connect(self._find_automatically)
        self._waiting = Label("", TextStyle.LABEL, "muted")
        self.fixes = Card(tr("What to do"))
        self.tried = Card(tr("What was tried"))
        self._fixes_body = QWidget()
        self._tried_body = QWidget()
        self.fixes.body.addWidget(self._fixes_body)
        self.tried.body.addWidget(self._tried_body)
        self.setWidget(self._laid_out())
        context.theme.changed.connect(self._draw_again)

    def show_connection(self, connection: Connection) -> None:
        """Tell of a search that found nothing; while a new one goes on, say just that."""
        if connection.state is ConnectionState.SEARCHING:
            self._waiting.setText(tr("Looking again…"))
            self.retry.setEnabled(False)
            return
        self._connection = connection
        self._waiting.setText(tr("It is also tried again by itself."))
        self.retry.setEnabled(True)
        chosen = self._context.settings.current.engine_address
        self.automatic.setVisible(bool(chosen))
        diagnosis = diagnose(connection.attempts, sys.platform, printable(chosen))
        self._title.setText(diagnosis.title)
        self._sentence.setText(diagnosis.sentence)
        self._fixes_body = _replaced(self.fixes, self._fixes_body, _fix_list(diagnosis))
        table = attempts_table(self._context.theme, connection.attempts)
        self._tried_body = _replaced(self.tried, self._tried_body, table)

    def _laid_out(self) -> QWidget:
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self.retry)
        buttons.addWidget(self.automatic)
        buttons.addWidget(self.choose)
        buttons.addSpacing(Space.S)
        buttons.addWidget(self._waiting)
        buttons.addStretch(1)
        inside = QWidget()
        inside.setMaximumWidth(_WIDEST)
        column = QVBoxLayout(inside)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.XL)
        column.setSpacing(Space.M)
        column.addWidget(self._title)
        column.addWidget(self._sentence)
        column.addLayout(buttons)
        column.addSpacing(Space.XS)
        column.addWidget(self.fixes)
        column.addWidget(self.tried)
        column.addWidget(self._still_works())
        column.addStretch(1)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(inside, 1)
        row.addStretch(0)
        return holder

    def _still_works(self) -> Card:
        card = Card(tr("What works without an engine"))
        for text in (
            tr("Looking into a model folder: what is in it, and the Dockerfile proposed for it"),
            tr("The history of builds and releases"),
            tr("Models in registries, once one is added in the settings"),
            tr("All settings"),
        ):
            card.body.addWidget(_marked(self._context.theme, Icon.CHECK, "good", text))
        return card

    def _draw_again(self) -> None:
        self.show_connection(self._connection)

    def _retry(self) -> None:
        self._context.engine_control.retry()

    def _find_automatically(self) -> None:
        settings = self._context.settings
        settings.change(replace(settings.current, engine_address=""))
        self._context.engine_control.use("")

    def _choose(self) -> None:
        self._context.navigate(SettingsLink(SettingsSection.ENGINE))


def attempts_table(theme: Theme, attempts: Sequence[EngineAttempt]) -> QWidget:
    """Each address with where it came from, what it answered in words, and what to do."""
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(Space.L)
    grid.setVerticalSpacing(Space.S)
    grid.setColumnStretch(1, 2)
    grid.setColumnStretch(3, 3)
    heads = (tr("Named by"), tr("Address"), tr("Answer"), tr("What to do"))
    for column, head in enumerate(heads):
        grid.addWidget(Label(head, TextStyle.LABEL, "muted"), 0, column)
    top = Qt.AlignmentFlag.AlignTop
    for number, attempt in enumerate(attempts):
        line = 2 * number + 1
        grid.addWidget(_line(), line, 0, 1, 4)
        address = ElidedLabel(printable(attempt.address), TextStyle.MONO_SMALL)
        address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        icon, color = _MARKS[attempt.outcome]
        answer = _marked(theme, icon, color, outcome_text(attempt.outcome))
        answer.setToolTip(plain_tooltip(printable(attempt.detail)))
        hint = Label(printable(attempt.hint), TextStyle.BODY, "muted", wrap=True, selectable=True)
        grid.addWidget(Label(printable(attempt.source), TextStyle.STRONG), line + 1, 0, top)
        grid.addWidget(address, line + 1, 1, top)
        grid.addWidget(answer, line + 1, 2, top)
        grid.addWidget(hint, line + 1, 3, top)
    return table


def _fix_list(diagnosis: Diagnosis) -> QWidget:
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.M)
    for fix in diagnosis.fixes:
        one = QVBoxLayout()
        one.setSpacing(2)
        one.addWidget(Label(fix.text, TextStyle.BODY, wrap=True))
        if fix.command:
            command = CopyLabel()
            command.set_value(fix.command, fix.command)
            one.addWidget(command)
        column.addLayout(one)
    return body


def _marked(theme: Theme, icon: Icon, color: ColorName, text: str) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.S - 2)
    mark = QLabel()
    mark.setPixmap(theme.pixmap(icon, color, 16, holder.devicePixelRatioF()))
    row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(Label(text, TextStyle.BODY, wrap=len(text) > 40), 1)
    return holder


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("kind", "line")
    line.setFixedHeight(1)
    return line


def _replaced(card: Card, old: QWidget, new: QWidget) -> QWidget:
    card.body.replaceWidget(old, new)
    new.show()
    old.hide()
    old.deleteLater()
    return new
