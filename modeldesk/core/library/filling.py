"""Reading the layers of images that are only listed so far, in the background."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from modeldesk.core.errors import EngineError, EngineUnavailable, RecordsError
from modeldesk.core.ids import ImageId
from modeldesk.core.images import ImageDetail
from modeldesk.core.jobs import Job, Progress, Unit
from modeldesk.core.layers.stack import Stack
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.ports import ImageRecords
from modeldesk.core.ports import ImageEngine
from modeldesk.core.words import tr

logger = logging.getLogger(__name__)

_BATCH = 50
_PUBLISH_EVERY_S = 0.5
_SHARE_OF_TIME = 4
"""Making snapshots takes at most one part in this many of the time, however many images."""

Learn = Callable[[Mapping[ImageId, Stack], Iterable[ImageId]], LibrarySnapshot]
"""Takes newly read layers, and the images that can't be read; gives the snapshot with them."""


def fill(
    ids: Sequence[ImageId],
    engine: ImageEngine,
    records: ImageRecords,
    job: Job,
    read: Callable[[ImageDetail], Stack],
    learn: Learn,
    on_snapshot: Callable[[LibrarySnapshot], None],
) -> None:
    """Take `ids` from the records, then the rest from the engine, and keep that; `read` makes
    layers of what an engine tells. What came until a cancel or a broken connection is learned and
    kept all the same."""
    filling = _Filling(len(ids), records, job, read, learn, on_snapshot)
    try:
        filling.inspect(engine, filling.take_kept(ids))
    finally:
        filling.flush()


class _Filling:
    """One run: what has been read and not yet handed on."""

    def __init__(
        self,
        total: int,
        records: ImageRecords,
        job: Job,
        read: Callable[[ImageDetail], Stack],
        learn: Learn,
        on_snapshot: Callable[[LibrarySnapshot], None],
    ) -> None:
        self._total = total
        self._done = 0
        self._records = records
        self._job = job
        self._read = read
        self._learn = learn
        self._on_snapshot = on_snapshot
        self._stacks: dict[ImageId, Stack] = {}
        self._unreadable: list[ImageId] = []
        self._to_keep: list[ImageDetail] = []
        self._next_at = time.monotonic() + _PUBLISH_EVERY_S

    def take_kept(self, ids: Iterable[ImageId]) -> list[ImageId]:
        """Take what the records have; the ids they don't."""
        left: list[ImageId] = []
        remaining = iter(ids)
        while batch := list(islice(remaining, _BATCH)):
            self._job.token.raise_if_cancelled()
            try:
                kept = self._records.image_details(batch)
            except RecordsError as error:
                logger.info("image details can't be read from the records: %s", error)
                return [*left, *batch, *remaining]
            for image in batch:
                if image in kept:
                    self._stacks[image] = self._read(kept[image])
                    self._done += 1
                else:
                    left.append(image)
            self._publish_when_due()
        return left

    def inspect(self, engine: ImageEngine, ids: Iterable[ImageId]) -> None:
        """Ask the engine for each of `ids`. One that it can't tell of is passed over."""
        for image in ids:
            self._job.token.raise_if_cancelled()
            try:
                detail = engine.image_detail(image)
            except EngineUnavailable:
                raise
            except EngineError as error:
                logger.info("the layers of %s can't be read: %s", image, error)
                self._unreadable.append(image)
            else:
                self._stacks[image] = self._read(detail)
                self._to_keep.append(detail)
            self._done += 1
            if len(self._to_keep) >= _BATCH:
                self._keep(self._to_keep)
            self._publish_when_due()

    def flush(self) -> None:
        """Keep and hand on what is left."""
        self._keep(self._to_keep)
        if self._stacks or self._unreadable:
            self._publish()

    def _publish_when_due(self) -> None:
        if time.monotonic() >= self._next_at:
            self._publish()

    def _publish(self) -> None:
        started = time.monotonic()
        snapshot = self._learn(self._stacks, self._unreadable)
        self._stacks, self._unreadable = {}, []
        self._job.report(
            Progress(tr("Reading layers"), self._done, self._total, Unit.IMAGES),
        )
        self._on_snapshot(snapshot)
        now = time.monotonic()
        self._next_at = now + max(_PUBLISH_EVERY_S, (_SHARE_OF_TIME - 1) * (now - started))

    def _keep(self, details: Sequence[ImageDetail]) -> None:
        self._to_keep = []
        if not details:
            return
        try:
            self._records.keep_image_details(details)
        except RecordsError as error:
            logger.info("image details can't be kept: %s", error)
