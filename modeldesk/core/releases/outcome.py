"""How a release ended, for whoever asked for it."""

import time
from dataclasses import dataclass

from modeldesk.core.changes import Changes
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import ContainerId
from modeldesk.core.releases.model import Deployment, Release


@dataclass(frozen=True, slots=True)
class ReleaseOutcome:
    """How a release ended. `restored` says that the target failed (`problem` says why) and what
    ran before runs again."""

    deployment: Deployment
    release: Release
    from_digest: str
    to_digest: str
    seconds: float
    restored: bool
    problem: ModelDeskError | None
    changes: Changes


def changes_of(deployment: Deployment, *containers: ContainerId | None) -> Changes:
    """What is to be read again after the deployment was changed."""
    ids = {c for c in (deployment.container, *containers) if c}
    return Changes(containers=frozenset(ids), deployments=frozenset({deployment.name}))


def outcome_of(
    now: Deployment,
    release: Release,
    before: Deployment | None,
    begin: float,
    problem: ModelDeskError | None,
    previous: ContainerId | None,
) -> ReleaseOutcome:
    """The outcome of a release that began at `begin` (of `time.monotonic`)."""
    came_from = release.previous
    return ReleaseOutcome(
        deployment=now,
        release=release,
        from_digest=came_from.digest if came_from else "",
        to_digest=release.target.digest,
        seconds=time.monotonic() - begin,
        restored=problem is not None,
        problem=problem,
        changes=changes_of(now, previous, before.container if before else None),
    )
