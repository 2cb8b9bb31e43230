"""The releases page with deployments on a swarm, and the dialogs that make them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.errors import InvalidInput
from modeldesk.core.ids import DeploymentName, ImageId
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import SwarmSettings
from modeldesk.core.swarm import following
from modeldesk.core.swarm.wanted import service_name
from modeldesk.ui.releases.heading import Act
from modeldesk.ui.releases.page import ReleasesPage
from modeldesk.ui.releases.scale_dialog import ScaleDialog
from modeldesk.ui.releases.settings_dialog import SettingsDialog
from modeldesk.ui.releases.swarm_fields import SwarmFields
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.confirm import ConfirmDialog
from tests.gui.releases.bench import SWARM, Bench

SHOP = DeploymentName("shop")
LONG_MS = 20_000


@pytest.fixture
def bench(
    theme: Theme, tasks: TaskRunner, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    monkeypatch.setattr(following, "_PAUSE_S", 0.001)
    made = Bench(theme, tasks, tmp_path)
    qtbot.addWidget(made.page)
    made.page.resize(1100, 760)
    made.page.show()
    yield made
    made.page.hide()


@pytest.fixture
def page(bench: Bench) -> ReleasesPage:
    return bench.page


@pytest.fixture
def image(bench: Bench, qtbot: QtBot) -> ImageId:
    """The version that “shop” runs on the swarm."""
    made = bench.add_version("v1.0.0", pushed=True)
    bench.deploy_on_swarm("shop", made)
    qtbot.waitUntil(lambda: ready(bench.page) == 3, timeout=LONG_MS)
    return made


def ready(page: ReleasesPage) -> int:
    """How many tasks the panel shows as ready."""
    rows = page.body.swarm.rows()
    return sum(row.state is not None and row.state.text == "ready" for row in rows)


def versions(page: ReleasesPage) -> set[str]:
    return {row.version for row in page.body.swarm.rows() if row.state is not None}


def shown(page: ReleasesPage) -> set[Act]:
    return {act for act, button in page.heading.buttons.items() if not button.isHidden()}


def in_menu(page: ReleasesPage) -> set[str]:
    return {one.text() for one in page.heading._menu.actions() if one.text()}


def choose(page: ReleasesPage, act: Act) -> None:
    page.heading.acted.emit(act)


def test_the_panel_stands_in_place_of_the_output(page: ReleasesPage, image: ImageId) -> None:
    assert page.body.swarm.isVisible()
    assert not page.body.panel.is_open
    assert page.body.history.isVisible()
    assert page.body.rule.isHidden()
    assert versions(page) == {"v1.0.0"}
    assert [one.text for one in page.heading.chips.specs()] == ["v1.0.0", "on the swarm"]


def test_what_can_be_done_is_what_a_swarm_can(
    qtbot: QtBot, bench: Bench, page: ReleasesPage, image: ImageId
) -> None:
    assert shown(page) == {Act.OPEN, Act.STOP, Act.DEPLOY}
    assert in_menu(page) == {"Scale…", "Settings…", "Remove…"}
    bench.deploy_on_swarm("other", image, replace(SWARM, gateway=True), 5001)
    qtbot.waitUntil(lambda: len(page.runs.rows()) == 2, timeout=LONG_MS)
    page.runs.selected.emit("deployment other")
    qtbot.waitUntil(lambda: Act.CANARY in shown(page), timeout=LONG_MS)


def test_a_container_takes_the_place_of_the_panel(
    qtbot: QtBot, bench: Bench, page: ReleasesPage, image: ImageId
) -> None:
    bench.deploy("alone", image, 5002)
    qtbot.waitUntil(lambda: len(page.runs.rows()) == 2, timeout=LONG_MS)
    page.runs.selected.emit("deployment alone")
    assert page.body.swarm.isHidden()
    assert not page.body.swarm.following
    assert page.body.panel.is_open
    page.runs.selected.emit("deployment shop")
    qtbot.waitUntil(lambda: ready(page) == 3, timeout=LONG_MS)
    assert not page.body.panel.is_open


def test_it_is_followed_only_in_sight(qtbot: QtBot, page: ReleasesPage, image: ImageId) -> None:
    page.hide()
    assert not page.body.swarm.following
    page.show()
    qtbot.waitUntil(lambda: ready(page) == 3, timeout=LONG_MS)


def test_deploy_and_roll_back_go_to_the_swarm(
    qtbot: QtBot, bench: Bench, page: ReleasesPage, image: ImageId
) -> None:
    bench.deploy_on_swarm("shop", bench.add_version("v1.1.0", pushed=True))
    qtbot.waitUntil(lambda: versions(page) == {"v1.1.0"}, timeout=LONG_MS)
    back = page.heading.back_button
    qtbot.waitUntil(lambda: back.text() == "Roll back to v1.0.0", timeout=LONG_MS)
    back.click()
    (dialog,) = page.findChildren(ConfirmDialog)
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: versions(page) == {"v1.0.0"}, timeout=LONG_MS)
    qtbot.waitUntil(lambda: not bench.tasks.active, timeout=LONG_MS)


def test_the_service_of_a_canary_is_shown_as_long_as_it_is_there(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    behind = replace(SWARM, gateway=True)
    bench.deploy_on_swarm("shop", bench.add_version("v1.0.0", pushed=True), behind)
    qtbot.waitUntil(lambda: ready(page) == 3, timeout=LONG_MS)
    beside = page.body.swarm_canary
    assert beside.isHidden()
    release = bench.stage_on_swarm("shop", bench.add_version("v1.1.0", pushed=True))
    bench.store.read()
    qtbot.waitUntil(lambda: bool(beside.rows()), timeout=LONG_MS)
    assert {row.version for row in beside.rows()} == {"v1.1.0"}
    assert versions(page) == {"v1.0.0"}
    bench.service.canaries.abort(bench.engine, bench.key("shop"), release.id, "", Job(), "ann")
    bench.store.read()
    qtbot.waitUntil(beside.isHidden, timeout=LONG_MS)
    assert not beside.following
    assert page.body.swarm.isVisible()


def test_scale(qtbot: QtBot, bench: Bench, page: ReleasesPage, image: ImageId) -> None:
    choose(page, Act.SCALE)
    (dialog,) = page.findChildren(ScaleDialog)
    for wrong in ("", "0", "-1", "many", "99999"):
        dialog.replicas.setText(wrong)
        dialog.scale_button.click()
        assert dialog.isVisible()
    dialog.replicas.setText("5")
    dialog.scale_button.click()
    qtbot.waitUntil(lambda: ready(page) == 5, timeout=LONG_MS)
    qtbot.waitUntil(lambda: bench.deployment("shop").settings.swarm.replicas == 5, timeout=LONG_MS)  # type: ignore[union-attr]


def test_stop_and_start(qtbot: QtBot, bench: Bench, page: ReleasesPage, image: ImageId) -> None:
    choose(page, Act.STOP)
    qtbot.waitUntil(lambda: Act.START in shown(page), timeout=LONG_MS)
    qtbot.waitUntil(lambda: ready(page) == 0, timeout=LONG_MS)
    assert [one.text for one in page.heading.chips.specs()] == ["v1.0.0", "stopped"]
    choose(page, Act.START)
    qtbot.waitUntil(lambda: ready(page) == 3, timeout=LONG_MS)
    qtbot.waitUntil(lambda: Act.STOP in shown(page), timeout=LONG_MS)


def test_remove(qtbot: QtBot, bench: Bench, page: ReleasesPage, image: ImageId) -> None:
    choose(page, Act.REMOVE)
    (dialog,) = page.findChildren(ConfirmDialog)
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: bench.swarm.services() == (), timeout=LONG_MS)
    qtbot.waitUntil(lambda: page.runs.rows() == (), timeout=LONG_MS)
    assert not page.body.swarm.following


def test_a_service_that_went_is_said_and_found_again(
    qtbot: QtBot, bench: Bench, page: ReleasesPage, image: ImageId
) -> None:
    bench.swarm.remove_service(bench.swarm.service(service_name(SHOP)).id)
    said = page.body.swarm
    qtbot.waitUntil(lambda: "not in the swarm any more" in said.said, timeout=LONG_MS)
    bench.actions.start(bench.key("shop"))
    qtbot.waitUntil(lambda: ready(page) == 3, timeout=LONG_MS)


def test_its_settings_are_those_of_a_swarm(
    qtbot: QtBot, bench: Bench, page: ReleasesPage, image: ImageId
) -> None:
    choose(page, Act.SETTINGS)
    (dialog,) = page.findChildren(SettingsDialog)
    fields = dialog.form.swarm
    assert fields is not None
    assert (fields.replicas.text(), fields.gateway.isChecked()) == ("3", False)
    assert dialog.form.smoke.isHidden()
    assert not dialog.form.warm.isVisible()
    assert dialog.form.health.isVisible()
    fields.replicas.setText("2")
    fields.host_ports.setChecked(True)
    dialog.save_button.click()
    qtbot.waitUntil(lambda: ready(page) == 2, timeout=LONG_MS)
    qtbot.waitUntil(
        lambda: (
            bench.deployment("shop").settings.swarm
            == replace(SWARM, replicas=2, every_machine=False)
        ),
        timeout=LONG_MS,
    )
    qtbot.waitUntil(lambda: not bench.tasks.active, timeout=LONG_MS)


@pytest.mark.parametrize(
    ("field", "text"), [("replicas", "0"), ("at_once", "-1"), ("at_once", "x"), ("watch", "soon")]
)
def test_what_is_typed_wrong_is_said(qtbot: QtBot, field: str, text: str) -> None:
    fields = SwarmFields(SwarmSettings())
    qtbot.addWidget(fields)
    assert fields.read() == SwarmSettings()
    getattr(fields, field).setText(text)
    with pytest.raises(InvalidInput) as caught:
        fields.read()
    assert caught.value.hint


# The run dialog


def test_a_swarm_is_offered_where_there_is_one(
    qtbot: QtBot, bench: Bench, page: ReleasesPage
) -> None:
    made = bench.add_version("v1.0.0", pushed=True)
    without = bench.run_dialog(made)
    qtbot.waitUntil(lambda: bool(without.form.ports.values()), timeout=LONG_MS)
    without.form.service.setChecked(True)
    assert without.form.on_swarm.isHidden()
    without.reject()
    bench.manages_swarm = True
    dialog = bench.run_dialog(made)
    qtbot.waitUntil(lambda: bool(dialog.form.ports.values()), timeout=LONG_MS)
    form = dialog.form
    assert form.on_swarm.isHidden()
    form.service.setChecked(True)
    assert form.on_swarm.isVisible()
    assert form.swarm.isHidden()
    form.on_swarm.setChecked(True)
    assert form.swarm.isVisible()
    form.swarm.replicas.setText("2")
    form.swarm.watch.setText("0 s")
    dialog.run_button.click()
    qtbot.waitUntil(lambda: ready(page) == 2, timeout=LONG_MS)
    (service,) = bench.swarm.services()
    assert service.spec.replicas == 2
    qtbot.waitUntil(lambda: not bench.tasks.active, timeout=LONG_MS)


def test_a_deployment_stays_what_it_was_made_as(
    qtbot: QtBot, bench: Bench, page: ReleasesPage, image: ImageId
) -> None:
    bench.deploy("alone", image, 5002)
    bench.manages_swarm = True
    dialog = bench.run_dialog(bench.add_version("v1.1.0", pushed=True))
    form = dialog.form
    qtbot.waitUntil(lambda: bool(form.ports.values()), timeout=LONG_MS)
    form.service.setChecked(True)
    for name, on_swarm in (("shop", True), ("alone", False), ("new", None)):
        form.name.setText(name)
        assert form.on_swarm.isEnabled() == (on_swarm is None)
        if on_swarm is not None:
            assert form.on_swarm.isChecked() == on_swarm
    form.name.setText("shop")
    assert form.swarm.replicas.text() == "3"
    dialog.reject()
