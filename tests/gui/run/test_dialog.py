"""What a person does in the dialog that runs a version."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea
from pytestqt.qtbot import QtBot

from modeldesk.core.containers.model import Health, LogLine, Mount, PortBinding
from modeldesk.core.ids import DeploymentName, ImageId
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import ServiceSettings
from modeldesk.core.releases.targets import target_of
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.run.dialog import RunDialog
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine import INFO, FakeEngine
from tests.fakes.engine_containers import Behaviour
from tests.gui.releases.bench import HEALTHY, Bench


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Bench:
    bench = Bench(theme, tasks, tmp_path)
    qtbot.addWidget(bench.page)
    return bench


def opened(qtbot: QtBot, bench: Bench, behaviour: Behaviour = HEALTHY) -> RunDialog:
    """The dialog, once it has proposed the image's ports."""
    dialog = bench.run_dialog(bench.add_version("v1.4.0", behaviour=behaviour))
    qtbot.waitUntil(lambda: dialog.form.ports.values() == [("5000", "5000")])
    return dialog


def containers(bench: Bench) -> int:
    return len(bench.version_containers())


def closed(bench: Bench) -> bool:
    return not any(dialog.isVisible() for dialog in bench.page.findChildren(RunDialog))


def test_a_version_runs_and_the_releases_page_is_gone_to(qtbot: QtBot, bench: Bench) -> None:
    dialog = opened(qtbot, bench)
    dialog.run_button.click()
    assert not dialog.form.isEnabled()
    qtbot.waitUntil(lambda: closed(bench))
    assert bench.heard.links == [ReleasesLink()]
    assert "healthy after" in bench.heard.texts[0]
    assert bench.heard.sayings[0].action == "Open http://127.0.0.1:5000"
    assert containers(bench) == 1


def test_on_another_machine_the_port_is_that_machines(qtbot: QtBot, bench: Bench) -> None:
    bench.use_engine(FakeEngine(replace(INFO, address="tcp://lab:2375")))
    dialog = opened(qtbot, bench)
    (host, _), *_ = dialog.form.ports.lines()
    assert host.accessibleName() == "Ports: port on lab"
    dialog.run_button.click()
    qtbot.waitUntil(lambda: closed(bench))
    assert "published on lab for that machine alone" in bench.heard.texts[0]
    assert bench.heard.sayings[0].action == ""
    dialog = opened(qtbot, bench)
    dialog.form.ports.set_values([("0.0.0.0:5001", "5000")])
    dialog.run_button.click()
    qtbot.waitUntil(lambda: len(bench.heard.sayings) == 2)
    assert bench.heard.sayings[1].action == "Open http://lab:5001"


def test_a_taken_port_has_a_way_out(qtbot: QtBot, bench: Bench) -> None:
    bench.engine.taken_ports.add(5000)
    dialog = opened(qtbot, bench)
    dialog.run_button.click()
    qtbot.waitUntil(dialog.banner.isVisible)
    assert "Port 5000" in dialog.banner.notice.sentence
    assert containers(bench) == 0
    assert dialog.form.isEnabled()
    dialog.banner.action_chosen.emit(0)
    qtbot.waitUntil(lambda: closed(bench))
    (container,) = bench.version_containers()
    assert container.ports[0].host_port not in (0, 5000)


def test_a_crash_shows_its_last_lines_and_leaves_no_container(qtbot: QtBot, bench: Bench) -> None:
    crash = Behaviour(exit_code=3, prints=(LogLine("KeyError: 'MODEL_PATH'", True),))
    dialog = opened(qtbot, bench, crash)
    dialog.run_button.click()
    qtbot.waitUntil(dialog.log.isVisible)
    assert "KeyError: 'MODEL_PATH'" in dialog.log.toPlainText()
    assert "exit code 3" in dialog.banner.notice.sentence
    assert containers(bench) == 0
    assert dialog.run_button.isEnabled()


