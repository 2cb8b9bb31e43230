"""The steps of a release, decided before any is taken (pure)."""

from dataclasses import dataclass
from enum import Enum


class Step(Enum):
    """What is done. The values stand in the journal."""

    GATEWAY = "gateway"
    """The gateway stands, and sends requests where it did before."""
    CREATE = "create"
    """The target's container is made, not started."""
    START = "start"
    """It runs beside what serves, and becomes healthy."""
    STOP_PREVIOUS = "stop previous"
    """The container that owns the ports itself, as those of before there were gateways do, is
    stopped: nobody answers from here to the end of the next step."""
    TAKE_OVER = "take over"
    """The gateway takes these ports, and sends requests to the target."""
    SMOKE = "smoke"
    """The target answers a request as it should."""
    SWITCH = "switch"
    """The gateway sends requests to the target."""
    RECORD = "record"
    """The deployment now is the target: from here on a release is finished, not undone."""
    DRAIN = "drain"
    """What the previous version still answers is waited for."""
    TIDY = "tidy"
    """What was kept long enough is stopped, what is too old is removed."""


class Standing(Enum):
    """What there is of the target's container."""

    NOTHING = "nothing"
    STOPPED = "stopped"
    WARM = "warm"
    """It has served, and still runs."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a release finds."""

    target: Standing = Standing.NOTHING
    gateway_stands: bool = False
    """With the ports that are wanted; it answers."""
    takes_over: bool = False
    """The wanted ports have to change hands: a container owns them, or the gateway that runs has
    others."""
    port_owner_runs: bool = False
    smoke: bool = False
    drain: bool = False
    """The previous version is to be stopped at once."""
    canary: bool = False


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """The steps to take, in order."""

    steps: tuple[Step, ...]


def plan_release(found: Situation) -> ReleasePlan:
    """The steps from what is there now. Where ports change hands, the target is shown to be
    healthy before; that moment alone is one without service."""
    steps: list[Step] = []
    # For what was kept the gateway has all it takes, and callers wait to go back.
    ready = found.gateway_stands and found.target is not Standing.NOTHING
    if not found.takes_over and not ready:
        steps.append(Step.GATEWAY)
    if found.target is Standing.NOTHING:
        steps.append(Step.CREATE)
    if found.target is not Standing.WARM:
        steps.append(Step.START)
    if found.takes_over:
        steps += [Step.STOP_PREVIOUS] * found.port_owner_runs + [Step.TAKE_OVER]
    if found.smoke and found.target is Standing.NOTHING:
        steps.append(Step.SMOKE)
    if not found.takes_over and not found.canary:
        steps.append(Step.SWITCH)
    steps.append(Step.RECORD)
    if found.drain:
        steps.append(Step.DRAIN)
    return ReleasePlan((*steps, Step.TIDY))
