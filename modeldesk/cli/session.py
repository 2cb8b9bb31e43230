"""What the commands share: the parts of the program, the engine, and a job to speak through."""

import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING

from modeldesk.cli.answer import ProgressPrinter
from modeldesk.composition import Parts
from modeldesk.core.engine.attempts import no_engine_error
from modeldesk.core.errors import RecordsError
from modeldesk.core.ids import EngineId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.ports import ImageEngine
from modeldesk.core.words import tr

if TYPE_CHECKING:
    from modeldesk.core.attached.service import MetadataService
    from modeldesk.core.build.service import BuildService
    from modeldesk.core.canary.service import CanaryService
    from modeldesk.core.channels.service import ChannelService
    from modeldesk.core.contents.service import Contents
    from modeldesk.core.deployments.service import EveryDeployment
    from modeldesk.core.library.browsing import Browsing
    from modeldesk.core.library.service import Library
    from modeldesk.core.release_events.service import ReleaseEvents
    from modeldesk.core.releases.service import ReleaseService
    from modeldesk.core.search.service import SearchService
    from modeldesk.core.trial.service import TrialService


_INSISTS_AFTER_S = 1.0
_SEND_EVENTS_S = 5.0


class Session:
    """One run of the command line. Nothing is opened before it is asked for."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._printer = ProgressPrinter(sys.stderr)
        self.job = Job(CancelToken(), self._printer.report, self._printer.log)
        self._engine: ImageEngine | None = None
        self._records_problem: RecordsError | None = None
        self._swept = False
        self._tells = False
        """Whether there may be something to tell of releases."""
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

    def engine(self) -> ImageEngine:
        """The engine, found on first use. Raises `EngineUnavailable` and its kin, saying what
        was tried."""
        if self._engine is None:
            found, attempts = self.parts.finder.find(self.parts.settings.engine_address)
            if found is None:
                raise no_engine_error(attempts)
            self._engine = found
        return self._engine

    def library(self) -> "Library":
        """The library, which works without the records too."""
        self._do_without_records()
        return self.parts.library

    def builds(self) -> "BuildService":
        """Builds, which are only not remembered where the records can't be used. Those that a
        program left unfinished when it ended are marked so."""
        self._do_without_records()
        builds = self.parts.builds
        if not self._swept:
            self._swept = True
            with suppress(RecordsError):
                builds.forget_interrupted()
        return builds

    def snapshot(self) -> LibrarySnapshot:
        """Every image with its layers, as the library page would show them."""
        library = self.library()
        library.reload(self.engine())
        return library.fill_details(self.engine(), self.job, lambda _: None)

    def contents(self) -> "Contents":
        """What is inside images; where what is read of layers can't be kept, it is read again
        the next time."""
        try:
            _ = self.parts.layer_records
        except RecordsError as error:
            self.job.log(str(error))
            self.parts.use_layers(self._temporary_folder() / "layers.sqlite")
        return self.parts.contents_here

    def trials(self) -> "TrialService":
        """Recipes compared, which are only not remembered where the records can't be used."""
        self._do_without_records()
        return self.parts.trials_with(self.contents)

    def browsing(self) -> "Browsing":
        """What registries have, which is only not remembered where the records can't be used."""
        self._do_without_records()
        return self.parts.browsing

    def metadata(self) -> "MetadataService":
        """What is registered with versions; raises `RecordsError` where it can't be kept."""
        self._do_without_records()
        if self._records_problem is not None:
            raise self._records_problem
        return self.parts.metadata

    def search(self) -> "SearchService":
        """The search; where its index can't be kept, it is made again the next time."""
        self._do_without_records()
        try:
            _ = self.parts.search_index
        except RecordsError as error:
            self.job.log(str(error))
            self.parts.use_search(self._temporary_folder() / "search.sqlite")
        return self.parts.search

    def releases(self) -> "ReleaseService":
        """Deployments, after every release that was interrupted has been put right, or what can't
        be has been said. What changes one of them is asked of `deployments`."""
        self.deployments()
        return self.parts.releases

    def deployments(self) -> "EveryDeployment":
        """The same, whatever they run as."""
        if self._records_problem is not None:
            raise self._records_problem
        from modeldesk.core.releases.recovery import healed_text, left_text

        self._tells = True
        recovered = self.parts.deployments.recover(self.engine(), self.job)
        for release in recovered.healed:
            self.job.log(healed_text(release))
        for left in recovered.left:
            self.job.log(left_text(left))
        return self.parts.deployments

    def release_events(self) -> "ReleaseEvents":
        """What happens to deployments, told to others; raises `RecordsError` where it can't be
        kept until it is."""
        self._do_without_records()
        if self._records_problem is not None:
            raise self._records_problem
        return self.parts.release_events

    def send_events(self) -> None:
        """Send what the command has to tell of releases, for a few seconds at most: another
        program of ours sends what is left then."""
        if not self._tells or not self.parts.settings.event_receivers:
            return
        from modeldesk.core.release_events.sender import send_now

        with suppress(RecordsError):
            send_now(self.parts.release_events, _SEND_EVENTS_S, self.job.token)

    def canaries(self) -> "CanaryService":
        """Canaries of the engine's deployments, after what was interrupted has been put right."""
        self.releases()
        return self.parts.canaries(self.engine())

    def channels(self) -> "ChannelService":
        """Channels, which are only shown where the records can't be used: a move would be
        forgotten."""
        self._do_without_records()
        return self.parts.channels

    def here(self) -> EngineId:
        """Which engine it is."""
        return self.engine().identity().id

    def close_line(self) -> None:
        """Leave the terminal's renewing progress line, before something else is printed."""
        self._printer.done()

    def say_what_was_lost(self) -> None:
        """Say what was wrong with the settings or the records: an empty answer may come of it."""
        for sentence in self.parts.problems():
            self.job.log(sentence)

    def close(self) -> None:
        """Let go of the engine, the database and the terminal line."""
        self.close_line()
        if self._engine is not None:
            self._engine.close()
        self.parts.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _temporary_folder(self) -> Path:
        if self._temporary is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="modeldesk-")
        return Path(self._temporary.name)

    def _do_without_records(self) -> None:
        """Where the records can't be used, say so and keep this run's in a temporary file: an
        account that may not write at home can still look and build."""
        if self._records_problem is not None:
            return
        try:
            _ = self.parts.opened
        except RecordsError as error:
            self._records_problem = error
            self.parts.do_without_records(self._temporary_folder() / "modeldesk.sqlite", error)
            self.job.log(tr("{problem} This run is not remembered.", problem=error))


@contextmanager
def cancelled_by_signals(token: CancelToken) -> Iterator[None]:
    """While inside, Ctrl-C and a polite kill cancel the job instead of ending the process, so
    that nothing is left half done. Whoever asks again a second later has waited enough (the
    engine may not answer at all): that raises `KeyboardInterrupt`."""
    # The handler interrupts this thread anywhere, perhaps while it holds the very lock that
    # cancelling needs; so another thread cancels. This queue is made for handlers.
    asked: SimpleQueue[bool] = SimpleQueue()
    first: list[float] = []

    def cancel_when_asked() -> None:
        if asked.get():
            token.cancel()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        if not first:
            first.append(time.monotonic())
            asked.put(True)
        elif time.monotonic() - first[0] > _INSISTS_AFTER_S:
            raise KeyboardInterrupt

    canceller = threading.Thread(target=cancel_when_asked, name="cancel", daemon=True)
    canceller.start()
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        asked.put(False)
        canceller.join()
