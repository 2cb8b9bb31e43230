"""The page's port to canaries over the real service, and the window's watch over them."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.canary.model import Phase, Rollout
from modeldesk.core.canary.numbers import Measured, Point
from modeldesk.core.canary.report import rollout_report
from modeldesk.core.compare.report import save_report
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import Release, ReleaseKind, ReleaseState
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.releases.canaries import EngineCanaries
from modeldesk.ui.releases.canary_watching import CanaryWatching
from modeldesk.ui.releases.presented import By, MomentKind
from modeldesk.ui.releases.rollouts import CanaryRequest
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Tone
from tests.fakes.engine import FakeEngine
from tests.gui.parts import CONNECTED, Heard, make_context
from tests.gui.releases.rollouts import CANARY, SHOP, rollout, window
from tests.unit.core.canary.bench import Bench
from tests.unit.core.canary.rollouts import KEY, PLAN, V1, V2, measured

if TYPE_CHECKING:
    from modeldesk.core.changes import Changes

ENGINE = FakeEngine()


class FakeWatch:
    """Watches one canary, in no thread."""

    def __init__(self) -> None:
        self.points: tuple[Point, ...] = ()
        self.now: Measured | None = None
        self.events: list[str] = []

    def series(self, _rollout: int) -> tuple[Point, ...]:
        return self.points

    def measured(self, _rollout: Rollout) -> Measured | None:
        return self.now

    def start(self) -> None:
        self.events.append("start")

    def stop(self, timeout: float) -> None:
        self.events.append(f"stop within {timeout:g} s in {threading.current_thread().name}")


@pytest.fixture
def core() -> Bench:
    return Bench()


@pytest.fixture
def watch() -> FakeWatch:
    return FakeWatch()


@pytest.fixture
def canaries(core: Bench, watch: FakeWatch) -> EngineCanaries:
    return EngineCanaries(
        lambda: core.records, lambda _: (released(core),), lambda _: core.service, lambda: watch
    )


def released(core: Bench, after: int = 0) -> Release:
    """The last release: the canary's, or one so much later."""
    found = core.records.rollouts(KEY)
    number = found[0].release + after if found else 0
    return Release(
        number, KEY.engine, KEY.name, ReleaseKind.CANARY, V2, V1, core.now, "", "",
        ReleaseState.ROLLING,
    )  # fmt: skip


def test_a_canary_is_known_from_its_beginning_to_its_end(
    core: Bench, canaries: EngineCanaries, watch: FakeWatch
) -> None:
    assert canaries.facts(KEY) is None
    changes = canaries.start(ENGINE, KEY, CanaryRequest(V2, PLAN, "weekly"), Job())
    assert changes.deployments == {KEY.name}
    found = canaries.facts(KEY)
    assert found is not None
    assert (found.rollout.phase, found.rollout.step) == (Phase.STEP, 0)
    canaries.pause(ENGINE, KEY, Job())
    canaries.resume(ENGINE, KEY, Job())
    canaries.skip(ENGINE, KEY, Job())
    kinds = [(one.kind, one.by) for one in reversed(canaries.moments(KEY))]
    assert kinds == [
        (MomentKind.STARTED, By.PERSON),
        (MomentKind.PAUSED, By.PERSON),
        (MomentKind.RESUMED, By.PERSON),
        (MomentKind.STEP, By.PERSON),
    ]
    plan = replace(core.rollout().plan, failed_checks=7)
    canaries.replan(ENGINE, KEY, plan, Job())
    assert core.rollout().plan.failed_checks == 7
    canaries.abort(ENGINE, KEY, "", Job())
    ended = canaries.facts(KEY)
    assert ended is not None
    assert ended.rollout.phase is Phase.ABORTED
    assert not canaries.moments(KEY)[0].ongoing
    assert watch.points == ()


def test_promoting_is_passed_on(core: Bench, canaries: EngineCanaries) -> None:
    core.start()
    canaries.promote(ENGINE, KEY, Job())
    assert core.rollout().phase is Phase.PROMOTED


def test_figures_are_the_watchs_while_it_watches_and_the_records_else(
    core: Bench, canaries: EngineCanaries, watch: FakeWatch
) -> None:
    core.start()
    core.tick(5.0)
    core.tick(5.0)
    recorded = canaries.facts(KEY)
    assert recorded is not None
    assert len(recorded.windows) == len(core.records.checks(1))
    assert recorded.requests == measured().window.canary.requests
    one = window(1.0)
    watch.points = tuple(Point(float(n), one.stable, one.canary) for n in range(50))
    watch.now = replace(measured(), window=window(2.0, requests=(9, 4321)))
    seen = canaries.facts(KEY)
    assert seen is not None
    assert [w.end for w in seen.windows] == [float(n) for n in range(50)]
    assert seen.requests == 4321


