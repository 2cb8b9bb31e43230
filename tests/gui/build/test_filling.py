"""A plan is shown in turns of the event loop: what comes between two of them mixes nothing up."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.build.plan import BuildPlan
from modeldesk.ui.build.page import BuildPage
from modeldesk.ui.build.views import Showing
from modeldesk.ui.links import BuildLink
from modeldesk.ui.tasks.runner import TaskRunner
from tests.gui.build.bench import Bench

OWN = "FROM python:3.11-slim\nCOPY serve.py /app/\nCMD serve\n"


@pytest.fixture
def between(
    page: BuildPage, tasks: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[], None]], None]:
    """Has something done once, after the first part of the next plan was shown."""

    def arrange(act: Callable[[], None]) -> None:
        show_plan = page.found.show_plan

        def shown(plan: BuildPlan) -> None:
            monkeypatch.setattr(page.found, "show_plan", show_plan)
            show_plan(plan)
            tasks.post(page, act)

        monkeypatch.setattr(page.found, "show_plan", shown)

    return arrange


def planned(page: BuildPage) -> Path:
    """The folder that the plan in hand is of."""
    assert page.planning.prepared is not None
    return page.planning.prepared.plan.folder.path


def test_who_goes_back_half_way_finds_one_plan_whole_later(
    qtbot: QtBot, bench: Bench, page: BuildPage, between: Callable[[Callable[[], None]], None]
) -> None:
    bench.look(qtbot, bench.folder("first", OWN))
    second, done = bench.folder("second"), []

    def go_back() -> None:
        page.heading.stop.click()
        done.append(planned(page))

    between(go_back)
    page.activate(BuildLink(folder=second))
    qtbot.waitUntil(lambda: bool(done))
    assert done == [second.resolve()]
    assert page.showing is Showing.START
    assert page.form.model.text() == "second"
    assert page.recipe.dockerfile.text() != OWN
    qtbot.wait(50)
    assert page.showing is Showing.START


def test_another_folder_half_way_is_the_one_that_is_planned(
    qtbot: QtBot, bench: Bench, page: BuildPage, between: Callable[[Callable[[], None]], None]
) -> None:
    second, third = bench.folder("second"), bench.folder("third", OWN)
    between(lambda: page.activate(BuildLink(folder=third)))
    page.activate(BuildLink(folder=second))
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    assert planned(page) == third.resolve()
    assert page.form.model.text() == "third"
    assert page.recipe.dockerfile.text() == OWN


def test_nothing_can_be_built_of_a_plan_that_is_half_shown(
    qtbot: QtBot, bench: Bench, page: BuildPage, between: Callable[[Callable[[], None]], None]
) -> None:
    bench.look(qtbot, bench.folder("first", OWN))
    assert page.planning.request() is not None
    asked: list[object] = []
    between(lambda: asked.append(page.planning.request()))
    page.activate(BuildLink(folder=bench.folder("second")))
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    assert asked == [None]
    assert page.planning.request() is not None


def test_a_build_is_not_edited_again_in_the_form_of_another_plan(
    qtbot: QtBot, bench: Bench, page: BuildPage, between: Callable[[Callable[[], None]], None]
) -> None:
    first = bench.folder("first", OWN)
    bench.look(qtbot, first)
    session = bench.build()
    qtbot.waitUntil(lambda: not session.running)
    between(page.heading.stop.click)
    page.activate(BuildLink(folder=bench.folder("second")))
    qtbot.waitUntil(lambda: page.showing is Showing.START)
    page.show_build(session.request.build)
    page._edit_again()
    qtbot.waitUntil(lambda: page.showing is Showing.PLAN)
    assert planned(page) == first.resolve()
