"""Which engine to use: found by itself, or at an address of choice, with a test."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from modeldesk.core.engine.attempts import outcome_text
from modeldesk.core.engine.model import AttemptOutcome, Connection, ConnectionState, EngineAttempt
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.ports import EngineFinder
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.presentation import printable
from modeldesk.ui.settings.checks import address_problem
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space, TextColor
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.segmented import Segmented

_FIND, _CHOOSE = "find", "choose"
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)


class EngineSection(Card):
    """Saves and uses an address once it is chosen or typed whole."""

    def __init__(
        self, context: Context, finder: EngineFinder, parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Container engine"), parent=parent)
        self._context = context
        self._finder = finder
        self._latest = Latest(context.tasks, self)
        self.state = Label("", TextStyle.BODY, "muted", wrap=True, selectable=True)
        self.mode = Segmented(
            ((_FIND, tr("Find automatically")), (_CHOOSE, tr("Use an address"))),
            tr("Container engine"),
        )
        self.mode.chosen.connect(self._mode_chosen)
        self.address = QComboBox(editable=True)
        self.address.setFont(font(TextStyle.MONO_SMALL))
        self.address.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.address.setMinimumWidth(280)
        self.field = Field(
            tr("Address"),
            self.address,
            tr("A socket such as unix:///var/run/docker.sock, or tcp://host:port"),
        )
        self.address.textActivated.connect(self._use_typed)
        edit = self.address.lineEdit()
        if edit is not None:
            edit.editingFinished.connect(self._use_typed)
        self.test = PlainButton(tr("Test"))
        self.test.clicked.connect(self._test)
        self.result = Label("", TextStyle.BODY, "muted", wrap=True, selectable=True)
        self._lay_out()
        self._fill_addresses()
        context.hub.connection_changed.connect(self.show_connection)
        context.settings.changed.connect(self._show_setting)
        self.show_connection(context.hub.connection)
        self._show_setting()

    def show_connection(self, connection: Connection) -> None:
        """Say which engine is in use."""
        engine = connection.engine
        if engine is None or connection.state is ConnectionState.NONE:
            searching = connection.state is ConnectionState.SEARCHING
            self.state.setText(tr("Looking for an engine…") if searching else tr("None in use."))
            return
        self.state.setText(
            tr(
                "In use: {product} {version} at {address} (API {api}, {system}, {storage}), "
                "found by: {source}.",
                product=engine.product,
                version=engine.version,
                address=engine.address,
                api=engine.api_version,
                system=engine.operating_system,
                storage=engine.storage_driver,
                source=engine.source,
            )
        )

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.mode)
        row.addWidget(self.test)
        row.addStretch(1)
        self.body.addWidget(self.state)
        self.body.addLayout(row)
        self.body.addWidget(self.field)
        self.body.addWidget(self.result)
        self.result.hide()

    def _fill_addresses(self) -> None:
        self._context.tasks.submit(
            lambda _: self._finder.known_addresses(),
            lane=Lane.INTERACTIVE,
            title=tr("List engine addresses"),
            owner=self,
            on_result=self._show_addresses,
            show_in_activity=False,
        )

    def _show_addresses(self, known: Sequence[tuple[str, str]]) -> None:
        typed = self.address.currentText()
        self.address.clear()
        for source, address in known:
            self.address.addItem(address)
            self.address.setItemData(self.address.count() - 1, source, _TOOLTIP)
        self.address.setEditText(typed)

    def _show_setting(self) -> None:
        chosen = self._context.settings.current.engine_address
        self.mode.choose(_CHOOSE if chosen else _FIND)
        self.field.setVisible(bool(chosen))
        if chosen and not self.address.hasFocus():
            self.address.setEditText(chosen)

    def _mode_chosen(self, mode: str) -> None:
        self.result.hide()
        self.field.clear_error()
        self.field.setVisible(mode == _CHOOSE)
        if mode == _FIND:
            self._use("")
        else:
            self.address.setFocus()

    def _use_typed(self) -> None:
        text = self.address.currentText().strip()
        if not text or self.mode.current != _CHOOSE:
            return
        problem = address_problem(text)
        if problem:
            self.field.set_error(problem)
            return
        self.field.clear_error()
        self._use(text)

    def _use(self, address: str) -> None:
        settings = self._context.settings
        if address != settings.current.engine_address:
            settings.change(replace(settings.current, engine_address=address))
            self._context.engine_control.use(address)

    def _test(self) -> None:
        address = self.address.currentText().strip() if self.mode.current == _CHOOSE else ""
        problem = address_problem(address) if self.mode.current == _CHOOSE else ""
        if problem:
            self.field.set_error(problem)
            return
        self.test.setEnabled(False)
        self._say(tr("Asking…"), "muted")

        def look(_: Job) -> tuple[EngineAttempt, ...]:
            engine, attempts = self._finder.find(address)
            if engine is not None:
                engine.close()
            return attempts

        self._latest.submit(
            look, title=tr("Test the engine"), on_result=self._tested, on_error=self._failed
        )

    def _tested(self, attempts: tuple[EngineAttempt, ...]) -> None:
        self.test.setEnabled(True)
        lines = []
        for attempt in attempts:
            said = " · ".join(
                part
                for part in (
                    attempt.source,
                    attempt.address,
                    outcome_text(attempt.outcome),
                    attempt.hint,
                )
                if part
            )
            lines.append(printable(said))
        good = any(attempt.outcome is AttemptOutcome.ANSWERED for attempt in attempts)
        self._say("\n".join(lines) or tr("There was no address to try."), "good" if good else "bad")

    def _failed(self, error: ModelDeskError) -> None:
        self.test.setEnabled(True)
        self._say(str(error), "bad")

    def _say(self, text: str, color: TextColor) -> None:
        self.result.setText(text)
        self.result.set_color(color)
        self.result.show()
