"""What every build of a program is planned and made with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from modeldesk.core.build.fingerprints import Fingerprints
from modeldesk.core.build.history import BuildHistory
from modeldesk.core.build.known_names import KnownNames
from modeldesk.core.build.origins import Origin, Origins
from modeldesk.core.build.ports import ChannelNotes
from modeldesk.core.jobs import Job
from modeldesk.core.versioning.ports import SourceControl


@dataclass(frozen=True, slots=True)
class Means:
    """Any thread may use them."""

    history: BuildHistory
    source: SourceControl
    origins: Origins
    names: KnownNames
    fingerprints: Fingerprints
    now: Callable[[], datetime]
    weights: Callable[[str, Job], Path]
    """The folder with the weights of an artifact, by its name with the digest."""
    channels: Callable[[], ChannelNotes] | None = None
    """Where moves of channels are kept; None where they are not."""

    @contextmanager
    def files(self, folder: Path, revision: str, weights_from: str, job: Job) -> Iterator[Origin]:
        """Where the files of a build are, while inside; see `Origins.of`."""
        weights = self.weights(weights_from, job) if weights_from else None
        with self.origins.of(folder, revision, job.token, weights) as origin:
            yield origin
