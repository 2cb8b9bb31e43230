"""Whether the records, the histories and the engine agree about a deployment and its canary."""

import time
from datetime import UTC, datetime

from modeldesk.adapters.file_locks import FileDeploymentLocks
from modeldesk.adapters.sqlite.rollout_records import SqliteRolloutRecords
from modeldesk.core.canary.model import Phase, Rollout
from modeldesk.core.canary.service import CanaryService
from modeldesk.core.canary.shares import wanted
from modeldesk.core.canary.traffic import ReleaseTraffic
from modeldesk.core.canary.watch import CanaryWatch
from modeldesk.core.gateway.names import gateway_name
from modeldesk.core.jobs import Job
from modeldesk.core.releases.history import as_served, previous_version
from modeldesk.core.releases.model import ReleaseState
from tests.engine.releases.desk import RealDesk

_ENDS = {
    Phase.PROMOTED: {ReleaseState.SUCCEEDED},
    Phase.ABORTED: {ReleaseState.ABORTED, ReleaseState.RESTORED, ReleaseState.FAILED},
}


class Inspector:
    """Of the one deployment of a desk."""

    def __init__(self, desk: RealDesk) -> None:
        self._desk = desk
        self._rollouts = SqliteRolloutRecords(desk.database)
        self._traffic = ReleaseTraffic(
            desk.engine, desk.service, FileDeploymentLocks(desk.locks_folder)
        )
        self._service = CanaryService(self._rollouts, self._traffic, lambda: "ana", _now)

    def open_rollout(self) -> Rollout | None:
        return self._rollouts.open_rollout(self._desk.key)

    def beside(self) -> str:
        """The canary's version; empty without one."""
        rollout = self.open_rollout()
        return rollout.target.reference.rpartition(":")[2] if rollout else ""

    def sign(self) -> str:
        """Another one whenever something of it was written down."""
        return repr((self._desk.service.history(self._desk.key), self.open_rollout()))

    def step(self) -> str:
        """The one that an open release is in."""
        for release in self._desk.records.unfinished_releases():
            journal = self._desk.records.journal(release.id)
            return f"{journal[-1].step} {journal[-1].phase.value}" if journal else "begun"
        return "between releases"

    def look_after_canaries(self, longest_s: float) -> None:
        """As a watch does when it starts: what is open goes by its records; one whose container
        is dead is taken back."""
        self._service.recover(Job())
        rollout = self.open_rollout()
        if rollout is None or not rollout.release or not self._needs_a_watch(rollout):
            return
        watch = CanaryWatch(self._service, self._traffic, _now)
        watch.start()
        deadline = time.monotonic() + longest_s
        try:
            while rollout is not None and self._needs_a_watch(rollout):
                assert time.monotonic() < deadline, (rollout, watch.problem(rollout.id))
                time.sleep(0.2)
                rollout = self.open_rollout()
        finally:
            watch.stop()

    def wrong(self) -> list[str]:
        """What does not agree, as sentences."""
        desk = self._desk
        deployment = desk.records.deployment(desk.key)
        if deployment is None or deployment.current is None:
            return ["the deployment is gone"]
        found = []
        if desk.records.unfinished_releases():
            found.append("a release is still open")
        history = desk.service.history(desk.key)
        served = as_served(history)
        if not served or served[-1].target.image != deployment.current.image:
            found.append(f"the last release that succeeded is not of {deployment.current}")
        if previous_version(history) == deployment.current:
            found.append(f"the way back from {deployment.current} leads nowhere")
        if not self._named() <= set(desk.containers()):
            found.append("a container that the records name is gone")
        states = {one.id: one.state for one in history}
        found += self._wrong_rollouts(states)
        rolling = [number for number, state in states.items() if state is ReleaseState.ROLLING]
        canary = [deployment.canary.version.release] if deployment.canary else []
        if rolling != canary:
            found.append(f"releases {rolling} are rolling, and the canary is {canary}")
        return found

    def orphans(self) -> int:
        """Containers, networks and volumes that nothing names, while the deployment stands."""
        gateways, networks, volumes = self._of_gateway()
        others = len(set(self._desk.containers()) - self._named())
        return others + abs(gateways - 1) + abs(networks - 1) + abs(volumes - 1)

    def left(self) -> int:
        """The same once it is removed."""
        return len(self._desk.containers()) + sum(self._of_gateway())

    def _needs_a_watch(self, rollout: Rollout) -> bool:
        return rollout.ending is not None or bool(self._traffic.problem(rollout))

    def _wrong_rollouts(self, states: dict[int, ReleaseState]) -> list[str]:
        found = []
        for rollout in self._rollouts.rollouts(self._desk.key):
            state = states.get(rollout.release)
            if rollout.open:
                # One that was killed before its release began has none to be begun with.
                if rollout.release and self._traffic.routed(rollout) != wanted(rollout):
                    found.append(f"the canary has not the share that {rollout} says")
            elif rollout.release and state not in _ENDS[rollout.phase]:
                found.append(f"a rollout is {rollout.phase}, and its release {state}")
        return found

    def _named(self) -> set[str]:
        deployment = self._desk.records.deployment(self._desk.key)
        if deployment is None:
            return set()
        versions = [deployment.version, *(one.version for one in deployment.kept)]
        if deployment.canary:
            versions.append(deployment.canary.version)
        return {str(one.container) for one in versions if one}

    def _of_gateway(self) -> tuple[int, int, int]:
        api, name = self._desk.client.api, gateway_name(self._desk.name)
        networks = [one for one in api.networks() if one["Name"].startswith(name)]
        volumes = api.volumes()["Volumes"] or []
        own = [one for one in volumes if one["Name"].startswith(name)]
        return len(self._desk.gateway_ids()), len(networks), len(own)


def _now() -> datetime:
    return datetime.now(UTC)