def test_what_is_said_does_not_squeeze_the_form(qtbot: QtBot, bench: Bench) -> None:
    crash = Behaviour(exit_code=3, prints=(LogLine("KeyError", True),))
    dialog = opened(qtbot, bench, crash)
    dialog.form.service.setChecked(True)
    area = dialog.findChildren(QScrollArea)[0]
    before, height = area.height(), dialog.height()
    for _ in range(2):
        dialog.run_button.click()
        qtbot.waitUntil(lambda: dialog.log.isVisible() and not dialog.progress.isVisible())
        qtbot.waitUntil(lambda: area.height() >= before - 2)
    dialog.banner.dismiss()
    bench.engine.behaves(bench.context.hub.snapshot.models[0].versions[0].key.image, HEALTHY)
    dialog.run_button.click()
    qtbot.waitUntil(lambda: closed(bench))
    assert height > 0


def test_the_progress_has_all_the_room_beside_the_buttons(qtbot: QtBot, bench: Bench) -> None:
    dialog = opened(qtbot, bench, Behaviour(health=(Health.STARTING,)))
    dialog.run_button.click()
    qtbot.waitUntil(lambda: "Waiting until" in dialog.progress.bar.accessibleName())
    QApplication.processEvents()
    gap = dialog.cancel_button.geometry().left() - dialog.progress.geometry().right()
    assert gap < 20
    dialog.reject()
    qtbot.waitUntil(lambda: containers(bench) == 0)


def test_a_cancel_removes_the_container(qtbot: QtBot, bench: Bench) -> None:
    dialog = opened(qtbot, bench, Behaviour(health=(Health.STARTING,)))
    dialog.run_button.click()
    qtbot.waitUntil(lambda: containers(bench) == 1)
    dialog.reject()
    assert dialog.isVisible()
    qtbot.waitUntil(lambda: containers(bench) == 0)
    qtbot.waitUntil(dialog.banner.isVisible)
    assert "Cancelled" in dialog.banner.notice.sentence
    dialog.reject()
    assert closed(bench)


def test_secrets_are_masked_and_never_stored(qtbot: QtBot, bench: Bench) -> None:
    dialog = opened(qtbot, bench)
    _, plain = dialog.form.variables.add("MODEL_PATH", "/models")
    _, secret = dialog.form.variables.add("API_TOKEN", "s3cret")
    _, address = dialog.form.variables.add("DATABASE_URL", "postgres://u:s3cret@h/db")
    assert plain.echoMode() is QLineEdit.EchoMode.Normal
    assert secret.echoMode() is QLineEdit.EchoMode.PasswordEchoOnEdit
    assert address.echoMode() is QLineEdit.EchoMode.PasswordEchoOnEdit
    dialog.form.service.setChecked(True)
    dialog.form.name.setText("shop")
    dialog.run_button.click()
    qtbot.waitUntil(lambda: closed(bench))
    kept = bench.records.deployment(bench.key("shop"))
    assert kept is not None
    assert "s3cret" not in repr(kept)
    assert kept.settings.secret_names == ("API_TOKEN", "DATABASE_URL")
    (container,) = bench.version_containers()
    assert bench.engine.container(container.id).environment["API_TOKEN"] == "s3cret"
    assert bench.heard.links == [ReleasesLink(DeploymentName("shop"))]


@pytest.mark.parametrize(
    ("fill", "said"),
    [
        (lambda form: form.ports.add("80x", "5000"), "80x"),
        (lambda form: form.ports.add("5000", "5001"), "given twice"),
        (lambda form: form.variables.add("A=B", "1"), "can't be a variable's name"),
        (lambda form: (form.service.setChecked(True), form.name.setText("No Way")), "No Way"),
    ],
)
def test_what_can_not_be_used_is_said_and_nothing_starts(
    qtbot: QtBot, bench: Bench, fill: object, said: str
) -> None:
    dialog = opened(qtbot, bench)
    assert callable(fill)
    fill(dialog.form)
    dialog.run_button.click()
    assert said in dialog.banner.notice.sentence
    if "variable" in said:
        assert "MODEL_PATH" in dialog.banner.notice.reason
    assert "create_container" not in bench.engine.calls
    dialog.reject()


