"""What runs: releases behind gateways, canaries, and who watches and tells of them."""

import time
from typing import TYPE_CHECKING

from modeldesk.composition.ground import now
from modeldesk.composition.people import find_sign_in
from modeldesk.composition.registries import RegistryParts
from modeldesk.late import Once
from modeldesk.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Callable

    from modeldesk.core.canary.model import Rollout
    from modeldesk.core.canary.ports import RolloutRecords, Traffic
    from modeldesk.core.canary.service import CanaryService
    from modeldesk.core.canary.watch import CanaryWatch
    from modeldesk.core.deployment_watch.remedies import Remedies
    from modeldesk.core.deployment_watch.watch import WatchParts
    from modeldesk.core.deployments.service import EveryDeployment
    from modeldesk.core.gateway.ports import Gateway
    from modeldesk.core.jobs import Job
    from modeldesk.core.ports import ImageEngine
    from modeldesk.core.release_events.service import ReleaseEvents
    from modeldesk.core.releases.ports import ReleaseRecords
    from modeldesk.core.releases.service import ReleaseService
    from modeldesk.core.swarm.service import SwarmReleases


class ReleaseParts(RegistryParts):
    """Deployments on engines and swarms, and what looks after them."""

    def __init__(self, paths: Paths) -> None:
        super().__init__(paths)
        self.on_canary_told: Callable[[], None] = lambda: None
        """Called from any thread when something of a canary was written down: there may be an
        event to send."""

    @Once
    def _release_records(self) -> "ReleaseRecords":
        from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords

        return SqliteReleaseRecords(self.opened.database)

    @Once
    def releases(self) -> "ReleaseService":
        """Deployments and the way back."""
        from modeldesk.core.releases.service import ReleaseService

        return ReleaseService(
            self._release_records,
            self._gateways,
            self._gateway_image,
            self.locks,
            self._author,
            now,
            self._records_problem,
        )

    @Once
    def swarms(self) -> "SwarmReleases":
        """Deployments that are services of a swarm."""
        from modeldesk.adapters.docker_engine.swarm import swarm_of
        from modeldesk.core.swarm.service import SwarmReleases

        return SwarmReleases(
            self._release_records,
            lambda engine: swarm_of(engine, find_sign_in),
            self._gateways,
            self._gateway_image,
            self.locks,
            self._author,
            now,
            self._records_problem,
        )

    @Once
    def deployments(self) -> "EveryDeployment":
        """Deployments, whatever they run as."""
        from modeldesk.core.deployments.service import EveryDeployment

        return EveryDeployment(self.releases, self.swarms)

    @Once
    def _gateways(self) -> "Callable[..., Gateway]":
        from functools import lru_cache

        from modeldesk.adapters.gateway.nginx import NginxGateway

        # What one has learned of its images is good for the next release too.
        return lru_cache(maxsize=2)(NginxGateway)

    def _gateway_image(self, engine: "ImageEngine", job: "Job") -> str:
        from modeldesk.core.gateway.image import gateway_image

        return gateway_image(engine, self.settings.gateway_image, job)

    @Once
    def rollout_records(self) -> "RolloutRecords":
        """Canaries, and what was seen of them."""
        from modeldesk.adapters.sqlite.rollout_records import SqliteRolloutRecords

        return SqliteRolloutRecords(self.opened.database)

    def traffic(self, engine: "ImageEngine") -> "Traffic":
        """The callers of an engine's deployments."""
        from modeldesk.core.canary.traffic import ReleaseTraffic

        return ReleaseTraffic(engine, self.deployments, self.locks)

    def canaries(self, engine: "ImageEngine") -> "CanaryService":
        """The canaries of an engine's deployments."""
        from modeldesk.core.canary.service import CanaryService

        return CanaryService(
            self.rollout_records,
            self.traffic(engine),
            self._author,
            now,
            lambda _rollout, _change: self.on_canary_told(),
        )

    def canary_watch(
        self, engine: "ImageEngine", on_change: "Callable[[Rollout], None]"
    ) -> "CanaryWatch":
        """Keeps an engine's canaries going."""
        from modeldesk.core.canary.watch import CanaryWatch

        return CanaryWatch(self.canaries(engine), self.traffic(engine), now, on_change)

    @Once
    def release_events(self) -> "ReleaseEvents":
        """What happens to deployments, told to others. Raises `RecordsError`."""
        from modeldesk.adapters.os_keyring.secrets import KeyringSecrets
        from modeldesk.adapters.sqlite.outbox import SqliteOutbox
        from modeldesk.adapters.webhook import HttpEventPoster
        from modeldesk.core.release_events.known import KnownByRecords
        from modeldesk.core.release_events.service import Means, ReleaseEvents

        return ReleaseEvents(
            SqliteOutbox(self.opened.database),
            lambda: self.settings.event_receivers,
            KnownByRecords(self._release_records, self.rollout_records),
            Means(HttpEventPoster(), KeyringSecrets(), self.locks, now),
        )

    @property
    def watch_parts(self) -> "WatchParts":
        """What a watch over deployments is made of."""
        from modeldesk.core.deployment_watch.followed import FollowedByEnvironment
        from modeldesk.core.deployment_watch.look import Looker
        from modeldesk.core.deployment_watch.telling import FindingTeller
        from modeldesk.core.deployment_watch.watch import WatchParts

        followed = FollowedByEnvironment(
            lambda: self.settings.followed_channels,
            lambda: self.registries,
            self.rollout_records.open_rollout,
        )
        return WatchParts(
            lambda: Looker(self.deployments, self.swarms.state, followed, time.monotonic),
            FindingTeller(self.release_events, self._release_records.deployment, now),
            now,
        )

    @Once
    def remedies(self) -> "Remedies":
        """What helps a deployment that is not well."""
        from modeldesk.core.deployment_watch.remedies import Remedies

        return Remedies(self.deployments, self.release_events.tell, self._author, now)
