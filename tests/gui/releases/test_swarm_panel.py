"""A deployment on a swarm, as the window shows it."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.errors import NoSwarm
from modeldesk.core.jobs import CancelToken
from modeldesk.core.swarm.rolling import Rolling
from modeldesk.ui.releases.swarm_panel import SwarmPanel
from modeldesk.ui.releases.swarm_view import swarm_view
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Tone
from tests.gui.releases import swarms

NOW = datetime.now(UTC)


def follows(panel: SwarmPanel) -> bool:
    return panel.following


def named(image: str) -> str:
    return swarms.NAMES[image]


@pytest.fixture
def panel(theme: Theme, tasks: TaskRunner, qtbot: QtBot) -> SwarmPanel:
    made = SwarmPanel(theme, tasks, "On the swarm")
    qtbot.addWidget(made)
    made.show()
    return made


class Told:
    """A stream that a test tells, until it is let go."""

    def __init__(self, first: Rolling) -> None:
        self.waiting = [first]
        self.tokens: list[CancelToken] = []
        self.problem: NoSwarm | None = None
        self._news = threading.Event()
        self._news.set()

    def __call__(self, token: CancelToken) -> Iterator[Rolling]:
        self.tokens.append(token)
        with token.closing(self._news.set):
            while not token.cancelled:
                self._news.wait()
                self._news.clear()
                while self.waiting:
                    yield self.waiting.pop(0)
                if self.problem:
                    raise self.problem

    def tell(self, rolling: Rolling) -> None:
        self.waiting.append(rolling)
        self._news.set()

    def fail(self, problem: NoSwarm) -> None:
        self.problem = problem
        self._news.set()


# What is said


def test_all_is_well() -> None:
    view = swarm_view(swarms.well(), named, NOW)
    assert view.ready == "3 of 3 ready"
    assert (view.state.text, view.state.tone) == ("All tasks are ready", Tone.GOOD)
    assert not view.moving
    assert view.troubles == ()
    assert [(row.machine, row.task, row.version) for row in view.rows] == [
        ("gpu-1", "1", "v1.4.0"),
        ("gpu-2", "2", "v1.4.0"),
        ("gpu-3", "3", "v1.4.0"),
    ]


def test_an_update_is_under_way() -> None:
    view = swarm_view(swarms.updating(), named, NOW)
    assert view.ready == "3 of 3 ready"
    assert (view.state.text, view.state.tone) == ("Replacing tasks: 1/3", Tone.ACCENT)
    assert (view.moving, view.updated, view.wanted) == (True, 1, 3)
    second = [row for row in view.rows if row.machine == "gpu-2"]
    assert [(row.version, row.state.text if row.state else "") for row in second] == [
        ("v1.4.0", "starting"),
        ("v1.3.1", "ready"),
    ]


def test_what_is_amiss_is_said() -> None:
    view = swarm_view(swarms.troubled(), named, NOW)
    assert view.state.tone is Tone.WARNING
    assert view.troubles[:2] == (
        "The machine gpu-2 is drained: its tasks go to others.",
        "The machine gpu-3 is down.",
    )
    assert "A task on gpu-2 ended with code 3." in view.troubles
    waiting, first, second, third = view.rows
    assert waiting.machine == "no machine yet"
    assert waiting.state is not None
    assert waiting.state.text == "waits for a machine"
    assert "insufficient resources" in waiting.error
    assert not first.machine_chips
    for row in (second, third):
        assert row.task == "no task"
        assert row.machine_chips[0].text == "takes no tasks"


# The panel


def test_it_follows_what_it_is_given(panel: SwarmPanel, qtbot: QtBot) -> None:
    told = Told(swarms.updating())
    with qtbot.waitSignal(panel.changed, timeout=10_000):
        panel.show_service(told, named)
    assert len(panel.rows()) == 4
    with qtbot.waitSignal(panel.changed, timeout=10_000):
        told.tell(swarms.well())
    assert len(panel.rows()) == 3
    assert panel.said == ""
    with qtbot.waitSignal(panel.changed, timeout=10_000):
        told.tell(swarms.troubled())
    assert "gpu-3 is down" in panel.said
    panel.show_service(None)
    assert panel.rows() == ()
    assert not follows(panel)
    assert told.tokens[0].cancelled


def test_it_follows_only_in_sight(panel: SwarmPanel, qtbot: QtBot) -> None:
    panel.hide()
    told = Told(swarms.well())
    panel.show_service(told, named)
    assert not follows(panel)
    with qtbot.waitSignal(panel.changed, timeout=10_000):
        panel.show()
    assert follows(panel)
    panel.hide()
    assert not follows(panel)
    assert told.tokens[-1].cancelled


def test_a_swarm_that_is_gone_is_said(panel: SwarmPanel, qtbot: QtBot) -> None:
    told = Told(swarms.well())
    with qtbot.waitSignal(panel.changed, timeout=10_000):
        panel.show_service(told, named)
    with qtbot.waitSignal(panel.changed, timeout=10_000):
        told.fail(NoSwarm("The engine manages no swarm.", "Choose another."))
    assert panel.said == "The engine manages no swarm. Choose another."
    assert panel.rows() == ()
    assert not follows(panel)


def test_another_service_takes_the_place_of_the_first(panel: SwarmPanel, qtbot: QtBot) -> None:
    first, second = Told(swarms.updating()), Told(swarms.well())
    with qtbot.waitSignal(panel.changed, timeout=10_000):
        panel.show_service(first, named)
    with qtbot.waitSignal(panel.changed, timeout=10_000):
        panel.show_service(second, named)
    assert len(panel.rows()) == 3
    assert first.tokens[0].cancelled
    panel.hide()
