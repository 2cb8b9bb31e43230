"""A trial in words, the same in the window, on the command line and in reports."""

from modeldesk.core.compare.causes import causes
from modeldesk.core.recipes.choice import Stages
from modeldesk.core.text import size_text
from modeldesk.core.trial.model import Measures, Single, Trial
from modeldesk.core.words import tr, trn

_SAME = 1.05
"""Times that are within this of each other are called alike."""


def recipe_name(stages: Stages, *, naive: bool) -> str:
    """What one of the two is called."""
    if stages is Stages.MULTI:
        return tr("Multi-stage")
    return tr("Single-stage, naive") if naive else tr("Single-stage")


def single_meaning(single: Single) -> str:
    """What the single-stage recipe is, as a sentence."""
    if single is Single.NAIVE:
        return tr(
            "Naive is a single stage as it is first written: the same base image with build tools "
            "(compiler, CMake, git, curl, Python headers), the whole folder copied before "
            "packages are installed, nothing cleaned, run as root."
        )
    return tr(
        "Proposed is the single stage that ModelDesk writes: cleaned, packages before weights and "
        "code, not run as root."
    )


def seconds_text(seconds: float) -> str:
    """A measured time with three digits or fewer: ``0.83 s``, ``8.3 s``, ``96 s``."""
    decimals = 2 if seconds < 0.995 else 1 if seconds < 99.95 else 0
    return tr("{seconds} s", seconds=f"{seconds:,.{decimals}f}")


def sentences(trial: Trial) -> tuple[str, ...]:
    """What it came to: how much smaller and faster, and what makes the difference."""
    return tuple(filter(None, (_verdict(trial), causes(trial.comparison))))


def _verdict(trial: Trial) -> str:
    left, right = trial.comparison.left, trial.comparison.right
    delta = right.size_bytes - left.size_bytes
    speed = _speed(trial.left, trial.right)
    size = size_text(abs(delta))
    if delta < 0:
        if speed:
            return tr("{name} is {size} smaller and {speed}.",
                      name=right.name, size=size, speed=speed)  # fmt: skip
        return tr("{name} is {size} smaller.", name=right.name, size=size)
    if speed:
        return tr("{name} is {size} larger and {speed}.", name=right.name, size=size, speed=speed)
    return tr("{name} is {size} larger.", name=right.name, size=size)


def _speed(left: Measures, right: Measures) -> str:
    if not left.healthy or not right.healthy:
        return ""
    faster = left.healthy / right.healthy
    if max(faster, 1 / faster) < _SAME:
        return tr("starts as fast")
    if _among(left.healthy, right) or _among(right.healthy, left):
        return tr("starts as fast, as far as {count} starts each can tell", count=len(right.starts))
    if faster > 1:
        return tr("starts {times}× faster", times=f"{faster:.1f}")
    return tr("starts {times}× slower", times=f"{1 / faster:.1f}")


def _among(seconds: float, other: Measures) -> bool:
    """Whether the other's starts came out on both sides of `seconds`: then what lies between the
    medians is no more than what lies between one start and the next."""
    found = [start.healthy for start in other.starts]
    return min(found) <= seconds <= max(found)


def circumstances(trial: Trial) -> str:
    """How it was measured, in a line."""
    starts = len(trial.right.starts)
    parts = [
        tr("same commit {commit}", commit=trial.commit) if trial.commit else tr("same folder"),
        tr("same base image {base}", base=trial.base),
    ]
    if starts:
        parts.append(trn("{count} start each", "{count} starts each, alternating", starts))
        parts.append(tr("page cache warm"))
    return " · ".join(parts)


def cache_note() -> str:
    """What warm means, and what else the figures depend on."""
    return tr(
        "Starts are measured with a warm page cache: both images were just written and read, and "
        "only an administrator could empty it. Builds are without any cache and include "
        "downloads; the base image was there before."
    )


def published() -> str:
    """The figures that others have published, as theirs."""
    return tr(
        "Published elsewhere for another model, not measured here: 1.2 GB and 8.3 s as a single "
        "stage against 410 MB and 3.1 s as multi-stage."
    )
