"""A version made again, in a dialog."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.ids import ImageId
from modeldesk.core.library.model import Version
from modeldesk.core.verify.second_images import SecondImages
from modeldesk.core.verify.service import VerifyService
from modeldesk.ui.build.views import Showing
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.verify.dialog import VerifyDialog
from tests.fakes.content_records import FakeContentRecords
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.image_source import contents_of
from tests.gui.build.bench import COMMIT, Bench


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Bench:
    bench = Bench(theme, tasks, tmp_path)
    qtbot.addWidget(bench.page)
    bench.page.show()
    return bench


@pytest.fixture
def version(qtbot: QtBot, bench: Bench) -> Version:
    folder = bench.folder(dockerfile="FROM python:3.11-slim\nCOPY serve.py /app/\n")
    bench.commit(folder, COMMIT)
    bench.page.plan(folder)
    qtbot.waitUntil(lambda: bench.page.showing is Showing.PLAN)
    bench.page.build()
    session = bench.page.session
    assert session is not None
    qtbot.waitUntil(lambda: not session.running)
    bench.read_library()
    (model,) = bench.context.hub.snapshot.models
    return model.versions[0]


def dialog_for(bench: Bench, version: Version) -> VerifyDialog:
    contents = contents_of(bench.engine, {}, FakeContentRecords())
    service = VerifyService(
        bench.builds, lambda: contents, SecondImages(FakeDeploymentLocks(), "me")
    )
    dialog = VerifyDialog(bench.context, lambda: service, version, bench.page)
    dialog.open()
    return dialog


def images(bench: Bench) -> set[ImageId]:
    return {image.id for image in bench.engine.list_images()}


def test_what_came_of_it_is_shown_and_nothing_stays(
    qtbot: QtBot, bench: Bench, version: Version
) -> None:
    before = images(bench)
    dialog = dialog_for(bench, version)
    qtbot.waitUntil(lambda: bool(dialog.verdict.text()))
    assert dialog.verdict.text().startswith("Made again, the image")
    assert images(bench) == before
    dialog.close()


def test_a_version_that_no_commit_makes_is_said(
    qtbot: QtBot, bench: Bench, version: Version
) -> None:
    dialog = dialog_for(bench, replace(version, labels={}))
    qtbot.waitUntil(dialog.banner.isVisible)
    assert not dialog.list.isVisible()
    dialog.close()


def test_closing_ends_the_work(qtbot: QtBot, bench: Bench, version: Version) -> None:
    before = images(bench)
    dialog = dialog_for(bench, version)
    dialog.close()
    assert not dialog.isVisible()
    qtbot.waitUntil(lambda: not bench.tasks.active)
    assert images(bench) == before