def test_an_image_that_is_gone_is_said_with_a_way_out(qtbot: QtBot, bench: Bench) -> None:
    dialog = opened(qtbot, bench)
    _remove(bench, bench.context.hub.snapshot.models[0].versions[0].key.image)
    asked: list[bool] = []
    bench.context.hub.refresh_asked.connect(lambda: asked.append(True))
    dialog.run_button.click()
    qtbot.waitUntil(dialog.banner.isVisible)
    assert dialog.banner.notice.actions == ("Refresh the library",)
    dialog.banner.action_chosen.emit(0)
    assert asked == [True]
    assert closed(bench)


def _remove(bench: Bench, image: ImageId) -> None:
    bench.engine.remove_image(str(image))


def in_service(qtbot: QtBot, bench: Bench, settings: ServiceSettings) -> RunDialog:
    """The dialog for v1.5.0 of a model whose v1.4.0 serves as "shop" with `settings`."""
    version = bench.version(bench.add_version("v1.4.0"))
    secrets = dict.fromkeys(settings.secret_names, "s3cret")
    bench.service.deploy(
        bench.engine,
        DeploymentName("shop"),
        version.key.model,
        target_of(version),
        settings,
        "",
        Job(),
        secrets,
    )
    dialog = bench.run_dialog(bench.add_version("v1.5.0"))
    qtbot.waitUntil(lambda: dialog.form.ports.values() == [("5000", "5000")])
    return dialog


SHOP = ServiceSettings(
    (PortBinding(5000, 8080, "0.0.0.0"),),
    {"WORKERS": "2"},
    ("API_TOKEN", "DATABASE_URL"),
    (Mount("models", "/models", read_only=True),),
    7.0,
)


def test_a_service_that_is_there_keeps_its_settings(qtbot: QtBot, bench: Bench) -> None:
    dialog = in_service(qtbot, bench, SHOP)
    dialog.form.service.setChecked(True)
    assert dialog.form.name.text() == "shop"
    assert dialog.form.ports.values() == [("0.0.0.0:8080", "5000")]
    assert dialog.form.variables.values() == [
        ("WORKERS", "2"),
        ("API_TOKEN", ""),
        ("DATABASE_URL", ""),
    ]
    assert dialog.form.mounts.values() == [("models", "/models", "ro")]
    dialog.run_button.click()
    qtbot.waitUntil(lambda: closed(bench))
    kept = bench.deployment("shop")
    assert kept.settings == SHOP
    assert kept.current is not None
    assert kept.current.reference.endswith("v1.5.0")
    assert kept.container is not None
    environment = bench.engine.container(kept.container).environment
    assert environment["API_TOKEN"] == environment["DATABASE_URL"] == "s3cret"


def test_a_single_container_and_another_name_take_nothing_of_a_service(
    qtbot: QtBot, bench: Bench
) -> None:
    dialog = in_service(qtbot, bench, SHOP)
    dialog.form.service.setChecked(True)
    dialog.form.name.setText("other")
    assert dialog.form.ports.values() == [("5000", "5000")]
    dialog.form.name.setText("shop")
    assert dialog.form.ports.values() == [("0.0.0.0:8080", "5000")]
    dialog.form.service.setChecked(False)
    assert dialog.form.ports.values() == [("5000", "5000")]
    assert dialog.form.variables.values() == []
    dialog.reject()


def test_what_a_person_filled_in_stays(qtbot: QtBot, bench: Bench) -> None:
    dialog = in_service(qtbot, bench, SHOP)
    dialog.form.ports.set_values([("9000", "5000")])
    dialog.form.service.setChecked(True)
    assert dialog.form.ports.values() == [("9000", "5000")]
    assert dialog.form.mounts.values() == [("models", "/models", "ro")]
    dialog.reject()
