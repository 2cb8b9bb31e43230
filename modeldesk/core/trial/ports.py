"""What a trial asks of the outside world."""

from dataclasses import dataclass
from typing import Protocol

from modeldesk.core.contents.model import EngineImage, ImageContents, Place
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.trial.model import Trial, TrialSummary


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request to a server. One with a body says that it is JSON."""

    path: str
    method: str = "GET"
    body: bytes = b""


class HttpAsker(Protocol):
    """Asks servers at published ports."""

    def status(
        self, address: str, port: int, request: HttpRequest, timeout_s: float, token: CancelToken
    ) -> int | None:
        """The status of the answer, once all of it is there; None where none came within
        `timeout_s`, or the connection was refused or broke. Raises `Cancelled` within 100 ms of
        a cancel."""
        ...


class ContentsReader(Protocol):
    """Reads what is inside images."""

    def read(self, place: Place, job: Job, base_layers: int | None = None) -> ImageContents:
        """See `modeldesk.core.contents.service.Contents`."""
        ...


class CompressedSizes(Protocol):
    """Tells how large an image is in a registry, before it is pushed."""

    def compressed_bytes(self, place: EngineImage, job: Job) -> int:
        """All layers, each packed with gzip as an engine packs it when it pushes. Raises
        `EngineError`, `Cancelled`."""
        ...


class TrialRecords(Protocol):
    """Trials that came to their end."""

    def add_trial(self, trial: Trial) -> None: ...

    def trial(self, trial: str) -> Trial | None: ...

    def recent_trials(self, limit: int = 100) -> tuple[TrialSummary, ...]:
        """Newest first."""
        ...
