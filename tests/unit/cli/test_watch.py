"""`modeldesk watch`: what it tells and puts right, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modeldesk.cli.commands.watch import Watching
from modeldesk.cli.session import Session
from modeldesk.cli.watching import Companions, HealingLoop, Line, LinePrinter
from modeldesk.composition import Parts
from modeldesk.core.engine.model import EngineAttempt
from modeldesk.core.errors import EngineUnavailable
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.healing import Healed, Mended
from modeldesk.core.releases.recovery import Recovered
from modeldesk.paths import Paths
from tests.fakes.engine import FakeEngine
from tests.unit.core.releases.desk import Desk

SECONDS = 20.0


class Lines(LinePrinter):
    """Keeps what is printed."""

    def __init__(self) -> None:
        super().__init__(as_json=True)
        self.said: list[Line] = []
        self.news = threading.Condition()

    def say(self, line: Line) -> None:
        json.dumps(line.as_json())
        with self.news:
            self.said.append(line)
            self.news.notify_all()

    def wait_for(self, what: str, count: int = 1) -> Line:
        """The `count`-th line of that kind."""

        def found() -> list[Line]:
            return [one for one in self.said if one.what == what]

        with self.news:
            assert self.news.wait_for(lambda: len(found()) >= count, SECONDS), self.said
            return found()[count - 1]


class Finder:
    """Finds one engine, while it is there."""

    def __init__(self, engine: FakeEngine) -> None:
        self.engine: FakeEngine | None = engine

    def find(self, preferred: str = "") -> tuple[ImageEngine | None, tuple[EngineAttempt, ...]]:
        return self.engine, ()

    def known_addresses(self) -> tuple[tuple[str, str], ...]:
        return ()


class Stage:
    """A watch that runs, over real services on an engine in memory."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk()
        self.session = Session(Parts(Paths.under(folder)))
        parts: Any = self.session.parts
        # As `Once` keeps what was made.
        vars(parts)["finder"] = Finder(self.desk.engine)
        vars(parts)["releases"] = self.desk.service
        self.lines = Lines()
        self.watching = Watching(self.session, self.lines, 0.1)
        self._thread = threading.Thread(target=self.watching.run)

    def start(self) -> None:
        self._thread.start()
        self.lines.wait_for("engine")

    def stop(self) -> None:
        self.session.job.token.cancel()
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()
        self.session.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.stop()


def test_what_was_taken_away_is_put_back_and_told(stage: Stage) -> None:
    stage.desk.deploy("v1.0.0")
    stage.desk.engine.remove_container(stage.desk.gateways()[0].id)
    stage.start()
    # What is put right at the start is done with.
    stage.lines.wait_for("healed")
    container = stage.desk.deployment().container
    assert container is not None
    stage.desk.engine.remove_container(container)
    found = stage.lines.wait_for("finding")
    assert found.text.startswith("The container of shop is gone.")
    assert "(Run it again)" in found.text
    healed = stage.lines.wait_for("healed", 2)
    assert "shop runs again" in healed.text
    stage.lines.wait_for("finding gone")
    assert stage.desk.answers() == "v1.0.0"


def test_what_a_crash_left_is_put_right_at_the_start(stage: Stage) -> None:
    stage.desk.deploy("v1.0.0")
    stage.desk.engine.remove_container(stage.desk.gateways()[0].id)
    stage.start()
    assert "gateway of shop" in stage.lines.wait_for("healed").text
    assert stage.desk.answers() == "v1.0.0"


def test_lines_are_documents() -> None:
    line = Line("watching", "Watching.\x1b[0m")
    told: Any = line.as_json()
    assert told["what"] == "watching"
    assert json.loads(json.dumps(told)) == told


class Recorded:
    """A companion that tells when it is started and stopped."""

    def __init__(self, log: list[str], name: str) -> None:
        self._log, self._name = log, name

    def start(self) -> None:
        self._log.append(f"start {self._name}")

    def stop(self, timeout: float = 1.0) -> None:
        self._log.append(f"stop {self._name}")


def test_companions_come_and_go_with_their_engine() -> None:
    log: list[str] = []
    names = iter("abcd")
    companions = Companions(lambda _: [Recorded(log, next(names)), Recorded(log, next(names))])
    engine = FakeEngine()
    companions.meet(engine)
    companions.meet(engine)
    companions.leave()
    companions.leave()
    assert log == [
        "start a", "start b", "stop b", "stop a", "start c", "start d", "stop d", "stop c",
    ]  # fmt: skip


class Services:
    """What the healing asks; `then` is called each time."""

    def __init__(self, then: Callable[[], None]) -> None:
        self._then = then
        self.healed = Healed()

    def recover(self, engine: ImageEngine, job: Job) -> Recovered:
        self._then()
        return Recovered()

    def heal(self, engine: ImageEngine, job: Job) -> Healed:
        return self.healed


def test_what_can_not_be_put_right_is_said_once() -> None:
    lines = Lines()
    asked = threading.Semaphore(0)
    services = Services(asked.release)
    problem = EngineUnavailable("no room")
    services.healed = Healed(
        (Mended(Desk().key.name, "shop can't be put right: no room", problem),)
    )
    loop = HealingLoop(FakeEngine(), lambda: services, lines.say)
    loop.start()
    for _ in range(3):
        assert asked.acquire(timeout=SECONDS)
        lines.wait_for("not healed")
        loop.ask()
    assert asked.acquire(timeout=SECONDS)
    loop.stop()
    assert len(lines.said) == 1


def test_an_engine_that_goes_ends_no_healing() -> None:
    lines = Lines()
    calls: list[int] = []
    asked = threading.Semaphore(0)

    def then() -> None:
        calls.append(1)
        asked.release()
        if len(calls) == 1:
            raise EngineUnavailable("It is away.")

    services = Services(then)
    services.healed = Healed((Mended(Desk().key.name, "shop runs again"),))
    loop = HealingLoop(FakeEngine(), lambda: services, lines.say)
    loop.start()
    assert asked.acquire(timeout=SECONDS)
    loop.ask()
    assert lines.wait_for("healed").text == "shop runs again"
    loop.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_polite_kill_ends_it(tmp_path: Path, number: signal.Signals) -> None:
    environment = {
        **os.environ,
        "MODELDESK_HOME": str(tmp_path),
        "DOCKER_HOST": f"unix://{tmp_path}/none.sock",
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "modeldesk", "watch", "--json"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        first = [json.loads(program.stdout.readline()) for _ in range(2)]
        time.sleep(0.2)
        program.send_signal(number)
        rest = [json.loads(line) for line in program.stdout]
        said = program.stderr.read()
    assert program.returncode == 0, said
    whats = [one["what"] for one in (*first, *rest)]
    assert whats[0] == "watching"
    assert "no engine" in whats
    assert whats[-1] == "ended"
    assert "Traceback" not in said
