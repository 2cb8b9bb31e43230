"""What a rollout wants of the gateway, by where it stands (pure)."""

from dataclasses import dataclass

from modeldesk.core.canary.model import Phase, Rollout
from modeldesk.core.gateway.model import WHOLE


@dataclass(frozen=True, slots=True)
class Wanted:
    """The canary's share in hundredths of a percent, and whether it gets copies of requests."""

    share: int
    mirror: bool = False


def wanted(rollout: Rollout) -> Wanted:
    """It follows from what is stored alone, so that it can be had again after any crash."""
    ends = rollout.ending or (None if rollout.open else rollout.phase)
    if ends is not None:
        return Wanted(WHOLE if ends is Phase.PROMOTED else 0)
    phase = rollout.paused_from if rollout.phase is Phase.PAUSED else rollout.phase
    if phase is Phase.STEP:
        return Wanted(rollout.plan.steps[rollout.step])
    return Wanted(0, mirror=phase is Phase.MIRRORING)
