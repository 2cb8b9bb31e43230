"""The line at the foot of the window."""

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.library.model import Group, LibrarySnapshot, Model
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.shell.status_bar import StatusBar, engine_text, place
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.gui.parts import CONNECTED, ENGINE, LOST, SEARCHING, no_engine


@pytest.fixture
def bar(qtbot: QtBot, theme: Theme, activity: ActivityStore) -> StatusBar:
    made = StatusBar(theme, activity)
    qtbot.addWidget(made)
    made.resize(1200, 30)
    made.show()
    return made


def test_the_engine_is_named_with_its_version_and_place() -> None:
    assert engine_text(ENGINE) == "Docker Engine 27.3 · local"
    remote = replace(ENGINE, product="Podman", version="5.2.0", address="tcp://10.0.0.7:2376")
    assert engine_text(remote) == "Podman 5.2 · 10.0.0.7"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("unix:///var/run/docker.sock", "local"),
        ("npipe:////./pipe/docker_engine", "local"),
        ("tcp://build-server:2376", "build-server"),
        ("https://engine.example.org:2376", "engine.example.org"),
        ("", "local"),
    ],
)
def test_where_an_address_leads(address: str, expected: str) -> None:
    assert place(address) == expected


def test_each_state_of_the_connection_is_said_in_words(bar: StatusBar) -> None:
    said = []
    for connection in (SEARCHING, CONNECTED, LOST, no_engine()):
        bar.show_connection(connection)
        said.append(bar.engine.text())
    assert said == [
        "Looking for an engine…",
        "Docker Engine 27.3 · local",
        "Docker Engine 27.3 · local · does not answer",
        "No engine",
    ]


def test_what_is_stored_is_a_count_until_the_bytes_are_known(bar: StatusBar) -> None:
    bar.show_connection(CONNECTED)
    bar.show_snapshot(LibrarySnapshot(image_count=1))
    assert bar.images.text() == "1 image"
    bar.show_snapshot(LibrarySnapshot(image_count=42, total_bytes=31_400_000_000))
    assert bar.images.text() == "Images 31.4 GB"
    assert "42 images" in bar.images.toolTip()
    bar.show_connection(no_engine())
    assert not bar.images.isVisible()


def test_what_could_come_back_is_a_way_to_the_clean_up(qtbot: QtBot, bar: StatusBar) -> None:
    bar.show_connection(CONNECTED)
    bar.show_snapshot(LibrarySnapshot(image_count=1, total_bytes=900))
    assert not bar.reclaimable.isVisible()
    untagged = Model(ModelName(""), Group.UNTAGGED, (), (), 900, 700, 0, 4_100_000_000)
    bar.show_snapshot(LibrarySnapshot(others=(untagged,), image_count=9, total_bytes=31))
    assert bar.reclaimable.text() == "reclaimable 4.10 GB"
    with qtbot.waitSignal(bar.reclaimable_clicked):
        bar.reclaimable.click()
    bar.show_connection(no_engine())
    assert not bar.reclaimable.isVisible()


def test_the_running_task_and_the_count_lead_to_activity(
    bar: StatusBar, tasks: TaskRunner, activity: ActivityStore, qtbot: QtBot
) -> None:
    release = threading.Event()
    owner = QWidget()
    qtbot.addWidget(owner)

    def work(job: Job) -> None:
        job.report(Progress("step", 5, 8))
        release.wait(10)

    assert not bar.running.isVisible()
    first = tasks.submit(work, lane=Lane.TRANSFER, title="Build churn v2.1.0", owner=owner)
    second = tasks.submit(work, lane=Lane.TRANSFER, title="Run ocr", owner=owner)
    qtbot.waitUntil(lambda: bar.running.text() == "2 running")
    qtbot.waitUntil(lambda: bar.task.bar.fraction() == pytest.approx(5 / 8, abs=0.01))
    assert bar.task.bar.accessibleName() == "Run ocr · step · step 6 of 8 · 62 %"
    with qtbot.waitSignal(bar.activity_clicked):
        bar.running.click()
    release.set()
    qtbot.waitUntil(lambda: not first.active and not second.active)
    assert not bar.running.isVisible()
    assert not bar.task.isVisible()


def test_a_long_title_does_not_push_the_engine_out(
    bar: StatusBar, tasks: TaskRunner, qtbot: QtBot
) -> None:
    release = threading.Event()
    bar.show_connection(CONNECTED)
    task = tasks.submit(
        lambda _: release.wait(10), lane=Lane.TRANSFER, title="Build " + "模型" * 200, owner=bar
    )
    bar.resize(880, 30)
    qtbot.waitUntil(lambda: bar.width() == 880)
    assert bar.engine.width() >= bar.engine.sizeHint().width()
    assert bar.running.geometry().right() <= bar.rect().right()
    release.set()
    qtbot.waitUntil(lambda: not task.active)


def test_the_engine_can_be_clicked_by_keyboard(bar: StatusBar, qtbot: QtBot) -> None:
    assert bar.engine.focusPolicy() & Qt.FocusPolicy.TabFocus
    with qtbot.waitSignal(bar.engine_clicked):
        bar.engine.click()
