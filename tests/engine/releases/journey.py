"""Everything that happens to a deployment in its life, one step after the other."""

from collections.abc import Callable
from functools import partial

from modeldesk.core.gateway.model import WHOLE, Split, SplitKey
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import VersionTarget
from modeldesk.core.releases.names import version_text
from tests.engine.releases.desk import RealDesk
from tests.support.load import CALLER_HEADER

SHARES = (1_000, 2_500, 5_000, 7_500, WHOLE)
STEADY, AFTER = "steady", "steady after"

Step = tuple[str, Callable[[], object]]


def journey(desk: RealDesk, versions: list[VersionTarget]) -> list[Step]:
    """The first of four versions serves: the second is deployed, the third a canary that is
    promoted, the fourth one that is taken back, and the second comes back."""
    _, second, third, fourth = versions
    canaries, go = desk.service.canaries, (desk.engine, desk.key)

    def stage(target: VersionTarget) -> None:
        assert canaries.stage(*go, target, None, "", Job()).problem is None

    def shift(share: int) -> None:
        number = _number(desk)
        split = Split(f"r{number}", share, SplitKey.HEADER, CALLER_HEADER, "salt")
        canaries.shift(*go, number, split, Job())

    steps: list[Step] = [("deploy", lambda: desk.deploy(second))]
    steps.append(("canary beside", partial(stage, third)))
    steps += [(f"canary {share / 100:g} %", partial(shift, share)) for share in SHARES]
    steps.append(("promote", lambda: canaries.promote(*go, _number(desk), Job())))
    steps.append(("2nd canary beside", partial(stage, fourth)))
    steps += [(f"2nd canary {share / 100:g} %", partial(shift, share)) for share in SHARES[:3]]
    steps.append(("abort", lambda: canaries.abort(*go, _number(desk), "just so", Job())))
    steps.append(("roll back", desk.rollback))
    return steps


def serves(desk: RealDesk) -> str:
    """The version that the records say serves."""
    current = desk.deployment().current
    return version_text(current.reference) if current else ""


def _number(desk: RealDesk) -> int:
    canary = desk.deployment().canary
    assert canary is not None
    return canary.version.release
