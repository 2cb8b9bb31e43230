"""Findings in the window: told, shown while they last, put right with a click."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from modeldesk.core.changes import Changes
from modeldesk.core.deployment_watch.model import Finding, Problem, Remedy
from modeldesk.core.deployment_watch.remedies import Done
from modeldesk.core.deployment_watch.standing import News
from modeldesk.core.errors import ReleaseError
from modeldesk.core.ids import DeploymentName
from modeldesk.ui.context import Context
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.releases.findings import FindingsStore
from modeldesk.ui.releases.findings_strip import MOST, FindingsStrip
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Tone
from tests.fakes.engine import FakeEngine
from tests.gui.parts import Heard
from tests.unit.core.deployment_watch.facts import DEPLOYMENT, PREVIOUS

if TYPE_CHECKING:
    from modeldesk.core.jobs import Job
    from modeldesk.core.ports import ImageEngine

GONE = Finding(
    DEPLOYMENT.key, Problem.GONE, "The container of shop is gone. <b>", (Remedy.RUN_AGAIN,
    Remedy.ROLL_BACK), "It ended with code 1.", PREVIOUS, datetime.now(UTC),
)  # fmt: skip
DRIFT = Finding(
    replace(DEPLOYMENT.key, name=DeploymentName("till")),
    Problem.DRIFT,
    "stable is v1.5.0 now; till runs v1.4.0.",
    (Remedy.DEPLOY_CHANNEL,),
    target=PREVIOUS,
)


class FakeRemedies:
    """Does nothing, and remembers it; what is done waits for `gate`."""

    def __init__(self) -> None:
        self.taken: list[tuple[Finding, Remedy]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.error: ReleaseError | None = None

    def take(self, engine: "ImageEngine", finding: Finding, remedy: Remedy, job: "Job") -> Done:
        self.gate.wait(20)
        self.taken.append((finding, remedy))
        if self.error is not None:
            raise self.error
        return Done("shop runs v1.4.0.", Changes(deployments=frozenset({DeploymentName("shop")})))


@pytest.fixture
def remedies() -> FakeRemedies:
    return FakeRemedies()


@pytest.fixture
def store(context: Context, remedies: FakeRemedies) -> FindingsStore:
    engine = FakeEngine()
    with_engine = replace(context, engine=lambda: engine)
    return FindingsStore(with_engine, lambda: remedies)  # type: ignore[arg-type,return-value]


@pytest.fixture
def strip(qtbot: QtBot, theme: Theme, store: FindingsStore) -> FindingsStrip:
    made = FindingsStrip(theme, store)
    qtbot.addWidget(made)
    made.resize(800, 300)
    return made


def buttons(strip: FindingsStrip, number: int = 0) -> list[QPushButton]:
    return [one for one in strip.banners[number].findChildren(QPushButton) if not one.isHidden()]


def test_nothing_is_there_while_all_is_well(strip: FindingsStrip, store: FindingsStore) -> None:
    assert strip.isHidden()
    store.take_news(News((GONE,), (GONE,)))
    assert not strip.isHidden()
    store.take_news(News((), (), (GONE,)))
    assert strip.isHidden()


def test_the_gravest_is_first_with_what_helps(strip: FindingsStrip, store: FindingsStore) -> None:
    seen = replace(GONE, since=datetime.now(UTC))
    store.take_news(News((DRIFT, seen), ()))
    first, second = (one.notice for one in strip.banners)
    assert first.sentence == GONE.text
    assert first.actions == ("Run it again", "Roll back to v1.3.0")
    assert (first.tone, second.tone) == (Tone.BAD, Tone.WARNING)
    assert "code 1" in first.reason
    assert "just now" in first.reason
    assert not first.closable


def test_what_appears_is_told_once_and_leads_there(store: FindingsStore, context: Context) -> None:
    heard = Heard(context)
    store.take_news(News((GONE,), (GONE,)))
    store.take_news(News((GONE,), ()))
    [saying] = heard.sayings
    assert saying.text == GONE.text
    assert saying.action == "Run it again"
    assert saying.link == ReleasesLink(DEPLOYMENT.name)


def test_a_click_helps_and_a_second_one_does_not_do_it_twice(
    strip: FindingsStrip, store: FindingsStore, remedies: FakeRemedies, context: Context,
    qtbot: QtBot,
) -> None:  # fmt: skip
    heard = Heard(context)
    told: list[Changes] = []
    context.hub.changed.connect(lambda changes, _: told.append(changes))
    remedies.gate.clear()
    store.take_news(News((GONE,), ()))
    buttons(strip)[1].click()
    assert buttons(strip) == []
    assert "put right" in strip.banners[0].notice.reason
    store.take(GONE, Remedy.RUN_AGAIN)
    remedies.gate.set()
    qtbot.waitUntil(lambda: bool(heard.texts))
    assert remedies.taken == [(GONE, Remedy.ROLL_BACK)]
    assert heard.texts == ["shop runs v1.4.0."]
    assert told[0].deployments == {DEPLOYMENT.name}
    qtbot.waitUntil(lambda: len(buttons(strip)) == 2)


def test_what_does_not_help_is_said_and_can_be_tried_again(
    strip: FindingsStrip, store: FindingsStore, remedies: FakeRemedies, context: Context,
    qtbot: QtBot,
) -> None:  # fmt: skip
    heard = Heard(context)
    remedies.error = ReleaseError("It never became healthy.")
    store.take_news(News((GONE,), ()))
    buttons(strip)[0].click()
    qtbot.waitUntil(lambda: bool(heard.texts))
    assert heard.texts == ["It never became healthy."]
    qtbot.waitUntil(lambda: len(buttons(strip)) == 2)


def test_one_deployment_is_shown_or_all_and_the_rest_counted(
    strip: FindingsStrip, store: FindingsStore
) -> None:
    many = tuple(
        replace(GONE, deployment=replace(GONE.deployment, name=DeploymentName(f"s{n}")))
        for n in range(6)
    )
    store.take_news(News((*many, DRIFT), ()))
    assert len(strip.banners) == MOST
    assert strip.more.text() == "… and 4 more"
    strip.show_deployment(DeploymentName("till"))
    assert [one.notice.sentence for one in strip.banners] == [DRIFT.text]
    assert strip.more.isHidden()
    strip.show_deployment(DeploymentName("nobody"))
    assert strip.isHidden()
    store.clear()
    strip.show_deployment(None)
    assert strip.isHidden()
