"""Every registry: what it has, how fresh that is known, what is wrong, and asking anew."""

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.library.registries import RegistryCatalog
from modeldesk.ui.links import SettingsLink
from modeldesk.ui.registry.states import RegistryState
from modeldesk.ui.registry.words import explained, freshness
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.table import Table

_WIDTH, _HEIGHT = 680, 380


def columns() -> list[Column[RegistryState]]:
    """The columns, left to right."""
    return [
        Column("registry", tr("Registry"), _registry, stretch=True),
        Column("repositories", tr("Repositories"), _repositories, "right", gives_way=1),
        Column("versions", tr("Versions"), _versions, "right"),
        Column("artifacts", tr("Other artifacts"), _artifacts, "right", gives_way=0),
        Column("fresh", tr("Asked"), _fresh, least=90),
    ]


class RegistriesDialog(QDialog):
    """Stays open beside the window; refreshing goes on when it is closed."""

    def __init__(self, context: Context, catalog: RegistryCatalog, parent: QWidget) -> None:
        super().__init__(parent.window())
        self._context = context
        self._catalog = catalog
        self.setWindowTitle(tr("Registries"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(_WIDTH, _HEIGHT)
        self._model = KeyedModel[RegistryState](columns(), lambda one: one.known.host)
        self.table = Table(context.theme, self._model, name=tr("Registries"))
        self._model.setParent(self.table)
        self.table.row_selected.connect(lambda _: self._explain())
        self.said = Label("", TextStyle.BODY, "muted", wrap=True, selectable=True)
        self.refresh = PlainButton(tr("Refresh"))
        self.refresh_all = PlainButton(tr("Refresh all"))
        self.cancel = PlainButton(tr("Stop"))
        self.settings = PlainButton(tr("Settings…"))
        self.close_button = PlainButton(tr("Close"))
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        for button in (self.refresh, self.refresh_all, self.cancel, self.settings):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self.table, 1)
        column.addWidget(self.said)
        column.addLayout(row)

    def _connect(self) -> None:
        self.refresh.clicked.connect(
            lambda _=False: self._catalog.refresh(self.table.current_key())
        )
        self.refresh_all.clicked.connect(lambda _=False: self._catalog.refresh_all())
        self.cancel.clicked.connect(lambda _=False: self._catalog.cancel(self.table.current_key()))
        self.settings.clicked.connect(lambda _=False: self._go_to_settings())
        self.close_button.clicked.connect(self.close)
        self._catalog.changed.connect(self._show)

    def _go_to_settings(self) -> None:
        self._context.navigate(SettingsLink())
        self.close()

    def _show(self) -> None:
        states = self._catalog.states()
        self._model.set_rows(states)
        if states and not self.table.current_key():
            self.table.select_key(states[0].known.host)
        self._explain()

    def _explain(self) -> None:
        states = {one.known.host: one for one in self._catalog.states()}
        state = states.get(self.table.current_key())
        self.refresh.setEnabled(state is not None and not state.asking)
        self.cancel.setEnabled(state is not None and state.asking)
        self.refresh_all.setEnabled(any(not one.asking for one in states.values()))
        said = explained(state) if state is not None else ""
        self.said.setText("\n".join(map(presentation.printable, said.splitlines())))
        self.said.setVisible(bool(said))


def _registry(state: RegistryState) -> Cell:
    known = state.known
    return Cell(presentation.printable(known.title), mono=not known.name, tooltip=known.host)


def _repositories(state: RegistryState) -> Cell:
    return _figure(state.look.repositories if state.look else None)


def _versions(state: RegistryState) -> Cell:
    return _figure(state.look.versions if state.look else None)


def _artifacts(state: RegistryState) -> Cell:
    return _figure(state.look.artifacts if state.look else None)


def _figure(number: int | None) -> Cell:
    return Cell() if number is None else Cell(presentation.count(number))


def _fresh(state: RegistryState) -> Cell:
    text = freshness(state, datetime.now(UTC))
    troubled = state.trouble is not None and not state.asking
    when = presentation.moment(state.look.finished) if state.look else ""
    tooltip = "\n".join(filter(None, (when, explained(state))))
    return Cell(text, tone=Tone.WARNING if troubled else None, muted=not troubled,
                tooltip=tooltip, prose=True)  # fmt: skip
