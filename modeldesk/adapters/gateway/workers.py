"""The processes of nginx: which of them take requests, and which only finish what they have."""

from collections.abc import Iterable

from modeldesk.core.containers.model import Process

_WORKER = "nginx: worker process"
_LEAVING = "is shutting down"


def taking(processes: Iterable[Process]) -> frozenset[int]:
    """The numbers of workers that take requests."""
    return frozenset(
        one.pid
        for one in processes
        if one.command.startswith(_WORKER) and not one.command.endswith(_LEAVING)
    )


def leaving(processes: Iterable[Process]) -> bool:
    """Whether an older worker has requests to finish."""
    return any(
        one.command.startswith(_WORKER) and one.command.endswith(_LEAVING) for one in processes
    )
