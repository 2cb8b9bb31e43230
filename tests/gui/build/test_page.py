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

from modeldesk.core.build.model import BuildState
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.errors import EngineUnavailable
from modeldesk.core.ids import ModelName
from modeldesk.core.labels import METRICS_LABEL
from modeldesk.core.recipes.choice import Stages
from modeldesk.ui.activity.store import ActivityStore
from modeldesk.ui.build.draft import Entry
from modeldesk.ui.build.page import BuildPage
from modeldesk.ui.build.session import BuildSession
from modeldesk.ui.build.views import Showing
from modeldesk.ui.links import BuildLink, LibraryLink, SettingsLink, SettingsSection
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
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


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Bench:
    bench = Bench(theme, tasks, tmp_path)
    qtbot.addWidget(bench.page)
    bench.page.resize(1100, 850)
    bench.page.show()
    return bench


@pytest.fixture
def page(bench: Bench) -> BuildPage:
    return bench.page


def plan(qtbot: QtBot, bench: Bench, dockerfile: str = OWN, name: str = "recommendation") -> Path:
    folder = bench.folder(name, dockerfile)
    bench.page.activate(BuildLink(folder=folder))
    qtbot.waitUntil(lambda: bench.page.showing is Showing.PLAN)
    return folder


def build(qtbot: QtBot, bench: Bench) -> BuildSession:
    bench.page.heading.build.click()
    session = bench.page.session
    assert session is not None
    return session


def finish(qtbot: QtBot, session: BuildSession) -> None:
    qtbot.waitUntil(lambda: not session.running)


def test_a_folder_is_looked_into_and_the_next_version_proposed(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    bench.add_versions("v1.4.0", "v1.4.1")
    plan(qtbot, bench, dockerfile="")
    assert page.form.tag.text() == "v1.5.0"
    assert page.form.tag.note() == "next after v1.4.1"
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
        finish(qtbot, build(qtbot, bench))
    page.activate(BuildLink(model=ModelName("shop-model")))
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    assert page.form.model.text() == "shop-model"
    assert page._folder.name == "recommendation"
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
    session = build(qtbot, bench)
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
        (page.form.also, "a b", Entry.ALSO, "can't be a tag"),
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
    session = build(qtbot, bench)
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
    session = build(qtbot, bench)
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
    session = build(qtbot, bench)
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
    again = build(qtbot, bench)
    finish(qtbot, again)
    assert again.state is BuildState.SUCCEEDED
    assert again.request.build != session.request.build


def test_a_build_that_failed_can_be_tried_again_from_activity(
    qtbot: QtBot, bench: Bench, page: BuildPage, activity: ActivityStore
) -> None:
    plan(qtbot, bench)
    bench.engine.build_script = BuildScript(fail_at_line=3, failure="failed to solve: no such host")
    session = build(qtbot, bench)
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
    assert [one.state for one in bench.builds.recent()] == [
        BuildState.SUCCEEDED,
        BuildState.FAILED,
    ]


def test_what_was_recognised_says_by_what(qtbot: QtBot, bench: Bench, page: BuildPage) -> None:
    plan(qtbot, bench)
    rows = {row.label: row.value for row in page.found.evidence.rows()}
    assert rows["safetensors"] == "recommendation_v2.safetensors · 1 tensor"
    facts = {row.label: row.value for row in page.found.facts.rows()}
    assert facts["Weights"].startswith("4096 parameters, F32")


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
    assert page._prepared is not None
    serving = page._prepared.plan.serving
    assert serving is not None
    for number, text in enumerate(serving.texts.values(), 2):
        shown = tabs.widget(number)
        assert shown is not None
        (view,) = shown.findChildren(CodeView)
        assert view.text() == text
    session = build(qtbot, bench)
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
    session = build(qtbot, bench)
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
    session = build(qtbot, bench)
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
    session = build(qtbot, bench)
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
    first = build(qtbot, bench)
    finish(qtbot, first)
    bench.read_library()
    page.activate(BuildLink(folder=folder))
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    assert page.form.tag.text() == "v1.1.0"
    second = build(qtbot, bench)
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
    session = build(qtbot, bench)
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
    session = build(qtbot, bench)
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
    session = build(qtbot, bench)
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
    session = build(qtbot, bench)
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
    session = build(qtbot, bench)
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


def test_where_there_is_no_room_beside_the_stages_their_sentence_is_below(
    qtbot: QtBot, bench: Bench, page: BuildPage
) -> None:
    plan(qtbot, bench, dockerfile="")
    choice = page.recipe.stages
    assert choice.consequence.y() < choice.buttons.geometry().bottom()
    page.resize(692, 670)
    qtbot.waitUntil(lambda: choice.consequence.y() > choice.buttons.geometry().bottom())