def test_one_that_is_over_is_shown_until_something_else_is_released(core: Bench) -> None:
    core.start()
    after = 0
    canaries = EngineCanaries(
        lambda: core.records,
        lambda _: (released(core, after),),
        lambda _: core.service,
        lambda: None,
    )
    canaries.abort(ENGINE, KEY, "", Job())
    assert canaries.facts(KEY) is not None
    after = 1
    assert canaries.facts(KEY) is None
    assert canaries.moments(KEY)


def test_the_newest_has_a_report(core: Bench, canaries: EngineCanaries, tmp_path: Path) -> None:
    assert canaries.history(KEY) is None
    core.start()
    core.tick(5.0)
    history = canaries.history(KEY)
    assert history is not None
    save_report(rollout_report(history), tmp_path / "report.md", datetime.now(UTC))
    assert "has 10 % of shop’s callers" in (tmp_path / "report.md").read_text()


class Watched:
    """A window's watching, with what it was given."""

    def __init__(self, theme: Theme, tasks: TaskRunner, home: Path) -> None:
        self.engine: FakeEngine | None = None
        self.context = make_context(theme, tasks, home, engine=lambda: self.engine)
        self.heard = Heard(self.context)
        self.changes: list[Changes] = []
        self.context.hub.changed.connect(lambda changes, _by: self.changes.append(changes))
        self.made: list[FakeWatch] = []
        self.tell: Callable[[Rollout], None] = lambda _: None
        self.watching = CanaryWatching(self.context, self._make)

    def _make(self, _engine: ImageEngine, on_change: Callable[[Rollout], None]) -> FakeWatch:
        self.tell = on_change
        self.made.append(FakeWatch())
        return self.made[-1]

    def connect(self, engine: FakeEngine) -> None:
        self.engine = engine
        self.context.hub.publish_connection(CONNECTED)


@pytest.fixture
def watched(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Watched:
    return Watched(theme, tasks, tmp_path)


def test_each_engine_is_watched_once_while_it_is_in_use(qtbot: QtBot, watched: Watched) -> None:
    first, second = FakeEngine(), FakeEngine(own_id="LAB")
    watched.connect(first)
    qtbot.waitUntil(lambda: watched.watching.watch is not None)
    watched.connect(first)
    assert len(watched.made) == 1
    watched.connect(second)
    qtbot.waitUntil(lambda: len(watched.made) == 2 and watched.watching.watch is watched.made[1])
    qtbot.waitUntil(lambda: len(watched.made[0].events) == 2)
    # A watch in the middle of a look must not hold the window.
    assert watched.made[0].events == ["start", "stop within 10 s in modeldesk-unwatch"]
    watched.context.hub.publish_connection(Connection(ConnectionState.LOST))
    assert watched.watching.watch is None
    assert watched.watching.stop(5.0)
    assert len(watched.made[1].events) == 2


@pytest.mark.parametrize(
    ("phase", "ended_by", "text", "tone"),
    [
        (Phase.PROMOTED, "", "shop runs v1.5.0-rc1: it passed every step.", Tone.GOOD),
        (Phase.ABORTED, "", "shop went back to v1.4.0: error rate 4.1 % > 1 %", Tone.BAD),
        (
            Phase.ABORTED,
            "ann",
            "shop went back to v1.4.0. Rolled back by ann: error rate 4.1 % > 1 %",
            Tone.NEUTRAL,
        ),
        (
            Phase.PAUSED,
            "",
            "The canary v1.5.0-rc1 on shop waits: error rate 4.1 % > 1 %",
            Tone.WARNING,
        ),
    ],
)
def test_what_the_watch_does_is_told_and_said(
    qtbot: QtBot, watched: Watched, phase: Phase, ended_by: str, text: str, tone: Tone
) -> None:
    watched.connect(FakeEngine())
    qtbot.waitUntil(lambda: watched.watching.watch is not None)
    stands = replace(rollout(phase, why="error rate 4.1 % > 1 %"), ended_by=ended_by)
    thread = threading.Thread(target=lambda: watched.tell(stands))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(watched.changes))
    assert SHOP.name in watched.changes[0].deployments
    (saying,) = watched.heard.sayings
    assert (saying.text, saying.tone) == (text, tone)
    assert saying.on_action is not None
    saying.on_action()
    assert watched.heard.links == [ReleasesLink(SHOP.name)]
    assert stands.target == CANARY
    assert watched.watching.stop(5.0)


def test_a_step_is_told_without_a_word(qtbot: QtBot, watched: Watched) -> None:
    watched.connect(FakeEngine())
    qtbot.waitUntil(lambda: watched.watching.watch is not None)
    watched.tell(rollout(Phase.STEP, 2))
    qtbot.waitUntil(lambda: bool(watched.changes))
    assert watched.heard.sayings == []
    assert watched.watching.stop(5.0)
