"""The program as a process that makes releases and canaries, while it is killed itself, or what it
works with is; and what is right afterwards."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import docker

from modeldesk.core.canary.model import Phase
from modeldesk.core.jobs import Job
from modeldesk.core.releases.healing import Healed
from modeldesk.core.releases.recovery import Recovered
from modeldesk.core.settings import write_content
from tests.engine.releases.desk import GENEROUS_S, RealDesk
from tests.engine.releases.finding import Inspector
from tests.engine.releases.models import PORT
from tests.support.engine import NGINX_NEW
from tests.support.load import CALLER_HEADER

_LONGEST_S = 180
VERSIONS = ("v1", "v2", "v3")
_CANARY = ("--window", "3s", "--requests", "5", "--p95-times", "none")
_BY = ("--by", f"header:{CALLER_HEADER}")
_WATCHED_S = 12.0


class Harm(Enum):
    """What is killed."""

    PROGRAM = "program"
    GATEWAY = "gateway"
    VERSION = "version"
    ENGINE = "engine"


class Action(Enum):
    """What the program is at meanwhile."""

    DEPLOY = "deploy"
    ROLLBACK = "rollback"
    CANARY = "canary"
    WATCH = "watch"
    """A canary goes its steps."""
    PROMOTE = "promote"
    ABORT = "abort"


_SHARE_OF_A_DEPLOY = {Action.ROLLBACK: 0.7, Action.PROMOTE: 0.7, Action.ABORT: 0.7}
"""They take less."""


@dataclass
class Found:
    """What became of the kills."""

    kills: int = 0
    too_late: int = 0
    """The program had ended before."""
    unanswered: int = 0
    """Callers got nothing, once the next start had looked after it."""
    orphans: int = 0
    """Containers, networks and volumes that the records do not name."""
    lost: int = 0
    """Deployments that the program knew no more."""
    wrong: list[str] = field(default_factory=list)
    """Histories that do not say what serves, and what else is not as it should be."""
    recovered: int = 0
    """How often the next start had something to finish or undo."""
    healed: int = 0
    """How often it had something to put back."""
    finished: int = 0
    """Releases that serve, as they were past the point of no return."""
    undone: int = 0
    during: Counter[str] = field(default_factory=Counter)
    """Kills by what was killed, and what the program was at."""
    steps: Counter[str] = field(default_factory=Counter)
    """Kills of the program by the step it was in, where that is known."""


class Killing:
    """Kills again and again. The desk, with the same home as the command line, stands for the next
    start of the program."""

    def __init__(
        self,
        url: str,
        desk: RealDesk,
        home: Path,
        seed: int,
        restart_engine: Callable[[], None] | None = None,
    ) -> None:
        self._desk = desk
        self._random = random.Random(seed)
        write_content(home / "settings.json", {"gateway_image": NGINX_NEW})
        self._environment = {**os.environ, "MODELDESK_HOME": str(home), "DOCKER_HOST": url}
        self._restart_engine = restart_engine
        self._inspector = Inspector(desk)
        self._deploy_s = 0.0
        """Without the start of Python."""
        self.found = Found()

    def measure(self) -> None:
        """How long a deploy takes when nobody kills it."""
        for version in VERSIONS[:2]:
            as_before = self._inspector.sign()
            process = self._begin(*self._words(Action.DEPLOY, version))
            self._wait_for_begin(process, as_before)
            began = time.monotonic()
            _, said = process.communicate(timeout=_LONGEST_S)
            assert process.returncode == 0, said
            self._deploy_s = time.monotonic() - began

    def kill_once(self, harm: Harm = Harm.PROGRAM) -> None:
        """Something is killed at some moment of something, and the next start looked at."""
        before, as_before = self._serving(), self._inspector.sign()
        action, target = self._next(before)
        with self._begin(*self._words(action, target)) as process:
            try:
                self._wait_for_begin(process, as_before)
                process.communicate(timeout=self._moment(action))
                self.found.too_late += 1
            except subprocess.TimeoutExpired:
                self._harm(harm, process)
                self.found.kills += 1
                self.found.during[f"{harm.value} in {action.value}"] += 1
                self._let_end(process, action)
            finally:
                process.kill()
        self._look(harm, action, before, target)

    def end(self) -> None:
        """The deployment is removed, and nothing is left."""
        self._desk.service.remove(self._desk.engine, self._desk.key, Job())
        self.found.orphans += self._inspector.left()

    def _next(self, before: str) -> tuple[Action, str]:
        """What comes now, and the version that it is about."""
        rollout = self._inspector.open_rollout()
        if rollout is not None:
            target = rollout.target.reference.rpartition(":")[2]
            actions = [Action.PROMOTE, Action.ABORT]
            # One that was paused, as nobody was heard of it, does not go on by itself.
            actions += [Action.WATCH] * (rollout.phase is not Phase.PAUSED)
            return self._random.choice(actions), target
        others = [one for one in VERSIONS if one != before]
        actions = [Action.DEPLOY, Action.ROLLBACK, Action.CANARY]
        return self._random.choice(actions), self._random.choice(others)

    def _words(self, action: Action, version: str) -> tuple[str, ...]:
        """Those on the command line that do it."""
        name, port = str(self._desk.name), f"{self._desk.port}:{PORT}"
        words = {
            Action.DEPLOY: ("deploy", f"{name}:{version}", "--name", name, "--port", port),
            Action.ROLLBACK: ("rollback", name, "--to", version),
            Action.CANARY: ("canary", "start", name, f"{name}:{version}", "--steps", "30,60"),
            Action.WATCH: ("watch",),
            Action.PROMOTE: ("canary", "promote", name),
            Action.ABORT: ("canary", "abort", name),
        }[action]
        more = {Action.DEPLOY: ("--keep-warm", "5"), Action.CANARY: (*_CANARY, *_BY)}
        return (*words, *more.get(action, ()))

    def _moment(self, action: Action) -> float:
        """How long after its begin."""
        if action is Action.WATCH:
            return self._random.uniform(0.0, _WATCHED_S)
        return self._random.uniform(0.0, _SHARE_OF_A_DEPLOY.get(action, 1.0)) * self._deploy_s

    def _wait_for_begin(self, process: subprocess.Popen[str], as_before: str) -> None:
        """Until it has written something down: nothing happens before."""
        deadline = time.monotonic() + _LONGEST_S
        while process.poll() is None and self._inspector.sign() == as_before:
            assert time.monotonic() < deadline, (process.args, self._inspector.open_rollout())
            time.sleep(0.03)

    def _begin(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "modeldesk", *arguments, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
        )

    def _harm(self, harm: Harm, process: subprocess.Popen[str]) -> None:
        if harm is Harm.PROGRAM:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            self.found.steps[self._inspector.step()] += 1
        elif harm is Harm.GATEWAY:
            self._kill(self._desk.gateway_ids())
        elif harm is Harm.VERSION:
            here = self._desk.containers()
            self._kill([one for one, state in here.items() if state == "running"])
        else:
            assert self._restart_engine is not None
            self._restart_engine()

    def _kill(self, containers: list[str]) -> None:
        """One of them: so that the engine starts it again itself, or as a person does it."""
        if not containers:
            return
        api, one = self._desk.client.api, self._random.choice(sorted(containers))
        # It may end by itself just now.
        with suppress(docker.errors.APIError, ProcessLookupError):
            process = int(api.inspect_container(one)["State"]["Pid"])
            if self._random.random() < 0.5 and process and self._is_of(process, one):
                os.kill(process, signal.SIGKILL)
            else:
                api.kill(one)

    @staticmethod
    def _is_of(process: int, container: str) -> bool:
        """The engine may number processes otherwise than we do."""
        with suppress(OSError):
            return container in Path(f"/proc/{process}/cgroup").read_text(encoding="ascii")
        return False

    @staticmethod
    def _let_end(process: subprocess.Popen[str], action: Action) -> None:
        if action is Action.WATCH and process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate(timeout=_LONGEST_S)

    def _serving(self) -> str:
        """The version that the records say serves."""
        deployment = self._desk.records.deployment(self._desk.key)
        if deployment is None or deployment.current is None:
            self.found.lost += 1
            return ""
        return deployment.current.reference.rpartition(":")[2]

    def _look(self, harm: Harm, action: Action, before: str, target: str) -> None:
        """At what the next start makes of it."""
        found = self.found
        recovered, healed = self._put_right(harm)
        self._inspector.look_after_canaries(GENEROUS_S)
        found.wrong += [str(left.problem) for left in recovered.left]
        found.wrong += [str(one.problem) for one in healed.mended if one.problem]
        if harm is Harm.PROGRAM and action in (Action.DEPLOY, Action.ROLLBACK):
            # A recovery leaves nothing to heal.
            found.wrong += [one.text for one in healed.mended]
        found.healed += bool(healed.mended)
        found.recovered += bool(recovered.healed)
        self._check_answer(harm, before, target)
        found.wrong += self._inspector.wrong()
        found.orphans += self._inspector.orphans()

    def _put_right(self, harm: Harm) -> tuple[Recovered, Healed]:
        """By the next start; where the engine went, by whoever watches and tries again: its
        containers may end long after its start."""
        desk, deadline = self._desk, time.monotonic() + GENEROUS_S
        while True:
            recovered = desk.service.recover(desk.engine, Job())
            healed = desk.service.heal(desk.engine, Job())
            stuck = recovered.left or any(one.problem for one in healed.mended)
            if harm is not Harm.ENGINE or not stuck or time.monotonic() > deadline:
                return recovered, healed
            time.sleep(1.0)

    def _check_answer(self, harm: Harm, before: str, target: str) -> None:
        found, now = self.found, self._serving()
        right = {now, self._inspector.beside()} - {""}
        answer = self._answer(harm, right)
        if not answer:
            found.unanswered += 1
        elif answer not in right:
            found.wrong.append(f"callers get {answer}, and the records say {now}")
        if now not in (before, target):
            found.wrong.append(f"{now} serves, neither {before} nor {target}")
        found.finished += now == target
        found.undone += now == before

    def _answer(self, harm: Harm, right: set[str]) -> str:
        """What callers get; what the engine starts again by itself has time to start."""
        deadline = time.monotonic() + (0.0 if harm is Harm.PROGRAM else GENEROUS_S)
        while True:
            answer = self._desk.ask(headers={CALLER_HEADER: "somebody"})
            if answer in right or time.monotonic() >= deadline:
                return answer
            time.sleep(0.5)
            if harm is Harm.ENGINE:
                # Its containers may end long after its start; a watch hears of that and looks.
                self._desk.service.heal(self._desk.engine, Job())
