"""A watch over real services on an engine and gateways in memory."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from modeldesk.core.deployment_watch.look import Looker
from modeldesk.core.deployment_watch.model import Finding, Problem
from modeldesk.core.deployment_watch.standing import News
from modeldesk.core.deployment_watch.telling import FindingTeller
from modeldesk.core.deployment_watch.watch import DeploymentWatch, WatchParts
from modeldesk.core.errors import NoSwarm
from modeldesk.core.event_receiver import receiver
from modeldesk.core.ids import DeploymentName
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.release_events.known import KnownByRecords
from modeldesk.core.release_events.service import Means, ReleaseEvents
from modeldesk.core.releases.model import Deployment, VersionTarget
from modeldesk.core.swarm.rolling import Rolling
from tests.fakes.event_poster import FakeEventPoster, FakeSecrets
from tests.fakes.outbox import FakeOutbox
from tests.fakes.rollout_records import FakeRolloutRecords
from tests.unit.core.releases.desk import Desk

HOOK = receiver("http://hooks.lan/a", id="aa11", events=("finding", "remedy"))
_FASTER = 100.0


def no_swarm(_engine: ImageEngine, _name: DeploymentName) -> Rolling:
    """The engine manages none."""
    raise NoSwarm("The engine manages no swarm.")


class FakeFollowed:
    """Implements `Followed`. Every deployment follows `name`; `digests` are what tags name in
    their registries, `canary` what one brings."""

    def __init__(self) -> None:
        self.name = ""
        self.digests: dict[str, str | Exception] = {}
        self.asked: list[str] = []
        self.canary: VersionTarget | None = None

    def channel(self, deployment: Deployment) -> str:
        return self.name

    def coming(self, deployment: Deployment) -> VersionTarget | None:
        return self.canary

    def digest(self, reference: Reference, token: CancelToken) -> str:
        token.raise_if_cancelled()
        self.asked.append(str(reference))
        found = self.digests.get(str(reference), "")
        if isinstance(found, Exception):
            raise found
        return found


class Bench:
    """What a test takes hold of."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.followed = FakeFollowed()
        self.outbox = FakeOutbox()
        self.ticks = 0.0
        self.events = ReleaseEvents(
            self.outbox,
            lambda: (HOOK,),
            KnownByRecords(self.desk.records, FakeRolloutRecords()),
            Means(FakeEventPoster(), FakeSecrets(), self.desk.locks, self.desk.now),
        )
        self.looker = self.new_looker()
        self.news: list[News] = []
        self.heard = threading.Condition()

    def new_looker(self) -> Looker:
        return Looker(self.desk.service, no_swarm, self.followed, lambda: self.ticks)

    def teller(self) -> FindingTeller:
        return FindingTeller(self.events, self.desk.records.deployment, lambda: datetime.now(UTC))

    def watch(self, look_s: float = 600) -> DeploymentWatch:
        """Not started. Its time goes by quickly."""
        return DeploymentWatch(
            lambda: self.desk.engine,
            lambda: WatchParts(
                self.new_looker,
                self.teller(),
                lambda: datetime.now(UTC),
                lambda: time.monotonic() * _FASTER,
            ),
            self._told,
            look_s,
        )

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self.heard:
            assert self.heard.wait_for(condition, 20), self.news

    def told(self) -> list[str]:
        """The kinds of events that wait, in their order."""
        return [
            one.event.type.removeprefix("io.modeldesk.") for one in self.outbox.waiting(HOOK.id)
        ]

    def _told(self, news: News) -> None:
        with self.heard:
            self.news.append(news)
            self.heard.notify_all()


def problems(found: tuple[Finding, ...]) -> list[Problem]:
    return [one.problem for one in found]
