"""The images that are only made to be compared: marked, so that one which a killed program left
behind is told from one that is being compared, and goes."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from modeldesk.core.errors import AlreadyRunning, EngineError, RecordsError
from modeldesk.core.images import ImageSummary
from modeldesk.core.labels import VERIFY_LABEL
from modeldesk.core.ports import DeploymentLocks, ImageEngine
from modeldesk.core.words import tr

_AT_ONCE = 100

log = logging.getLogger(__name__)


class SecondImages:
    """Those of one account. Each that is wanted has a number, held by a lock that dies with the
    program."""

    def __init__(self, locks: DeploymentLocks, owner: str) -> None:
        self._locks = locks
        self._owner = owner

    @contextmanager
    def mark(self, engine: ImageEngine) -> Iterator[str]:
        """What the label of a second image says while inside; before and after, those that nobody
        holds are removed from `engine`. Raises `AlreadyRunning` where a hundred are made at once,
        `RecordsError` where no lock can be made."""
        here = engine.identity().id
        with self._held(here) as number:
            self._sweep(engine, here, number)
            try:
                yield self._mark(number)
            finally:
                self._sweep(engine, here, number)

    @contextmanager
    def _held(self, engine: str) -> Iterator[int]:
        for number in range(_AT_ONCE):
            lock = self._locks.hold(f"verify {number}", engine)
            try:
                lock.__enter__()
            except AlreadyRunning:
                continue
            try:
                yield number
            finally:
                lock.__exit__(None, None, None)
            return
        raise AlreadyRunning(
            tr("Too many versions are being made again at once."),
            tr("Wait until one is done, then try again."),
        )

    def _mark(self, number: int) -> str:
        return f"{self._owner}.{number}"

    def _sweep(self, engine: ImageEngine, here: str, own: int) -> None:
        """An engine that is gone keeps them until the next time."""
        with suppress(EngineError):
            for image in engine.list_images():
                number = self._number(image)
                if number is None:
                    continue
                with suppress(AlreadyRunning, RecordsError), ExitStack() as stack:
                    if number != own:
                        stack.enter_context(self._locks.hold(f"verify {number}", here))
                    self._remove(engine, image)

    def _remove(self, engine: ImageEngine, image: ImageSummary) -> None:
        try:
            engine.remove_image(image.id)
        except EngineError as error:
            log.warning("A second image could not be removed, the next time tries again: %s", error)

    def _number(self, image: ImageSummary) -> int | None:
        """Of an image that has the mark and no name."""
        owner, _, number = image.labels.get(VERIFY_LABEL, "").rpartition(".")
        ours = owner == self._owner and not image.tags and number in _NUMBERS
        return int(number) if ours else None


_NUMBERS = frozenset(map(str, range(_AT_ONCE)))
