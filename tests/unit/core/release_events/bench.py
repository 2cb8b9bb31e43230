"""Events with what they need, in memory."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from modeldesk.core.event_kinds import EventKind
from modeldesk.core.event_receiver import EventReceiver, receiver
from modeldesk.core.ids import DeploymentName, EngineId, ImageId, ModelName
from modeldesk.core.release_events.known import KnownByRecords
from modeldesk.core.release_events.model import ReleaseEvent, ReleaseNote
from modeldesk.core.release_events.ports import EventPoster, Outbox
from modeldesk.core.release_events.service import Means, ReleaseEvents
from modeldesk.core.releases.model import (
    Deployment,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    VersionTarget,
)
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.event_poster import FakeEventPoster, FakeSecrets
from tests.fakes.outbox import FakeOutbox
from tests.fakes.records import FakeReleaseRecords
from tests.fakes.rollout_records import FakeRolloutRecords

NOW = datetime(2026, 4, 5, 12, 0, tzinfo=UTC)
SHOP = DeploymentName("shop")
HOOK = receiver("http://hooks.lan/a", id="aa11")
TARGET = VersionTarget(ImageId("sha256:ab"), "team/rec:v1.4.0", "sha256:cd")
DEPLOYMENT = Deployment(
    EngineId("E"), SHOP, ModelName("team/rec"), ServiceSettings(), TARGET, None, NOW
)


def event(number: int, kind: EventKind = EventKind.RELEASE_SUCCEEDED) -> ReleaseEvent:
    return ReleaseEvent(f"e{number}", kind, NOW, EngineId("E"), SHOP)


def note(number: int, kind: ReleaseKind, state: ReleaseState) -> ReleaseNote:
    return ReleaseNote(
        f"n{number}", NOW + timedelta(seconds=9), EngineId("E"), SHOP, number, kind, state, NOW,
        TARGET, None, "ann", "weekly", "",
    )  # fmt: skip


class Bench:
    """What a test takes hold of. The clock stands until it is moved."""

    def __init__(
        self,
        *receivers: EventReceiver,
        outbox: Outbox | None = None,
        poster: EventPoster | None = None,
        clock: Callable[[], datetime] | None = None,
        locks: FakeDeploymentLocks | None = None,
    ) -> None:
        self.now = NOW
        self.told = list(receivers or (HOOK,))
        self.fake = FakeOutbox()
        self.releases = FakeReleaseRecords()
        self.rollouts = FakeRolloutRecords()
        self.releases.save_deployment(DEPLOYMENT)
        self.poster = FakeEventPoster()
        self.secrets = FakeSecrets()
        self.locks = locks or FakeDeploymentLocks()
        self.events = ReleaseEvents(
            outbox or self.fake,
            lambda: tuple(self.told),
            KnownByRecords(self.releases, self.rollouts),
            Means(poster or self.poster, self.secrets, self.locks, clock or (lambda: self.now)),
        )

    def ids(self) -> list[str]:
        """Of what was posted."""
        return [dict(one.headers)["webhook-id"] for one in self.poster.got]
