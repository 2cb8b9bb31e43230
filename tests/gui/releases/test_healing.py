"""Releases that were left open are put right by the window, when that can be done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.ids import ContainerId
from modeldesk.core.releases.model import ReleaseState
from modeldesk.ui.releases import healing
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
    """A roll back of “shop” met a port that another program took when it was free."""
    made = ReleaseHealing(bench.context, lambda: bench.service, bench)
    bench.deploy("shop", bench.add_version("v1.3.1"))
    bench.deploy("shop", bench.add_version("v1.4.0"))
    qtbot.waitUntil(lambda: bench.page.rollback_button.text() == "Roll back to v1.3.1")
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
    qtbot.waitUntil(lambda: page.stop_button.text() == "Start")
    assert page.stop_button.isEnabled()
    assert page.rollback_button.isEnabled()
    bench.engine.taken_ports.clear()
    page.stop_button.click()
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
