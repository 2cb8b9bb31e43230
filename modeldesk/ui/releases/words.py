"""Times, shares and versions as the releases page says them (no Qt)."""

from datetime import datetime

from modeldesk.core.canary.model import RolloutPlan
from modeldesk.core.gateway.model import SplitKey
from modeldesk.core.releases.model import VersionTarget
from modeldesk.core.releases.names import version_text
from modeldesk.core.words import tr, trn
from modeldesk.ui.presentation import age, short_digest

_SHORT = 14
_HASH = 7


def clock_text(when: datetime, now: datetime) -> str:
    """A time of day, with its date where that is another than today's."""
    local = when.astimezone()
    today = local.date() == now.astimezone().date()
    return f"{local:%H:%M}" if today else f"{local:%Y-%m-%d %H:%M}"


def when_text(when: datetime, now: datetime, *, ongoing: bool = False) -> str:
    """When something happened: ``now``, ``14:21``, ``3 days ago``."""
    if ongoing:
        return tr("now")
    recent = (now - when).total_seconds() < 60
    if not recent and when.astimezone().date() == now.astimezone().date():
        return clock_text(when, now)
    return age(when, now)


def span_text(seconds: float) -> str:
    """A window's length: ``30 s``, ``10 min``, ``1.5 h``."""
    if seconds < 60:
        return tr("{n} s", n=f"{seconds:g}")
    if seconds < 7200:
        return tr("{n} min", n=f"{round(seconds / 60, 1):g}")
    return tr("{n} h", n=f"{round(seconds / 3600, 1):g}")


def passed_text(seconds: float, whole: float) -> str:
    """How much of a window is over, in its unit: ``6 of 10 min``."""
    done = max(0.0, min(seconds, whole))
    if whole < 60:
        return tr("{done} of {whole} s", done=int(done), whole=f"{whole:g}")
    if whole < 7200:
        minutes = f"{round(whole / 60, 1):g}"
        return tr("{done} of {whole} min", done=int(done // 60), whole=minutes)
    hours = f"{round(whole / 3600, 1):g}"
    return tr("{done} of {whole} h", done=f"{int(done / 360) / 10:g}", whole=hours)


def requests_text(count: int) -> str:
    """``1,204 requests``."""
    return trn("{figure} request", "{figure} requests", count, figure=f"{count:,}")


def version_of(target: VersionTarget) -> str:
    """What people call it."""
    return version_text(target.reference)


def button_version(target: VersionTarget) -> str:
    """The same, short enough for a button."""
    version = version_of(target)
    return version if len(version) <= _SHORT else f"{version[:_SHORT]}…"


def bare_digest(digest: str) -> str:
    """The first digits, as git shows a commit: ``c81a5f9``."""
    return digest.rpartition(":")[2][:_HASH]


def pinned_text(target: VersionTarget) -> str:
    """Version and digest."""
    return f"{version_of(target)}  {short_digest(target.digest)}"


def split_text(plan: RolloutPlan) -> str:
    """By what a canary's callers are told from the others."""
    match plan.key:
        case SplitKey.HEADER:
            return tr("split by the header {name}", name=plan.field)
        case SplitKey.COOKIE:
            return tr("split by the cookie {name}", name=plan.field)
        case _:
            return tr("split by client address")
