"""What ``modeldesk watch`` runs while an engine is there, and how it tells of it."""

import json
import logging
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from modeldesk.cli.answer import Json, written
from modeldesk.core.deployment_watch.model import Finding
from modeldesk.core.errors import Cancelled, ModelDeskError
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.healing import Healed
from modeldesk.core.releases.recovery import Recovered, healed_text, left_text

logger = logging.getLogger(__name__)

_LEAVING_S = 10.0


class Companion(Protocol):
    """Something with threads of its own that looks after one engine."""

    def start(self) -> None: ...
    def stop(self, timeout: float = ...) -> None: ...


class Companions:
    """Those of the engine in use: made when it is met, stopped when it is lost. For one thread."""

    def __init__(self, make: Callable[[ImageEngine], Sequence[Companion]]) -> None:
        self._make = make
        self._running: list[Companion] = []

    def meet(self, engine: ImageEngine) -> None:
        """It is there: nothing of another one goes on."""
        self.leave()
        for one in self._make(engine):
            one.start()
            self._running.append(one)

    def leave(self) -> None:
        """It went, or the program ends."""
        while self._running:
            self._running.pop().stop(_LEAVING_S)


@dataclass(frozen=True, slots=True)
class Line:
    """What is told while it runs."""

    what: str
    """A word that does not change with the language."""
    text: str
    finding: Finding | None = None

    def as_json(self) -> Json:
        """For a program."""
        told: dict[str, Json] = {
            "time": datetime.now(UTC).isoformat(),
            "what": self.what,
            "text": self.text,
        }
        if self.finding is not None:
            told |= {
                "deployment": self.finding.deployment.name,
                "problem": self.finding.problem.value,
                "detail": self.finding.detail,
                "remedies": [one.value for one in self.finding.remedies],
            }
        return told


class LinePrinter:
    """Prints each line on standard output as it comes, from any thread; a reader that is gone is
    not waited for."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._lock = threading.Lock()

    def say(self, line: Line) -> None:
        """In one line."""
        text = json.dumps(line.as_json()) if self._as_json else f"{_now()}  {line.text}"
        with self._lock, suppress(OSError):
            sys.stdout.write(written(text, sys.stdout) + "\n")
            sys.stdout.flush()


class Healing(Protocol):
    """The part of `modeldesk.core.deployments.ports.Deployments` that puts things right."""

    def recover(self, engine: ImageEngine, job: Job) -> Recovered: ...
    def heal(self, engine: ImageEngine, job: Job) -> Healed: ...


class HealingLoop:
    """A companion: finishes or undoes what was left in the middle, and puts back what was taken
    away, when it starts and whenever it is asked."""

    def __init__(
        self,
        engine: ImageEngine,
        services: Callable[[], Healing],
        say: Callable[[Line], None],
    ) -> None:
        """`services` is called in the loop's thread."""
        self._engine = engine
        self._services = services
        self._say = say
        self._token = CancelToken()
        self._asked = threading.Event()
        self._asked.set()
        self._said: set[str] = set()
        """What could not be put right is said once."""
        self._thread = threading.Thread(target=self._run, name="release-healing")

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def ask(self) -> None:
        """Something may be to put right."""
        self._asked.set()

    def stop(self, timeout: float = _LEAVING_S) -> None:
        """End, and wait for the end for `timeout` seconds at most."""
        self._token.cancel()
        self._asked.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            self._asked.wait()
            if self._token.cancelled:
                return
            self._asked.clear()
            try:
                self._heal(self._services())
            except Cancelled:
                return
            except ModelDeskError as error:
                # The engine went; it is met again, and asked again.
                logger.info("nothing can be put right: %s", error)

    def _heal(self, services: Healing) -> None:
        job = Job(self._token)
        recovered = services.recover(self._engine, job)
        for release in recovered.healed:
            self._say(Line("healed", healed_text(release)))
        problems = [left_text(one) for one in recovered.left]
        for one in services.heal(self._engine, job).mended:
            if one.problem is None:
                self._say(Line("healed", one.text))
            else:
                problems.append(one.text)
        for text in problems:
            if text not in self._said:
                self._say(Line("not healed", text))
        self._said = set(problems)


def _now() -> str:
    return f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}"
