"""Releases that were left open are put right by the window, when that can be done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.gateway.names import GATEWAY_LABEL
from modeldesk.core.ids import ContainerId, DeploymentName
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.healing import Healed
from modeldesk.core.releases.model import ReleaseState
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.releases import healing
from modeldesk.ui.releases.heading import Act
from modeldesk.ui.releases.healing import ReleaseHealing
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Tone
from tests.gui.releases.bench import Bench

RUN_AGAIN = "has been undone: shop runs v1.4.0 as before."


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(theme, tasks, tmp_path)
    qtbot.addWidget(bench.page)
    bench.page.resize(1100, 850)
    bench.page.show()
    yield bench
    bench.page.hide()


@pytest.fixture
def stuck(qtbot: QtBot, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReleaseHealing]:
    """A roll back of “shop”, which is behind no gateway yet, met a port that another program took
    when it was free."""
    made = ReleaseHealing(bench.context, lambda: bench.service, bench)
    bench.deploy_as_before("shop", bench.add_version("v1.3.1"))
    bench.deploy_as_before("shop", bench.add_version("v1.4.0"))
    qtbot.waitUntil(lambda: bench.page.heading.back_button.text() == "Roll back to v1.3.1")
    stop = bench.engine.stop_container

    def stop_and_take(container: ContainerId, grace_seconds: int = 10) -> None:
        stop(container, grace_seconds)
        bench.engine.taken_ports.add(5000)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(bench.engine, "stop_container", stop_and_take)
        (target,) = bench.store.facts.earlier[bench.deployment("shop").name]
        bench.actions.roll_back(bench.key("shop"), target)
        qtbot.waitUntil(lambda: bool(bench.heard.sayings))
    settle(qtbot, bench)
    yield made
    made.stop()


def settle(qtbot: QtBot, bench: Bench) -> None:
    """Until what is under way has ended."""
    qtbot.waitUntil(lambda: not bench.tasks.active)


def runs(bench: Bench) -> bool:
    return any(c.running for c in bench.engine.list_containers())


@pytest.mark.usefixtures("stuck")
def test_that_nothing_runs_is_said_once_with_a_way_out(qtbot: QtBot, bench: Bench) -> None:
    (saying,) = bench.heard.sayings
    assert saying.text.startswith("“shop” runs nothing now: Port 5000")
    assert (saying.tone, saying.action) == (Tone.BAD, "Try again")
    assert saying.on_action is not None
    saying.on_action()
    settle(qtbot, bench)
    assert "v1.4.0 can’t be started again yet" in bench.heard.texts[1]
    bench.engine.taken_ports.clear()
    again = bench.heard.sayings[1].on_action
    assert again is not None
    again()
    settle(qtbot, bench)
    assert bench.heard.texts[2].endswith(RUN_AGAIN)
    assert runs(bench)


@pytest.mark.usefixtures("stuck")
def test_meanwhile_a_person_may_start_it_or_go_elsewhere(qtbot: QtBot, bench: Bench) -> None:
    page = bench.page
    bench.read_library()
    qtbot.waitUntil(page.heading.buttons[Act.START].isVisible)
    assert page.heading.buttons[Act.START].isEnabled()
    assert page.heading.back_button.isEnabled()
    bench.engine.taken_ports.clear()
    page.heading.buttons[Act.START].click()
    settle(qtbot, bench)
    assert runs(bench)
    states = [release.state for release in bench.service.history(bench.key("shop"))]
    assert states[:2] == [ReleaseState.SUCCEEDED, ReleaseState.FAILED]


def test_it_is_tried_again_after_a_while_without_a_word(
    qtbot: QtBot, bench: Bench, stuck: ReleaseHealing
) -> None:
    assert stuck._again.isActive()
    stuck._again.timeout.emit()
    settle(qtbot, bench)
    assert len(bench.heard.sayings) == 1
    assert stuck._again.isActive()
    bench.engine.taken_ports.clear()
    stuck._again.timeout.emit()
    settle(qtbot, bench)
    assert bench.heard.texts[1].endswith(RUN_AGAIN)
    assert runs(bench)
    assert not stuck._again.isActive()


@pytest.mark.usefixtures("stuck")
def test_a_container_that_goes_may_have_had_the_port(
    qtbot: QtBot, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(healing, "_OUR_OWN_MS", -1)
    bench.engine.taken_ports.clear()
    bench.context.hub.publish_changes(Changes(every_container=True))
    settle(qtbot, bench)
    assert runs(bench)


def test_a_window_that_meets_the_engine_says_what_can_not_be_put_right(
    qtbot: QtBot, bench: Bench, stuck: ReleaseHealing
) -> None:
    connected = Connection(ConnectionState.CONNECTED, bench.engine.info)
    bench.context.hub.publish_connection(connected)
    settle(qtbot, bench)
    assert "v1.4.0 can’t be started again yet" in bench.heard.texts[1]


@pytest.fixture
def healing_shop(qtbot: QtBot, bench: Bench) -> Iterator[ReleaseHealing]:
    """“shop” serves behind its gateway."""
    made = ReleaseHealing(bench.context, lambda: bench.service, bench)
    bench.deploy("shop", bench.add_version("v1.4.0"))
    settle(qtbot, bench)
    yield made
    made.stop()


def gateways(bench: Bench) -> list[ContainerSummary]:
    return [one for one in bench.engine.list_containers() if GATEWAY_LABEL in one.labels]


def test_what_was_taken_away_is_put_back_and_said_once(
    qtbot: QtBot, bench: Bench, healing_shop: ReleaseHealing
) -> None:
    (gateway,) = gateways(bench)
    bench.engine.remove_container(gateway.id)
    healing_shop.mend()
    settle(qtbot, bench)
    assert [one.running for one in gateways(bench)] == [True]
    (saying,) = bench.heard.sayings
    assert (saying.text, saying.tone) == ("The gateway of shop was put back.", Tone.WARNING)
    assert saying.on_action is not None
    saying.on_action()
    assert bench.heard.links == [ReleasesLink(DeploymentName("shop"))]
    healing_shop.mend()
    settle(qtbot, bench)
    assert len(bench.heard.sayings) == 1


def test_what_can_not_be_put_back_is_said_once_until_a_person_asks(
    qtbot: QtBot, bench: Bench, healing_shop: ReleaseHealing
) -> None:
    (gateway,) = gateways(bench)
    bench.engine.remove_container(gateway.id)
    bench.engine.taken_ports.add(5000)
    for _ in range(2):
        healing_shop.mend()
        settle(qtbot, bench)
    (saying,) = bench.heard.sayings
    assert saying.tone is Tone.BAD
    assert saying.text.startswith("shop can’t be put right: Port 5000")
    bench.context.hub.refresh_asked.emit()
    settle(qtbot, bench)
    assert len(bench.heard.sayings) == 2
    bench.engine.taken_ports.clear()
    healing_shop.mend()
    settle(qtbot, bench)
    assert [one.running for one in gateways(bench)] == [True]


def test_what_is_asked_for_meanwhile_is_done_afterwards(
    qtbot: QtBot, bench: Bench, healing_shop: ReleaseHealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that is under way may have passed what goes now."""
    (gateway,) = gateways(bench)
    heal = bench.service.containers.heal

    def heal_and_lose(engine: ImageEngine, job: Job) -> Healed:
        healed = heal(engine, job)
        if gateway in gateways(bench):
            bench.engine.remove_container(gateway.id)
            bench.context.tasks.post(bench, healing_shop.mend)
        return healed

    monkeypatch.setattr(bench.service.containers, "heal", heal_and_lose)
    healing_shop.mend()
    qtbot.waitUntil(lambda: bool(bench.heard.sayings), timeout=10_000)
    settle(qtbot, bench)
    assert bench.heard.texts == ["The gateway of shop was put back."]


def test_a_container_that_somebody_stopped_is_left_to_a_person(
    qtbot: QtBot, bench: Bench, healing_shop: ReleaseHealing
) -> None:
    (version,) = bench.version_containers()
    bench.engine.stop_container(version.id)
    healing_shop.mend()
    settle(qtbot, bench)
    assert bench.heard.sayings == []
    assert [one.running for one in bench.version_containers()] == [False]
