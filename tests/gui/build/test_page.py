"""What a person does on the build page, and what comes of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from modeldesk.core.build.model import BuildRecord, BuildState
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.errors import EngineUnavailable
from modeldesk.core.ids import ModelName
from modeldesk.core.labels import METRICS_LABEL
from modeldesk.core.recipes.choice import Stages
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.build.draft import Entry
from modeldesk.ui.build.lock_dialog import LockDialog
from modeldesk.ui.build.page import BuildPage
from modeldesk.ui.build.session import BuildSession
from modeldesk.ui.build.views import Showing
from modeldesk.ui.links import BuildLink, LibraryLink, SettingsLink, SettingsSection, TrialLink
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.code_view import CodeView
from modeldesk.ui.widgets.step_list import StepState
from tests.fakes.engine import INFO, FakeEngine
from tests.fakes.engine_build import BuildScript
from tests.gui.build.bench import Bench
from tests.unit.core.serving.models import sklearn_folder

if TYPE_CHECKING:
    from modeldesk.core.changes import Changes

OWN = "FROM python:3.11-slim\nCOPY serve.py /app/\nRUN pip install x\nCMD serve\n"


def plan(qtbot: QtBot, bench: Bench, dockerfile: str = OWN, name: str = "recommendation") -> Path:
    folder = bench.folder(name, dockerfile)
    bench.look(qtbot, folder)
    return folder


def finish(qtbot: QtBot, session: BuildSession) -> None:
    """Wait until it has ended, and until everybody was told."""
    qtbot.waitUntil(lambda: not session.running)
    told: list[bool] = []
    session._context.tasks.post(session, lambda: told.append(True))
    qtbot.waitUntil(lambda: bool(told))


def test_a_folder_is_looked_into_and_the_next_version_proposed(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    bench.add_versions("v1.4.0", "v1.4.1")
    plan(qtbot, bench, dockerfile="")
    assert page.form.tag.text() == "v1.5.0"
    qtbot.waitUntil(lambda: "the next after v1.4.1" in page.form.tag.accessibleDescription())
    assert page.form.also.text() == "9f31c0a4"
    assert page.form.metrics.edits["accuracy"].text() == "0.943"
    assert page.form.dataset.text() == "clicks-2026-10"
    assert page.heading.build.text() == "Build v1.5.0"
    assert page.recipe.dockerfile.text().startswith("FROM python:3.11-slim")
    assert any("uvicorn" in text for text in page.found.texts())


def test_the_next_version_of_a_model_is_planned_from_its_last_folder(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    for name in ("recommendation", "other"):
        plan(qtbot, bench, name=name)
        page.form.model.setText("shop-model")
        if name == "other":
            page.form.model.setText(name)
        finish(qtbot, bench.build())
    page.activate(BuildLink(model=ModelName("shop-model")))
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    assert page.form.model.text() == "shop-model"
    assert page.planning.folder.name == "recommendation"
    page.activate(BuildLink(model=ModelName("never-built")))
    qtbot.waitUntil(lambda: bool(bench.heard.texts))
    assert page.showing is Showing.START
    assert bench.heard.texts == ["No folder of never-built is known here. Drop it on the window."]


def test_a_base_image_that_can_not_be_had_leads_to_its_setting(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    bench.engine.remove_image("python:3.11-slim")
    bench.engine.remove_image("python:3.11-slim-bookworm")
    plan(qtbot, bench, dockerfile="")
    session = bench.build()
    finish(qtbot, session)
    assert page.banner.notice.actions == ("Change the base image…",)
    page.banner.action_chosen.emit(0)
    assert bench.heard.links == [SettingsLink(SettingsSection.NEW_VERSIONS)]
    settings = bench.context.settings
    settings.change(replace(settings.current, base_image="python:3.12-slim"))
    page.heading.edit.click()
    qtbot.waitUntil(lambda: page.recipe.dockerfile.text().startswith("FROM python:3.12-slim"))


def test_large_numbers_are_registered_as_they_are(qtbot: QtBot, bench: Bench) -> None:
    folder = bench.folder("recommendation", OWN)
    text = '{"accuracy": 0.1, "f1": 1.0, "seed": 123456789012345678}'
    (folder / "metrics.json").write_text(text)
    bench.page.activate(BuildLink(folder=folder))
    qtbot.waitUntil(lambda: bench.page.showing is Showing.PLAN)
    written = {"accuracy": "0.1", "f1": "1.0", "seed": "123456789012345678"}
    assert bench.page.form.draft.metrics == written
    bench.page.build()
    session = bench.page.session
    assert session is not None
    qtbot.waitUntil(lambda: not session.running)
    assert session.request.labels[METRICS_LABEL] == text


def test_another_scheme_gives_another_name(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    plan(qtbot, bench)
    page.form.scheme.choose("commit")
    page.form.scheme.chosen.emit("commit")
    assert page.form.tag.text() == "9f31c0a4"
    assert page.form.also.text() == ""


def test_a_newer_folder_supersedes_the_older(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    first, second = bench.folder("first", OWN), bench.folder("second", OWN)
    page.activate(BuildLink(folder=first))
    page.activate(BuildLink(folder=second))
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    qtbot.waitUntil(lambda: not bench.tasks.active)
    assert page.form.model.text() == "second"


def test_what_can_not_be_built_is_said_beside_its_field(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    bench.add_versions("v1.4.1")
    plan(qtbot, bench)
    for edit, text, entry, said in (
        (page.form.tag, "v1.4.1", Entry.TAG, "exists already"),
        (page.form.tag, "stable", Entry.TAG, "that tag moves"),
        (page.form.tag, "", Entry.TAG, "no name"),
        (page.form.repository, "Team/X", Entry.REPOSITORY, "not an image name"),
        (page.form.repository, "team/x:v1", Entry.REPOSITORY, "without a tag"),
        (page.form.also, "a, /b", Entry.ALSO, "“/b” can't be a tag"),
        (page.form.metrics.edits["accuracy"], "good", Entry.METRIC, "not a number"),
        (page.form.metrics.edits["accuracy"], "nan", Entry.METRIC, "not a number"),
    ):
        before = edit.text()
        edit.setText(text)
        assert said in page.form.problems[entry]
        assert edit.property("wrong")
        assert not page.heading.build.isEnabled()
        edit.setText(before)
        assert page.heading.build.isEnabled()


def test_a_version_that_appears_meanwhile_moves_the_proposal_on(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench)
    assert page.form.tag.text() == "v1.0.0"
    bench.add_versions("v1.0.0")
    assert page.form.tag.text() == "v1.1.0"
    page.form.tag.setText("v9.0.0")
    bench.add_versions("v1.1.0")
    assert page.form.tag.text() == "v9.0.0"


def test_a_build_gives_its_names_and_the_library_chooses_it(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench)
    published: list[Changes] = []
    bench.context.hub.changed.connect(lambda changes, _: published.append(changes))
    page.form.tag.setText("v2.0.0")
    page.form.channel.setCurrentIndex(page.form.channel.findData("candidate"))
    page.form.dataset.setText("clicks-7")
    session = bench.build()
    finish(qtbot, session)
    assert session.outcome is not None
    image = session.outcome.image
    tags = {str(tag) for one in bench.engine.list_images() if one.id == image for tag in one.tags}
    assert tags == {
        "recommendation:v2.0.0",
        "recommendation:9f31c0a4",
        "recommendation:candidate",
    }
    assert bench.selected == [LibraryLink(session.request.model, image)]
    assert any(image in changes.images for changes in published)
    assert page.banner.notice.tone is Tone.GOOD
    labels = bench.engine.image_summary(image)
    assert labels is not None
    assert labels.labels["io.modeldesk.model.dataset.version"] == "clicks-7"
    page.heading.library.click()
    assert bench.heard.links == [LibraryLink(session.request.model, image)]


def test_an_edited_dockerfile_is_built_and_the_folder_stays_as_it_is(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    folder = plan(qtbot, bench)
    page.recipe.dockerfile.set_text("FROM scratch\nCOPY metrics.json /here/\n")
    session = bench.build()
    finish(qtbot, session)
    assert session.state is BuildState.SUCCEEDED
    assert any("COPY metrics.json /here/" in one.name for one in session.outline.steps)
    assert (folder / "Dockerfile").read_text() == OWN


def test_a_failure_marks_the_step_and_the_line_and_keeps_the_form(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    bench.engine.build_script = BuildScript(fail_at_line=3, failure="exit code: 1")
    plan(qtbot, bench)
    page.form.tag.setText("v7.0.0")
    session = bench.build()
    finish(qtbot, session)
    steps = page.view.steps.list
    qtbot.waitUntil(lambda: any(one.state is StepState.FAILED for one in steps.steps()))
    failed = next(one for one in steps.steps() if one.state is StepState.FAILED)
    assert failed.name == "3/4 RUN pip install x"
    assert page.view.dockerfile._marked == (3, Tone.BAD)
    assert "exit code: 1" in page.view.log.text()
    assert page.banner.isVisible()
    page.heading.edit.click()
    assert page.showing is Showing.PLAN
    assert page.form.tag.text() == "v7.0.0"
    assert not page.form.tag.isReadOnly()
    assert page.recipe.dockerfile._marked == (3, Tone.BAD)
    bench.engine.build_script = BuildScript()
    again = bench.build()
    finish(qtbot, again)
    assert again.state is BuildState.SUCCEEDED
    assert again.request.build != session.request.build


def test_a_build_that_failed_can_be_tried_again_from_activity(
    qtbot: QtBot, bench: Bench, page: BuildPage, activity: ActivityStore
) -> None:
    plan(qtbot, bench)
    bench.engine.build_script = BuildScript(fail_at_line=3, failure="failed to solve: no such host")
    session = bench.build()
    finish(qtbot, session)
    failed = activity.tasks[0]
    assert "failed to solve: no such host" in activity.lines(failed.id)[-1]
    bench.engine.build_script = BuildScript()
    again = activity.retry(failed.id)
    assert again is not None
    qtbot.waitUntil(lambda: not again.active)
    assert again.error is None
    assert isinstance(again.link, LibraryLink)
    # Two builds, each with a record of its own.
    assert [one.state for one in bench.builds.history.recent()] == [
        BuildState.SUCCEEDED,
        BuildState.FAILED,
    ]


def test_what_was_recognised_says_by_what(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    plan(qtbot, bench)
    rows = {row.label: row.value for row in page.found.evidence.rows()}
    assert rows["safetensors"] == "recommendation_v2.safetensors · 1 tensor"
    facts = {row.label: row.value for row in page.found.facts.rows()}
    assert facts["Weights"].startswith("4,096 parameters, F32")


def test_a_generated_server_is_shown_before_it_is_built(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    folder = sklearn_folder(bench.home)
    bench.page.activate(BuildLink(folder=folder))
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    tabs = page.recipe.tabs
    names = [tabs.tabText(number) for number in range(tabs.count())]
    assert names[2:] == ["serve.py", "server.py", "model.json", "requirements.txt"]
    assert any("a small server is proposed" in text for text in page.found.texts())
    assert page.planning.prepared is not None
    serving = page.planning.prepared.plan.serving
    assert serving is not None
    for number, text in enumerate(serving.texts.values(), 2):
        shown = tabs.widget(number)
        assert shown is not None
        (view,) = shown.findChildren(CodeView)
        assert view.text() == text
    session = bench.build()
    assert session.request.texts == serving.texts
    assert "modeldesk_server/serve.py" in (session.request.dockerfile or "")
    assert [path.name for path in folder.iterdir()] == ["model.pkl"]
    finish(qtbot, session)
    # Another folder's plan shows none of it.
    plan(qtbot, bench)
    qtbot.waitUntil(lambda: tabs.count() == 2)


def test_a_cancel_is_said_at_once_and_leaves_no_image(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    bench.engine.build_script = BuildScript(seconds_per_step=30.0)
    plan(qtbot, bench)
    images = len(bench.engine.list_images())
    session = bench.build()
    qtbot.waitUntil(lambda: bool(session.outline.steps))
    page.heading.cancel.click()
    assert session.cancelling
    assert not page.heading.cancel.isEnabled()
    finish(qtbot, session)
    assert session.state is BuildState.CANCELLED
    assert len(bench.engine.list_images()) == images
    assert "Cancelled" in page.banner.notice.sentence
    left = {step.state for step in page.view.steps.list.steps()}
    assert left.isdisjoint({StepState.WAITING, StepState.RUNNING})
    assert StepState.NOT_RUN in left
    page.heading.edit.click()
    assert page.form.tag.text() == "v1.0.0"


@pytest.fixture
def slow_hands(qtbot: QtBot) -> Iterator[None]:
    """However long two presses are apart, they are a double click."""
    before = QApplication.doubleClickInterval()
    QApplication.setDoubleClickInterval(2**31 - 1)
    yield
    QApplication.setDoubleClickInterval(before)


@pytest.mark.usefixtures("slow_hands")
def test_a_double_click_does_one_thing(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    bench.engine.build_script = BuildScript(seconds_per_step=30.0)
    heading = page.heading
    plan(qtbot, bench)
    heading.build.click()
    session = page.session
    assert session is not None
    QTest.mouseClick(heading.cancel, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(heading.cancel, Qt.MouseButton.LeftButton)
    assert not session.cancelling
    heading.cancel.click()
    finish(qtbot, session)
    QTest.mouseClick(heading.edit, Qt.MouseButton.LeftButton)
    assert page.session is session
    QApplication.setDoubleClickInterval(0)
    QTest.mouseClick(heading.edit, Qt.MouseButton.LeftButton)
    assert page.session is None


def test_a_build_goes_on_while_something_else_is_looked_at(
    qtbot: QtBot, bench: Bench, page: BuildPage, activity: ActivityStore
) -> None:
    bench.engine.build_script = BuildScript(0.05, prints=("Collecting x", "Installed x"))
    plan(qtbot, bench)
    session = bench.build()
    clock = page.view.steps
    qtbot.waitUntil(lambda: clock.counting)
    page.hide()
    assert not clock.counting
    finish(qtbot, session)
    assert bench.selected == []
    assert any("is built" in text for text in bench.heard.texts)
    page.show()
    page.activate(BuildLink(build=session.request.build))
    assert page.showing is Showing.BUILD
    assert "Installed x" in page.view.log.text()
    assert all(one.state is StepState.DONE for one in page.view.steps.list.steps())
    assert not clock.counting


def test_the_task_leads_back_to_the_build(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    bench.engine.build_script = BuildScript(seconds_per_step=30.0)
    plan(qtbot, bench)
    session = bench.build()
    task = next(one for one in bench.tasks.active if one.shown)
    assert task.link == BuildLink(build=session.request.build)
    plan(qtbot, bench, name="other")
    assert task.link is not None
    page.activate(task.link)
    assert page.session is session
    assert not page.form.isVisible()
    session.cancel()
    finish(qtbot, session)


def test_builds_follow_each_other_and_are_listed(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    folder = plan(qtbot, bench)
    first = bench.build()
    finish(qtbot, first)
    bench.read_library()
    page.activate(BuildLink(folder=folder))
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    # Nothing changed since, which is found out while the page is there already.
    qtbot.waitUntil(lambda: page.form.tag.text() == "v1.0.1")
    second = bench.build()
    finish(qtbot, second)
    page.heading.back.click()
    recent = page.start.recent
    qtbot.waitUntil(lambda: len(recent.records()) == 2)
    qtbot.waitUntil(lambda: all(r.state is BuildState.SUCCEEDED for r in recent.records()))
    assert recent.isVisible()


def test_an_earlier_build_shows_its_steps_and_log(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    bench.engine.build_script = BuildScript(prints=("Collecting x",))
    plan(qtbot, bench)
    session = bench.build()
    finish(qtbot, session)
    page.heading.back.click()
    page._sessions._kept.clear()
    page.start.recent.chosen.emit(session.request.build)
    qtbot.waitUntil(lambda: page.showing is Showing.RECORD)
    assert "Collecting x" in page.view.log.text()
    assert len(page.view.steps.list.steps()) == 4
    assert page.heading.again.isVisible()


def test_without_an_engine_everything_but_the_build_can_be_done(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench)
    bench.lose_engine()
    assert not page.heading.build.isEnabled()
    assert "No container engine" in page.banner.notice.sentence


def test_an_engine_that_stops_in_the_middle_is_said(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench)
    bench.engine.fail_next("build_end", EngineUnavailable("The connection broke.", "Start it."))
    session = bench.build()
    finish(qtbot, session)
    assert page.banner.notice.sentence == "The connection broke."
    assert page.banner.notice.reason == "Start it."


def test_a_folder_that_is_gone_is_said(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    page.activate(BuildLink(folder=bench.home / "nowhere"))
    qtbot.waitUntil(lambda: bool(bench.heard.texts))
    assert page.showing is Showing.START


def test_a_flood_of_log_lines_does_not_hold_the_window(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    lines = tuple(f"line {number}" for number in range(12_000))
    bench.engine.build_script = BuildScript(prints=lines)
    plan(qtbot, bench)
    session = bench.build()
    finish(qtbot, session)
    qtbot.waitUntil(lambda: "line 11999" in page.view.log.text())
    assert len(session.lines) <= 10_000


# How many stages a proposed Dockerfile has


def choose_stages(page: BuildPage, stages: str) -> None:
    page.recipe.stages.buttons._buttons[stages].click()


def test_another_number_of_stages_gives_another_dockerfile(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench, dockerfile="")
    choice = page.recipe.stages
    assert choice.isVisible()
    assert choice.current is Stages.MULTI
    assert "stay out of the image" in choice.consequence.text()
    assert "FROM base AS builder" in page.recipe.dockerfile.text()
    choose_stages(page, "single")
    text = page.recipe.dockerfile.text()
    assert "AS builder" not in text
    assert "stay in the image" in choice.consequence.text()
    assert page.recipe.edited_text is None
    session = bench.build()
    finish(qtbot, session)
    assert session.request.dockerfile == text


def test_edits_are_not_lost_to_another_number_of_stages(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench, dockerfile="")
    text = page.recipe.dockerfile.text()
    page.recipe.dockerfile.set_text(text + "LABEL a=b\n")
    page.recipe._edited()
    choose_stages(page, "single")
    assert page.recipe.dockerfile.text() == text + "LABEL a=b\n"
    page.recipe.revert.click()
    choose_stages(page, "single")
    assert "AS builder" not in page.recipe.dockerfile.text()


def test_stages_are_no_choice_where_nothing_is_installed(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    folder = bench.folder()
    (folder / "requirements.txt").unlink()
    page.activate(BuildLink(folder=folder))
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    choose_stages(page, "multi")
    assert page.recipe.stages.current is Stages.SINGLE
    assert "No package is installed" in page.recipe.stages.consequence.text()


def test_stages_are_no_choice_of_a_dockerfile_that_is_there(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench)
    assert not page.recipe.stages.isVisible()
    page.form.dockerfile.setCurrentIndex(1)
    assert page.recipe.stages.isVisible()


def test_the_dockerfile_is_written_for_the_builder_of_the_engine(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    bench.engine = FakeEngine(replace(INFO, builds_with_buildkit=True))
    plan(qtbot, bench, dockerfile="")
    choose_stages(page, "single")
    assert "--mount=type=cache" in page.recipe.dockerfile.text()
    # Another engine is chosen, which has the other builder: the choice stays.
    bench.engine = FakeEngine(replace(INFO, builds_with_buildkit=False))
    bench.engine.add_image("python:3.11-slim")
    bench.context.hub.publish_connection(Connection(ConnectionState.CONNECTED, bench.engine.info))
    qtbot.waitUntil(lambda: "--no-cache-dir" in page.recipe.dockerfile.text())
    text = page.recipe.dockerfile.text()
    assert "--mount" not in text
    assert "AS builder" not in text
    session = bench.build()
    finish(qtbot, session)
    assert session.request.dockerfile == text


def test_what_was_edited_stays_when_the_engine_has_another_builder(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    bench.engine = FakeEngine(replace(INFO, builds_with_buildkit=True))
    plan(qtbot, bench, dockerfile="")
    page.recipe.dockerfile.set_text("FROM x\n")
    page.recipe._edited()
    bench.engine = FakeEngine(replace(INFO, builds_with_buildkit=False))
    bench.context.hub.publish_connection(Connection(ConnectionState.CONNECTED, bench.engine.info))
    qtbot.waitUntil(lambda: not bench.tasks.active)
    assert page.recipe.dockerfile.text() == "FROM x\n"


def lines_of(text: CodeView) -> int:
    """How many lines are in sight at once."""
    view = text._view
    return view.viewport().height() // view.fontMetrics().lineSpacing()


def test_where_there_is_no_room_base_and_stages_are_chosen_one_above_the_other(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench, dockerfile="")
    base, stages = page.recipe.base, page.recipe.stages
    qtbot.waitUntil(lambda: stages.y() == base.y())
    page.resize(692, 670)
    page.views.show_texts()
    qtbot.waitUntil(lambda: stages.y() > base.geometry().bottom())
    # Both are whole, and a Dockerfile can still be worked on.
    assert stages.measure.geometry().right() <= stages.width()
    assert lines_of(page.recipe.dockerfile) >= 8


def test_in_a_small_window_what_was_found_and_the_dockerfile_take_turns(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench, dockerfile="")
    assert not page.views.turns.isVisible()
    assert page.found.isVisible()
    assert lines_of(page.recipe.dockerfile) >= 10
    page.resize(692, 670)
    qtbot.waitUntil(page.views.turns.isVisible)
    assert (page.found.isVisible(), page.recipe.isVisible()) == (True, False)
    assert page.found.shares.isVisible()
    page.views.turns._buttons["texts"].click()
    assert (page.found.isVisible(), page.recipe.isVisible()) == (False, True)
    assert "1 problem" in page.views.turns._buttons["found"].text()
    page.resize(1100, 850)
    qtbot.waitUntil(lambda: page.found.isVisible() and page.recipe.isVisible())


def test_what_was_recognised_waits_behind_a_line(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench, dockerfile="")
    found = page.found
    assert not found.evidence.isVisible()
    before = found.height()
    found.fold.click()
    assert found.evidence.isVisible()
    assert found.shares.isVisible()
    qtbot.waitUntil(lambda: found.height() > before)
    found.fold.click()
    assert not found.evidence.isVisible()


def test_a_short_dockerfile_leaves_room_for_what_was_found(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    before = page.found.height()
    plan(qtbot, bench, "FROM python:3.11-slim\n" + "ENV A=1\n" * 30)
    page.found.fold.click()
    qtbot.waitUntil(lambda: page.found.height() > before)
    beside_a_long_one = page.found.height()
    plan(qtbot, bench, "FROM python:3.11-slim\n", name="short")
    qtbot.waitUntil(lambda: page.found.height() > beside_a_long_one)


def test_a_dockerfile_is_a_choice_only_where_there_are_two(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench, dockerfile="")
    assert not page.form.dockerfile.isVisible()
    plan(qtbot, bench, name="other")
    assert page.form.dockerfile.isVisible()


def test_a_link_can_ask_for_a_number_of_stages_in_place_of_the_own_dockerfile(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    folder = bench.folder("recommendation", OWN)
    (folder / "requirements.txt").write_text("numpy==2.1.0\n")
    for stages in (Stages.SINGLE, Stages.MULTI):
        page.activate(BuildLink(folder=folder, stages=stages))
        qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
        assert page.form.draft.recipe is not None
        assert page.form.draft.recipe.stages is stages
        assert page.recipe.stages.current is stages
    page.activate(BuildLink(folder=folder))
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    assert page.form.draft.recipe is None


def test_both_numbers_of_stages_can_be_measured(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    folder = plan(qtbot, bench)
    page.recipe.stages.measure.click()
    assert bench.heard.links[-1] == TrialLink(folder)


# What a proposed Dockerfile starts from, the same layers again, and a lock


def choose_base(page: BuildPage, kind: str) -> None:
    page.recipe.base.buttons._buttons[kind].click()


def test_another_base_gives_another_dockerfile(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    for name in ("gcr.io/distroless/python3-debian12:nonroot", "python:3.11-slim-bookworm"):
        bench.engine.add_image(name)
    plan(qtbot, bench, dockerfile="")
    base = page.recipe.base
    assert base.buttons.current == "slim"
    assert not base.buttons._buttons["own"].isVisible()
    assert "No shell" in base.buttons._buttons["distroless"].toolTip()
    choose_base(page, "distroless")
    qtbot.waitUntil(lambda: "distroless/python3" in page.recipe.dockerfile.text())
    assert "No shell" in base.consequence.text()
    # A single stage is no choice any more, and it is said why.
    assert page.recipe.stages.current is Stages.MULTI
    assert "no shell" in page.recipe.stages.consequence.text()
    text = page.recipe.dockerfile.text()
    session = bench.build()
    finish(qtbot, session)
    assert session.request.dockerfile == text


def test_an_image_of_the_settings_that_is_of_no_kind_is_a_choice(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    bench.context.settings.change(
        replace(bench.context.settings.current, base_image="registry.lan/own:1")
    )
    plan(qtbot, bench, dockerfile="")
    base = page.recipe.base
    assert base.buttons.current == "own"
    assert "registry.lan/own:1, as in the settings." in base.consequence.text()
    choose_base(page, "slim")
    qtbot.waitUntil(lambda: "FROM python:3.11-slim" in page.recipe.dockerfile.text())
    choose_base(page, "own")
    qtbot.waitUntil(lambda: "FROM registry.lan/own:1" in page.recipe.dockerfile.text())


def test_edits_are_not_lost_to_another_base(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    plan(qtbot, bench, dockerfile="")
    page.recipe.dockerfile.set_text("FROM scratch\n")
    page.recipe._edited()
    assert not page.recipe.base.buttons._buttons["alpine"].isEnabled()
    assert not page.recipe.lock.isEnabled()
    assert not page.form.reproducible.isEnabled()
    page.recipe.revert.click()
    assert page.recipe.base.buttons._buttons["alpine"].isEnabled()
    assert page.form.reproducible.isEnabled()


def test_the_digest_is_written_as_soon_as_it_is_known(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    digest = f"sha256:{'ab' * 32}"
    bench.engine = FakeEngine()
    bench.engine.add_image("python:3.11-slim", digests=[f"python@{digest}"])
    plan(qtbot, bench, dockerfile="")
    qtbot.waitUntil(lambda: f"FROM python:3.11-slim@{digest}" in page.recipe.dockerfile.text())
    choose_stages(page, "single")
    assert f"FROM python:3.11-slim@{digest}" in page.recipe.dockerfile.text()


def test_a_mirror_of_the_settings_is_used(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    bench.context.settings.change(
        replace(bench.context.settings.current, base_mirror="mirror.lan/hub")
    )
    plan(qtbot, bench, dockerfile="")
    assert "FROM mirror.lan/hub/python:3.11-slim AS base" in page.recipe.dockerfile.text()


def test_the_same_layers_again(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    plan(qtbot, bench, dockerfile="")
    page.form.reproducible.click()
    qtbot.waitUntil(lambda: "AS files" in page.recipe.dockerfile.text())
    session = bench.build()
    finish(qtbot, session)
    assert session.request.reproducible
    assert not page.form.reproducible.isEnabled()


def test_two_choices_in_quick_succession_both_count(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench, dockerfile="")
    choose_base(page, "alpine")
    page.form.reproducible.click()
    qtbot.waitUntil(lambda: "AS files" in page.recipe.dockerfile.text())
    assert "python:3.11-alpine" in page.recipe.dockerfile.text()


def lock_dialog(qtbot: QtBot, page: BuildPage) -> LockDialog:
    page.recipe.lock.click()
    qtbot.waitUntil(lambda: bool(page.window().findChildren(LockDialog)))
    return page.window().findChildren(LockDialog)[-1]


def unpinned(bench: Bench) -> Path:
    folder = bench.folder()
    (folder / "requirements.txt").write_text("fastapi>=0.115\nuvicorn\n")
    bench.resolver.versions = {"fastapi": "0.116.0", "uvicorn": "0.34.0"}
    bench.resolver.needs = {"fastapi": ("pydantic",)}
    return folder


def test_a_lock_is_shown_before_it_is_used(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    folder = unpinned(bench)
    bench.look(qtbot, folder)
    before = page.recipe.dockerfile.text()
    dialog = lock_dialog(qtbot, page)
    assert "- fastapi>=0.115\n+ fastapi==0.116.0" in dialog.changes.text()
    assert "+ pydantic==1.0" in dialog.changes.text()
    assert "--hash=sha256:" in dialog.text.text()
    assert page.recipe.dockerfile.text() == before
    dialog.use.click()
    qtbot.waitUntil(lambda: "--require-hashes" in page.recipe.dockerfile.text())
    assert page.recipe.tabs.tabText(2) == "requirements.lock"
    assert page.recipe.lock.text() == "Undo the lock"
    # What it mends is said no more.
    said = {row.label: row.value for row in page.found.facts.rows()}
    assert said["Requirements"] == "requirements.lock · 3 packages, with hashes"
    assert not [text for text in page.found.texts() if "no exact version" in text]
    assert "requirements pinned" in page.heading.line.text()
    session = bench.build()
    finish(qtbot, session)
    assert "requirements.lock" in session.request.texts
    assert not (folder / "requirements.lock").exists()


def newest(bench: Bench) -> BuildRecord:
    found = bench.builds.history.record(bench.builds.history.recent()[0].id)
    assert found is not None
    return found


def locked_build(qtbot: QtBot, bench: Bench) -> Path:
    """One with a lock, the same layers again, in a single stage on Alpine."""
    bench.engine.add_image("python:3.11-alpine")
    page, folder = bench.page, unpinned(bench)
    bench.look(qtbot, folder)
    page.recipe.add_ignore_line("scratch")
    choose_base(page, "alpine")
    page.form.reproducible.click()
    qtbot.waitUntil(lambda: "AS files" in page.recipe.dockerfile.text())
    lock_dialog(qtbot, page).use.click()
    qtbot.waitUntil(lambda: "--require-hashes" in page.recipe.dockerfile.text())
    finish(qtbot, bench.build())
    return folder


def test_a_build_is_repeated_with_its_lock_and_the_same_layers(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    locked_build(qtbot, bench)
    first = newest(bench)
    page.repeat(first)
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    assert page.form.reproducible.isChecked()
    assert page.recipe.added_ignore_lines == ("scratch",)
    assert page.recipe.lock.text() == "Undo the lock"
    assert page.recipe.tabs.tabText(2) == "requirements.lock"
    page.form.also.clear()
    page.form.tag.setText("v9.0.0")
    finish(qtbot, bench.build())
    again = newest(bench)
    assert again.id != first.id
    assert again.state is BuildState.SUCCEEDED
    assert again.asked == first.asked
    choice = again.asked.choice
    assert choice is not None
    assert choice.reproducible
    assert choice.lock is not None
    assert again.asked.texts == {"requirements.lock": choice.lock.text}


def test_a_lock_of_other_requirements_is_not_used_again(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    folder = locked_build(qtbot, bench)
    (folder / "requirements.txt").write_text("fastapi>=0.115\n")
    page.repeat(newest(bench))
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    assert "without the lock" in bench.heard.texts[-1]
    assert "--require-hashes" not in page.recipe.dockerfile.text()
    assert page.recipe.edited_text is None
    assert page.form.reproducible.isChecked()


def test_a_repeated_build_may_have_another_base_than_the_settings(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench, dockerfile="")
    finish(qtbot, bench.build())
    settings = bench.context.settings
    settings.change(replace(settings.current, base_image="python:3.12-slim"))
    page.repeat(newest(bench))
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    assert "FROM python:3.11-slim" in page.recipe.dockerfile.text()
    assert not page.planning.outdated


def test_a_lock_can_be_undone(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    bench.look(qtbot, unpinned(bench))
    lock_dialog(qtbot, page).use.click()
    qtbot.waitUntil(lambda: "--require-hashes" in page.recipe.dockerfile.text())
    page.recipe.lock.click()
    qtbot.waitUntil(lambda: "--require-hashes" not in page.recipe.dockerfile.text())
    assert page.recipe.lock.text() == "Lock requirements…"


def test_a_lock_is_saved_only_when_told(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    folder = unpinned(bench)
    bench.look(qtbot, folder)
    lock_dialog(qtbot, page).save.click()
    qtbot.waitUntil(lambda: "--require-hashes" in page.recipe.dockerfile.text())
    assert (folder / "requirements.lock").read_text().startswith("# Locked for Python 3.11")
    assert not page.recipe.lock.isVisible()


def test_locking_can_be_stopped(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    bench.look(qtbot, unpinned(bench))
    bench.resolver.go_on.clear()
    page.recipe.lock.click()
    qtbot.waitUntil(lambda: bool(bench.resolver.asked))
    assert page.recipe.lock.text() == "Stop locking"
    page.recipe.lock.click()
    assert page.recipe.lock.text() == "Lock requirements…"
    bench.resolver.go_on.set()
    assert not page.window().findChildren(LockDialog)


def test_a_lock_that_fails_is_said(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    bench.look(qtbot, unpinned(bench))
    bench.resolver.missing = {"fastapi", "uvicorn"}
    page.recipe.lock.click()
    qtbot.waitUntil(lambda: any("No wheel of" in one for one in bench.heard.texts))
    assert page.showing is Showing.PLAN
    assert page.recipe.lock.text() == "Lock requirements…"
