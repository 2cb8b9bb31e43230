"""What the cache spared a build (pure)."""

from collections.abc import Iterable, Mapping

from modeldesk.core.build.model import BuildStep, CacheUse, StepState
from modeldesk.core.build.steps import NUMBERED


def cache_use(steps: Iterable[BuildStep], earlier: Mapping[str, float]) -> CacheUse:
    """Of the Dockerfile's steps but its base images: how many were cached, of how many that were
    reached, and the seconds that those took when they ran, as far as `earlier` tells."""
    cached = reached = 0
    saved = 0.0
    for step in steps:
        match = NUMBERED.fullmatch(step.name)
        if match is None or match["text"].startswith("FROM ") or step.state is StepState.WAITING:
            continue
        reached += 1
        if step.cached:
            cached += 1
            saved += earlier.get(step.name, 0.0)
    return CacheUse(cached, reached, saved)


def earlier_seconds(steps: Iterable[BuildStep]) -> dict[str, float]:
    """How long steps took that ran, by name."""
    return {
        one.name: one.seconds for one in steps if not one.cached and one.state is StepState.DONE
    }
