"""The builds that are on record."""

import logging
from pathlib import Path

from modeldesk.core.build.cache_use import earlier_seconds
from modeldesk.core.build.model import BuildRecord
from modeldesk.core.build.ports import BuildRecords
from modeldesk.core.errors import RecordsError
from modeldesk.core.ids import BuildId, ImageId, ModelName

log = logging.getLogger(__name__)

_RECENT = 200


class BuildHistory:
    """Any thread may ask. Raises `RecordsError` but where it says else."""

    def __init__(self, records: BuildRecords) -> None:
        self._records = records

    def recent(self, limit: int = 100) -> tuple[BuildRecord, ...]:
        """The builds that were started last, newest first, without their logs and what
        was asked."""
        return self._records.recent_builds(limit)

    def of_model(self, model: ModelName | None = None) -> tuple[BuildRecord, ...]:
        """Every build on record, or every one of a model, newest first, as rows of a list: without
        steps, logs and what was asked."""
        return self._records.build_history(model)

    def record(self, build: BuildId) -> BuildRecord | None:
        """One build with its log; None when it is not on record."""
        return self._records.build(build)

    def maker_of(self, image: ImageId) -> BuildRecord | None:
        """The newest build that `image` came of, with its log; None when none is on record."""
        made = next((one for one in self.of_model() if one.image == image), None)
        return made and self.record(made.id)

    def folder_of(self, model: ModelName) -> Path | None:
        """The folder that the model was built from last, if it is still there."""
        for record in self.recent(_RECENT):
            if record.model == model and Path(record.folder).is_dir():
                return Path(record.folder)
        return None

    def last_of(self, folder: Path) -> BuildRecord | None:
        """The newest build of the folder that came to an image; None too where the records can't
        be read."""
        named = (one for one in self._readable() if one.image and one.references)
        return next((one for one in named if one.folder == str(folder)), None)

    def earlier_seconds(self, model: ModelName) -> dict[str, float]:
        """How long steps of the model's builds took when they last ran, by name; nothing where
        the records can't be read."""
        took: dict[str, float] = {}
        for record in reversed(self._readable()):
            if record.model == model:
                took |= earlier_seconds(record.steps)
        return took

    def begin(self, record: BuildRecord) -> None:
        """A build begins."""
        self._records.add_build(record)

    def finish(self, record: BuildRecord) -> None:
        """Record how a build ended. What it made is worth more than its record, so this raises
        nothing."""
        try:
            self._records.update_build(record)
        except RecordsError as error:
            log.warning("The end of a build could not be recorded: %s", error)

    def mark_interrupted(self) -> int:
        """Builds that a program left unfinished when it ended are marked so; how many."""
        return self._records.mark_interrupted_builds()

    def _readable(self) -> tuple[BuildRecord, ...]:
        try:
            return self.recent(_RECENT)
        except RecordsError as error:
            log.info("Earlier builds could not be read: %s", error)
            return ()
