"""Running work in a worker thread, and what comes of it."""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.words import tr

T = TypeVar("T")
E = TypeVar("E", bound=BaseException)
log = logging.getLogger(__name__)


class UnexpectedError(ModelDeskError):
    """A bug of ours ended the work. `detail` is the traceback, for a copy button."""


@dataclass(frozen=True, slots=True)
class Success(Generic[T]):
    value: T


Outcome = Success[T] | ModelDeskError
"""`Cancelled` is an error here."""


def outcome_of(work: Callable[[Job], T], job: Job, title: str) -> Outcome[T]:
    """Run `work`. The error it gives back holds no frames: frames hold objects that must not die
    in this thread."""
    try:
        job.token.raise_if_cancelled()
        return Success(work(job))
    except ModelDeskError as error:
        return _without_frames(error)
    except Exception as error:  # the one place where a bug in any work is caught and said
        log.exception("Unexpected error in task “%s”", title)
        text = "".join(traceback.format_exception(error))
        _without_frames(error)
        return UnexpectedError(
            tr("“{title}” was stopped by a fault in the program.", title=title),
            tr("Copy the details and report them; trying again may help."),
            text,
        )


def _without_frames(error: E) -> E:
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
    return error
