"""The settings' receivers of events: added, tried out, changed, removed; what failed is seen."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from modeldesk.core.errors import NoKeyring
from modeldesk.core.event_kinds import EventKind
from modeldesk.core.event_receiver import KEYRING, EventReceiver, ReceiverKind, receiver
from modeldesk.core.jobs import CancelToken
from modeldesk.core.release_events.ports import Posted
from modeldesk.ui.context import Context
from modeldesk.ui.settings.events.section import EventsSection
from tests.gui.parts import Heard
from tests.gui.settings.bench import Bench
from tests.unit.core.release_events.bench import event

HOOK = receiver("https://hooks.lan/a?b=1", id="aa11", name="team <b>", secret=KEYRING)


@pytest.fixture
def bench(context: Context) -> Bench:
    return Bench(context)


@pytest.fixture
def section(qtbot: QtBot, context: Context, bench: Bench) -> EventsSection:
    made = EventsSection(context, bench.events_service)
    qtbot.addWidget(made)
    made.resize(760, 500)
    made.show()
    return made


def told(context: Context) -> tuple[EventReceiver, ...]:
    return context.settings.current.event_receivers


def text(section: EventsSection, column: int, row: int = 0) -> str:
    model = section.table.model()
    return str(model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole) or "")


def test_nobody_is_told_at_first(section: EventsSection) -> None:
    assert section.empty.isVisible()
    assert not section.table.isVisible()
    assert not section.test_button.isVisible()


def test_a_webhook_is_added_with_a_secret_that_is_made(
    section: EventsSection, context: Context, bench: Bench, qtbot: QtBot
) -> None:
    dialog = section.describe()
    dialog.address.setText("https://hooks.lan/a")
    dialog.groups["canary"].click()
    dialog.make.click()
    secret = dialog.secret.text()
    assert secret.startswith("whsec_")
    assert QApplication.clipboard().text() == secret
    dialog.act.click()
    qtbot.waitUntil(lambda: bool(told(context)))
    [made] = told(context)
    assert made.secret == KEYRING
    assert made.events == ("release", "rollback", "finding", "remedy")
    assert bench.events.secrets.kept == {made.id: secret}
    assert secret not in context.settings.current.__repr__()


def test_a_typed_secret_is_not_shown(section: EventsSection) -> None:
    dialog = section.describe()
    QTest.keyClicks(dialog.secret, "s3cret")
    assert dialog.secret.echoMode() is QLineEdit.EchoMode.Password
    dialog.reject()


def test_a_sidecar_is_added(section: EventsSection, context: Context, qtbot: QtBot) -> None:
    dialog = section.describe()
    dialog.kind.choose("dapr")
    dialog.kind.chosen.emit("dapr")
    assert dialog.address.text() == "http://127.0.0.1:3500"
    assert not dialog.binary.isVisible()
    dialog.target.setText("orders/releases")
    dialog.place.setCurrentIndex(dialog.place.findData(""))
    dialog.place.activated.emit(dialog.place.currentIndex())
    dialog.act.click()
    qtbot.waitUntil(lambda: bool(told(context)))
    [made] = told(context)
    assert (made.kind, made.pubsub, made.topic, made.secret, made.events) == (
        ReceiverKind.DAPR,
        "orders",
        "releases",
        "",
        (),
    )


def test_what_is_wrong_is_said_beside_the_field(section: EventsSection, context: Context) -> None:
    dialog = section.describe()
    dialog.address.setText("https://mia:pw@hooks.lan/")
    for box in dialog.groups.values():
        box.click()
    dialog.act.click()
    assert "settings file" in dialog.address.accessibleDescription()
    assert "at least one" in dialog.events_field.control.accessibleDescription()
    assert "secret" in dialog.secret_field.control.accessibleDescription()
    assert dialog.isVisible()
    assert told(context) == ()
    dialog.reject()


def test_a_secret_that_can_not_be_kept_is_said_and_nothing_saved(
    section: EventsSection, context: Context, bench: Bench, qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    heard = Heard(context)

    def refuse(*_: object) -> None:
        raise NoKeyring("This machine has no keyring.")

    monkeypatch.setattr(bench.events.secrets, "keep", refuse)
    section.store.save(HOOK, "s3cret")
    qtbot.waitUntil(lambda: bool(heard.texts))
    assert heard.texts == ["This machine has no keyring."]
    assert told(context) == ()


def test_changing_keeps_what_is_not_touched(
    section: EventsSection, context: Context, bench: Bench, qtbot: QtBot
) -> None:
    fine = receiver(
        "https://h/", id="aa11", events=("release.failed", "canary"), secret=KEYRING, binary=True
    )
    bench.tell(fine)
    dialog = section.describe(fine)
    assert dialog.groups["release"].checkState() is Qt.CheckState.PartiallyChecked
    dialog.name.setText("team")
    dialog.act.click()
    qtbot.waitUntil(lambda: told(context)[0].name == "team")
    [made] = told(context)
    assert (made.id, made.events, made.secret, made.binary) == (
        fine.id,
        fine.events,
        KEYRING,
        True,
    )
    assert bench.events.secrets.kept == {}


def test_one_is_tried_out(
    section: EventsSection, context: Context, bench: Bench, qtbot: QtBot
) -> None:
    heard = Heard(context)
    bench.tell(receiver("https://h/", id="aa11"))
    bench.events.poster.replies = [Posted(204), Posted(302)]
    qtbot.waitUntil(section.table.isVisible)
    section.test_button.click()
    qtbot.waitUntil(lambda: "test received" in text(section, 3))
    section.test_button.click()
    qtbot.waitUntil(lambda: "test failed" in text(section, 3))
    assert "redirect" in heard.texts[1]


def test_what_failed_is_seen_and_sent_again(
    section: EventsSection, context: Context, bench: Bench, qtbot: QtBot
) -> None:
    one = receiver("https://h/", id="aa11")
    bench.tell(one)
    for number in range(2):
        bench.events.events.tell(event(number, EventKind.RELEASE_FAILED))
    bench.events.poster.replies = [Posted(400, text="what?"), Posted(400)]
    bench.events.events.deliver(one, CancelToken())
    section.shown()
    qtbot.waitUntil(lambda: "2 failed" in text(section, 3))
    dialog = section.show_deliveries(one)
    qtbot.waitUntil(lambda: dialog.table.model().rowCount() == 2)
    assert dialog.retry.isEnabled()
    dialog.retry.click()
    qtbot.waitUntil(lambda: "nothing waits" in text(section, 3))
    assert bench.events.ids() == ["e0", "e1", "e0", "e1"]


def test_one_is_removed_after_a_question(
    section: EventsSection, context: Context, bench: Bench, qtbot: QtBot
) -> None:
    bench.tell(HOOK)
    bench.events.secrets.kept[HOOK.id] = "s3cret"
    qtbot.waitUntil(section.table.isVisible)
    assert "team <b>" in text(section, 0)
    dialog = section.forget(HOOK)
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: not told(context))
    assert bench.events.secrets.kept == {}
