"""Asks who is to be told of what, and by which secret."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QWidget,
)

from modeldesk.core.errors import InvalidInput
from modeldesk.core.event_kinds import GROUPS
from modeldesk.core.event_receiver import (
    DAPR_ADDRESS,
    FROM_FILE,
    FROM_VARIABLE,
    KEYRING,
    EventReceiver,
    ReceiverKind,
    check_address,
    check_secret,
    receiver,
)
from modeldesk.core.release_events.secrets import check_typed
from modeldesk.core.release_events.signing import make_secret
from modeldesk.core.words import tr
from modeldesk.ui.registry.form_dialog import FormDialog
from modeldesk.ui.settings.events.rows import group_text
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton, PrimaryButton
from modeldesk.ui.widgets.drop_down import DropDown
from modeldesk.ui.widgets.field import Field, mono_line
from modeldesk.ui.widgets.segmented import Segmented

_NONE, _VARIABLE, _FILE = "", FROM_VARIABLE, FROM_FILE
_COLUMNS = 3


class ReceiverDialog(FormDialog):
    """For a new receiver, or with `known` for one that is. `on_done` is given the receiver and
    what is to be kept by the keyring, or nothing."""

    def __init__(
        self,
        known: EventReceiver | None,
        on_done: Callable[[EventReceiver, str], None],
        parent: QWidget,
    ) -> None:
        super().__init__(
            tr("Receiver of events"),
            tr("Change a receiver") if known else tr("Tell somebody of releases"),
            PrimaryButton(tr("Save") if known else tr("Add")),
            parent,
        )
        self._known = known
        self._on_done = on_done
        was = known or EventReceiver("", "", "")
        self.kind = Segmented(
            ((ReceiverKind.WEBHOOK.value, "Webhook"), (ReceiverKind.DAPR.value, "Dapr")),
            tr("Kind"),
        )
        self.kind.choose(was.kind.value)
        self.address = mono_line(was.address, "https://hooks.example.com/releases")
        self.address_field = Field(tr("Address"), self.address)
        target = f"{was.pubsub}/{was.topic}" if was.pubsub else ""
        self.target = mono_line(target, "pubsub/topic")
        self.target_field = Field(
            tr("Publish to"), self.target, tr("The pub/sub component and the topic")
        )
        self.name = QLineEdit(was.name)
        self.name_field = Field(tr("Name"), self.name, tr("What you call it; may be empty"))
        self.groups = {one: QCheckBox(group_text(one)) for one in GROUPS}
        self.events_field = Field(tr("Events"), self._grid(was.events))
        self.binary = QCheckBox(tr("Attributes in headers, only the data as body (binary mode)"))
        self.binary.setChecked(was.binary)
        self.place = DropDown()
        self.secret = mono_line("", "")
        self.make = LinkButton(tr("Make one"))
        self.secret_field = Field(tr("Secret"), self._secret_row())
        self._fill_places(was.secret)
        self._arrange()
        self._connect()
        self._show_kind()
        self._show_place()
        self.address.setFocus()

    def _grid(self, chosen: tuple[str, ...]) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.XS)
        for number, (group, box) in enumerate(self.groups.items()):
            some = any(one.startswith(f"{group}.") for one in chosen)
            box.setTristate(some)
            if not chosen or group in chosen:
                box.setCheckState(Qt.CheckState.Checked)
            elif some:
                box.setCheckState(Qt.CheckState.PartiallyChecked)
            grid.addWidget(box, number // _COLUMNS, number % _COLUMNS)
        grid.setColumnStretch(_COLUMNS, 1)
        return holder

    def _secret_row(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self.place)
        row.addWidget(self.secret, 1)
        row.addWidget(self.make)
        row.addStretch(0)
        self.place.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        return holder

    def _fill_places(self, where: str) -> None:
        for key, text in (
            (KEYRING, tr("In the keyring")),
            (_VARIABLE, tr("In a variable")),
            (_FILE, tr("In a file")),
            (_NONE, tr("None")),
        ):
            self.place.addItem(text, key)
        prefix = next((one for one in (_VARIABLE, _FILE) if where.startswith(one)), where)
        chosen = prefix if self._known else KEYRING
        self.place.setCurrentIndex(self.place.findData(chosen))
        if prefix in (_VARIABLE, _FILE):
            self.secret.setText(where.removeprefix(prefix))

    def _arrange(self) -> None:
        for widget in (
            self.kind,
            self.address_field,
            self.target_field,
            self.name_field,
            self.events_field,
            self.binary,
            self.secret_field,
        ):
            self.body.addWidget(widget)

    def _connect(self) -> None:
        self.kind.chosen.connect(lambda _: self._show_kind())
        self.place.activated.connect(lambda _: self._show_place())
        self.make.clicked.connect(self._make)
        self.act.clicked.connect(self._accept)

    @property
    def _is_dapr(self) -> bool:
        return self.kind.current == ReceiverKind.DAPR.value

    def _show_kind(self) -> None:
        self.target_field.setVisible(self._is_dapr)
        self.binary.setVisible(not self._is_dapr)
        if self._is_dapr and not self.address.text():
            self.address.setText(DAPR_ADDRESS)
        elif not self._is_dapr and self.address.text() == DAPR_ADDRESS:
            self.address.clear()
        self._show_place()

    def _show_place(self) -> None:
        place = self.place.currentData()
        self.secret.setVisible(place != _NONE)
        self.make.setVisible(place == KEYRING and not self._is_dapr)
        hidden = place == KEYRING
        self.secret.setEchoMode(
            QLineEdit.EchoMode.Password if hidden else QLineEdit.EchoMode.Normal
        )
        kept = self._known is not None and self._known.secret == KEYRING
        self.secret.setPlaceholderText(
            {
                KEYRING: tr("as it is kept") if kept else "",
                _VARIABLE: "MODELDESK_HOOK_SECRET",
                _FILE: "/run/secrets/hook",
            }.get(place, "")
        )
        self.secret_field.set_note(self._note(place))
        self.make_room()

    def _note(self, place: str) -> str:
        if place == _NONE:
            return tr("The receiver can't tell who sends what it gets.")
        if self._is_dapr:
            return tr("The API token that the sidecar was started with")
        return tr("Signs what is sent, as Standard Webhooks has it")

    def _make(self) -> None:
        self.secret.setText(make_secret())
        self.secret.setEchoMode(QLineEdit.EchoMode.Normal)
        self.secret.selectAll()
        self.secret.copy()
        self.secret_field.set_note(
            tr("It was copied: give it to the receiver now. It is not shown again.")
        )

    def _accept(self) -> None:
        wrong = [
            field
            for field, check in (
                (self.address_field, lambda: check_address(self.address.text())),
                (self.target_field, self._check_target),
                (self.name_field, lambda: receiver("http://h/", name=self.name.text())),
                (self.events_field, self._events),
                (self.secret_field, self._check_secret),
            )
            if not field.passes(check)
        ]
        self.make_room()
        if wrong:
            wrong[0].control.setFocus()
            return
        made, secret = self._made(), self._typed()
        self.accept()
        self._on_done(made, secret)

    def _made(self) -> EventReceiver:
        pubsub, _, topic = self.target.text().strip().partition("/")
        made = receiver(
            self.address.text(),
            name=self.name.text(),
            kind=ReceiverKind(self.kind.current),
            events=self._events(),
            binary=self.binary.isChecked(),
            secret=self._where(),
            pubsub=pubsub,
            topic=topic,
        )
        return made if self._known is None else replace(made, id=self._known.id)

    def _events(self) -> tuple[str, ...]:
        """Raises `InvalidInput` for none."""
        states = {group: box.checkState() for group, box in self.groups.items()}
        if all(state is Qt.CheckState.Checked for state in states.values()):
            return ()
        was = self._known.events if self._known else ()
        chosen: list[str] = []
        for group, state in states.items():
            if state is Qt.CheckState.Checked:
                chosen.append(group)
            elif state is Qt.CheckState.PartiallyChecked:
                chosen += [one for one in was if one.startswith(f"{group}.")]
        if not chosen:
            raise InvalidInput(tr("Choose at least one."))
        return tuple(chosen)

    def _where(self) -> str:
        place = str(self.place.currentData())
        return place + self.secret.text().strip() if place in (_VARIABLE, _FILE) else place

    def _typed(self) -> str:
        return self.secret.text().strip() if self.place.currentData() == KEYRING else ""

    def _check_target(self) -> None:
        if self._is_dapr:
            pubsub, _, topic = self.target.text().partition("/")
            receiver("http://h/", kind=ReceiverKind.DAPR, pubsub=pubsub, topic=topic)

    def _check_secret(self) -> None:
        check_secret(self._where())
        kept = self._known is not None and self._known.secret == KEYRING
        if self.place.currentData() == KEYRING and not (kept and not self._typed()):
            check_typed(self._typed())
