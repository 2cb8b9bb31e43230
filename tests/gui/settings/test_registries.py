"""The registries of the settings: added, checked, signed in to and out of, removed."""

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from modeldesk.core import settings as settings_file
from modeldesk.core.registry.accounts import Account
from modeldesk.core.registry.check import Step
from modeldesk.core.registry.credentials import DOCKER_FILE, KEYRING, Credentials
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.ui.context import Context
from modeldesk.ui.settings.registries.check_dialog import CheckDialog, SignInDialog
from modeldesk.ui.settings.registries.section import RegistriesSection
from modeldesk.ui.widgets.step_list import StepState
from tests.fakes.registry_checker import FakeSite
from tests.gui.parts import Heard
from tests.gui.settings.bench import Bench

MIA = Credentials("mia", "s3cret-in-a-window")
KNOWN = KnownRegistry("r.lan", "Team")


@pytest.fixture
def bench(context: Context) -> Bench:
    made = Bench(context)
    made.checker.sites["r.lan"] = FakeSite(users={"mia": MIA.password})
    return made


@pytest.fixture
def section(qtbot: QtBot, bench: Bench) -> RegistriesSection:
    made = RegistriesSection(bench.context, bench.service, bench.own_service)
    qtbot.addWidget(made)
    made.resize(720, 400)
    made.show()
    return made


def cells(section: RegistriesSection) -> list[list[str]]:
    model = section.table.model()
    assert model is not None
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def sign_in(section: RegistriesSection, qtbot: QtBot, password: str = MIA.password) -> SignInDialog:
    dialog = section.sign_in("r.lan")
    dialog.user.setText("mia")
    dialog.password.setText(password)
    dialog.go.click()
    qtbot.waitUntil(lambda: dialog.view.banner.isVisible() or bool(said_beside(dialog.password)))
    return dialog


def said_beside(line: QLineEdit) -> str:
    return line.accessibleDescription() if line.property("wrong") else ""


def states(dialog: CheckDialog) -> list[StepState]:
    return [step.state for step in dialog.view.steps.steps()]


def test_none_at_first(section: RegistriesSection) -> None:
    assert section.empty.isVisible()
    assert not section.table.isVisible()
    assert section.add.isVisible()
    assert not section.remove.isVisible()


