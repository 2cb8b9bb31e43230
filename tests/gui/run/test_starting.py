"""Runs and deployments that failed can be asked for again, when their dialog is long gone."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.containers.model import LogLine
from modeldesk.core.releases.model import ReleaseState
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.run.dialog import RunDialog
from modeldesk.ui.tasks.handle import TaskState
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine_containers import Behaviour
from tests.gui.releases.bench import HEALTHY, Bench

CRASH = Behaviour(exit_code=3, prints=(LogLine("KeyError: 'MODEL_PATH'", True),))


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Bench:
    bench = Bench(theme, tasks, tmp_path)
    qtbot.addWidget(bench.page)
    return bench


@pytest.mark.parametrize("service", [False, True])
def test_what_failed_can_be_tried_again_once_the_cause_is_gone(
    qtbot: QtBot, bench: Bench, service: bool
) -> None:
    activity = ActivityStore(bench.tasks)
    image = bench.add_version("v1.4.0", behaviour=CRASH)
    dialog = bench.run_dialog(image)
    qtbot.waitUntil(lambda: dialog.form.ports.values() == [("5000", "5000")])
    dialog.form.service.setChecked(service)
    dialog.run_button.click()
    qtbot.waitUntil(dialog.banner.isVisible)
    dialog.reject()
    qtbot.waitUntil(lambda: not bench.page.findChildren(RunDialog))
    failed = next(task for task in activity.tasks if task.state is TaskState.FAILED)
    # The container's last lines are in the log, where the reason says they are.
    assert "KeyError: 'MODEL_PATH'" in activity.lines(failed.id)
    assert bench.heard.links == []
    bench.engine.behaves(image, HEALTHY)
    again = activity.retry(failed.id)
    assert again is not None
    qtbot.waitUntil(lambda: again.state is TaskState.SUCCEEDED)
    assert "healthy after" in bench.heard.texts[0]
    assert bench.heard.links == []
    assert len(bench.version_containers()) == 1
    if service:
        states = [one.state for one in bench.service.history(bench.key("recommendation"))]
        assert states == [ReleaseState.SUCCEEDED, ReleaseState.FAILED]
