"""Has it told that a finding appeared or went: once, whichever programs watch, and over their
ends."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from modeldesk.core.deployment_watch.model import Finding
from modeldesk.core.event_kinds import EventKind
from modeldesk.core.ids import EngineId
from modeldesk.core.release_events.model import UNKNOWN_MODEL, FindingFacts, ReleaseEvent
from modeldesk.core.release_events.ports import StandingFinding
from modeldesk.core.release_events.service import ReleaseEvents, new_event_id
from modeldesk.core.releases.model import Deployment, DeploymentKey


class FindingTeller:
    """One program's."""

    def __init__(
        self,
        events: ReleaseEvents,
        deployment: Callable[[DeploymentKey], Deployment | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._events = events
        self._deployment = deployment
        self._clock = clock

    def tell(self, engine: EngineId, standing: Sequence[Finding]) -> tuple[Finding, ...]:
        """Remember all that stands on an engine now, and have told what is new of it and what
        stood before and does not now. What is new is given back. Raises `RecordsError`."""
        before = {
            (one.deployment, one.problem): one for one in self._events.outbox.findings(engine)
        }
        now = {(one.deployment.name, one.problem.value): one for one in standing}
        new = [one for key, one in now.items() if key not in before and self._appeared(one)]
        for key, remembered in before.items():
            if key not in now:
                event = self._event(remembered, EventKind.FINDING_GONE)
                self._events.outbox.gone(remembered, self._events.addressed(event))
        return tuple(new)

    def with_times(self, engine: EngineId, standing: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings, each with when it was first seen by any program."""
        since = {
            (one.deployment, one.problem): one.since for one in self._events.outbox.findings(engine)
        }
        return tuple(
            replace(one, since=since.get((one.deployment.name, one.problem.value), one.since))
            for one in standing
        )

    def _appeared(self, finding: Finding) -> bool:
        remembered = StandingFinding(
            finding.deployment.engine,
            finding.deployment.name,
            finding.problem.value,
            finding.text,
            finding.since or self._clock(),
        )
        event = self._event(remembered, EventKind.FINDING_APPEARED, finding.detail)
        return self._events.outbox.found(remembered, self._events.addressed(event))

    def _event(self, of: StandingFinding, kind: EventKind, detail: str = "") -> ReleaseEvent:
        key = DeploymentKey(of.engine, of.deployment)
        deployment = self._deployment(key)
        return ReleaseEvent(
            new_event_id(),
            kind,
            self._clock(),
            of.engine,
            of.deployment,
            deployment.environment if deployment else "",
            deployment.model if deployment else UNKNOWN_MODEL,
            version=deployment.current if deployment else None,
            error=detail,
            finding=FindingFacts(of.problem, of.text),
        )