def test_one_is_added_and_tried_out_at_once(
    section: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    bench.checker.sites["r.lan"] = FakeSite(scheme="")
    section.add.click()
    dialog = section.window().findChildren(type(section.describe()))[0]
    dialog.host.setText("https://R.lan/")
    dialog.name.setText("Team")
    dialog.plain.setChecked(True)
    dialog.repositories.setPlainText("team/a\n\n r.lan/team/b")
    dialog.done_button.click()
    one = KnownRegistry("r.lan", "Team", True, "", ("team/a", "team/b"))
    assert bench.known == (one,)
    qtbot.waitUntil(lambda: cells(section) == [["r.lan", "Team", "nobody", "all well"]])
    assert bench.checker.asked == [(one, "")]


def test_what_is_wrong_is_said_beside_its_field(
    section: RegistriesSection, bench: Bench, tmp_path: Path
) -> None:
    bench.know(KNOWN)
    dialog = section.describe()
    for host, name, file, repositories, wrong in (
        ("not a host", "", "", "", "host"),
        ("r.lan", "", "", "", "host"),
        ("s.lan", "x" * 99, "", "", "name"),
        ("s.lan", "", "ca.pem", "", "ca_file"),
        ("s.lan", "", str(tmp_path / "none.pem"), "", "ca_file"),
        ("s.lan", "", "", "team/a:v1", "repositories"),
    ):
        dialog.host.setText(host)
        dialog.name.setText(name)
        dialog.ca_file.setText(file)
        dialog.repositories.setPlainText(repositories)
        dialog.done_button.click()
        fields = {
            "host": dialog.host,
            "name": dialog.name,
            "ca_file": dialog.ca_file,
            "repositories": dialog.repositories,
        }
        assert [key for key, one in fields.items() if one.property("wrong")] == [wrong]
    assert bench.known == (KNOWN,)


def test_what_is_changed_keeps_who_is_signed_in(
    section: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    bench.store.kept[KEYRING, "r.lan"] = MIA
    bench.know(KnownRegistry("r.lan", user="mia", keeper=KEYRING))
    dialog = section.describe("r.lan")
    assert dialog.host.isReadOnly()
    dialog.name.setText("队")
    dialog.done_button.click()
    assert bench.known == (KnownRegistry("r.lan", "队", user="mia", keeper=KEYRING),)
    qtbot.waitUntil(lambda: cells(section) == [["r.lan", "队", "mia", "all well"]])


def test_who_is_signed_in_is_read_when_the_page_is_shown(
    section: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    bench.store.docker_file["r.lan"] = MIA
    bench.know(KNOWN, KnownRegistry("s.lan"))
    assert [row[2] for row in cells(section)] == ["…", "…"]
    section.shown()
    qtbot.waitUntil(lambda: [row[2] for row in cells(section)] == ["mia", "nobody"])
    assert section.sign_out_button.isEnabled()
    section.table.select_key("s.lan")
    section.table.row_selected.emit("s.lan")
    assert not section.sign_out_button.isEnabled()


def test_signing_in_shows_every_step_and_keeps_what_was_accepted(
    section: RegistriesSection, bench: Bench, qtbot: QtBot, context: Context
) -> None:
    bench.know(KNOWN)
    dialog = sign_in(section, qtbot)
    assert set(states(dialog)) == {StepState.DONE}
    assert "Signed in as mia" in dialog.view.banner.notice.sentence
    assert dialog.password.text() == ""
    assert bench.store.kept[KEYRING, "r.lan"] == MIA
    assert bench.known == (KnownRegistry("r.lan", "Team", user="mia", keeper=KEYRING),)
    assert cells(section) == [["r.lan", "Team", "mia", "all well"]]
    path = context.paths.settings
    qtbot.waitUntil(
        lambda: path.exists() and settings_file.load(path).settings.registries == bench.known
    )
    for file in path.parent.rglob("*"):
        assert not file.is_file() or MIA.password.encode() not in file.read_bytes()


def test_a_refused_password_can_be_typed_again(
    section: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    bench.know(KNOWN)
    dialog = sign_in(section, qtbot, "guess")
    assert states(dialog)[-2:] == [StepState.FAILED, StepState.NOT_RUN]
    assert bench.store.kept == {}
    assert cells(section)[0][3] == "failed: Sign-in"
    assert dialog.go.isEnabled()
    dialog.password.setText(MIA.password)
    dialog.go.click()
    qtbot.waitUntil(lambda: cells(section)[0][2:] == ["mia", "all well"])


def test_what_can_not_be_sent_is_said_beside_the_field(
    section: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    bench.know(KNOWN)
    dialog = sign_in(section, qtbot, "")
    assert "password" in said_beside(dialog.password)
    assert set(states(dialog)) == {StepState.WAITING}
    assert bench.checker.asked == []


def test_a_machine_without_a_keyring(
    section: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    bench.store.has_keyring = False
    bench.know(KNOWN)
    dialog = sign_in(section, qtbot)
    assert dialog.view.banner.notice.sentence == "No keyring."
    assert dialog.view.banner.notice.reason
    assert bench.known == (KNOWN,)


def test_a_check_names_what_failed_and_leads_to_what_mends_it(
    section: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    bench.checker.sites["r.lan"] = FakeSite(
        fails=Step.ENCRYPTION, text="Not trusted.", detail="SHA-256 AB"
    )
    bench.know(KNOWN)
    dialog = section.check("r.lan")
    qtbot.waitUntil(dialog.view.banner.isVisible)
    assert states(dialog)[:4] == [
        StepState.DONE, StepState.DONE, StepState.FAILED, StepState.NOT_RUN,
    ]  # fmt: skip
    assert dialog.view.detail.text() == "SHA-256 AB"
    wanted: list[str] = []
    dialog.change_wanted.connect(wanted.append)
    dialog.view.banner.action_chosen.emit(0)
    assert wanted == ["r.lan"]
    assert not dialog.isVisible()


def test_a_check_as_nobody_leads_to_signing_in(
    section: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    bench.know(KNOWN)
    dialog = section.check("r.lan")
    qtbot.waitUntil(dialog.view.banner.isVisible)
    dialog.view.banner.action_chosen.emit(0)
    found = [one for one in section.window().findChildren(SignInDialog) if one.isVisible()]
    assert len(found) == 1


def test_the_window_lives_while_a_registry_is_silent_and_closing_ends_the_check(
    section: RegistriesSection, bench: Bench, qtbot: QtBot
) -> None:
    bench.checker.held.clear()
    bench.know(KNOWN)
    dialog = section.check("r.lan")
    qtbot.waitUntil(lambda: len(bench.checker.asked) == 1)
    ticks: list[int] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(1))
    timer.start(5)
    qtbot.waitUntil(lambda: len(ticks) > 10)
    timer.stop()
    assert states(dialog)[0] is StepState.RUNNING
    begun = time.monotonic()
    dialog.close()
    qtbot.waitUntil(lambda: not bench.context.tasks.active)
    assert time.monotonic() - begun < 4
    assert cells(section)[0][3] == "not checked yet"


def test_signing_out_says_what_docker_still_keeps(
    section: RegistriesSection, bench: Bench, qtbot: QtBot, context: Context
) -> None:
    heard = Heard(context)
    bench.store.kept[KEYRING, "r.lan"] = MIA
    bench.know(KnownRegistry("r.lan", user="mia", keeper=KEYRING))
    section.shown()
    qtbot.waitUntil(section.sign_out_button.isEnabled)
    section.sign_out_button.click()
    qtbot.waitUntil(lambda: cells(section)[0][2] == "nobody")
    assert bench.store.kept == {}
    assert bench.known == (KnownRegistry("r.lan"),)
    assert "Signed out" in heard.texts[-1]
    bench.store.docker_file["r.lan"] = MIA
    section.store.sign_out("r.lan")
    qtbot.waitUntil(lambda: cells(section)[0][2] == "mia")
    assert "docker logout r.lan" in heard.texts[-1]
    assert section.store.rows()[0].account == Account("mia", DOCKER_FILE)


def test_removing_erases_the_password_or_says_that_it_could_not(
    section: RegistriesSection, bench: Bench, qtbot: QtBot, context: Context
) -> None:
    heard = Heard(context)
    for failing in ("", "The keyring refused."):
        bench.store.failing = ""
        bench.store.kept[KEYRING, "r.lan"] = MIA
        bench.know(KnownRegistry("r.lan", user="mia", keeper=KEYRING))
        bench.store.failing = failing
        section.forget("r.lan").accept_button.click()
        qtbot.waitUntil(lambda: bench.known == ())
        assert bool(bench.store.kept) == bool(failing)
    assert "refused" in heard.texts[-1]
    assert section.empty.isVisible()
